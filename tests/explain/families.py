"""One small study of each family with random weights: model, inputs and two targets."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from torch import nn

from inference.model import Inputs, UnitModel
from inference.models.radclip_slices import Slices
from inference.place import Place
from tests.loops_in_memory import cardiac_study, echo_study
from tests.radclip_fixtures import noise
from tests.radclip_fixtures import untrained as small_radclip
from tests.t3d_fixtures import tiny_model
from training.phantoms.chest import chest_case

Asked = tuple[UnitModel, Inputs, tuple[str, str]]


def echo() -> Asked:
    """Four loops."""
    return (*echo_study(), ("mpap", "pcwp"))


def cardiac() -> Asked:
    """Three clips."""
    return (*cardiac_study(), ("measure_0", "measure_1"))


def radclip() -> Asked:
    """Three slices of noise."""
    model = small_radclip()
    index = np.arange(3)
    affine = np.diag([4.0, 8.0, 8.0, 1.0])
    elements = np.array(list(np.ndindex(1, 4, 4)), np.int64)
    places = []
    for n in index:
        here = affine.copy()
        here[0, 3] = 4.0 * n
        places.append(Place("d", "s", "Chest", "f", (1, 4, 4), elements, here))
    pixels = np.abs(noise((3, 32, 32, 3))) / 900
    slices = Slices(pixels.astype(np.float32), index, index.astype(np.int64), tuple(places), ())
    targets = [target.name for target in model.card.targets]
    return model, model.prepare_slices("study", slices, still=False), (targets[0], targets[2])


@lru_cache
def t3d() -> Asked:
    """A coarse patient in a few sub-volumes."""
    model = tiny_model()
    like = Place("d", "s", "CT", "f", (1, 1, 1), np.zeros((1, 3), np.int64), np.eye(4))
    tensors = model.tensors_of(chest_case(1, spacing_mm=(20.0, 12.0, 12.0), region="chest").volume)
    inputs = Inputs("study", tensors, model.places_of(tensors, like))
    return model, inputs, ("nodule", "effusion")


FAMILIES = {"cardiac": cardiac, "echo": echo, "radclip": radclip, "t3d": t3d}
ENCODERS = {
    "cardiac": lambda net: net.video_encoder,
    "echo": lambda net: net.vision_transformer.embeddings,
    "radclip": lambda net: net.clip.vision_model.embeddings,
    "t3d": lambda net: net.visual.swinViT.patch_embed,
}


def encoder_of(family: str, network: nn.Module) -> nn.Module:
    """What every picture passes first."""
    found = ENCODERS[family](network)
    assert isinstance(found, nn.Module)
    return found
