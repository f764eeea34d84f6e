"""The 3-D VQ-VAE that turns a patch of voxels into the numbers of a token.

Module names follow the published tokenizer (`encoder.blocks.0.conv.weight`): its state dict loads as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import embedding, mse_loss, one_hot, relu


@dataclass(frozen=True)
class VQVAEConfig:
    """Sizes of the tokenizer.

    channels     of each level, which halves every axis
    kernels      of the strided convolution into each level: 4 (padded by 1) or 2
    up_kernels   of the transposed convolution out of each level, deepest first
    """

    channels: tuple[int, ...] = (256, 256)
    kernels: tuple[int, ...] = (4, 2)
    up_kernels: tuple[int, ...] = (4, 2)
    residual_layers: int = 2
    codes: int = 8192
    code_width: int = 2
    decay: float = 0.99
    commitment: float = 0.25


class Convolution(nn.Module):
    """A convolution, then a ReLU unless told otherwise."""

    def __init__(self, conv: nn.Module, *, active: bool = True) -> None:
        super().__init__()
        self.conv = conv
        self.active = active

    def forward(self, x: Tensor) -> Tensor:
        """(b, c, ...) -> (b, c', ...)."""
        x = self.conv(x)
        return relu(x) if self.active else x


class ResidualUnit(nn.Module):
    """Two convolutions around a short cut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = Convolution(nn.Conv3d(channels, channels, 3, padding=1))
        self.conv2 = Convolution(nn.Conv3d(channels, channels, 3, padding=1), active=False)

    def forward(self, x: Tensor) -> Tensor:
        """(b, c, ...) -> the same shape."""
        return relu(x + self.conv2(self.conv1(x)))


class Encoder(nn.Module):
    """(b, 1, 8, 32, 32) voxels -> (b, code_width, 2, 8, 8) for two levels."""

    def __init__(self, c: VQVAEConfig) -> None:
        super().__init__()
        blocks: list[nn.Module] = []
        width = 1
        for channels, kernel in zip(c.channels, c.kernels, strict=True):
            blocks.append(Convolution(nn.Conv3d(width, channels, kernel, 2, padding=(kernel - 2) // 2)))
            blocks += [ResidualUnit(channels) for _ in range(c.residual_layers)]
            width = channels
        blocks.append(Convolution(nn.Conv3d(width, c.code_width, 3, padding=1), active=False))
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x: Tensor) -> Tensor:
        """Block after block."""
        for block in self.blocks:
            x = block(x)
        return x


class Decoder(nn.Module):
    """The way back: (b, code_width, 2, 8, 8) -> (b, 1, 8, 32, 32)."""

    def __init__(self, c: VQVAEConfig) -> None:
        super().__init__()
        channels = c.channels[::-1]
        outward = (*channels[1:], 1)
        blocks: list[nn.Module] = [
            Convolution(nn.Conv3d(c.code_width, channels[0], 3, padding=1), active=False)
        ]
        for level, (width, out, kernel) in enumerate(zip(channels, outward, c.up_kernels, strict=True)):
            blocks += [ResidualUnit(width) for _ in range(c.residual_layers)]
            up = nn.ConvTranspose3d(width, out, kernel, 2, padding=(kernel - 2) // 2)
            blocks.append(Convolution(up, active=level < len(channels) - 1))
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x: Tensor) -> Tensor:
        """Block after block."""
        for block in self.blocks:
            x = block(x)
        return x


class Codebook(nn.Module):
    """Codes that follow the vectors they stand for by an exponential moving average."""

    ema_w: Tensor
    ema_cluster_size: Tensor

    def __init__(self, c: VQVAEConfig) -> None:
        super().__init__()
        self.decay = c.decay
        self.embedding = nn.Embedding(c.codes, c.code_width)
        self.embedding.weight.requires_grad_(False)
        self.register_buffer("ema_cluster_size", torch.zeros(c.codes))
        self.register_buffer("ema_w", self.embedding.weight.detach().clone())

    def nearest(self, z: Tensor) -> Tensor:  # (n, code_width) -> (n,)
        """Index of the code nearest to each vector."""
        w = self.embedding.weight
        distance: Tensor = w.square().sum(1) - 2 * z @ w.T
        return distance.argmin(1)

    @torch.no_grad()
    def follow(self, z: Tensor, index: Tensor) -> None:
        """Move the codes towards the vectors that chose them; a code that nobody chooses is born again."""
        codes = len(self.ema_cluster_size)
        count = torch.bincount(index, minlength=codes).float()
        total = torch.zeros_like(self.ema_w).index_add_(0, index, z)
        self.ema_cluster_size.mul_(self.decay).add_(count, alpha=1 - self.decay)
        self.ema_w.mul_(self.decay).add_(total, alpha=1 - self.decay)
        weight = self.ema_w / self.ema_cluster_size.clamp(min=1e-5)[:, None]
        idle = self.ema_cluster_size < 1e-2
        reborn = z[torch.randint(len(z), (codes,), device=z.device)]
        self.embedding.weight.copy_(torch.where(idle[:, None], reborn, weight))
        self.ema_w.copy_(torch.where(idle[:, None], reborn, self.ema_w))
        self.ema_cluster_size.copy_(torch.where(idle, torch.ones_like(count), self.ema_cluster_size))


class Quantizer(nn.Module):
    """Holds the codebook under the published name."""

    def __init__(self, c: VQVAEConfig) -> None:
        super().__init__()
        self.quantizer = Codebook(c)
        self.commitment = c.commitment

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """(b, code_width, ...) -> the codes with the gradient passed straight through, commitment loss."""
        z = z.float()  # codes move by small steps: never in half precision
        flat = z.movedim(1, -1).reshape(-1, z.shape[1])
        index = self.quantizer.nearest(flat.detach())
        if self.training:
            self.quantizer.follow(flat.detach(), index)
        codes = embedding(index, self.quantizer.embedding.weight)
        codes = codes.reshape(*z.shape[:1], *z.shape[2:], -1).movedim(-1, 1)
        loss = self.commitment * mse_loss(z, codes.detach())
        return z + (codes - z).detach(), loss


class Reconstruction(NamedTuple):
    """What the tokenizer makes of its input, and how far its latents are from the codes."""

    image: Tensor
    commitment: Tensor


class VQVAE(nn.Module):
    """Encoder, codebook, decoder. A token takes the encoder's output, not the code."""

    def __init__(self, c: VQVAEConfig) -> None:
        super().__init__()
        self.encoder = Encoder(c)
        self.decoder = Decoder(c)
        self.quantizer = Quantizer(c)

    def forward(self, x: Tensor) -> Reconstruction:
        """(b, 1, 8, 32, 32) -> the same through the codes."""
        codes, commitment = self.quantizer(self.encoder(x))
        return Reconstruction(self.decoder(codes), commitment)

    @torch.no_grad()
    def perplexity(self, x: Tensor) -> float:
        """How many codes are in effective use on `x`."""
        z = self.encoder(x)
        index = self.quantizer.quantizer.nearest(z.movedim(1, -1).reshape(-1, z.shape[1]))
        share = one_hot(index, len(self.quantizer.quantizer.ema_cluster_size)).float().mean(0)
        return float((-(share * (share + 1e-10).log()).sum()).exp())
