"""LIME over whole moments of loops, and over whole views: what each adds when it is visible.

A model of loops is seen through a model whose elements are moments: hiding one hides all of its tiles. All
sets of moments are tried where they are few, so that there is no error of sampling; what the views add comes
from all sets of views (Shapley values).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from explain.attribution import CAVEAT, Attribution
from explain.encodings import EncodingCache
from explain.faithfulness import with_evidence
from explain.lime import PRESETS, LimeOptions, lime
from inference.imaging.study import Study
from inference.model import Inputs, UnitModel
from inference.place import Place
from inference.progress import Report, share, silent

METHOD = "LIME by frame"
REMARK = "A frame's score is the average change when it is visible rather than hidden."


class ByMoment(UnitModel):
    """The same model and the same inputs, with the moments of its loops as their elements."""

    moves = True
    unit_readout = unit_specials = join_readout = join_specials = 0

    def __init__(self, model: UnitModel, inputs: Inputs) -> None:
        super().__init__(model.card, model.network)
        self.inputs = replace(inputs, places=tuple(map(place_of_moments, inputs.places)))
        self._model, self._inputs = model, inputs
        self._moments = [torch.from_numpy(moments_of(place)) for place in inputs.places]

    def prepare(self, study: Study, report: Report = silent) -> Inputs:
        """As the model itself."""
        return self._model.prepare(study, report)

    def scores(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """As the model itself."""
        return self._model.scores(tensors)

    def parts(self, inputs: Inputs) -> Mapping[str, Tensor]:
        """No element has pixels of its own that gradients could be gathered in."""
        raise NotImplementedError("moments are hidden whole; gradients are gathered by the model itself")

    def encode(self, inputs: Inputs, unit: int, keep: Tensor | None = None) -> Tensor:  # noqa: ARG002 - by contract
        """(masks, width) encodings of one loop with moments hidden."""
        if keep is not None:
            keep = keep[:, self._moments[unit].to(keep.device)]
        return self._model.encode(self._inputs, unit, keep)

    def join(self, inputs: Inputs, encodings: Tensor, present: Tensor | None = None) -> Tensor:  # noqa: ARG002 - by contract
        """As the model itself."""
        return self._model.join(self._inputs, encodings, present)


def moments_of(place: Place) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """(n,) which of the seen moments, counted through, each element of a place is in."""
    return np.unique(place.index[:, 0], return_inverse=True)[1].reshape(-1).astype(np.int64)


def place_of_moments(place: Place) -> Place:
    """The same loop with one element per moment that was seen, as large as its whole grid."""
    moments = np.unique(place.index[:, 0])
    index = np.zeros((len(moments), 3), np.int64)
    index[:, 0] = moments
    _, rows, columns = place.shape
    affine = place.affine_lps.copy()
    affine[:3, 3] += affine[:3, 1] * (rows - 1) / 2 + affine[:3, 2] * (columns - 1) / 2
    affine[:3, 1] *= rows
    affine[:3, 2] *= columns
    return replace(place, shape=(place.shape[0], 1, 1), index=index, affine_lps=affine)


def lime_by_moment(
    model: UnitModel,
    inputs: Inputs,
    target: str,
    *,
    options: LimeOptions = PRESETS["default"],
    cache: EncodingCache | None = None,
    report: Report = silent,
) -> Attribution:
    """Explain by hiding whole moments and whole views."""
    seen = ByMoment(model, inputs)
    made = lime(seen, seen.inputs, target, options=options, cache=cache, report=report)
    return replace(made, method=METHOD, caveat=f"{CAVEAT} {REMARK}")


def evidence_by_moment(
    model: UnitModel, inputs: Inputs, made: Attribution, *, cache: EncodingCache, report: Report = silent
) -> Attribution:
    """The checks by hiding, of moments instead of tiles."""
    seen = ByMoment(model, inputs)
    return with_evidence(seen, seen.inputs, made, cache=cache, report=share(report, 0.0, 1.0))
