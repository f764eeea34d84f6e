"""Small models with known answers: a linear one, a product, noise, and a two-level transformer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from inference.card import Card, Target
from inference.imaging.study import Study
from inference.model import Inputs, Model, UnitModel
from inference.networks.attention import Shape, Transformer
from inference.place import Place
from inference.progress import Report, silent


def card(*names: str) -> Card:
    return Card(
        key="toy", title="Toy", version="1", family="toy", size="bundled", modality="MR", body_part="HEAD",
        intended_use="tests", not_for="anything else", weights_origin="random weights", trained_on="nothing",
        recipe="none", licence="Apache-2.0", sources=(), known_failures=(), population="none",
        targets=tuple(Target(name, name.title()) for name in names), metrics=(),
    )  # fmt: skip


def place(elements: int, number: int = 0) -> Place:
    """Elements along one diagonal-free row of a grid, 8 to a row."""
    index = np.stack(np.unravel_index(np.arange(elements), (-(-elements // 8), 1, 8)), 1)
    affine = np.diag((4.0, 32.0, 32.0, 1.0))
    return Place(
        f"set{number}", f"1.2.{number}", f"Series {number}", "1.9", (-(-elements // 8), 1, 8), index, affine
    )


def inputs(tensors: Mapping[str, Tensor], sizes: tuple[int, ...]) -> Inputs:
    return Inputs("1.2.3", tensors, tuple(place(n, i) for i, n in enumerate(sizes)))


class Sums(UnitModel):
    """Each unit's encoding is the sum of its kept elements' values (1, s, n, width); `form` joins them."""

    attributed = ("tokens",)
    unit_readout = unit_specials = join_readout = join_specials = 0

    def __init__(self, sizes: tuple[int, ...], width: int = 1, names: tuple[str, ...] = ("score",)) -> None:
        super().__init__(card(*names), nn.Linear(1, 1))
        self.sizes, self.width = sizes, width
        self.encoded = 0

    def prepare(self, study: Study, report: Report = silent) -> Inputs:
        raise NotImplementedError

    def form(self, total: Tensor) -> Tensor:
        """(rows, units, width) -> (rows, targets)."""
        return total.sum(1)

    def scores(self, tensors: Mapping[str, Tensor]) -> Tensor:
        return self.form(tensors["tokens"].sum(2))

    def parts(self, inputs: Inputs) -> Mapping[str, Tensor]:
        labels = torch.full(inputs.tensors["tokens"].shape, -1)
        start = 0
        for unit, size in enumerate(self.sizes):
            labels[0, unit, :size] = torch.arange(start, start + size)[:, None]
            start += size
        return {"tokens": labels}

    def encode(self, inputs: Inputs, unit: int, keep: Tensor | None = None) -> Tensor:
        values = inputs.tensors["tokens"][0, unit, : self.sizes[unit]]
        keep = torch.ones(1, len(values), dtype=torch.bool) if keep is None else keep
        self.encoded += len(keep)
        return keep.to(values.dtype) @ values

    def join(
        self,
        inputs: Inputs,  # noqa: ARG002 - of the interface
        encodings: Tensor,
        present: Tensor | None = None,
    ) -> Tensor:
        return self.form(encodings if present is None else encodings * present[..., None])

    def study(self, values: list[Tensor]) -> Inputs:
        """Inputs from one (n, width) tensor per unit."""
        tokens = torch.zeros(1, len(values), max(self.sizes), self.width, dtype=values[0].dtype)
        for unit, value in enumerate(values):
            tokens[0, unit, : len(value)] = value
        return inputs({"tokens": tokens}, self.sizes)


class TwoLevel(UnitModel):
    """Prima in small: registers and a name come first, then tokens; then the same for series."""

    attributed = ("tokens",)
    unit_readout, unit_specials, join_readout, join_specials = 3, 4, 2, 3

    def __init__(self, sizes: tuple[int, ...] = (12, 9, 16), width: int = 16, seed: int = 0) -> None:
        torch.manual_seed(seed)
        shape = Shape(width=width, depth=2, heads=2, head_dim=8, mlp=32)
        parts = {
            "text": Transformer(shape), "inner": Transformer(shape), "outer": Transformer(shape),
            "specials": nn.Embedding(6, width), "norm": nn.LayerNorm(width), "head": nn.Linear(width, 2),
        }  # fmt: skip
        super().__init__(card("mass", "shift"), nn.ModuleDict(parts).eval())
        self.sizes, self.width = sizes, width
        with torch.no_grad():
            for parameter in self.network.parameters():
                parameter.mul_(1.7)  # sharper than at the start of a training

    def prepare(self, study: Study, report: Report = silent) -> Inputs:
        raise NotImplementedError

    def study(self, seed: int = 0) -> Inputs:
        generator = torch.Generator().manual_seed(seed)
        tokens = torch.randn(1, len(self.sizes), max(self.sizes), self.width, generator=generator)
        mask = torch.arange(max(self.sizes)) < torch.tensor(self.sizes)[:, None]
        tensors = {
            "tokens": tokens * mask[None, :, :, None], "token_mask": mask[None],
            "names": torch.randint(6, (1, len(self.sizes), 5), generator=generator),
        }  # fmt: skip
        return inputs(tensors, self.sizes)

    def parts(self, inputs: Inputs) -> Mapping[str, Tensor]:
        mask = inputs.tensors["token_mask"]
        labels = torch.full(mask.shape, -1)
        labels[mask] = torch.arange(int(mask.sum()))
        return {"tokens": labels[..., None].expand(*labels.shape, self.width)}

    def _series(self, tokens: Tensor, mask: Tensor, names: Tensor) -> Tensor:
        """(b, n, d), (b, n), (b, L) -> (b, d)."""
        b = len(tokens)
        name = self.network["text"](self.network["specials"](names)).mean(1, keepdim=True)
        registers = self.network["specials"].weight[:3].expand(b, -1, -1)
        key = torch.cat((torch.ones(b, 4, dtype=torch.bool), mask), 1)
        out = self.network["inner"](torch.cat((registers, name, tokens), 1), key)
        return self.network["norm"](out[:, :3].mean(1))

    def _study(self, encodings: Tensor, present: Tensor) -> Tensor:
        b = len(encodings)
        specials = self.network["specials"].weight[3:6].expand(b, -1, -1)
        key = torch.cat((torch.ones(b, 3, dtype=torch.bool), present), 1)
        out = self.network["outer"](torch.cat((specials, encodings), 1), key)
        return self.network["head"](self.network["norm"](out[:, :2].mean(1)))

    def scores(self, tensors: Mapping[str, Tensor]) -> Tensor:
        b, s, _, d = tensors["tokens"].shape
        flat = (tensors[k].reshape(b * s, *tensors[k].shape[2:]) for k in ("tokens", "token_mask", "names"))
        encodings = self._series(*flat).view(b, s, d)
        return self._study(encodings, torch.ones(b, s, dtype=torch.bool))

    def encode(self, inputs: Inputs, unit: int, keep: Tensor | None = None) -> Tensor:
        tokens = inputs.tensors["tokens"][0, unit, : self.sizes[unit]]
        keep = torch.ones(1, len(tokens), dtype=torch.bool) if keep is None else keep
        longest = int(keep.sum(1).max())
        order = keep.int().argsort(dim=1, descending=True, stable=True)[:, :longest]
        mask = keep.gather(1, order)
        return self._series(tokens[order], mask, inputs.tensors["names"][0, unit].expand(len(keep), -1))

    def join(
        self,
        inputs: Inputs,  # noqa: ARG002 - of the interface
        encodings: Tensor,
        present: Tensor | None = None,
    ) -> Tensor:
        present = torch.ones(encodings.shape[:2], dtype=torch.bool) if present is None else present
        return self._study(encodings, present)


class Plain(Model):
    """A model without units: a linear answer to one flat tensor."""

    attributed = ("pixels",)

    def __init__(self) -> None:
        super().__init__(card("score"), nn.Linear(6, 1).double())

    def prepare(self, study: Study, report: Report = silent) -> Inputs:
        raise NotImplementedError

    def scores(self, tensors: Mapping[str, Tensor]) -> Tensor:
        return self.network(tensors["pixels"])

    def parts(self, inputs: Inputs) -> Mapping[str, Tensor]:  # noqa: ARG002 - of the interface
        return {"pixels": torch.arange(6)[None]}
