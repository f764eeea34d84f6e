"""Towers of T3D that were learnt before: a run may go on from a finished model."""

from __future__ import annotations

from pathlib import Path

from inference.card import read_card
from inference.errors import WeightsError
from inference.models.t3d_words import Vocabulary
from inference.networks.t3d import T3D
from inference.weights import load_state

LEARNT = ("focal.", "findings.", "cut")  # what begins so is learnt on the towers, and not taken
_HINT = "Train without --towers, or name a model that the same recipe made."


def take_towers(network: T3D, words: Vocabulary, folder: Path) -> None:
    """Fill all but small things and answers from the model in `folder`; WeightsError if it does not fit."""
    card = read_card(folder)
    if tuple(card.config["words"]) != words.words:
        raise WeightsError("The towers were taught with other reports than these.", hint=_HINT)
    taken = {n: value for n, value in load_state(folder, card).items() if not n.startswith(LEARNT)}
    own = {n for n in network.state_dict() if not n.startswith(LEARNT)}
    if differ := sorted(own ^ taken.keys()):
        raise WeightsError(f"The towers of {card.title} are built otherwise ({differ[0]}).", hint=_HINT)
    try:
        network.load_state_dict(taken, strict=False)
    except RuntimeError as error:  # another shape
        raise WeightsError(f"The towers of {card.title} are of another size.", hint=_HINT) from error
