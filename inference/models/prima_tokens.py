"""Tokens of Prima: latents of patches with their places, and studies side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from inference.models.prima_patches import Patches
from inference.networks.prima import Prima, position_code
from inference.networks.prima_config import PrimaConfig
from inference.networks.text import clean_name, names_tensor

CHUNK = 256  # patches in the tokenizer at a time


@dataclass(frozen=True, eq=False)
class StudyTokens:
    """One study on its way into a batch: tokens (n, 289) and name of each series, and the description."""

    tokens: Sequence[Tensor]
    names: Sequence[str]
    description: str


def collate(studies: Sequence[StudyTokens]) -> dict[str, Tensor]:
    """Pad studies to one batch: tokens, token_mask, names, series_mask, description."""
    series = max(len(study.tokens) for study in studies)
    length = max(len(t) for study in studies for t in study.tokens)
    width = studies[0].tokens[0].shape[1]
    tokens = torch.zeros(len(studies), series, length, width)
    token_mask = torch.zeros(len(studies), series, length, dtype=torch.bool)
    series_mask = torch.zeros(len(studies), series, dtype=torch.bool)
    for b, study in enumerate(studies):
        for s, t in enumerate(study.tokens):
            tokens[b, s, : len(t)] = t
            token_mask[b, s, : len(t)] = True
            series_mask[b, s] = True
    flat = names_tensor([clean_name(name) for study in studies for name in study.names])
    names = flat.new_zeros(len(studies), series, flat.shape[1])
    names[series_mask] = flat
    return {
        "tokens": tokens,
        "token_mask": token_mask,
        "names": names,
        "series_mask": series_mask,
        "description": names_tensor([clean_name(study.description) for study in studies]),
    }


@torch.no_grad()
def latents_of(network: Prima, patches: Patches, device: torch.device) -> Tensor:
    """(n, 256) what the tokenizer makes of the patches: encoder outputs, thin axis first."""
    moved = network.config.grid.patient_axes and patches.orientation > 0
    found = []
    for start in range(0, len(patches), CHUNK):
        voxels = torch.from_numpy(patches.voxels[start : start + CHUNK]).to(device).float() / 255
        x = voxels.repeat_interleave(2, 1)[:, None]  # (b, 1, 8, 32, 32)
        x = x.movedim(2, 2 + patches.orientation) if moved else x
        z = network.tokenizer.encoder(x)
        z = z.movedim(2 + patches.orientation, 2) if moved else z  # (b, 2, 2, 8, 8)
        found.append(z.flatten(1))
    return torch.cat(found)


def tokens_of(network: Prima, patches: Patches, device: torch.device) -> Tensor:
    """(n, 289) latent, position and orientation of every patch."""
    return assembled(
        latents_of(network, patches, device), patches.position, patches.orientation, network.config
    )


def assembled(latents: Tensor, position: object, orientation: int, c: PrimaConfig) -> Tensor:
    """Standardised latents (n, 256), the code of their positions (n, 3) and the orientation, side by side."""
    code = position_code(torch.as_tensor(position, device=latents.device))
    which = torch.nn.functional.one_hot(torch.tensor(orientation, device=latents.device), 3).float()
    content = (latents - c.latent_mean) / c.latent_scale
    return torch.cat((content, code, which.expand(len(latents), -1)), 1)
