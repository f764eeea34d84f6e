"""Which texts stand in which corner, for each modality and level: a readable file, and what a reader changed.

A corner is a list of lines, a line a list of texts joined by a middle dot. A modality names the corners in
which it differs; all others are those of "any".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import resources
from app.viewer.look import Texts
from inference.imaging.acquisition import fact_names

ANY = "any"
CORNERS = ("top left", "top right", "bottom left", "bottom right")
LEVELS = {"all": Texts.ALL, "few": Texts.MINIMAL}
PATIENT = ("patient name", "patient ID", "sex and age", "birth date")
_STUDY = ("institution", "study description", "study date", "accession")
_SERIES = ("series", "series number", "protocol", "thickness", "position", "contrast", "pixel size")
_PICTURE = ("number", "window", "plane", "slab", "zoom", "inverted", "interpolation", "loop")
JOINT = " · "
MOST_LINES, MOST_TEXTS = 12, 8

Line = tuple[str, ...]
Corner = tuple[Line, ...]
Plan = Mapping[str, Corner]  # by corner
Plans = Mapping[tuple[str, Texts], Plan]  # by modality and level: the corners in which it differs from "any"


def text_names() -> tuple[str, ...]:
    """Every text that can stand in a corner."""
    return tuple(dict.fromkeys((*PATIENT, *_STUDY, *_SERIES, *_PICTURE, *fact_names())))


@dataclass(frozen=True)
class CornerPlans:
    """What came with the product, and the corners that the reader changed."""

    shipped: Plans = field(default_factory=dict)
    own: Plans = field(default_factory=dict)

    def corner(self, modality: str, level: Texts, corner: str) -> Corner:
        """The lines of one corner: the reader's before the product's, the modality's before those of any."""
        for key in ((modality, level), (ANY, level)):
            for plans in (self.own, self.shipped):
                if corner in plans.get(key, {}):
                    return plans[key][corner]
        return ()

    def with_corner(self, modality: str, level: Texts, corner: str, lines: Corner) -> CornerPlans:
        """The reader wants these lines there."""
        key = (modality, level)
        return CornerPlans(self.shipped, {**self.own, key: {**self.own.get(key, {}), corner: lines}})

    def as_shipped(self, modality: str, level: Texts) -> CornerPlans:
        """The product's own lines again, for one modality and level."""
        return CornerPlans(
            self.shipped, {key: plan for key, plan in self.own.items() if key != (modality, level)}
        )

    def told(self) -> str:
        """What the reader changed, as it is kept."""
        names = {level: name for name, level in LEVELS.items()}
        rows: dict[str, dict[str, dict[str, list[str]]]] = {}
        for (modality, level), plan in self.own.items():
            lines = {corner: [JOINT.join(line) for line in lines] for corner, lines in plan.items()}
            rows.setdefault(modality, {})[names[level]] = lines
        return json.dumps(rows, ensure_ascii=False) if rows else ""


def written(corner: Corner, values: Mapping[str, str]) -> tuple[str, ...]:
    """The lines of a corner as they are read: nothing is said twice, and what has no value leaves no gap."""
    lines, said = list[str](), set[str]()
    for line in corner:
        texts = [text for name in line if (text := values.get(name, "")) and text not in said]
        said.update(part for text in texts for part in (text, *text.split(JOINT)))
        lines += [JOINT.join(texts)] if texts else []
    return tuple(lines)


def corner_from(lines: list[str]) -> Corner:
    """Lines as they are written in the file, or by the reader. ValueError names what is not known."""
    known, found = {name.casefold(): name for name in text_names()}, list[Line]()
    for line in lines:
        names = [
            part.strip() for part in line.replace(",", JOINT.strip()).split(JOINT.strip()) if part.strip()
        ]
        for name in names:
            if name.casefold() not in known:
                raise ValueError(f"“{name[:40]}” is not a text that is known")
        if names:
            found.append(tuple(known[name.casefold()] for name in names))
    if len(found) > MOST_LINES or any(len(line) > MOST_TEXTS for line in found):
        raise ValueError(f"more than {MOST_LINES} lines, or more than {MOST_TEXTS} texts in one")
    return tuple(found)


def plans_from(told: Any) -> Plans:
    """Plans from a file's content. ValueError where it is not as it should be."""
    found: dict[tuple[str, Texts], Plan] = {}
    for modality, levels in _object(told).items():
        for level, corners in _object(levels).items():
            if level not in LEVELS:
                raise ValueError(f"“{level}” is no level of corner texts")
            plan = {corner: corner_from(_lines(lines)) for corner, lines in _object(corners).items()}
            if unknown := set(plan) - set(CORNERS):
                raise ValueError(f"“{min(unknown)}” is no corner")
            found[modality, LEVELS[level]] = MappingProxyType(plan)
    return found


@lru_cache(maxsize=1)
def shipped_plans() -> CornerPlans:
    """Those of resources/corners/corners.json."""
    path = resources.path("corners/corners.json")
    return CornerPlans(plans_from(json.loads(path.read_text(encoding="utf-8"))))


def _object(told: Any) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise ValueError("a list of corners by name is missing")
    return told


def _lines(told: Any) -> list[str]:
    if not isinstance(told, list) or not all(isinstance(line, str) for line in told):
        raise ValueError("a corner is a list of lines")
    return told
