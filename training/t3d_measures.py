"""How well T3D reads synthetic patients that it never saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from inference.card import Card, Metric, read_card
from inference.model import Inputs
from inference.models.t3d import T3DModel, pooled_findings
from inference.models.t3d_draft import KnownReport, reports_from_json
from inference.models.t3d_targets import CLASSES, TARGETS
from inference.models.t3d_tensors import original_grid, tiling_in, working_grid
from inference.models.t3d_tiles import sliding_masks
from inference.models.t3d_untrained import blank_card
from inference.models.t3d_volume import labels_on
from inference.networks.t3d_config import config_to_json
from training.calibration import fit_platt
from training.evaluate import Interval, auroc, best_threshold, mean_auroc
from training.fit import LOG
from training.phantoms.chest import ORGANS, ChestCase
from training.t3d_cases import NATIVE_MM, train_case
from training.t3d_pairs import paired
from training.t3d_partners import partners
from training.t3d_recipe import T3DRecipe
from training.t3d_report_measures import known_metrics, report_metrics, retrieval, said
from training.t3d_store import kept
from training.ventricle_measures import mean_interval

KEPT_REPORTS = 160  # of the training patients, for drafts
_EVERY = 12


@dataclass(frozen=True, eq=False)
class Measures:
    """Held-out figures; intervals by drawing patients."""

    organs: Interval
    by_class: Mapping[str, Interval]
    findings: Interval
    by_finding: Mapping[str, float]
    with_reports: tuple[Metric, ...]
    called: tuple[float, float]  # sensitivity and precision of what a draft calls
    rows: list[dict[str, Any]]

    def summary(self) -> str:
        """What to print at the end."""
        return "\n".join(
            (
                f"{len(self.rows)} held-out patients",
                f"organ Dice {self.organs}; "
                + ", ".join(f"{name} {value.value:.2f}" for name, value in self.by_class.items()),
                f"findings macro AUROC {self.findings}; "
                + ", ".join(f"{name} {value:.2f}" for name, value in self.by_finding.items()),
                *(said(metric) for metric in self.with_reports),
                f"drafted findings: sensitivity {self.called[0]:.2f}, precision {self.called[1]:.2f}",
            )
        )


def measured(
    learnt: Any, recipe: T3DRecipe, folder: Path, towers: Path | None = None
) -> tuple[Measures, T3DModel]:
    """Thresholds from the validation patients, then figures on those held out. `learnt` is a Learnt.

    What only towers and reports decide is measured, or taken from the card of `towers` that stayed.
    """
    learnt.network.eval().requires_grad_(False)
    spacing = learnt.network.config.spacing_mm
    card = replace(blank_card(learnt.network.config), config=_config(learnt))
    model = T3DModel(card, learnt.network, learnt.words, _known(card))
    validation = kept(folder, "validation", recipe.sizes["validation"], spacing)
    scores = np.array([_scores(model, _inputs(model, case)) for case in validation])
    truth = np.array([list(case.findings.values()) for case in validation])
    card = replace(
        card, targets=tuple(_thresholded(n, truth[:, n], scores[:, n]) for n in range(len(TARGETS)))
    )
    model = T3DModel(card, learnt.network, learnt.words, _known(card))
    return _held_out(model, recipe, folder, towers), model


def _held_out(model: T3DModel, recipe: T3DRecipe, folder: Path, towers: Path | None) -> Measures:
    cases = kept(folder, "test", recipe.sizes["test"], NATIVE_MM)
    rows: list[dict[str, Any]] = []
    images = []
    for n, case in enumerate(cases):
        if n % _EVERY == 0:
            LOG.info("patient %d of %d", n + 1, len(cases))
        inputs = _inputs(model, case)
        encodings = _encodings(model, inputs)
        images.append(model.network.image_embedding(encodings)[0])
        scores = pooled_findings(model.network, encodings)[0].tolist()
        rows.append({"seed": case.seed, "dice": dices(model, inputs, case), "scores": scores})
    truth = np.array([list(case.findings.values()) for case in cases])
    columns = np.array([row["scores"] for row in rows])
    return Measures(
        organs=mean_interval([_mean_organ(row["dice"]) for row in rows], recipe.seed),
        by_class={name: _interval_of(rows, name, recipe.seed) for name in CLASSES[1:]},
        findings=mean_auroc(truth.tolist(), columns, seed=recipe.seed),
        by_finding={t.name: auroc(truth[:, n], columns[:, n]) for n, t in enumerate(TARGETS)},
        with_reports=_with_reports(model, cases, images, recipe, folder)
        if towers is None
        else known_metrics(read_card(towers)),
        called=_called(model.card, truth, columns),
        rows=rows,
    )


def _with_reports(
    model: T3DModel,
    cases: Sequence[ChestCase],
    images: Sequence[torch.Tensor],
    recipe: T3DRecipe,
    folder: Path,
) -> tuple[Metric, ...]:
    found = retrieval(torch.stack(list(images)), model.text_embeddings([case.report for case in cases]))
    again = kept(folder, "test", recipe.sizes["test"], model.config.spacing_mm)  # restoration works on crops
    crops = [train_case(case, model.words) for case in again]
    pairing = paired(model, crops, recipe)
    return report_metrics(found, pairing, partners(model.network, crops, recipe))


def dices(model: T3DModel, inputs: Inputs, case: ChestCase) -> dict[str, float]:
    """Overlap on the grid that the patient was scanned on; a class that the patient lacks is left out."""
    tensors = inputs.tensors
    with torch.inference_mode():
        logits = sliding_masks(model.network, tensors["windows"][0], tiling_in(tensors, model.config.crop))
    labels = labels_on(logits, working_grid(tensors), original_grid(tensors)).voxels
    found = {}
    for n, name in enumerate(CLASSES[1:], start=1):
        true, here = case.labels == n, labels == n
        if true.sum() > 20:
            found[name] = 2.0 * float((true & here).sum()) / float(true.sum() + here.sum())
    return found


def _inputs(model: T3DModel, case: ChestCase) -> Inputs:
    return Inputs(str(case.seed), model.tensors_of(case.volume), ())


def _encodings(model: T3DModel, inputs: Inputs) -> torch.Tensor:
    """(1, units, encoding + small) of one patient."""
    with torch.inference_mode():
        return model.encodings(inputs.tensors["windows"][0])[None]


def _scores(model: T3DModel, inputs: Inputs) -> list[float]:
    scores: list[float] = pooled_findings(model.network, _encodings(model, inputs))[0].tolist()
    return scores


def _thresholded(n: int, truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> Any:
    if truth.all() or not truth.any():
        return TARGETS[n]
    return replace(TARGETS[n], threshold=best_threshold(truth, scores), calibration=fit_platt(truth, scores))


def _called(card: Card, truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> tuple[float, float]:
    called = scores >= np.array([t.threshold for t in card.targets])
    right = float((called & truth).sum())
    return right / max(1, int(truth.sum())), right / max(1, int(called.sum()))


def _mean_organ(dice: Mapping[str, float]) -> float:
    return float(np.mean([dice[name] for name in ORGANS if name in dice]))


def _interval_of(rows: Sequence[Mapping[str, Any]], name: str, seed: int) -> Interval:
    values = [row["dice"][name] for row in rows if name in row["dice"]]
    return mean_interval(values, seed) if values else Interval(np.nan, np.nan, np.nan)


def _config(learnt: Any) -> dict[str, Any]:
    reports = [
        {
            "language": case.scan.language,
            "sentences": [[s.text, s.about, s.normal] for s in case.sentences],
        }
        for case in learnt.reports[:KEPT_REPORTS]
    ]
    config = config_to_json(learnt.network.config)
    return {**config, "words": list(learnt.words.words), "reports": reports}


def _known(card: Card) -> tuple[KnownReport, ...]:
    return reports_from_json(card.config["reports"])
