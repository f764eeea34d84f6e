"""Labels that pictures are matched with: as a reader types them, and the lists on offer. Free of torch."""

from __future__ import annotations

import re
from collections.abc import Sequence

from inference.card import Card, Target
from inference.errors import NotApplicableError

MOST = 1000
LONGEST = 200
COSINE = "cosine"
EVERYTHING = "All labels"
_HINT = "Type labels such as “chest X-ray, nodule”, one per line or with semicolons between, or pick a list."


def labels_in(text: str) -> tuple[str, ...]:
    """The labels of a typed text: one per line, or with semicolons between. Each stands once.

    NotApplicableError where there is none, or where there are more than can be ranked at once.
    """
    return checked(re.split(r"[\n;]", text))


def checked(labels: Sequence[str]) -> tuple[str, ...]:
    """The same for labels that are apart already."""
    cleaned = (" ".join(label.split())[:LONGEST] for label in labels)
    first: dict[str, str] = {}
    for label in filter(None, cleaned):
        first.setdefault(label.casefold(), label)
    found = tuple(first.values())
    if not found:
        raise NotApplicableError("There is no label to match the picture with.", hint=_HINT)
    if len(found) > MOST:
        raise NotApplicableError(
            f"{len(found):,} labels are more than the {MOST:,} that can be ranked at once.",
            hint="Shorten the list. What was typed is kept.",
        )
    return found


def lists_of(card: Card) -> dict[str, tuple[str, ...]]:
    """The labels that a model was taught, by region and kind of picture."""
    lists: dict[str, list[str]] = {}
    for target in card.targets:
        lists.setdefault(target.title.partition(",")[0], []).append(target.title)
    return {EVERYTHING: tuple(t.title for t in card.targets)} | {k: tuple(v) for k, v in lists.items()}


def target_of(card: Card, label: str) -> Target:
    """The target of a label: calibrated where it was taught, bare where nobody knows how it scores."""
    wanted = label.casefold()
    known = next((t for t in card.targets if wanted in (t.name.casefold(), t.title.casefold())), None)
    return known or Target(label, label, COSINE, threshold=1.0)


def matches_words(card: Card) -> bool:
    """Whether the model answers by matching words, and not with findings of its own."""
    return bool(card.targets) and all(target.unit == COSINE for target in card.targets)
