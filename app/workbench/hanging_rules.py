"""Which series hang where when a study is opened: the protocol that scores best, and what it wishes for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.desk import Layout
from app.protocols import NOTHING, Match, Protocol, Wish, matches, shipped_protocols, words_of
from inference.imaging.study import DisplaySet, Kind, Study

_LOCALISER = re.compile(r"locali[sz]er|\bloc\b|scout|survey|topogram|3 ?plane", re.IGNORECASE)
_USUAL = (Layout.ONE, Layout.TWO, Layout.FOUR, Layout.SIX, Layout.NINE, Layout.TWELVE, Layout.SIXTEEN)


def hang(
    study: Study, protocols: Sequence[Protocol] = (), layout: Layout | None = None
) -> tuple[Layout, tuple[str, ...]]:
    """The layout and the display sets for its viewports, by uid; `layout`: the largest that is wanted."""
    found = matches(protocols or shipped_protocols(), study)
    return hung_by(found[0], study, layout=layout) if found else (Layout.ONE, ())


def hung_by(
    match: Match, current: Study, prior: Study | None = None, *, first: Sequence[str] = (),
    layout: Layout | None = None,
) -> tuple[Layout, tuple[str, ...]]:  # fmt: skip
    """How a protocol hangs the open studies; the display sets of `first` go before others of their study."""
    protocol = match.protocol
    every = {"current": _shown(current, first), "prior": _shown(prior, first) if prior else [], NOTHING: []}
    sets = {of: list(shown) for of, shown in every.items()}
    picked = [_pick(sets[wish.of], wish) for wish in protocol.slots]
    if not protocol.shrinks:
        whole = [
            found or _again(every[wish.of], wish) or next(iter(sets[wish.of]), None)
            for wish, found in zip(protocol.slots, picked, strict=True)
        ]
        return protocol.layout, tuple(d.uid if d else "" for d in whole)
    order = [d for d in picked if d is not None] + sets["current"]
    wanted = len([d for d in order if not is_localiser(d)]) or len(order)
    chosen = fitting_layout(wanted, layout or protocol.layout)
    return chosen, tuple(d.uid for d in order[: chosen.views])


def _shown(study: Study, first: Sequence[str]) -> list[DisplaySet]:
    """What has pictures: named sets first, volumes before loose pictures, localisers last."""
    sets = [d for d in study.display_sets if d.kind is not Kind.DOCUMENT]
    mixed = any(d.modality == "MR" for d in sets)
    return sorted(
        sets, key=lambda d: (d.uid not in first, is_localiser(d), d.kind is not Kind.VOLUME and mixed)
    )


def _pick(rest: list[DisplaySet], wish: Wish) -> DisplaySet | None:
    """The first set with the wished words, of the wished plane and kind if possible, taken out."""
    named = [d for d in rest if not wish.words or _has_words(d, wish.words)]
    fitting = [d for d in named if not (wish.words and is_localiser(d))]
    closest = sorted(fitting, key=lambda d: (_differs(wish.kind, d.kind), _differs(wish.plane, d.plane)))
    if not closest or (wish.kind and not wish.words and closest[0].kind != wish.kind):
        return None
    rest.remove(closest[0])
    return closest[0]


def _again(shown: list[DisplaySet], wish: Wish) -> DisplaySet | None:
    """A series by name that hangs in another viewport already: one may hang twice."""
    return _pick(list(shown), wish) if wish.words else None


def _differs(wished: str, there: str) -> bool:
    return bool(wished) and wished != there


def _has_words(display_set: DisplaySet, pattern: str) -> bool:
    """In the title, or as the view that a reader named."""
    return bool(re.search(pattern, f"{words_of(display_set.title)} {display_set.view}", re.IGNORECASE))


def fitting_layout(count: int, largest: Layout) -> Layout:
    """The smallest usual layout with room for `count` sets, but no larger than `largest`."""
    fitting = next((layout for layout in _USUAL if layout.views >= count), _USUAL[-1])
    return min(fitting, largest, key=lambda layout: layout.views)


def is_localiser(display_set: DisplaySet) -> bool:
    """Planning pictures, by the header or by the name."""
    title = words_of(display_set.title)
    return "LOCALIZER" in display_set.first.image_type or bool(_LOCALISER.search(title))
