"""What a model says about itself: its card, and the targets that it answers. Free of torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from inference.errors import WeightsError

Group = Literal["diagnosis", "referral", "priority", "measure"]


@dataclass(frozen=True)
class Target:
    """One answer of a model.

    name         stable key, such as "enhancing_tumour"
    title        as a radiologist reads it, such as "Enhancing tumour"
    unit         of the score: "logit" for a class, else a physical unit
    threshold    score from which on the target counts as a finding
    group        targets of the group "priority" exclude each other: the highest is the answer; those of the
                 group "measure" are numbers in a physical unit
    calibration  (slope, intercept): probability = sigmoid(slope * score + intercept); None where the
                 score was not calibrated and must not be called a probability
    below        the finding is a score at or under the threshold, as with an ejection fraction
    """

    name: str
    title: str
    unit: str = "logit"
    threshold: float = 0.0
    group: Group = "diagnosis"
    calibration: tuple[float, float] | None = None
    below: bool = False


@dataclass(frozen=True)
class Metric:
    """A held-out figure with its 95 % interval and the number of cases behind it."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    cases: int | None = None


@dataclass(frozen=True)
class Card:
    """The card of a model, as kept in `card.json` beside its weights."""

    key: str
    title: str
    version: str
    family: str
    size: Literal["bundled", "full"]
    modality: str
    body_part: str
    intended_use: str
    not_for: str
    weights_origin: str  # the line beside every answer, such as "trained on phantoms"
    trained_on: str
    recipe: str
    licence: str
    sources: tuple[str, ...]
    known_failures: tuple[str, ...]
    population: str
    targets: tuple[Target, ...]
    metrics: tuple[Metric, ...]
    config: Mapping[str, Any] = field(default_factory=dict)
    weights_sha256: str = ""

    @property
    def caveat(self) -> str:
        """The line that goes with every answer."""
        return f"{self.weights_origin} · not for diagnostic use"

    def target(self, name: str) -> Target:
        """The target called `name`; ValueError if the model has none."""
        for target in self.targets:
            if target.name == name:
                return target
        raise ValueError(f"{self.key} has no target {name!r}")

    def index(self, name: str) -> int:
        """Column of the target called `name` in the model's scores."""
        return self.targets.index(self.target(name))


def read_card(folder: Path) -> Card:
    """Read `card.json`; WeightsError where it is missing or incomplete."""
    try:
        data = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        return card_from_json(data)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WeightsError(
            f"The model card in {folder.name} cannot be read: {error}.",
            hint="Install the model again, or train it with `python -m training`.",
        ) from error


def card_from_json(data: Mapping[str, Any]) -> Card:
    """Build a card from parsed JSON; a missing or unknown field is an error."""
    values = dict(data)
    values["targets"] = tuple(_target(t) for t in values["targets"])
    values["metrics"] = tuple(Metric(**m) for m in values["metrics"])
    for name in ("sources", "known_failures"):
        values[name] = tuple(values[name])
    return Card(**values)


def card_to_json(card: Card) -> dict[str, Any]:
    """The card as plain JSON values."""
    return asdict(card)


def _target(data: Mapping[str, Any]) -> Target:
    values = dict(data)
    if values.get("calibration") is not None:
        slope, intercept = values["calibration"]
        values["calibration"] = (float(slope), float(intercept))
    return Target(**values)
