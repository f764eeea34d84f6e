"""A RadCLIP of the smallest size, untrained, and phantoms for it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import torch

from inference.card import Card, Target
from inference.imaging.study import DisplaySet, Instance, Kind, Patient, Series, Study
from inference.models.radclip import RadCLIPModel
from inference.models.radclip_labels import COSINE
from inference.networks.radclip import RadCLIP
from inference.networks.radclip_config import Tower, bundled, config_to_json
from inference.networks.radclip_text import WordList

WORDS = WordList(("chest", "ct", "head", "mri", "normal", "nodule", "oedema", "x-ray"), {"xray": "x-ray"}, 24)
LABELS = ("Chest CT, nodule", "Chest CT, normal", "Head MRI, oedema")


def untrained(pooling: str = "attention") -> RadCLIPModel:
    """Random weights, three labels."""
    torch.manual_seed(3)
    config = replace(
        bundled(WORDS.size),
        image=32,
        vision=Tower(32, 2, 2, 64),
        text=Tower(32, 1, 2, 64),
        projection=32,
        adapter_heads=2,
        slices=6,
        pooling=pooling,
    )
    network = RadCLIP(config).eval().requires_grad_(False)
    card = Card(
        key="radclip", title="RadCLIP, untrained", version="0", family="radclip", size="bundled",
        modality="CR DX CT MR", body_part="any", intended_use="Tests.", not_for="Any reading.",
        weights_origin="random weights", trained_on="nothing", recipe="none", licence="Apache-2.0",
        sources=(), known_failures=(), population="none",
        targets=tuple(
            Target(re.sub(r"\W+", "_", label.lower()), label, COSINE, 0.1, calibration=(5.0, -0.5))
            for label in LABELS
        ),
        metrics=(), config=config_to_json(config), weights_sha256="0" * 64,
    )  # fmt: skip
    return RadCLIPModel(card, network, WORDS)


def display_set(**changes: object) -> DisplaySet:
    """Headers of a CT volume without files."""
    count = changes.pop("count", 20)
    first = Instance(
        path=None, sop_instance_uid="1", sop_class_uid="", series_uid="s", study_uid="t",
        transfer_syntax_uid="", modality=str(changes.get("modality", "CT")), rows=64, columns=64,
    )  # fmt: skip
    made = DisplaySet(
        uid="s", series_uid="s", study_uid="t", kind=Kind.VOLUME, title="Chest", modality="CT",
        instances=(first,), shape=(count, 64, 64), frame_index=tuple((0, n) for n in range(count)),
    )  # fmt: skip
    return replace(made, **changes)


def study_of(*sets: DisplaySet) -> Study:
    """A study of display sets without files."""
    series = Series("s", "t", 1, "CT", "chest", "", "", (), sets)
    return Study("t", Patient(), "", "", "", "", "", (series,))


def noise(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    """Values like Hounsfield units."""
    return np.random.default_rng(seed).normal(0, 300, shape).astype(np.float32)
