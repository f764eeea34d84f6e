"""Hanging protocols as readable files: what a study must be like, and what hangs in which viewport.

A file names a title, a layout, rules and wishes. Each rule that holds adds its weight; one that is required
and does not hold takes the protocol out. The best score hangs. The product's own files are in
resources/hanging, the reader's in the folder "hanging" beside the settings.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import resources
from app.desk import Layout
from inference.imaging.files import write_atomic
from inference.imaging.study import DisplaySet, Kind, Study

NOTHING = "nothing"  # in place of a study, for a viewport that stays empty
OWN_BONUS = 20  # what the reader saved goes before what came with the product
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rule:
    """One thing that a study may be like.

    about  "modality", "kind", "body part", "words" (of study and series), "prior" ("yes" or "no") or "sets"
           (how many there are to hang, as a number)
    like   a pattern that has to fit; of modality, kind and number the whole of it
    """

    about: str
    like: str
    weight: float = 1.0
    required: bool = False


@dataclass(frozen=True)
class Wish:
    """What is wished for in one viewport; what is left empty does not matter.

    of  "current" or "prior" study, or "nothing"
    """

    words: str = ""
    plane: str = ""
    kind: str = ""
    of: str = "current"


@dataclass(frozen=True)
class Protocol:
    """One way to hang. `shrinks`: a smaller layout where there are fewer series."""

    key: str
    title: str
    layout: Layout
    rules: tuple[Rule, ...]
    slots: tuple[Wish, ...] = ()
    shrinks: bool = True
    own: bool = False


@dataclass(frozen=True)
class Match:
    """A protocol that suits a study, how well, and why."""

    protocol: Protocol
    score: float
    reasons: tuple[str, ...]


def matches(protocols: Iterable[Protocol], current: Study, prior: Study | None = None) -> tuple[Match, ...]:
    """The protocols that suit, best first; among equals, as they come."""
    facts = _facts(current, prior)
    found = (_match(protocol, facts) for protocol in protocols)
    return tuple(sorted((m for m in found if m is not None), key=lambda m: -m.score))


def _match(protocol: Protocol, facts: dict[str, tuple[str, ...]]) -> Match | None:
    score, reasons = float(OWN_BONUS * protocol.own), list[str]()
    for rule in protocol.rules:
        reason = _holds(rule, facts)
        if reason:
            score += rule.weight
            reasons.append(reason)
        elif rule.required:
            return None
    return Match(protocol, score, tuple(reasons))


def _holds(rule: Rule, facts: dict[str, tuple[str, ...]]) -> str:
    """What in the study fits, in words; empty for nothing."""
    fits = re.search if rule.about in ("words", "body part") else re.fullmatch
    for fact in facts.get(rule.about, ()):
        found = fits(rule.like, fact, re.IGNORECASE)
        if found:
            return f"{rule.about}: {found[0]}"
    return ""


def _facts(current: Study, prior: Study | None) -> dict[str, tuple[str, ...]]:
    sets = [d for d in current.display_sets if d.kind is not Kind.DOCUMENT]
    return {
        "modality": tuple(dict.fromkeys(d.modality for d in sets)),
        "kind": tuple(dict.fromkeys(str(d.kind) for d in sets)),
        "body part": tuple(dict.fromkeys(s.body_part for s in current.series if s.body_part)),
        "words": tuple(words_of(t) for t in (current.description, *(d.title for d in sets)) if t),
        "prior": ("yes" if prior else "no",),
        "sets": (str(len(sets)),),
    }


def words_of(title: str) -> str:
    """A title with blanks between its words, however a scanner joined them."""
    return re.sub(r"[_\-.]+", " ", title)


@lru_cache(maxsize=1)
def shipped_protocols() -> tuple[Protocol, ...]:
    """Those that come with the product."""
    return read_protocols(resources.path("hanging"))


def read_protocols(folder: Path, *, own: bool = False) -> tuple[Protocol, ...]:
    """The protocols of a folder by name; a file that cannot be used hides no other."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(_protocol(path.stem, json.loads(path.read_text("utf-8")), own=own))
        except (OSError, ValueError, TypeError, KeyError, AttributeError, re.error) as error:
            _log.warning("the hanging protocol %s cannot be used: %s", path.name, error)
    return tuple(found)


def _protocol(key: str, told: dict[str, Any], *, own: bool) -> Protocol:
    rules = tuple(Rule(**rule) for rule in told["rules"])
    slots = tuple(Wish(**wish) for wish in told.get("slots", ()))
    for pattern in (*(rule.like for rule in rules), *(wish.words for wish in slots)):
        re.compile(pattern)
    if any(wish.of not in ("current", "prior", NOTHING) for wish in slots):
        raise ValueError('a wish is "of" the current study, of the prior, or of nothing')
    layout = Layout(told["layout"])
    return Protocol(key, str(told["title"]), layout, rules, slots, bool(told.get("shrinks", True)), own)


def seen(
    title: str, layout: Layout, shown: Sequence[tuple[DisplaySet | None, bool]], study: Study
) -> Protocol:
    """What hangs now as a protocol: `shown` per viewport, and whether it is of the prior study."""
    wishes = tuple(_wish(display_set, is_prior=is_prior) for display_set, is_prior in shown)
    modality = next((d.modality for d, is_prior in shown if d is not None and not is_prior), "")
    parts = sorted({series.body_part for series in study.series if series.body_part})
    prior = any(is_prior for _, is_prior in shown)
    rules = [Rule("modality", re.escape(modality), 10, required=True)]
    rules += [Rule("body part", f"^{re.escape(part)}$", 5) for part in parts]
    rules += [Rule("prior", "yes" if prior else "no", 5, required=True)]
    return Protocol(_file_name(title), title, layout, tuple(rules), wishes, shrinks=False, own=True)


def _wish(display_set: DisplaySet | None, *, is_prior: bool) -> Wish:
    if display_set is None:
        return Wish(of=NOTHING)
    words = rf"^{re.escape(words_of(display_set.title))}\b"
    of = "prior" if is_prior else "current"
    return Wish(words, display_set.plane, str(display_set.kind), of)


def _file_name(title: str) -> str:
    """A name of letters and digits: what a reader types never becomes a path."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:60] or "protocol"


def write_protocol(protocol: Protocol, folder: Path) -> Path:
    """Write it as a readable file; the same title again takes its place."""
    told = {
        "title": protocol.title,
        "layout": protocol.layout.value,
        "shrinks": protocol.shrinks,
        "rules": [asdict(rule) for rule in protocol.rules],
        "slots": [{k: v for k, v in asdict(wish).items() if v} for wish in protocol.slots],
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{protocol.key}.json"
    write_atomic(path, json.dumps(told, indent=2).encode())
    return path
