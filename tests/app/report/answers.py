"""A small study with a model's answer and one explanation, all values, for tests of what leaves the room."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.report.content import Failure, KeyPicture, Review
from explain.attribution import Attribution, Check, Evidence, UnitScores
from inference.card import Card, Metric, Target
from inference.imaging.study import DisplaySet, Instance, Kind, Patient, Series, Study
from inference.place import Place
from inference.prediction import Exclusion, Prediction, findings_from_scores

TARGETS = (
    Target("mass_effect", "Mass effect", threshold=0.4),
    Target("stroke", "Stroke", threshold=-0.2, calibration=(1.1, -0.3)),
    Target("priority_high", "High", group="priority"),
    Target("priority_none", "None", group="priority"),
)
HOSTILE = "=HYPERLINK(1) <b>&</b>"
AFFINE = np.diag([20.0, 40.0, 40.0, 1.0])[[2, 1, 0, 3]]


def card(sha: str = "ab" * 32) -> Card:
    return Card(
        key="prima", title="Prima", version="1.0", family="prima", size="bundled", modality="MR",
        body_part="brain",
        intended_use="Trying the program.", not_for="Diagnosis.", weights_origin="trained on phantoms",
        trained_on="synthetic studies", recipe="standard", licence="Apache-2.0", sources=("a paper",),
        known_failures=("none known",), population="synthetic", targets=TARGETS,
        metrics=(Metric("mean AUROC", 0.91, 0.9, 0.92, 100),), weights_sha256=sha,
    )  # fmt: skip


def study(
    uid: str = "1.2.3", date: str = "2026-03-02", patient_id: str = "000-001", title: str = HOSTILE
) -> Study:
    instance = Instance(
        Path("a.dcm"), f"{uid}.1.1", "1.2.840.10008.5.1.4.1.1.4", f"{uid}.1", uid, "1.2", "MR"
    )
    display_set = DisplaySet(
        f"{uid}.1",
        f"{uid}.1",
        uid,
        Kind.VOLUME,
        title,
        "MR",
        (instance,),
        (4, 8, 8),
        (5.0, 1.0, 1.0),
        "axial",
    )
    series = Series(f"{uid}.1", uid, 3, "MR", title, "", "BRAIN", (instance,), (display_set,))
    patient = Patient("VOLUNTEER, A", patient_id, "F", "", "031Y")
    return Study(uid, patient, date, "", "MR brain", "", "", (series,))


def prediction(scores: tuple[float, ...] = (1.9, -1.0, 0.5, 0.1), of: Study | None = None) -> Prediction:
    of = of or study()
    return Prediction(
        of.uid, card(), findings_from_scores(card(), scores), seen=(of.display_sets[0].uid,),
        excluded=(Exclusion("1.2.9", "Localiser", "a localiser"),), device="CPU", seconds=1.0,
    )  # fmt: skip


def attribution(of: Study | None = None, *, verdict: str = "pass") -> Attribution:
    of = of or study()
    display_set = of.display_sets[0]
    place = Place(
        display_set.uid, display_set.series_uid, display_set.title, "1.2.8", (1, 2, 2),
        np.array([(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)]), AFFINE,
    )  # fmt: skip
    scores = np.array([0.62, 0.43, 0.14, -0.2], np.float32)
    unit = UnitScores(place, scores, 0.99, np.full(4, 0.05, np.float32), scores > 0.3)
    evidence = Evidence(
        (Check("leave-one-out R²", 0.62, verdict, "R² 0.62"),), "Hiding A + B lowers the score.", 4.1
    )
    return Attribution(
        of.uid, "prima", card().weights_sha256, card().weights_origin, TARGETS[0], "LIME", "logit", 1.9, -0.4,
        (unit,), evidence, signed=True, additive=False, seed=0, parameters={"design": "hadamard"},
    )  # fmt: skip


def review(*pictures: KeyPicture, failures: tuple[Failure, ...] = ()) -> Review:
    return Review(study(), prediction(), (attribution(),), failures, pictures, "2026-03-02T10:00:00+00:00")
