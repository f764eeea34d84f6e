"""Which series hang where when a study is opened: rules by modality, kept in resources/hanging/rules.json."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import resources
from app.desk import Layout
from inference.imaging.study import DisplaySet, Kind, Study

_LOCALISER = re.compile(r"locali[sz]er|\bloc\b|scout|survey|topogram|3 ?plane", re.IGNORECASE)


@dataclass(frozen=True)
class Rule:
    """How studies of some modalities hang: at most `largest`; one series for each of `prefer` first."""

    modalities: tuple[str, ...]
    largest: Layout
    prefer: tuple[str, ...]


ANY = Rule((), Layout.FOUR, ())


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """The rules that ship with the product, first match first."""
    entries = json.loads((resources.path("hanging") / "rules.json").read_text(encoding="utf-8"))
    return tuple(Rule(tuple(e["modalities"]), Layout(e["largest"]), tuple(e["prefer"])) for e in entries)


def hang(study: Study) -> tuple[Layout, tuple[str, ...]]:
    """The layout and the display sets for its viewports, by uid."""
    sets = [d for d in study.display_sets if d.kind is not Kind.DOCUMENT]
    rule = next((r for r in rules() if any(d.modality in r.modalities for d in sets)), ANY)
    order = in_order(sets, rule.prefer)
    layout = fitting_layout(len([d for d in order if not is_localiser(d)]) or len(order), rule.largest)
    return layout, tuple(d.uid for d in order[: layout.views])


def in_order(sets: Sequence[DisplaySet], prefer: Sequence[str]) -> list[DisplaySet]:
    """One set for each preferred name, then the rest as they come; localisers last."""
    rest = sorted(sets, key=lambda d: (is_localiser(d), d.kind is not Kind.VOLUME and bool(prefer)))
    chosen: list[DisplaySet] = []
    for pattern in prefer:
        matching = (d for d in rest if re.search(pattern, _words(d), re.IGNORECASE) and not is_localiser(d))
        found = next(matching, None)
        if found is not None:
            rest.remove(found)
            chosen.append(found)
    return chosen + rest


def fitting_layout(count: int, largest: Layout) -> Layout:
    """The smallest layout with room for `count` sets, but no larger than `largest`."""
    by_size = sorted(Layout, key=lambda layout: layout.views)
    fitting = next((layout for layout in by_size if layout.views >= count), by_size[-1])
    return min(fitting, largest, key=lambda layout: layout.views)


def _words(display_set: DisplaySet) -> str:
    """The title with blanks between its words, however a scanner joined them."""
    return re.sub(r"[_\-.]+", " ", display_set.title)


def is_localiser(display_set: DisplaySet) -> bool:
    """Planning pictures, by the header or by the name."""
    return "LOCALIZER" in display_set.first.image_type or bool(_LOCALISER.search(_words(display_set)))
