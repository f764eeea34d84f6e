"""Encodings of units with elements hidden, computed once: every further target only joins them."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from threading import Lock

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explain.designs import Masks
from explain.frozen import frozen
from explain.pace import Pace
from inference.errors import ExplanationError
from inference.model import Inputs, Model, UnitModel
from inference.progress import Report, share, silent

CACHE_BYTES = 512 * 1024**2
LARGEST_BATCH = 256


class EncodingCache:
    """Encodings by model, inputs, unit and masks; the longest unused go first. Safe between threads."""

    def __init__(self, largest_bytes: int = CACHE_BYTES) -> None:
        self._largest = largest_bytes
        self._held: OrderedDict[str, Tensor] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: str) -> Tensor | None:
        """The encodings under `key`, if they are still here."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: str, encodings: Tensor) -> None:
        """Keep encodings, and let go of the longest unused where there is no room."""
        size = encodings.numel() * encodings.element_size()
        with self._lock:
            if key in self._held or size > self._largest:
                return
            self._held[key] = encodings
            self._bytes += size
            while self._bytes > self._largest:
                _, gone = self._held.popitem(last=False)
                self._bytes -= gone.numel() * gone.element_size()

    def __len__(self) -> int:
        return len(self._held)


class Encoder:
    """One study before one model: encodes masked units in batches, remembers, joins.

    forwards  how many masked or whole units were encoded here (one of each is counted out first), not
              counting remembered ones
    """

    def __init__(self, model: UnitModel, inputs: Inputs, cache: EncodingCache | None = None) -> None:
        self.model = model
        self.inputs = inputs
        self.forwards = 0
        self._cache = EncodingCache() if cache is None else cache
        self._name = fingerprint(model, inputs)
        self._pace = Pace(model.device, LARGEST_BATCH)

    @property
    def units(self) -> int:
        """How many units the study has for this model."""
        return len(self.inputs.places)

    def whole(self, report: Report = silent) -> Tensor:
        """(units, width) encodings with nothing hidden."""
        rows = []
        for unit, place in enumerate(self.inputs.places):
            stretch = share(report, unit / self.units, (unit + 1) / self.units)
            rows.append(self.masked(unit, np.ones((1, len(place)), bool), stretch))
        return torch.cat(rows)

    def masked(self, unit: int, masks: Masks, report: Report = silent) -> Tensor:
        """(runs, width) encodings of one unit under each mask; all of it, and none of it, count once."""
        whole = masks.all(1)
        kinds = (whole, ~masks.any(1) & ~whole)
        rest = ~(kinds[0] | kinds[1])
        pieces = [(rest, self._remembered(unit, masks[rest], report))] if rest.any() else []
        pieces += [(rows, self._remembered(unit, masks[rows][:1])) for rows in kinds if rows.any()]
        encodings = pieces[0][1].new_empty((len(masks), *pieces[0][1].shape[1:]))
        for rows, found in pieces:
            encodings[torch.from_numpy(rows).to(found.device)] = found
        return encodings

    def _remembered(self, unit: int, masks: Masks, report: Report = silent) -> Tensor:
        """The same for masks that are asked for together, each time anew or never."""
        digest = hashlib.sha256(np.packbits(masks, axis=1).tobytes()).hexdigest()
        key = f"{self._name}/{unit}/{masks.shape}/{digest}"
        held = self._cache.get(key)
        if held is None:
            held = self._encode(unit, masks, report)
            self._cache.put(key, held)
        report(1.0, "")
        return held

    def _encode(self, unit: int, masks: Masks, report: Report) -> Tensor:
        order = np.argsort(masks.sum(1), kind="stable")  # runs of equal length waste no padding
        pieces: list[Tensor] = []
        with torch.no_grad(), frozen(self.model.network):
            rows = max(self.model.least_rows(self.inputs), self._pace.rows(unit, lambda: self._once(unit)))
            for done in range(0, len(masks), rows):
                report(done / len(masks), "")
                keep = torch.from_numpy(masks[order[done : done + rows]])
                pieces.append(self.model.encode(self.inputs, unit, keep.to(self.model.device)))
        self.forwards += len(masks)
        encodings = torch.empty_like(torch.cat(pieces))
        encodings[torch.from_numpy(order).to(encodings.device)] = torch.cat(pieces)
        return encodings

    def _once(self, unit: int) -> Tensor:
        self.forwards += 1
        return self.model.encode(self.inputs, unit)

    def scores(self, encodings: Tensor, target: str, present: Tensor | None = None) -> NDArray[np.float64]:
        """(rows,) scores of one target from encodings (rows, units, width); they are finite."""
        column = self.model.card.index(target)
        with torch.no_grad(), frozen(self.model.network):
            pieces = [
                self.model.join(self.inputs, rows, None if present is None else present[i : i + len(rows)])
                for i, rows in _batches(encodings)
            ]
        return finite(torch.cat(pieces)[:, column])

    def scores_of_unit(
        self, unit: int, encodings: Tensor, target: str, *, alone: bool = False
    ) -> NDArray[np.float64]:
        """(rows,) scores where only `unit` is replaced; the others stay as they are, or away if `alone`."""
        rows = self.whole().expand(len(encodings), -1, -1).clone()
        rows[:, unit] = encodings
        if not alone:
            return self.scores(rows, target)
        present = torch.zeros(rows.shape[:2], dtype=torch.bool, device=rows.device)
        present[:, unit] = True
        return self.scores(rows, target, present)


def fingerprint(model: Model, inputs: Inputs) -> str:
    """Names the weights, where they are, and the numbers that they see: equal names, equal encodings."""
    digest = hashlib.sha256()
    parameter = next(model.network.parameters())
    digest.update(
        f"{model.card.weights_sha256 or _weights(model)}{parameter.dtype}{parameter.device}".encode()
    )
    for name, tensor in sorted(inputs.tensors.items()):
        digest.update(f"{name}{tuple(tensor.shape)}".encode())
        digest.update(_raw(tensor))
    return digest.hexdigest()


def finite(scores: Tensor) -> NDArray[np.float64]:
    """The scores as float64; ExplanationError where one is not a finite number."""
    values = scores.detach().cpu().double().numpy()  # some graphics cards know no double
    if not np.isfinite(values).all():
        raise ExplanationError(
            "The model answered with a number that is not finite, so its answer cannot be explained.",
            hint="Look at the series that the model saw for damaged pixels, and run the model again.",
        )
    return np.asarray(values)


def _weights(model: Model) -> str:
    digest = hashlib.sha256()
    for tensor in model.network.state_dict().values():
        digest.update(_raw(tensor))
    return digest.hexdigest()


def _raw(tensor: Tensor) -> bytes:
    return tensor.detach().cpu().reshape(-1).contiguous().view(torch.uint8).numpy().tobytes()


def _batches(encodings: Tensor) -> list[tuple[int, Tensor]]:
    return [(i, encodings[i : i + LARGEST_BATCH]) for i in range(0, len(encodings), LARGEST_BATCH)]
