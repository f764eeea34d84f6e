"""The smallest T3D that runs, and the patients that it reads."""

from __future__ import annotations

from dataclasses import replace

from inference.models.t3d import T3DModel
from inference.models.t3d_targets import CLASSES, TARGETS
from inference.models.t3d_untrained import untrained
from inference.models.t3d_words import vocabulary_of
from inference.networks.t3d_config import T3DConfig, bundled

SENTENCES = (
    "There is a 14 mm nodule in the right upper lobe.",
    "The liver is normal.",
    "No pleural effusion.",
)


def tiny_config(vocabulary: int) -> T3DConfig:
    """As the bundled one, with coarse voxels: a whole patient in a few sub-volumes."""
    return replace(bundled(len(CLASSES), len(TARGETS), vocabulary), spacing_mm=(14.0, 9.0, 9.0))


def tiny_model() -> T3DModel:
    """Random weights, few words."""
    words = vocabulary_of(SENTENCES, least=1)
    return untrained(tiny_config(words.size), words)
