"""A prediction in all five states, and an explanation of three pieces, as the panels are given them."""

from __future__ import annotations

import numpy as np
import pytest

from explain.attribution import Attribution, Check, Evidence, UnitScores
from inference.card import Card, Metric, Target
from inference.place import Place
from inference.prediction import Exclusion, Finding, Prediction, State

TARGETS = (
    Target("tumour", "Enhancing tumour", threshold=0.5, calibration=(1.0, 0.0)),
    Target("effect", "Mass effect"),
    Target("sclerosis", "Multiple sclerosis"),
    Target("stroke", "Stroke"),
    Target("abscess", "Abscess"),
    Target("neurosurgery", "Neurosurgery", group="referral"),
    Target("high", "High", group="priority"),
)


@pytest.fixture
def card() -> Card:
    return Card(
        key="prima", title="Prima", version="1.0", family="prima", size="bundled", modality="MR",
        body_part="brain", intended_use="To try the window.", not_for="Patients.",
        weights_origin="trained on phantoms", trained_on="2,000 phantoms", recipe="bundled",
        licence="Apache-2.0", sources=("a paper",), known_failures=("motion",), population="none",
        targets=TARGETS, metrics=(Metric("AUROC, mean", 0.93, 0.91, 0.95, 400),), weights_sha256="ab" * 32,
    )  # fmt: skip


@pytest.fixture
def prediction(card: Card) -> Prediction:
    findings = (
        Finding(TARGETS[0], State.FINDING, 2.4),
        Finding(TARGETS[1], State.FINDING, 0.4),
        Finding(TARGETS[2], State.NO_FINDING, -1.2),
        Finding(TARGETS[3], State.NOT_ELIGIBLE, reason="no diffusion series"),
        Finding(TARGETS[4], State.FAILED, reason="out of memory"),
        Finding(TARGETS[5], State.NOT_RUN, reason="not asked for"),
        Finding(TARGETS[6], State.FINDING, 0.1),
    )
    excluded = (Exclusion("9", "Localiser", "a localiser"),)
    return Prediction("1.2", card, findings, seen=("1", "2"), excluded=excluded, device="CPU", seconds=1.5)


@pytest.fixture
def attribution() -> Attribution:
    index = np.array([[0, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]])
    affine = np.diag([20.0, 14.0, 14.0, 1.0])[:, [2, 1, 0, 3]]
    place = Place("1", "1", "T2 <b>FSE</b> ax", "", (2, 2, 2), index, affine)
    unit = UnitScores(
        place,
        np.array([0.62, 0.43, 0.14, -0.3], np.float32),
        total=0.9,
        standard_error=np.array([0.05, 0.05, 0.2, 0.1], np.float32),
        significant=np.array([True, True, False, True]),
    )
    other = UnitScores(
        Place("2", "2", "FLAIR", "", (1, 1, 1), index[:1], affine), np.array([0.1], np.float32), 0.1
    )
    checks = (
        Check("leave-one-out R2", 0.62, "pass", "R² .62"),
        Check("deletion against chance", 20, "pass", "better than 20 / 20 random orders"),
    )
    return Attribution(
        study_uid="1.2", model_key="prima", weights_sha256="ab" * 32, weights_origin="trained on phantoms",
        target=TARGETS[0], method="LIME", unit="logit", score=3.7, baseline_score=0.4, units=(unit, other),
        evidence=Evidence(checks, "Hiding A + B lowers the score 3.7 → 0.4", 4.1, 512), signed=True,
        additive=True, seed=7, parameters={"samples": 512},
    )  # fmt: skip
