"""Small things that T3D finds voxel by voxel: nodules, lesions, cysts, stones.

A place of the pyramid is larger than most of them. What tells them is how a voxel differs from what is around
it, and in which organ that is.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool3d, interpolate, logsigmoid, softplus

from inference.networks.t3d_config import T3DConfig
from inference.networks.t3d_marks import size_of, strongest_few

AROUND = (3, 7)  # voxels along each edge of the surroundings that a voxel is held against
_FINE, _COARSE, _WIDE = 8, 24, 32  # channels at the voxels, half as fine, and a quarter as fine
_GAIN = 5.0  # of differences, which are small beside grey values
_RARE = -5.0  # logit of a small thing before anything is learnt


class Focal(nn.Module):
    """(b, 1, d, h, w) grey values and (b, classes, d / 2, h / 2, w / 2) shares of classes.

    -> (b, focal findings, d, h, w) logits. Normalised over batches, never over a picture: a part of a
    sub-volume is read as the whole is.
    """

    def __init__(self, c: T3DConfig) -> None:
        super().__init__()
        self.organs = nn.Conv3d(c.classes, _FINE, 1)
        self.fine = _convolved(1 + len(AROUND) + _FINE, _FINE)
        self.down = nn.Conv3d(_FINE, _COARSE, 2, 2)
        self.coarse = nn.ModuleList(_convolved(_COARSE, _COARSE) for _ in range(2))
        self.further = nn.Conv3d(_COARSE, _WIDE, 2, 2)
        self.wide = nn.ModuleList(_convolved(_WIDE, _WIDE) for _ in range(2))
        self.back = nn.Conv3d(_WIDE, _COARSE, 1)
        self.joined = _convolved(_COARSE, _COARSE)
        self.up = nn.Conv3d(_COARSE, _FINE, 1)
        self.last = _convolved(_FINE, _FINE)
        self.out = nn.Conv3d(_FINE, len(c.focal_findings), 1)
        nn.init.constant_(self.out.bias, _RARE)  # type: ignore[arg-type] # a convolution has a bias here

    def forward(self, x: Tensor, shares: Tensor) -> Tensor:
        """Where each small thing lies."""
        stands_out = [_GAIN * (x - around(x, edge)) for edge in AROUND]
        fine = self.fine(torch.cat((x, *stands_out, _doubled(self.organs(shares))), 1))
        coarse = self.down(fine)
        for layer in self.coarse:
            coarse = coarse + layer(coarse)
        wide = self.further(coarse)
        for layer in self.wide:
            wide = wide + layer(wide)
        coarse = coarse + _doubled(self.back(wide))
        coarse = coarse + self.joined(coarse)
        fine = fine + _doubled(self.up(coarse))
        out: Tensor = self.out(fine + self.last(fine))
        return out


def around(x: Tensor, edge: int) -> Tensor:
    """Mean of the cube of `edge` voxels around each voxel; what lies beyond the picture does not count."""
    for axis in range(3):
        size = [edge if n == axis else 1 for n in range(3)]
        x = avg_pool3d(x, size, 1, [n // 2 for n in size], count_include_pad=False)
    return x


def with_focal(logits: Tensor, focal: Tensor, number: int) -> Tensor:
    """Logits of classes, of which one is told voxel by voxel: it takes its share, the rest shares the rest.

    logits (b, classes, d, h, w), focal (b, focal findings, d, h, w); class `number` is any of these findings.
    """
    told = any_of(focal)
    rest = logits.clone()
    rest[:, number] = -torch.inf
    shared = rest.log_softmax(1) + logsigmoid(-told)
    shared[:, number] = logsigmoid(told)[:, 0]
    return shared


def told_small(focal: Tensor) -> Tensor:
    """(b, n, d, h, w) logits -> (b, 2 n): how strongly each small thing shows, and how much of it."""
    return torch.cat((strongest_few(focal), size_of(focal.sigmoid())), 1)


def any_of(logits: Tensor) -> Tensor:
    """(b, n, ...) logits of independent things -> (b, 1, ...) logit that there is at least one of them."""
    none = softplus(logits.double()).sum(1, keepdim=True).clamp(min=1e-12)  # - log of the chance of none
    return (none + torch.log(-torch.expm1(-none))).to(logits)


def _convolved(width_in: int, width_out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv3d(width_in, width_out, 3, padding=1, bias=False), nn.BatchNorm3d(width_out), nn.GELU()
    )


def _doubled(x: Tensor) -> Tensor:
    return interpolate(x, scale_factor=2.0, mode="trilinear")
