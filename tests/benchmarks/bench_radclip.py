"""Search of 100,000 embeddings, and the full-size vision tower beside plain `transformers` use."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from app.library.embedded import Gallery
from inference.networks.radclip import RadCLIP
from inference.networks.radclip_config import published
from tests.benchmarks.row import Row
from tests.benchmarks.subject import one_thread, seconds

STUDIES, WIDTH, MOST_S = 100_000, 768, 0.1
LAYERS = 6  # of 24: the layers are alike, so the ratio is that of the whole tower


def rows() -> list[Row]:
    """Search, then both precisions."""
    with one_thread():
        return [_search(), *(_tower(half) for half in (False, True))]


def _search() -> Row:
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((STUDIES, WIDTH), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = tuple(map(str, range(STUDIES)))
    gallery = Gallery(names, names, vectors)
    gallery.search(vectors[5])
    times = [_timed(lambda n=n: gallery.search(vectors[n])) for n in range(20)]
    slow = float(np.percentile(times, 95))
    full = _timed(lambda: np.argsort(-(vectors @ vectors[0]), kind="stable")[:10])
    return Row(
        what=f"search of {STUDIES:,} embeddings of {WIDTH} numbers",
        ours=f"{slow * 1e3:.0f} ms (95th percentile)",
        peer=f"numpy, all sorted {full * 1e3:.0f} ms",
        ratio=slow / full,
        hold=f"< {MOST_S * 1e3:.0f} ms",
        holds=slow < MOST_S,
    )


def _tower(half: bool) -> Row:
    dtype = torch.bfloat16 if half else torch.float32
    config = published()
    short = replace(  # the text tower is not measured
        config, vision=replace(config.vision, depth=LAYERS), text=replace(config.text, depth=1)
    )
    network = RadCLIP(short).eval().to(dtype)
    plain = type(network.clip)(network.clip.config).eval().to(dtype)
    plain.load_state_dict(network.clip.state_dict())
    plain.set_attn_implementation("sdpa")  # as it comes
    pixels = torch.rand(2, config.image, config.image, 3, dtype=dtype)
    planes = ((pixels - network.mean) / network.spread).permute(0, 3, 1, 2)

    def ours() -> None:
        with torch.no_grad():
            network.encode_slices(pixels)

    def theirs() -> None:
        with torch.no_grad():
            plain.get_image_features(pixel_values=planes)

    took, peer = seconds(ours, theirs, repeats=3)
    name = "bfloat16" if half else "float32"
    return Row(
        what=f"ViT-L/14, {LAYERS} of 24 layers, two slices, {name}",
        ours=f"{took:.2f} s",
        peer=f"plain transformers {peer:.2f} s",
        ratio=took / peer,
        hold="<= 1.1x",
        holds=took <= 1.1 * peer,
        note="with taps that attention can be followed through",
    )


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
