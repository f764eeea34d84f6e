import re

import pytest
import torch

from inference.networks.prima import Prima
from inference.networks.prima_config import full
from inference.networks.prima_published import renamed

LAYER = {
    "0.norm.weight": "{d}", "0.norm.bias": "{d}", "0.fn.to_qkv.weight": "{q},{d}",
    "0.fn.to_out.0.weight": "{i},{o}",
    "0.fn.to_out.0.bias": "{d}", "1.norm.weight": "{d}", "1.norm.bias": "{d}", "1.fn.net.0.weight": "{m},{d}",
    "1.fn.net.0.bias": "{m}", "1.fn.net.3.weight": "{d},{m}", "1.fn.net.3.bias": "{d}",
}  # fmt: skip


def layers(prefix, *, depth, width, inner, mlp):
    sizes = {"d": width, "q": 3 * inner, "i": width, "o": inner, "m": mlp}
    return {
        f"{prefix}.transformer.layers.{n}.{name}": [int(s) for s in shape.format(**sizes).split(",")]
        for n in range(depth)
        for name, shape in LAYER.items()
    }


def vit(prefix, registers, width, out, **sizes):
    ends = {"cls_token": [1, registers, width], "layernorm.weight": [width], "layernorm.bias": [width]}
    ends |= {"mlp_head.0.weight": [out, registers * width], "mlp_head.0.bias": [out]}
    return {f"{prefix}.{k}": v for k, v in ends.items()} | layers(prefix, width=width, **sizes)


def name_encoder(prefix, out):
    ends = {"embed.weight": [47, 246], "linear.weight": [out, 256], "linear.bias": [out]}
    return {f"{prefix}.{k}": v for k, v in ends.items()} | layers(
        prefix, depth=3, width=256, inner=256, mlp=300
    )


@pytest.fixture(scope="module")
def published():
    shapes = vit("innerViT", 20, 289, 1024, depth=15, inner=1024, mlp=1024)
    shapes |= vit("outerViT", 10, 1024, 128, depth=4, inner=512, mlp=1024)
    shapes |= name_encoder("serieencoder", 289) | name_encoder("studyencoder", 1024)
    shapes |= {"patdisnet.0.weight": [500, 5780], "dummy_param": [0], "temperature": [1]}
    return {f"clipmodel.visual_model.{k}": torch.empty(v, device="meta") for k, v in shapes.items()}


def test_a_published_state_dict_fits_by_rename_alone(published):
    with torch.device("meta"):
        ours = Prima(full(diagnoses=1)).state_dict()
    expected = {n: v.shape for n, v in ours.items() if not re.match(r"tokenizer|heads", n)}
    assert {n: v.shape for n, v in renamed(published).items()} == expected


def test_a_name_encoder_trained_beforehand_brings_its_new_last_layer():
    state = {
        "clipvisualmodel.serieencoder.0.embed.weight": torch.zeros(1),
        "clipvisualmodel.serieencoder.0.linear.weight": torch.zeros(1),
        "clipvisualmodel.serieencoder.1.weight": torch.ones(1),
    }
    assert renamed(state) == {
        "name_encoder.embed.weight": torch.zeros(1),
        "name_encoder.linear.weight": torch.ones(1),
    }
