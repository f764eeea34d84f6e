"""The names of the published Prima's parameters in ours: importing its state dict is a rename, nothing else.

Only plain state dicts are meant; a pickled module is never opened here. The original keeps its heads
outside of the state dict, as (Sequential, row) per label: of the last layer only that row is of use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor

_RULES: tuple[tuple[str, str], ...] = (
    (r"^(?:module\.)?(?:clipmodel\.visual_model\.|clipvisualmodel\.)?", ""),
    (r"^innerViT\.mlp_head\.0\.", "inner.out."),
    (r"^outerViT\.mlp_head\.0\.", "outer.out."),
    (r"^innerViT\.", "inner."),
    (r"^outerViT\.", "outer."),
    (r"^serieencoder\.0\.", "name_encoder."),
    (r"^serieencoder\.1\.", "name_encoder.linear."),
    (r"^serieencoder\.", "name_encoder."),
    (r"^studyencoder\.", "description_encoder."),
    (r"\.cls_token$", ".registers"),
    (r"\.layernorm\.", ".norm."),
    (r"\.transformer\.layers\.(\d+)\.0\.norm\.", r".transformer.blocks.\1.norm1."),
    (r"\.transformer\.layers\.(\d+)\.1\.norm\.", r".transformer.blocks.\1.norm2."),
    (r"\.transformer\.layers\.(\d+)\.0\.fn\.to_qkv\.", r".transformer.blocks.\1.attn.qkv."),
    (r"\.transformer\.layers\.(\d+)\.0\.fn\.to_out\.0\.", r".transformer.blocks.\1.attn.out."),
    (r"\.transformer\.layers\.(\d+)\.1\.fn\.net\.0\.", r".transformer.blocks.\1.mlp.up."),
    (r"\.transformer\.layers\.(\d+)\.1\.fn\.net\.3\.", r".transformer.blocks.\1.mlp.down."),
)
_DROPPED = re.compile(
    r"(?:^|\.)(?:text_model|patchifier|temperature|patdistemperature|patdisnet|dummy_param)(?:\.|$)"
)


def renamed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A published visual state dict under our names, less what only its training needed.

    A name encoder that was trained beforehand brings its own last layer, which the original replaces.
    """
    pretrained = any("serieencoder.0." in name for name in state)
    found = {}
    for name, value in state.items():
        if _DROPPED.search(name) or (pretrained and "serieencoder.0.linear." in name):
            continue
        found[our_name(name)] = value
    return found


def our_name(name: str) -> str:
    """One published name in ours."""
    for pattern, ours in _RULES:
        name = re.sub(pattern, ours, name)
    return name
