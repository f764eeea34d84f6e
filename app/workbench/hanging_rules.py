"""Which series hang where when a study is opened: the protocol that scores best, and what it wishes for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.layouts import PER_WINDOW, Arrangement, Layout
from app.manner import AS_ACQUIRED, Manner
from app.protocol_files import shipped_protocols
from app.protocols import NOTHING, Protocol, Stage, Wish, can_show, matches, over, words_of
from inference.imaging.study import DisplaySet, Kind, Study

_LOCALISER = re.compile(r"locali[sz]er|\bloc\b|scout|survey|topogram|3 ?plane", re.IGNORECASE)
_USUAL = (Layout.ONE, Layout.TWO, Layout.FOUR, Layout.SIX, Layout.NINE, Layout.TWELVE, Layout.SIXTEEN)

Hung = tuple[DisplaySet | None, Manner]


@dataclass
class _Stock:
    """The series of the open studies: all of them, and those that hang nowhere yet."""

    every: dict[str, list[DisplaySet]]
    first: frozenset[str] = frozenset()  # uids that go before others
    rest: dict[str, list[DisplaySet]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rest = {of: list(shown) for of, shown in self.every.items()}


def hang(
    study: Study, protocols: Sequence[Protocol] = (), layout: Layout | None = None,
    further: Sequence[Layout] = (),
) -> Arrangement:  # fmt: skip
    """How a study hangs when it is opened; `layout`: the largest that is wanted in the first window."""
    found = matches(protocols or shipped_protocols(), study, further=len(further))
    if not found:
        return Arrangement(Layout.ONE)
    return hung_by(found[0].stages[0], study, layout=layout, further=further)


def hung_by(
    stage: Stage, current: Study, prior: Study | None = None, *, first: Sequence[str] = (),
    layout: Layout | None = None, further: Sequence[Layout] = (),
) -> Arrangement:  # fmt: skip
    """How a stage of a protocol hangs the open studies.

    first    display sets that go before others of their study
    further  layouts of the windows after the first, where the stage asks for no other
    """
    stock = _Stock(
        {"current": _shown(current, first), "prior": _shown(prior, first) if prior else [], NOTHING: []},
        frozenset(first),
    )
    laid, hung = _first_window(stage, stock, layout)
    layouts = list[Layout]()
    for window, was in enumerate(further):
        screen = stage.further[window] if window < len(stage.further) else None
        layouts.append(screen.layout if screen else was)
        hung += [(None, AS_ACQUIRED)] * (PER_WINDOW * (window + 1) - len(hung))
        hung += _whole(screen.slots, stock) if screen else _left_over(was, stock)
    return Arrangement(
        laid, tuple(d.uid if d else "" for d, _ in hung), tuple(m for _, m in hung), tuple(layouts)
    )


def _first_window(stage: Stage, stock: _Stock, largest: Layout | None) -> tuple[Layout, list[Hung]]:
    """Exactly as wished; where the stage shrinks, what was found and then what there is."""
    if not stage.shrinks:
        return stage.layout, _whole(stage.slots, stock)
    picked = [(_pick(stock, wish), wish) for wish in stage.slots]
    order: list[Hung] = [(found, _manner(wish, found, stock)) for found, wish in picked if found is not None]
    every = [*(d for d, _ in order if d is not None), *stock.rest["current"]]
    chosen = fitting_layout(
        len([d for d in every if not is_localiser(d)]) or len(every), largest or stage.layout
    )
    more = [(d, AS_ACQUIRED) for d in stock.rest["current"][: max(0, chosen.views - len(order))]]
    del stock.rest["current"][: len(more)]
    return chosen, [*order, *more][: chosen.views]


def _whole(wishes: Sequence[Wish], stock: _Stock) -> list[Hung]:
    """Something for every wish where there is anything: one that was wished for before any other."""
    picked = [_pick(stock, wish) for wish in wishes]
    hung = list[Hung]()
    for wish, found in zip(wishes, picked, strict=True):
        shown = found or _again(stock.every[wish.of], wish)
        if shown is None and not (wish.needs_volume or wish.wants_loop or wish.modality):
            shown = next(iter(stock.rest[wish.of]), None)
        hung.append((shown, _manner(wish, shown, stock)))
    return hung


def _left_over(layout: Layout, stock: _Stock) -> list[Hung]:
    """What hangs nowhere yet, the current study first."""
    rest = sorted([*stock.rest["current"], *stock.rest["prior"]], key=is_localiser)[: layout.views]
    for shown in rest:
        for series in stock.rest.values():
            if shown in series:
                series.remove(shown)
    return [(shown, AS_ACQUIRED) for shown in rest]


def _manner(wish: Wish, shown: DisplaySet | None, stock: _Stock) -> Manner:
    """As it is wished for, with the series that is laid over it."""
    if shown is None:
        return AS_ACQUIRED
    above = over(wish, shown, stock.every[wish.of]) if wish.fused else None
    return replace(wish.manner or AS_ACQUIRED, fused=above.uid if above else "")


def _shown(study: Study, first: Sequence[str]) -> list[DisplaySet]:
    """What has pictures: named sets first, volumes before loose pictures, localisers last."""
    sets = [d for d in study.display_sets if d.kind is not Kind.DOCUMENT]
    mixed = any(d.modality == "MR" for d in sets)
    return sorted(
        sets, key=lambda d: (d.uid not in first, is_localiser(d), d.kind is not Kind.VOLUME and mixed)
    )


def _pick(stock: _Stock, wish: Wish) -> DisplaySet | None:
    """The series for a wish; one that is shown as acquired hangs once, one that is cut as often as wished."""
    if wish.needs_volume or wish.fused:
        found = _best(stock.every[wish.of], wish, stock.first)
        if found in stock.rest[wish.of]:
            stock.rest[wish.of].remove(found)
        return found
    found = _best(stock.rest[wish.of], wish)
    if found is not None:
        stock.rest[wish.of].remove(found)
    return found


def _best(shown: Sequence[DisplaySet], wish: Wish, first: frozenset[str] = frozenset()) -> DisplaySet | None:
    """The first with the wished words, of the wished plane and kind if possible; to be cut, the finest."""
    able = [d for d in shown if can_show(wish, d) and (not wish.fused or over(wish, d, shown))]
    named = [d for d in able if not wish.words or _has_words(d, wish.words)]
    if wish.needs_volume and not named:
        named = able
    fitting = [d for d in named if not (wish.words and is_localiser(d))]
    if wish.needs_volume:
        fitting.sort(key=lambda d: (d.uid not in first, is_localiser(d), _coarseness_mm(d)))
    closest = sorted(fitting, key=lambda d: (_differs(wish.kind, d.kind), _differs(wish.plane, d.plane)))
    if not closest or (wish.kind and not wish.words and closest[0].kind != wish.kind):
        return None
    return closest[0]


def _coarseness_mm(display_set: DisplaySet) -> float:
    """The longest edge of a voxel."""
    return round(max(display_set.spacing_mm or (99.0,)), 1)


def _again(shown: Sequence[DisplaySet], wish: Wish) -> DisplaySet | None:
    """A series by name that hangs in another viewport already: one may hang twice."""
    return _best(shown, wish) if wish.words else None


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
