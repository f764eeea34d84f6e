"""How well T3D reads synthetic patients that it never saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from inference.card import Card
from inference.model import Inputs
from inference.models.t3d import T3DModel
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
from training.t3d_pairs import Pairing, paired
from training.t3d_partners import Partners, partners
from training.t3d_recipe import T3DRecipe
from training.t3d_store import kept
from training.ventricle_measures import mean_interval

KEPT_REPORTS = 160  # of the training patients, for drafts
_EVERY = 12


@dataclass(frozen=True, eq=False)
class Retrieval:
    """Rank of the right partner of each study among the held-out reports, and of each report; best is 1."""

    of_reports: NDArray[np.int64]
    of_studies: NDArray[np.int64]

    def recall(self, ranks: NDArray[np.int64], within: int, seed: int = 0) -> Interval:
        """Share of queries whose partner is among the first few."""
        return mean_interval((ranks <= within).astype(float), seed)

    @property
    def chance(self) -> float:
        """Recall at 1 by guessing."""
        return 1.0 / len(self.of_reports)


@dataclass(frozen=True, eq=False)
class Measures:
    """Held-out figures; intervals by drawing patients."""

    organs: Interval
    by_class: Mapping[str, Interval]
    findings: Interval
    by_finding: Mapping[str, float]
    retrieval: Retrieval
    pairing: Pairing
    partners: Partners
    called: tuple[float, float]  # sensitivity and precision of what a draft calls
    rows: list[dict[str, Any]]

    def summary(self) -> str:
        """What to print at the end."""
        r, p = self.retrieval, self.pairing
        return "\n".join(
            (
                f"{len(self.rows)} held-out patients",
                f"organ Dice {self.organs}; "
                + ", ".join(f"{name} {value.value:.2f}" for name, value in self.by_class.items()),
                f"findings macro AUROC {self.findings}; "
                + ", ".join(f"{name} {value:.2f}" for name, value in self.by_finding.items()),
                f"retrieval: report of a study R@1 {r.recall(r.of_reports, 1)}, "
                f"R@5 {r.recall(r.of_reports, 5)}; "
                f"study of a report R@1 {r.recall(r.of_studies, 1)}; chance {r.chance:.3f}",
                f"restoration, L1 of what was hidden: right report {p.right.value:.4f}, another patient's "
                f"{p.shuffled.value:.4f}, none {p.silent.value:.4f}; right less another's "
                f"{p.difference.value:.5f} ({p.difference.low:.5f} to {p.difference.high:.5f})",
                f"a finding's words point into it in {p.pointing}; by chance {p.chance:.3f}",
                f"sub-volumes of one patient found: {self.partners}",
                f"drafted findings: sensitivity {self.called[0]:.2f}, precision {self.called[1]:.2f}",
            )
        )


def measured(learnt: Any, recipe: T3DRecipe, folder: Path) -> tuple[Measures, T3DModel]:
    """Thresholds from the validation patients, then figures on those held out. `learnt` is a Learnt."""
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
    return _held_out(model, recipe, folder), model


def _held_out(model: T3DModel, recipe: T3DRecipe, folder: Path) -> Measures:
    cases = kept(folder, "test", recipe.sizes["test"], NATIVE_MM)
    rows: list[dict[str, Any]] = []
    images, scores = [], []
    for n, case in enumerate(cases):
        if n % _EVERY == 0:
            LOG.info("patient %d of %d", n + 1, len(cases))
        inputs = _inputs(model, case)
        scores.append(_scores(model, inputs))
        images.append(model.image_embedding(inputs))
        rows.append({"seed": case.seed, "dice": dices(model, inputs, case), "scores": scores[-1]})
    truth = [list(case.findings.values()) for case in cases]
    texts = model.text_embeddings([case.report for case in cases])
    again = kept(folder, "test", recipe.sizes["test"], model.config.spacing_mm)  # restoration works on crops
    crops = [train_case(case, model.words) for case in again]
    columns = np.array(scores)
    return Measures(
        organs=mean_interval([_mean_organ(row["dice"]) for row in rows], recipe.seed),
        by_class={name: _interval_of(rows, name, recipe.seed) for name in CLASSES[1:]},
        findings=mean_auroc(truth, columns, seed=recipe.seed),
        by_finding={t.name: auroc(np.array(truth)[:, n], columns[:, n]) for n, t in enumerate(TARGETS)},
        retrieval=retrieval(torch.stack(images), texts),
        pairing=paired(model, crops, recipe),
        partners=partners(model.network, crops, recipe),
        called=_called(model.card, np.array(truth), columns),
        rows=rows,
    )


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


def retrieval(images: torch.Tensor, texts: torch.Tensor) -> Retrieval:
    """Both ways, from embeddings (n, d) in the same order."""
    cosines = (images @ texts.T).double().numpy()
    return Retrieval(_ranks(cosines), _ranks(cosines.T))


def _ranks(cosines: NDArray[np.float64]) -> NDArray[np.int64]:
    own = np.diag(cosines)[:, None]
    ranks: NDArray[np.int64] = (cosines >= own).sum(1)  # ties count against us
    return ranks


def _inputs(model: T3DModel, case: ChestCase) -> Inputs:
    return Inputs(str(case.seed), model.tensors_of(case.volume), ())


def _scores(model: T3DModel, inputs: Inputs) -> list[float]:
    with torch.inference_mode():
        scores: list[float] = model.scores(inputs.tensors)[0].tolist()
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
