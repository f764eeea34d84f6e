"""Models of the heart at their full, published size (random weights) beside the plain way to run them.

The plain way is `transformers`' own ViT frame by frame, or the network clip by clip, and all of it again
for every question. Ours reads frames and clips in batches and keeps what was encoded: a second target, an
interval or a view left out asks the small networks on top alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn
from transformers import ViTConfig, ViTModel

from explain.encodings import EncodingCache
from inference.card import Card
from inference.model import Inputs
from inference.models.cardiac import CardiacModel
from inference.models.cardiac_clips import Clip
from inference.models.cardiac_units import Unit
from inference.models.cardiac_untrained import blank_card
from inference.models.echo import EchoModel
from inference.models.echo_physiology import echo_targets
from inference.networks.cardiac_config import full
from inference.networks.cardiac_mvit import Cardiac
from inference.networks.echo_config import EchoConfig, Scaling
from inference.networks.echo_vit import EchoViT
from inference.place import Place
from tests.benchmarks.row import Row
from tests.benchmarks.subject import one_thread

FRAMES, VIEWS, CLIPS = 4, 2, 2  # what two minutes on one core allow
RANDOM = "random weights, seed 0"  # stands for their hash, which a card tells and nobody computes anew
MARK_S = 0.4  # a cardiac study on a GPU
SCALING = Scaling((0.0,) * 9, (100.0,) * 9, (False,) * 9)


def rows() -> list[Row]:
    """Echo and cardiac: the first answer, then a second question; on a GPU a whole cardiac study."""
    with one_thread():
        found = [*_echo(), *_cardiac()]
    return [*found, _on_gpu()] if torch.cuda.is_available() else found


def _echo() -> list[Row]:
    model, inputs = echo_study()
    plain = _plain_vit(model.config)
    frames = inputs.tensors["frames"][0].flatten(0, 1)

    def frame_by_frame() -> None:
        features = torch.cat([_plain_frame(plain, frame) for frame in frames])
        views = features.view(VIEWS, FRAMES, -1)
        mask, which = inputs.tensors["frame_mask"][0], inputs.tensors["view"][0]
        pooled = model.network.pool_frames(views, mask, which)[None]
        model.network.join(pooled, mask.any(-1)[None], which[None], inputs.tensors["context"])

    what = f"echo, ViT-Base/16, {VIEWS} views of {FRAMES} frames"
    return _rows(what, "transformers ViTModel frame by frame", frame_by_frame, (model, inputs), "pcwp")


def _cardiac() -> list[Row]:
    model, inputs = cardiac_study(CLIPS)
    clips, present = inputs.tensors["clips"], inputs.tensors["clip_mask"]

    def clip_by_clip() -> None:
        vectors = torch.stack([model.network.encode_clips(clip[None])[0] for clip in clips[0]])
        model.network.fuse(vectors[None], inputs.tensors["views"], present)

    what = f"cardiac, MViT-B 16x4, {CLIPS} clips"
    return _rows(what, "the network clip by clip", clip_by_clip, (model, inputs), "condition_1")


def _rows(
    what: str,
    peer: str,
    plain: Callable[[], None],
    subject: tuple[EchoModel | CardiacModel, Inputs],
    second: str,
) -> list[Row]:
    model, inputs = subject
    with torch.inference_mode():
        theirs = _seconds(plain)
        ours = _seconds(lambda: (model.scores(inputs.tensors), model.intervals(inputs)))
    options = {"cache": EncodingCache(), "evidence": False}
    again = _seconds(lambda: _left_out(model, inputs, second, options))
    return [
        Row(f"{what}: scores and intervals", f"{ours:.2f} s", f"{peer} {theirs:.2f} s", ours / theirs,
            "<= 1.1x", ours <= 1.1 * theirs, "in batches; intervals from what is kept"),
        Row(f"{what}: each view left out", f"{again * 1e3:.0f} ms", f"{peer}, once more {theirs:.2f} s",
            again / theirs, "<= 0.05x", again <= 0.05 * theirs, "nothing is encoded again"),
    ]  # fmt: skip


def _left_out(model: EchoModel | CardiacModel, inputs: Inputs, target: str, options: object) -> None:
    """One join per view, from kept encodings."""
    from explain.encodings import Encoder
    from explain.shapley import by_unit

    assert isinstance(options, dict)
    by_unit(Encoder(model, inputs, options["cache"]), target)


def _on_gpu() -> Row:
    """A study of seven clips, from tensors to scores."""
    model, inputs = cardiac_study(7, torch.device("cuda"))
    with torch.inference_mode():
        model.network(inputs.tensors)
        torch.cuda.synchronize()
        took = _seconds(lambda: (model.network(inputs.tensors), torch.cuda.synchronize()))
    name = torch.cuda.get_device_name()
    return Row("cardiac, MViT-B 16x4, 7 clips on a GPU", f"{took * 1e3:.0f} ms", "the mark 400 ms",
               took / MARK_S, "<= 1x", took <= MARK_S, name)  # fmt: skip


def echo_study() -> tuple[EchoModel, Inputs]:
    """The published size before random frames."""
    config = EchoConfig(scaling=SCALING)
    network = random_weights(lambda: EchoViT(config))
    texts = dict.fromkeys(
        ("version", "modality", "body_part", "intended_use", "not_for", "weights_origin", "trained_on",
         "recipe", "licence", "population"), "-"
    )  # fmt: skip
    card = Card(
        **texts, key="full", title="Echo", family="echo", size="full", sources=(), known_failures=(),
        targets=echo_targets(), weights_sha256=RANDOM, metrics=(),
        config={"half_widths": {str(VIEWS): [0.1] * 9}},
    )  # fmt: skip
    model = EchoModel(card, network)
    tensors = {
        "frames": torch.rand(1, VIEWS, FRAMES, config.image, config.image),
        "frame_mask": torch.ones(1, VIEWS, FRAMES, dtype=torch.bool),
        "view": torch.arange(VIEWS)[None],
        "context": torch.zeros(1, 4),
    }
    shape = (FRAMES, config.tiles, config.tiles)
    index = np.argwhere(np.ones(shape, bool)).astype(np.int64)
    places = tuple(
        Place(f"loop {n}", "", f"view {n}", "", shape, index, np.eye(4), np.arange(FRAMES) * 40.0)
        for n in range(VIEWS)
    )
    return model, Inputs("study", tensors, places)


def cardiac_study(clips: int, device: torch.device | None = None) -> tuple[CardiacModel, Inputs]:
    """The published size before random clips."""
    config = full()
    network = random_weights(lambda: Cardiac(config)).to(device or torch.device("cpu"))
    model = CardiacModel(replace(blank_card(config), weights_sha256=RANDOM), network)
    grid = model.grid
    rng = np.random.default_rng(0)
    units = [
        Unit("SAX", Clip(rng.random((grid.frames, grid.size, grid.size), np.float32) - 0.5,
                         np.arange(grid.frames) * 50.0, np.eye(4)), f"SAX {n}", f"loop {n}")
        for n in range(clips)
    ]  # fmt: skip
    return model, model.prepare_units("study", units)


def random_weights(build: Callable[[], nn.Module]) -> nn.Module:
    """The network without its slow initialisation: made without memory, then filled at random."""
    with torch.device("meta"):
        network = build()
    network = network.to_empty(device="cpu")
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, value in (*network.named_parameters(), *network.named_buffers()):
            if value.is_floating_point():
                value.normal_(0.0, 0.02, generator=generator)
                value.add_(1.0 if "norm" in name and name.endswith("weight") else 0.0)
            else:
                value.zero_()
    return network.eval().requires_grad_(False)


def _plain_vit(config: EchoConfig) -> ViTModel:
    """What `transformers` makes of the same sizes, with its own attention."""
    sizes = ViTConfig(
        hidden_size=config.width, num_hidden_layers=config.depth, num_attention_heads=config.heads,
        intermediate_size=config.mlp, image_size=config.image, patch_size=config.patch,
    )  # fmt: skip
    network = random_weights(lambda: ViTModel(sizes, add_pooling_layer=False))
    assert isinstance(network, ViTModel)
    return network


def _plain_frame(plain: ViTModel, frame: Tensor) -> Tensor:
    pixels = ((frame - 0.5) / 0.5).expand(1, 3, -1, -1)
    out: Tensor = plain(pixel_values=pixels).last_hidden_state[:, 1:].mean(1)
    return out


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
