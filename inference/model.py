"""The interface of every model: predict, explain, train and show are written once against it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from inference.card import Card
from inference.imaging.study import Study
from inference.place import Place
from inference.prediction import Exclusion
from inference.progress import Report, silent


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a network sees of one study, and where each piece of it came from.

    tensors   named tensors with a leading batch axis of 1; integers and masks are context
    places    one Place per unit (series, view), in the order of the unit axis of the tensors
    excluded  display sets left out, with the reason
    """

    study_uid: str
    tensors: Mapping[str, Tensor]
    places: tuple[Place, ...]
    excluded: tuple[Exclusion, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def seen(self) -> tuple[str, ...]:
        """Uids of the display sets that the model sees."""
        return tuple(dict.fromkeys(place.display_set_uid for place in self.places))


class Model(ABC):
    """A network with its card, its preparation and its answer."""

    attributed: ClassVar[tuple[str, ...]] = ()
    """Names of the float tensors that carry image content; only these are attributed."""

    def __init__(self, card: Card, network: nn.Module) -> None:
        self.card = card
        self.network = network

    @property
    def device(self) -> torch.device:
        """Where the network's parameters are."""
        return next(self.network.parameters()).device

    @abstractmethod
    def prepare(self, study: Study, report: Report = silent) -> Inputs:
        """Choose series, read, resample, normalise; NotApplicableError says what is missing."""

    @abstractmethod
    def scores(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(batch, targets) in the targets' units; differentiable, nothing but torch."""

    @abstractmethod
    def parts(self, inputs: Inputs) -> Mapping[str, Tensor]:
        """Integer label per element of each attributed tensor: what may be switched off together.

        Labels count the elements of places[0], then of places[1], and so on; -1 marks padding.
        """

    def intervals(self, inputs: Inputs) -> tuple[tuple[float, float] | None, ...] | None:  # noqa: ARG002 - for models that can
        """(low, high) of each target's score at 95 %; None where a target, or the model, cannot say."""
        return None

    def remarks(self, inputs: Inputs, scores: Sequence[float]) -> tuple[str, ...]:  # noqa: ARG002 - for models that can
        """What the scores mean together, and where they contradict each other, in sentences."""
        return ()

    def baseline(self, inputs: Inputs) -> Mapping[str, Tensor]:
        """The attributed tensors of an input without content: where integrated gradients start."""
        return {name: torch.zeros_like(inputs.tensors[name]) for name in self.attributed}


class UnitModel(Model):
    """A model that encodes its units (series, views) apart and joins them in a small network.

    Explanations use the two halves: what one unit hides never makes the others be encoded again.
    In the sequence of a unit's encoder the first `unit_readout` positions are read out and the first
    `unit_specials` are no elements (registers, series name); in that of the joining network the first
    `join_readout` and `join_specials` (registers, study description), then one position per unit.

    attention  how it attends: one "sequence" of all elements of a unit; one sequence per picture, then shares
               of "frames"; or a "pooled" grid of time and space with a class token. The latter two join their
               units by shares that pass modules called `shares`
    moves      whether units are loops, whose moments can be hidden whole
    together   whether what is hidden piece by piece is chosen for all targets at once, as always of loops: a
               second target then shares every mask; for models that join in a moment and encode slowly
    """

    attention: ClassVar[Literal["sequence", "frames", "pooled"]] = "sequence"
    moves: ClassVar[bool] = False
    together: ClassVar[bool] = False
    unit_readout: int
    unit_specials: int
    join_readout: int
    join_specials: int

    @abstractmethod
    def encode(self, inputs: Inputs, unit: int, keep: Tensor | None = None) -> Tensor:
        """(masks, width) encodings of one unit; `keep` (masks, elements) bool drops elements truly."""

    def observed(self, inputs: Inputs, unit: int) -> Tensor:
        """(1, width) encoding of a whole unit, never remembered: who watches the network sees it work."""
        return self.encode(inputs, unit)

    def least_rows(self, inputs: Inputs) -> int:  # noqa: ARG002 - for models that gain by it
        """How many masks are worth encoding together, however long one takes."""
        return 1

    @abstractmethod
    def join(self, inputs: Inputs, encodings: Tensor, present: Tensor | None = None) -> Tensor:
        """(rows, targets) from encodings (rows, units, width); `present` bool leaves units out."""
