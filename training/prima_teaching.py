"""What the tokenizer learns from: patches to rebuild and, where lesions are known, what their cells show.

The readers of its latents are thrown away afterwards; so is the batch normalisation of its encoder, which is
folded into the convolutions before it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, pixel_unshuffle
from torch.nn.utils.fusion import fuse_conv_bn_weights

from inference.networks.prima_config import LATENT
from inference.networks.vqvae import VQVAE, Convolution
from training.fit import Losses
from training.prima_cases import CELLS, Prepared

RARE = -4.0  # logit of a cell's labels before anything is learnt
REBUILT = 6  # one in so many patches of a batch is rebuilt; all are read
NAMES = 512  # series names are told apart by a checksum modulo this
WIDTH = 64
CELL = LATENT // CELLS**2


@dataclass(frozen=True, eq=False)
class Pool:
    """Patches of the studies to learn from. `cells` (n, labels, 4, 4) is empty where nobody marked any."""

    voxels: NDArray[np.uint8]  # (n, 4, 32, 32)
    cells: NDArray[np.bool_]
    names: NDArray[np.int64]  # (n,) the series' name as a number
    places: NDArray[np.float32]  # (n, 6) position and orientation
    chance: NDArray[np.float64]  # (n,) of being drawn: rare labels as often as frequent ones

    def drawn(self, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Rows of one batch: half by label, half from everywhere."""
        if not self.chance.any():
            return rng.integers(0, len(self.voxels), count)
        where = np.searchsorted(np.cumsum(self.chance), rng.random(count // 2))
        marked = np.minimum(where, len(self.voxels) - 1)
        return np.concatenate((marked, rng.integers(0, len(self.voxels), count - len(marked))))


def pool_of(studies: Iterable[Prepared], plain_per_study: int, rng: np.random.Generator) -> Pool:
    """Every marked patch of some studies, and some of the others."""
    parts = []
    for study in studies:
        bits = np.unpackbits(study.cells, axis=-1).reshape(*study.marks.shape, CELLS, CELLS).astype(bool)
        marked = np.flatnonzero(bits.any((1, 2, 3)))
        plain = rng.choice(len(bits), min(plain_per_study, len(bits)), replace=False)
        rows = np.union1d(marked, plain)
        names = np.array([zlib.crc32(name.encode()) % NAMES for name in study.answers.names])
        facing = np.eye(3, dtype=np.float32)[study.orientations]
        places = np.concatenate((study.position / 5, np.repeat(facing, study.counts, 0)), 1)
        parts.append((study.voxels[rows], bits[rows], np.repeat(names, study.counts)[rows], places[rows]))
    voxels, cells, numbers, where = (np.concatenate(part) for part in zip(*parts, strict=True))
    marks: NDArray[np.bool_] = np.any(cells, axis=(2, 3))
    return Pool(voxels, cells, numbers, where.astype(np.float32), _chances(marks))


class TaughtTokenizer(nn.Module):
    """The tokenizer with readers of what its latents show, by cell and by patch."""

    def __init__(self, tokenizer: VQVAE, labels: int) -> None:
        super().__init__()
        self.tokenizer = tokenizer
        self.labels = labels
        for block in _plain_blocks(tokenizer):
            block.conv = Normalised(block.conv)
        if labels:
            self.names = nn.Embedding(NAMES, 16)
            self.hidden = nn.Conv2d(CELL + 16 + 6, WIDTH, 1)
            self.cells = nn.Conv2d(CELL + WIDTH, labels, 1)
            self.patch = nn.Linear(LATENT + 2 * WIDTH, labels)
            for reader in (self.cells, self.patch):
                reader.weight.data.mul_(0.1)
                nn.init.constant_(reader.bias, RARE)  # type: ignore[arg-type]  # torch: it may have none

    def losses(self, x: Tensor, cells: Tensor, context: tuple[Tensor, Tensor], weight: float) -> Losses:
        """Parts of the loss of patches (b, 1, 8, 32, 32) whose cells (b, labels, 4, 4) are known.

        context  series names as numbers (b,), positions and orientations (b, 6)
        """
        z = self.tokenizer.encoder(x).float()
        some = slice(None, None, REBUILT if self.labels else 1)
        codes, commitment = self.tokenizer.quantizer(z[some])
        rebuilt = (self.tokenizer.decoder(codes).float() - x[some]).abs().mean()
        found = {"rebuild": 10 * rebuilt, "commit": commitment}
        if self.labels:
            by_cell, by_patch = self.read(z, *context)
            found["cells"] = weight * _told(by_cell, cells)
            found["patch"] = weight * _told(by_patch, cells.amax((2, 3)))
        return found

    def read(self, z: Tensor, names: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        """(b, labels, 4, 4) and (b, labels) what the latents (b, c, d, h, w) show."""
        grid = pixel_unshuffle(z.flatten(1, 2), z.shape[-1] // CELLS)  # (b, 16, 4, 4)
        context = torch.cat((self.names(names), places), 1)[:, :, None, None].expand(-1, -1, CELLS, CELLS)
        hidden = nn.functional.gelu(self.hidden(torch.cat((grid, context), 1)))
        pooled = torch.cat((z.flatten(1), hidden.amax((2, 3)), hidden.mean((2, 3))), 1)
        return self.cells(torch.cat((grid, hidden), 1)), self.patch(pooled)

    def folded(self) -> VQVAE:
        """The tokenizer alone, without normalisation."""
        for block in _plain_blocks(self.tokenizer):
            if isinstance(block.conv, Normalised):
                block.conv = block.conv.folded()
        return self.tokenizer.eval()


class Normalised(nn.Module):
    """A convolution and the batch normalisation that helps it to learn."""

    def __init__(self, conv: nn.Module) -> None:
        super().__init__()
        assert isinstance(conv, nn.Conv3d)
        self.conv = conv
        self.norm = nn.BatchNorm3d(conv.out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """(b, c, ...) -> (b, c', ...)."""
        out: Tensor = self.norm(self.conv(x))
        return out

    def folded(self) -> nn.Conv3d:
        """One convolution that does the same once nothing is learnt any more."""
        conv, norm = self.conv, self.norm
        assert norm.running_mean is not None
        assert norm.running_var is not None
        weight, bias = fuse_conv_bn_weights(
            conv.weight, conv.bias, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias
        )
        conv.weight, conv.bias = weight, bias
        return conv


def varied(
    patches: NDArray[np.uint8], cells: NDArray[np.bool_], rng: np.random.Generator, *, turned: bool
) -> tuple[Tensor, Tensor]:
    """(b, 1, 8, 32, 32) patches in other lights and mirrored, their cells with them; `turned`: axes permuted
    where the patient's count (then cells mean nothing).
    """
    x = torch.from_numpy(patches).float() / 255
    gamma = torch.from_numpy(rng.uniform(0.7, 1.4, (len(x), 1, 1, 1))).float()
    gain = torch.from_numpy(rng.uniform(0.88, 1.14, (len(x), 1, 1, 1))).float()
    x = (x**gamma * gain).clamp(0, 1).repeat_interleave(2, 1)[:, None]
    mirrored = [axis for axis in (2, 3, 4) if rng.random() < 0.5]
    x = x.flip(mirrored)
    marks = torch.from_numpy(cells).float().flip([axis - 1 for axis in mirrored if axis > 2])
    return x.permute(0, 1, *(2 + rng.permutation(3))) if turned else x, marks


def _plain_blocks(tokenizer: VQVAE) -> list[Convolution]:
    """The convolutions of the encoder that halve the grid."""
    return [b for b in list(tokenizer.encoder.blocks)[:-1] if isinstance(b, Convolution)]


def _told(scores: Tensor, truth: Tensor) -> Tensor:
    """Cross-entropy summed over labels."""
    weight = truth.new_tensor(3.0)
    return binary_cross_entropy_with_logits(scores.float(), truth, pos_weight=weight) * truth.shape[1]


def _chances(marks: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(n,) shares by which each label is drawn as often as any other; zeros where nothing is marked."""
    count = marks.sum(0)
    rows: NDArray[np.float64] = marks @ (1 / np.maximum(count, 1.0))
    share: NDArray[np.float64] = rows / max(float(rows.sum()), 1e-12)
    return share
