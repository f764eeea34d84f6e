"""A published RadCLIP or CLIP from a local folder, ready to match: no calibration, no slice adapter."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from inference.card import Card
from inference.models.radclip import RadCLIPModel
from inference.networks.radclip_config import config_to_json
from inference.networks.radclip_published import load_published, weights_in
from inference.networks.radclip_text import read_published_tokenizer
from inference.weights import sha256_of


@lru_cache(maxsize=1)
def open_published(folder: Path) -> RadCLIPModel:
    """The model in a folder with weights and tokenizer; WeightsError says what is missing there."""
    network = load_published(folder)
    card = replace(
        _CARD,
        config=config_to_json(network.config),
        weights_sha256=sha256_of(weights_in(folder)),
        title=f"CLIP from {folder.name}",
    )
    return RadCLIPModel(card, network, read_published_tokenizer(folder, network.config))


_CARD = Card(
    key="radclip",
    title="",
    version="",
    family="radclip",
    size="full",
    modality="CR DX CT MR",
    body_part="any",
    intended_use="Research, teaching and trials with weights that the user brought.",
    not_for="Diagnosis, triage or any other use in the care of patients.",
    weights_origin="weights from a folder of the user",
    trained_on="what its authors say",
    recipe="none of ours",
    licence="that of the weights",
    sources=("RadCLIP (arXiv 2403.09948); CLIP (OpenAI)",),
    known_failures=(
        "Cosines are not calibrated.",
        "No slice adapter was published: a volume is the mean of its slices.",
    ),
    population="what its authors say",
    targets=(),
    metrics=(),
)
