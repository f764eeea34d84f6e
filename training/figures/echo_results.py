"""What an echo model says of patients it has never seen, beside the truth: the ground of all its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

import resources
from inference.card import read_card
from inference.errors import WeightsError
from inference.models.echo import load
from inference.models.echo_physiology import MPAP, echo_targets, hypertension
from inference.models.echo_views import VIEWS
from training.echo_cases import NAMES, phantoms
from training.echo_measures import Cohort, mean_correlation
from training.evaluate import Interval
from training.figures.learning import Stage, stages_of
from training.figures.runs import read_json, recipe_of

Values = NDArray[np.float64]
TARGETS = {target.name: target for target in echo_targets()}
SHORT = {"rap": "RAP", "spap": "SPAP", "dpap": "dPAP", "mpap": "mPAP", "pcwp": "PCWP", "co": "CO", "ci": "CI",
         "svri": "SVRI", "pvr": "PVR"}  # fmt: skip
CLASSES = ("No PH", "Pre-capillary", "Post-capillary", "Combined", "Unclassified")
_FIRST_WORDS = ("no", "pre-capillary", "isolated", "combined", "unclassified")


@dataclass(frozen=True, eq=False)
class EchoResults:
    """Held-out patients, one per row: `truth` and `predicted` (n, 9) in the units of the targets.

    without     mean correlation with one view kept from the network
    ablation    what `ablation.json` of the run holds; empty where the study was not done
    folds       the same of `cross_validation.json`
    """

    patients: tuple[str, ...]
    truth: Values
    predicted: Values
    without: Mapping[str, Interval]
    stages: tuple[Stage, ...]
    ablation: Mapping[str, Any]
    folds: Mapping[str, Any]

    @property
    def hypertensive(self) -> NDArray[np.bool_]:
        """Whose true mean pressure is above 20 mmHg."""
        above: NDArray[np.bool_] = self.truth[:, NAMES.index(MPAP)] > 20
        return above

    def columns(self, name: str) -> tuple[Values, Values]:
        """True and predicted values of one target."""
        n = NAMES.index(name)
        return self.truth[:, n], self.predicted[:, n]


def classes_of(values: Values) -> NDArray[np.int64]:
    """(n,) index into CLASSES of each row of nine values, by ESC/ERS 2022 as the product says it."""
    sentences = [hypertension(dict(zip(NAMES, row, strict=True))) for row in values.tolist()]
    return np.array([_FIRST_WORDS.index(sentence.split()[0]) for sentence in sentences], np.int64)


def read_results(run: Path, model: Path | None = None) -> EchoResults:
    """Cohort II of a run through its model; nothing is learnt, and the run stays as it is."""
    recipe = recipe_of(run, "echo")
    folder = model or _model_of(run)
    card = read_card(folder)
    loaded = load(card, folder, torch.device("cpu"))
    held_out = phantoms("cohort_2", recipe["patients"]["cohort_2"], loaded.config, run / "cases")
    if held_out.frames.shape[-1] != loaded.config.image:
        raise WeightsError(
            f"The model in {folder} takes frames of {loaded.config.image} pixels; those of {run} have "
            f"{held_out.frames.shape[-1]}.",
            hint="Name the run that the model was trained in.",
        )
    return results_of(Cohort.of(loaded.network, held_out), run, int(recipe.get("seed", 0)))


def results_of(cohort: Cohort, run: Path, seed: int = 0) -> EchoResults:
    """The figures' ground from patients that are encoded already."""
    return EchoResults(
        patients=tuple(f"II-{n + 1:04d}" for n in range(len(cohort.patients))),
        truth=cohort.truth,
        predicted=cohort.predicted(),
        without={view: _without(cohort, n, seed) for n, view in enumerate(VIEWS)},
        stages=stages_of(run),
        ablation=read_json(run / "ablation.json"),
        folds=read_json(run / "cross_validation.json"),
    )


def _without(cohort: Cohort, view: int, seed: int) -> Interval:
    hidden = np.zeros((len(cohort.patients), len(VIEWS)), bool)
    hidden[:, view] = True
    return mean_correlation(cohort.truth, cohort.predicted(hidden), seed)


def _model_of(run: Path) -> Path:
    """The model beside the run's state, else the bundled one that a standard run ends in."""
    own = run / "model"
    return own if (own / "card.json").exists() else resources.path("models/echo")
