"""Attributions in files: arrays and JSON in one .npz, nothing that could run code. Free of torch."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explain.attribution import Attribution, Check, Evidence, UnitScores
from inference.card import Target
from inference.errors import FileError
from inference.imaging.files import write_atomic
from inference.place import Place

VERSION = 1
_PLAIN = (
    "study_uid", "model_key", "weights_sha256", "weights_origin", "method", "unit", "score", "baseline_score",
    "signed", "additive", "seed", "caveat",
)  # fmt: skip
_PLACE = ("display_set_uid", "series_uid", "title", "frame_of_reference_uid", "lasts_ms")

Arrays = Mapping[str, NDArray[Any]]


def save(attribution: Attribution, path: Path) -> None:
    """Write the attribution whole or not at all."""
    write_atomic(path, to_bytes(attribution))


def load(path: Path) -> Attribution:
    """Read what `save` wrote; FileError where the file is damaged or of another kind."""
    try:
        return from_bytes(path.read_bytes())
    except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError, zipfile.BadZipFile) as error:
        raise FileError(
            f"The explanation in {path.name} cannot be read: {error}.", hint="Compute it again."
        ) from error


def to_bytes(attribution: Attribution) -> bytes:
    """The content of the file."""
    arrays: dict[str, NDArray[Any]] = {}
    for number, unit in enumerate(attribution.units):
        arrays |= {f"{number}.{name}": array for name, array in _arrays(unit).items() if array is not None}
    text = json.dumps(_plain(attribution), allow_nan=False)
    buffer = io.BytesIO()
    arrays["json"] = np.frombuffer(text.encode(), np.uint8)
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def from_bytes(content: bytes) -> Attribution:
    """The attribution whose file has this content."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        plain = json.loads(arrays["json"].tobytes())
        if plain["version"] != VERSION:
            raise ValueError(f"it was written by another version ({plain['version']})")
        units = tuple(_unit(n, unit, arrays) for n, unit in enumerate(plain["units"]))
    calibration = plain["target"].pop("calibration")
    target = Target(**plain["target"], calibration=tuple(calibration) if calibration else None)
    evidence = plain["evidence"]
    checks = tuple(Check(**check) for check in evidence.pop("checks"))
    return Attribution(
        target=target,
        units=units,
        evidence=Evidence(checks, **evidence),
        parameters=plain["parameters"],
        context=plain["context"],
        **{name: plain[name] for name in _PLAIN},
    )


def _plain(attribution: Attribution) -> dict[str, Any]:
    return {
        "version": VERSION,
        **{name: getattr(attribution, name) for name in _PLAIN},
        "target": asdict(attribution.target),
        "evidence": asdict(attribution.evidence),
        "parameters": dict(attribution.parameters),
        "context": dict(attribution.context),
        "units": [
            {
                "total": u.total,
                "left_out": u.left_out,
                "shape": u.place.shape,
                "place": {n: getattr(u.place, n) for n in _PLACE},
            }
            for u in attribution.units
        ],
    }


def _arrays(unit: UnitScores) -> dict[str, NDArray[Any] | None]:
    return {
        "scores": unit.scores,
        "standard_error": unit.standard_error,
        "significant": unit.significant,
        "index": unit.place.index,
        "affine_lps": unit.place.affine_lps,
        "times_ms": unit.place.times_ms,
        "outline_lps_mm": unit.place.outline_lps_mm,
    }


def _unit(number: int, plain: Mapping[str, Any], arrays: Arrays) -> UnitScores:
    place = Place(
        **plain["place"],
        shape=tuple(plain["shape"]),
        index=arrays[f"{number}.index"],
        affine_lps=arrays[f"{number}.affine_lps"],
        times_ms=arrays.get(f"{number}.times_ms"),
        outline_lps_mm=arrays.get(f"{number}.outline_lps_mm"),
    )
    scores = arrays[f"{number}.scores"]
    if len(scores) != len(place):
        raise ValueError("a map does not fit its grid")
    return UnitScores(
        place=place,
        scores=scores,
        total=plain["total"],
        left_out=plain.get("left_out"),
        standard_error=arrays.get(f"{number}.standard_error"),
        significant=arrays.get(f"{number}.significant"),
    )
