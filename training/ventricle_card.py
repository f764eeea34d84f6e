"""What the trained left-ventricle segmenter is handed over as: weights, and a card that hides nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import save

from inference.card import Card, Metric, card_to_json
from inference.imaging.files import write_atomic
from inference.models.ventricle import TARGETS
from inference.networks.lv_unet import LVUNet, config_to_json
from inference.weights import FILE
from training.evaluate import Interval
from training.ventricle_cases import NEVER, Labelled
from training.ventricle_measures import Measures, reach_of
from training.ventricle_recipe import VentricleRecipe

_FAILURES = (
    "Knows the cavity with its papillary muscles; it draws neither the wall nor the right ventricle.",
    "Slices above the valve are told by how little they narrow and by jumps in width, not by anatomy: "
    "at the base, the slice that the atrium enters in systole is often still counted, so that the "
    "end-systolic volume comes out too large.",
    "The training pictures carry no pixel size; sizes were varied by about 15 % instead.",
    "One scanner maker, one field strength, one hospital; the smallest apical cavities are the weakest.",
    "Cut-offs know neither sex nor body size.",
)


def publish(
    network: LVUNet, measures: Measures, recipe: VentricleRecipe, out: Path, cases: Sequence[Labelled]
) -> Card:
    """Weights first, then the card that knows their hash."""
    weights = save({name: value.cpu().contiguous() for name, value in network.state_dict().items()})
    card = _card(network, measures, recipe, cases, (out.name, hashlib.sha256(weights).hexdigest()))
    write_atomic(out / FILE, weights)
    write_atomic(out / "card.json", json.dumps(card_to_json(card), indent=1).encode() + b"\n")
    return card


def metrics_of(measures: Measures) -> tuple[Metric, ...]:
    """The held-out figures, the summary first; every patient is one case."""
    cases = len(measures.patients)
    return (
        _metric("Dice of the cavity by patient, held-out patients", measures.dice, cases),
        _metric("Dice in end-diastole", measures.diastole, cases),
        _metric("Dice in end-systole", measures.systole, cases),
        _metric("Dice of the whole ventricle", measures.volume, cases),
        _metric(
            "LVEF of the drawn slices: mean absolute error, points",
            measures.ef_error,
            cases,
        ),
        _metric("LVEF of the drawn slices: mean error, points", measures.ef_bias, cases),
    )


def _card(
    network: LVUNet,
    measures: Measures,
    recipe: VentricleRecipe,
    cases: Sequence[Labelled],
    named: tuple[str, str],
) -> Card:
    train, test = (_counted(cases, split) for split in ("train", "test"))
    patients = len({case.patient for case in cases if case.split == "train"})
    return Card(
        key=named[0],
        title="Left ventricle outlines",
        version="1",
        family="ventricle",
        size="bundled",
        modality="MR",
        body_part="heart",
        intended_use="Research, teaching and trials of the software on short-axis cine MRI of the heart.",
        not_for="Diagnosis, triage or any other use in the care of patients.",
        weights_origin=f"trained on {patients} real patients, Sunnybrook (CC0)",
        trained_on=f"Short-axis SSFP pictures in end-diastole and end-systole: {train} to learn, {test} to "
        f"measure; no patient is in both, and {' and '.join(NEVER)} are in neither",
        recipe=_recipe_line(recipe),
        licence="Apache-2.0",
        sources=(
            "Sunnybrook Cardiac Data (Radau et al. 2009, MIDAS Journal), CC0 1.0, "
            "as pictures with outlines in mshunshin/SegNetCMR (commit 1f41bb8, MIT)",
        ),
        known_failures=_FAILURES,
        population="Adults with heart failure (with and without infarct), hypertrophy, or a normal heart.",
        targets=TARGETS,
        metrics=metrics_of(measures),
        config=config_to_json(network.config) | _reach(measures),
        weights_sha256=named[1],
    )


def _reach(measures: Measures) -> dict[str, dict[str, tuple[float, float]]]:
    """What intervals are made from, where there were patients enough."""
    found = reach_of(measures.patients)
    return {} if found is None else {"reach": found}


def _counted(cases: Sequence[Labelled], split: str) -> str:
    own = [case for case in cases if case.split == split]
    return f"{len(own)} pictures of {len({case.patient for case in own})} patients"


def _recipe_line(r: VentricleRecipe) -> str:
    return (
        f"python -m training ventricle {r.name}: 2-D U-Net {'-'.join(map(str, r.config.channels))}, crops of "
        f"{r.config.size} pixels of {r.config.pixel_mm:g} mm; overlap and cross-entropy, {r.schedule.steps} "
        f"steps of {r.schedule.batch}; turned, scaled, shifted, brightened, noisy; seed {r.seed}"
    )


def _metric(name: str, interval: Interval, cases: int) -> Metric:
    value, low, high = (round(v, 4) for v in (interval.value, interval.low, interval.high))
    return Metric(name, value, low, high, cases)
