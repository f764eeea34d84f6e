"""Which models fit a study: by modality, by what was examined, and by whether the pictures move. Free of Qt.

This only offers models; whether one can really read the study is for the model to say, in its own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress

from inference.card import Card
from inference.errors import WeightsError
from inference.imaging.modality_words import held_modalities
from inference.imaging.study import DisplaySet, Kind, Study
from inference.models import catalogue
from inference.models.radclip_labels import matches_words

LOOPS = (Kind.CINE, Kind.CINE_STACK)
_WORDS = {
    "brain": re.compile(r"brain|\bhead|skull|neuro|cerebr|cranium", re.IGNORECASE),
    "heart": re.compile(r"heart|cardi|coronar|\btte\b|\btee\b", re.IGNORECASE),
}
_MOVES = ("heart",)  # body parts whose models read loops


def installed() -> tuple[Card, ...]:
    """The cards of the models that are installed; one that cannot be read does not hide the others."""
    cards = []
    for key in catalogue.keys():  # noqa: SIM118 - a function of a module, not of a dict
        with suppress(WeightsError):
            cards.append(catalogue.card(key))
    return tuple(cards)


def models_for(study: Study, cards: Iterable[Card]) -> tuple[Card, ...]:
    """The models that may read a study, in the order given."""
    return tuple(card for card in cards if not why_not(study, card))


def why_not(study: Study, card: Card) -> str:
    """Why a model is not offered for a study; empty where it is."""
    if matches_words(card):
        return "it answers words, see “Match with words”"
    own = _own_sets(study, card)
    if not own:
        held = held_modalities(study) or "no pictures"
        return f"it reads {card.modality}, the study holds {held}"
    named = _named(study)
    if named and card.body_part in _WORDS and card.body_part not in named:
        return f"it reads the {card.body_part}, the study is of the {' and '.join(sorted(named))}"
    if card.body_part in _MOVES and not any(d.kind in LOOPS for d in own):
        return "it reads loops, the study holds none"
    if card.body_part not in _MOVES and all(d.kind in LOOPS for d in own):
        return "it reads pictures at rest, the study holds loops only"
    return ""


def _own_sets(study: Study, card: Card) -> list[DisplaySet]:
    """The pictures of the modality that a model reads."""
    known = re.split(r"\W+", card.modality)
    return [d for d in study.display_sets if d.kind is not Kind.DOCUMENT and d.modality in known]


def reader_for(study: Study, key: str, cards: Iterable[Card]) -> str:
    """The model that reads whole studies: `key`, or one that fits where `key` answered about one series."""
    known = tuple(card for card in cards if not matches_words(card))
    fitting = (*models_for(study, known), *known)
    return key if not fitting or any(card.key == key for card in known) else fitting[0].key


def no_model_words(study: Study, cards: Iterable[Card]) -> str:
    """Why no installed model fits: what they read, said once, and each that comes closer with its reason."""
    known, held = tuple(cards), held_modalities(study)
    readers = [card for card in known if not matches_words(card)]
    if not held:
        return "The study holds no pictures."
    far = {card.modality for card in readers if not _own_sets(study, card)}
    parts = [f"The study holds {held}; the models read {', '.join(sorted(far))}."] if far else []
    parts += [f"{card.title}: {why_not(study, card)}." for card in readers if _own_sets(study, card)]
    if len(readers) < len(known):
        parts.append("Match with words (Ctrl+M) ranks labels for any picture.")
    return "\n".join(parts)


def _named(study: Study) -> set[str]:
    """The parts of the body that headers name."""
    texts = [study.description, *(t for s in study.series for t in (s.body_part, s.description, s.protocol))]
    joined = " ".join(texts).replace("_", " ")
    return {part for part, words in _WORDS.items() if words.search(joined)}
