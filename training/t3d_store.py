"""Synthetic patients of a run, kept as arrays so that they are made only once."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np

from inference.imaging.files import write_atomic
from inference.imaging.volume import Volume
from training.fit import LOG
from training.phantoms.chest import ChestCase, Scan, chest_case
from training.phantoms.chest_findings import Lesion
from training.phantoms.chest_reports import Sentence

FIRST_SEED = {"train": 0, "fresh": 300_000, "validation": 500_000, "test": 700_000}
Spacing = tuple[float, float, float]


def kept(folder: Path, split: str, count: int, spacing_mm: Spacing) -> list[ChestCase]:
    """The patients of a split on one grid; those that are not in `folder` yet are made and put there."""
    LOG.info("%d patients of %s", count, split)
    return [_kept(folder, FIRST_SEED[split] + n, spacing_mm) for n in range(count)]


def _kept(folder: Path, seed: int, spacing_mm: Spacing) -> ChestCase:
    path = folder / f"{seed}-{'x'.join(f'{s:g}' for s in spacing_mm)}.npz"
    if not path.exists():
        write_atomic(path, _packed(chest_case(seed, spacing_mm=spacing_mm)))
    return _unpacked(seed, path)


def _packed(case: ChestCase) -> bytes:
    told = {
        "scan": [case.scan.region, case.scan.phase, case.scan.noise_hu, case.scan.language],
        "lesions": [lesion.name for lesion in case.lesions],
        "sentences": [[s.text, s.about, s.normal] for s in case.sentences],
    }
    file = io.BytesIO()
    np.savez(
        file, hu=case.volume.voxels, affine=case.volume.affine_lps, labels=case.labels, marks=case.marks,
        told=np.frombuffer(json.dumps(told).encode(), np.uint8),
    )  # fmt: skip
    return file.getvalue()


def _unpacked(seed: int, path: Path) -> ChestCase:
    with np.load(path, allow_pickle=False) as file:
        told = json.loads(file["told"].tobytes())
        region, phase, noise, language = told["scan"]
        return ChestCase(
            seed=seed,
            scan=Scan(region, phase, noise, language),
            volume=Volume(file["hu"], file["affine"], "HU"),
            labels=file["labels"],
            marks=file["marks"],
            lesions=tuple(Lesion(name) for name in told["lesions"]),
            sentences=tuple(Sentence(*row) for row in told["sentences"]),
        )
