"""Write a trained Prima where the product finds it: weights, and a card that hides nothing."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from safetensors.torch import save

from inference.card import Card, Metric, Target, card_to_json
from inference.imaging.files import write_atomic
from inference.networks.prima import Prima
from inference.networks.prima_config import config_to_json
from inference.weights import FILE
from training.evaluate import Interval
from training.prima_batches import Names
from training.prima_measures import AnswerMeasure, Measures
from training.prima_volunteer import false_alarms

if TYPE_CHECKING:
    from training.prima import Order

GOAL_AUROC = 0.90
_ANATOMY = "ICBM 152 nonlinear symmetric 2009a tissue maps (Fonov et al. 2011), as carried by nilearn"


@dataclass(frozen=True)
class Origin:
    """Where the studies of a run came from, in the words of the card."""

    line: str
    trained_on: str
    population: str
    sources: tuple[str, ...]
    failures: tuple[str, ...]


def publish(
    network: Prima, names: Names, measures: Measures, order: Order, *, sizes: Mapping[str, int]
) -> Card:
    """Weights first, then the card that knows their hash: a half-written model is refused, not believed."""
    weights = save({name: value.cpu().contiguous() for name, value in network.state_dict().items()})
    digest = hashlib.sha256(weights).hexdigest()
    card = _card(network, names, measures, order, sizes, digest)
    if order.table is None:
        failures = (*card.known_failures, *false_alarms(card, network))
        card = replace(card, known_failures=failures)
    write_atomic(order.out / FILE, weights)
    write_atomic(order.out / "card.json", json.dumps(card_to_json(card), indent=1).encode() + b"\n")
    return card


def _card(
    network: Prima, names: Names, measures: Measures, order: Order, sizes: Mapping[str, int], digest: str
) -> Card:
    origin = _from_table(order) if order.table else _from_phantoms()
    counts = ", ".join(f"{n} {split}" for split, n in sizes.items())
    return Card(
        key=order.out.name,
        title="Prima (bundled size)",
        version="1",
        family="prima",
        size="bundled",
        modality="MR",
        body_part="brain",
        intended_use="Research, teaching and trials of the software on brain MRI studies, with explanations.",
        not_for="Diagnosis, triage or any other use in the care of patients.",
        weights_origin=origin.line,
        trained_on=f"{origin.trained_on} ({counts} studies)",
        recipe=_recipe_line(order),
        licence="Apache-2.0",
        sources=origin.sources,
        known_failures=(*shortfalls(measures), *origin.failures),
        population=origin.population,
        targets=targets_of(names, measures),
        metrics=metrics_of(measures),
        config=config_to_json(network.config),
        weights_sha256=digest,
    )


def targets_of(names: Names, measures: Measures) -> tuple[Target, ...]:
    """Targets in the order of the scores."""
    found = {answer.name: answer for answer in measures.answers}
    diagnoses = [_target(found[name], _title(name), "") for name in names.diagnoses]
    referrals = [_target(found[n], f"Referral: {n}", "referral_") for n in names.referrals]
    levels = [
        Target(f"priority_{_key(level)}", f"Priority: {level}", group="priority")
        for level in names.priorities
    ]
    return (*diagnoses, *referrals, *levels)


def shortfalls(measures: Measures) -> tuple[str, ...]:
    """What the run did not reach, in words."""
    said = []
    if not measures.diagnoses.value >= GOAL_AUROC:
        said.append(
            f"Mean AUROC over the diagnoses is {measures.diagnoses.value:.2f} on held-out studies, below the "
            f"goal of {GOAL_AUROC:.2f}: many findings are missed or invented."
        )
    if not (measures.gain and measures.gain.low > 0):  # the whole interval
        said.append("Attention was not shown to be ahead of mean pooling.")
    return tuple(said)


def metrics_of(measures: Measures) -> tuple[Metric, ...]:
    """The held-out figures, the summary first."""
    cases = measures.cases
    rows = [
        _metric("Mean AUROC of diagnoses, held-out studies", measures.diagnoses, cases),
        _metric("Mean AUROC of referrals, held-out studies", measures.referrals, cases),
        Metric("Expected calibration error of probabilities", _rounded(measures.ece), cases=cases),
        Metric("Share of studies with the right priority", _rounded(measures.priority), cases=cases),
        Metric("Nearest training study has the same labels", _rounded(measures.retrieval), cases=cases),
    ]
    if measures.rival and measures.gain:
        rows.append(_metric("Mean AUROC of diagnoses with mean pooling, same run", measures.rival, cases))
        rows.append(_metric("Gain of attention over mean pooling", measures.gain, cases))
    rows += [_metric(f"AUROC: {a.name}", a.auroc, a.cases) for a in measures.answers]
    return tuple(row for row in rows if math.isfinite(row.value))


def _target(answer: AnswerMeasure, title: str, prefix: str) -> Target:
    return Target(
        name=prefix + _key(answer.name),
        title=title,
        threshold=answer.threshold,
        group="referral" if prefix else "diagnosis",
        calibration=answer.calibration,
    )


def _recipe_line(order: Order) -> str:
    r = order.recipe
    marked = (
        f" and, token by token, from lesion masks (weight {r.marks:g})" if r.marks and not order.table else ""
    )
    taught = (
        f", its latents taught to show lesion masks cell by cell (weight {r.teaching:g})"
        if r.teaching and not order.table
        else ""
    )
    stages = (
        f"VQ-VAE{taught} {r.tokenizer.steps} steps of {r.tokenizer.batch} patches",
        f"series encoder from labels of the study{marked} {r.series.steps} steps of {r.series.batch} series",
        f"contrast with reports and labels {r.contrast.steps} steps of {r.contrast.batch} studies",
        f"everything together {r.joint.steps} steps of {r.joint.batch} studies",
        f"heads {r.heads.steps} steps",
        "Platt calibration on the validation studies",
    )
    return f"python -m training prima {r.name}: {'; '.join(stages)}; seed {r.seed}"


def _from_phantoms() -> Origin:
    return Origin(
        line="trained on phantoms",
        trained_on="Synthetic multi-sequence brain MRI: real anatomy, painted lesions, made-up reports",
        population="None: every head is a warped copy of one average brain with lesions drawn by rule.",
        sources=(_ANATOMY, "Architecture after Prima (arXiv 2509.18638); no published weights are used"),
        failures=(
            "Has never seen a patient: scores on real studies are unproven and may be wrong with confidence.",
            "Enhancement can only be told where a series with contrast is in the study.",
            "Lesions smaller than about 5 mm, and lesions at the edge of the field of view, may be missed.",
            "Knows only the labels listed here; anything else is forced into them or ignored.",
            "An answer that the held-out studies contradict is not called a probability: the pooled "
            "calibration error looks a little too good.",
        ),
    )


def _from_table(order: Order) -> Origin:
    name = order.table.name if order.table else ""
    return Origin(
        line=f"trained on the studies of {name}",
        trained_on=f"Real studies listed in {name}",
        population="That of the table; not described further.",
        sources=("Architecture after Prima (arXiv 2509.18638); no published weights are used",),
        failures=("Not tested on studies of any other institution.",),
    )


def _metric(name: str, interval: Interval, cases: int) -> Metric:
    low, high = (_rounded(v) if math.isfinite(v) else None for v in (interval.low, interval.high))
    return Metric(name, _rounded(interval.value), low, high, cases)


def _rounded(value: float) -> float:
    return round(value, 4)


def _title(name: str) -> str:
    return name[:1].upper() + name[1:]


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
