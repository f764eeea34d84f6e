"""What T3D finds half as fine as the picture: where findings lie, and what that says of a sub-volume."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, interpolate

from inference.networks.t3d_config import T3DConfig

LEAST_SHARE = 1e-4  # of a sub-volume; smaller sizes are all alike
FEW = 6  # places: what shows a finding is rarely smaller, what seems to often is
_RARE = -4.0  # logit of a finding before anything is learnt
_EVERYWHERE = (2, 3, 4)


class Marks(nn.Module):
    """Where findings lie: what is around a place, its organ, and detail that only the picture has."""

    def __init__(self, c: T3DConfig) -> None:
        super().__init__()
        f = c.feature_size
        self.detail = nn.Conv3d(1, 2 * f, 6, 2, 2)
        self.near = _convolved(3 * f + c.classes, 3 * f)
        self.again = _convolved(3 * f, 3 * f)
        self.down = nn.Conv3d(3 * f, 4 * f, 2, 2)
        self.around = nn.ModuleList(_convolved(4 * f, 4 * f) for _ in range(2))
        self.mix = _convolved(7 * f, 4 * f)
        self.out = nn.Conv3d(4 * f, c.findings, 1)
        nn.init.constant_(self.out.bias, _RARE)  # type: ignore[arg-type] # a convolution has a bias here

    def forward(self, x: Tensor, halfway: Tensor, outlines: Tensor) -> Tensor:
        """(b, 1, d, h, w), what was decoded half as fine, and logits of classes there -> as fine as these.

        (b, findings, d / 2, h / 2, w / 2) logits.
        """
        near = self.near(torch.cat((halfway, outlines.softmax(1), gelu(self.detail(x))), 1))
        near = near + self.again(near)
        first, second = self.around
        around = first(self.down(near))
        around = interpolate(around + second(around), scale_factor=2.0, mode="trilinear")
        out: Tensor = self.out(self.mix(torch.cat((near, around), 1)))
        return out


class Findings(nn.Module):
    """Encodings (..., encoding + small) -> logits (..., findings), from marks and sizes alone."""

    def __init__(self, c: T3DConfig) -> None:
        super().__init__()
        self.told = c.told + c.small
        self.layers = nn.Sequential(
            nn.LayerNorm(self.told), nn.Linear(self.told, c.width), nn.GELU(), nn.Linear(c.width, c.findings)
        )

    def forward(self, encodings: Tensor) -> Tensor:
        """What a sub-volume shows."""
        out: Tensor = self.layers(encodings[..., -self.told :])
        return out


def told_of(marks: Tensor, outlines: Tensor) -> Tensor:
    """(b, told): how strongly each finding shows, how much there is of it, and of each class."""
    return torch.cat((strongest_few(marks), size_of(marks.sigmoid()), size_of(outlines.softmax(1))), 1)


def strongest_few(marks: Tensor) -> Tensor:
    """(b, findings, d, h, w) -> (b, findings): the mean of the strongest few places."""
    return marks.flatten(2).topk(FEW, -1).values.mean(-1)


def size_of(share: Tensor) -> Tensor:
    """(b, n, d, h, w) -> (b, n): logarithm of how much of a sub-volume something takes up."""
    return share.mean(_EVERYWHERE).add(LEAST_SHARE).log()


def _convolved(width_in: int, width_out: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv3d(width_in, width_out, 3, padding=1), nn.GroupNorm(4, width_out), nn.GELU())
