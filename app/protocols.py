"""Hanging protocols: what a study must be like, and what hangs in which viewport, stage by stage.

Each rule that holds adds its weight; one that is required and does not hold takes the protocol out. The
best score hangs, by its first stage; the others are a key away. `app.protocol_files` reads and writes them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.layouts import Layout
from app.manner import Manner, ViewKind
from inference.imaging.study import DisplaySet, Kind, Study

NOTHING = "nothing"  # in place of a study, for a viewport that stays empty
OWN_BONUS = 20  # what the reader saved goes before what came with the product
_UNCORRECTED = re.compile(r"\bnac\b|\bnon ?ac\b|uncorrected", re.IGNORECASE)  # emission, seldom wanted


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

    of        "current" or "prior" study, or "nothing"
    manner    how it is shown; None where the series decides
    up_to_mm  longest edge of a voxel, for what is to be cut or shown in 3-D; 0 for any
    fused     modality of the series that is laid over it, such as "PT" over CT
    """

    words: str = ""
    plane: str = ""
    kind: str = ""
    of: str = "current"
    modality: str = ""
    manner: Manner | None = None
    up_to_mm: float = 0.0
    fused: str = ""

    @property
    def needs_volume(self) -> bool:
        """Whether only a regular volume will do."""
        return self.manner is not None and self.manner.view.needs_volume

    @property
    def wants_loop(self) -> bool:
        """Whether only a series that plays will do."""
        return self.manner is not None and self.manner.view is ViewKind.LOOP


@dataclass(frozen=True)
class Screen:
    """What hangs in one window after the first."""

    layout: Layout
    slots: tuple[Wish, ...] = ()


@dataclass(frozen=True)
class Stage:
    """One step of a protocol. `shrinks`: a smaller layout where there are fewer series."""

    layout: Layout
    slots: tuple[Wish, ...] = ()
    shrinks: bool = True
    title: str = ""
    further: tuple[Screen, ...] = ()

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """Of every window."""
        return (*self.slots, *(wish for screen in self.further for wish in screen.slots))


@dataclass(frozen=True)
class Protocol:
    """One way to hang, in one stage or several."""

    key: str
    title: str
    rules: tuple[Rule, ...]
    stages: tuple[Stage, ...]
    own: bool = False


@dataclass(frozen=True)
class Match:
    """A protocol that suits a study, how well, and why. `stages`: those that the study has series for."""

    protocol: Protocol
    score: float
    reasons: tuple[str, ...]
    stages: tuple[Stage, ...]


def matches(
    protocols: Iterable[Protocol], current: Study, prior: Study | None = None, *, further: int = 0
) -> tuple[Match, ...]:
    """The protocols that suit, best first; among equals, as they come. `further`: windows after the first."""
    facts = _facts(current, prior)
    found = []
    for protocol in protocols:
        stages = tuple(
            stage
            for stage in protocol.stages
            if is_possible(stage, current, prior) and (protocol.own or len(stage.further) <= further)
        )
        found.append(_match(protocol, stages, facts))
    return tuple(sorted((m for m in found if m is not None), key=lambda m: -m.score))


def _match(protocol: Protocol, stages: tuple[Stage, ...], facts: dict[str, tuple[str, ...]]) -> Match | None:
    score, reasons = float(OWN_BONUS * protocol.own), list[str]()
    for rule in protocol.rules:
        reason = _holds(rule, facts)
        if reason:
            score += rule.weight
            reasons.append(reason)
        elif rule.required:
            return None
    return Match(protocol, score, tuple(reasons), stages) if stages else None


def is_possible(stage: Stage, current: Study, prior: Study | None = None) -> bool:
    """Whether there is a volume for every plane and every 3-D view, and a loop for every loop."""
    studies = {"current": current, "prior": prior}
    return all(_is_possible(wish, studies.get(wish.of)) for wish in stage.wishes)


def _is_possible(wish: Wish, study: Study | None) -> bool:
    if not (wish.needs_volume or wish.wants_loop or wish.fused):
        return True
    sets = study.display_sets if study is not None else ()
    return any(can_show(wish, d) and (not wish.fused or over(wish, d, sets)) for d in sets)


def over(wish: Wish, below: DisplaySet, sets: Sequence[DisplaySet]) -> DisplaySet | None:
    """The volume of the wished modality to be laid over a series: of its frame of reference, or none."""
    frame = below.frame_of_reference_uid
    found = [
        d
        for d in sets
        if d.uid != below.uid
        and d.kind is Kind.VOLUME
        and re.fullmatch(wish.fused, d.modality, re.IGNORECASE)
        and frame
        and d.frame_of_reference_uid == frame
        and d.study_uid == below.study_uid
    ]
    return min(found, key=lambda d: bool(_UNCORRECTED.search(words_of(d.title))), default=None)


def can_show(wish: Wish, display_set: DisplaySet) -> bool:
    """Whether a series is of the wished modality, and can be shown in the wished manner."""
    if wish.modality and not re.fullmatch(wish.modality, display_set.modality, re.IGNORECASE):
        return False
    if wish.needs_volume:
        fine = not wish.up_to_mm or max(display_set.spacing_mm or (math.inf,)) <= wish.up_to_mm
        return fine and display_set.kind is Kind.VOLUME
    return not wish.wants_loop or display_set.kind in (Kind.CINE, Kind.CINE_STACK)


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


@dataclass(frozen=True)
class Seen:
    """What hangs in one viewport: nothing, or a series of one of the two studies in some manner.

    over  what is laid over it
    """

    display_set: DisplaySet | None = None
    is_prior: bool = False
    manner: Manner | None = None
    over: DisplaySet | None = None


def stage_seen(layouts: Sequence[Layout], shown: Sequence[Sequence[Seen]], title: str = "") -> Stage:
    """What hangs now as one stage: a layout, and what is in its viewports, for each window."""
    first, *rest = [tuple(_wish(seen) for seen in window) for window in shown]
    further = tuple(Screen(layout, wishes) for layout, wishes in zip(layouts[1:], rest, strict=True))
    return Stage(layouts[0], first, shrinks=False, title=title, further=further)


def seen_protocol(title: str, stage: Stage, shown: Sequence[Seen], study: Study) -> Protocol:
    """A protocol of the reader's own for studies like this one, with what hangs now as its only stage."""
    modality = next((s.display_set.modality for s in shown if s.display_set and not s.is_prior), "")
    parts = sorted({series.body_part for series in study.series if series.body_part})
    prior = any(s.is_prior for s in shown)
    rules = [Rule("modality", re.escape(modality), 10, required=True)]
    rules += [Rule("body part", f"^{re.escape(part)}$", 5) for part in parts]
    rules += [Rule("prior", "yes" if prior else "no", 5, required=True)]
    return Protocol(_file_name(title), title, tuple(rules), (stage,), own=True)


def _wish(seen: Seen) -> Wish:
    display_set = seen.display_set
    if display_set is None:
        return Wish(of=NOTHING)
    words = rf"^{re.escape(words_of(display_set.title))}\b"
    of = "prior" if seen.is_prior else "current"
    manner = replace(seen.manner, fused="") if seen.manner is not None else None
    same_study = seen.over is not None and seen.over.study_uid == display_set.study_uid
    fused = re.escape(seen.over.modality) if seen.over is not None and same_study else ""
    return Wish(words, display_set.plane, str(display_set.kind), of, manner=manner, fused=fused)


def _file_name(title: str) -> str:
    """A name of letters and digits: what a reader types never becomes a path."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:60] or "protocol"
