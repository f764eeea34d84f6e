"""Studies of loops for tests of explanations: random weights, phantoms that never touch the disk."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from inference.model import Inputs
from inference.models.cardiac import CardiacModel
from inference.models.cardiac_clips import Clip
from inference.models.cardiac_units import Unit
from inference.models.cardiac_untrained import untrained
from inference.models.echo import EchoModel
from inference.models.echo_choice import View
from inference.models.echo_loop import ViewFrames, view_frames
from inference.models.echo_views import VIEWS
from inference.networks.cardiac_config import bundled
from tests.echo_fixtures import beating_disc, facts, model, tiny


@lru_cache
def _frames() -> ViewFrames:
    return view_frames(beating_disc(), facts(), tiny())


def echo_study(echo: EchoModel | None = None, views: tuple[str, ...] = VIEWS) -> tuple[EchoModel, Inputs]:
    """A small echo model and four loops of a beating disc."""
    echo = echo or model()
    made = [View(name, _frames(), facts(), f"loop {name}", f"series {name}") for name in views]
    return echo, echo.prepare_views("study", made)


def cardiac_study(units: tuple[str, ...] = ("4CH", "2CH", "SAX")) -> tuple[CardiacModel, Inputs]:
    """A small cardiac model and one clip per view."""
    cardiac = untrained(bundled())
    grid = cardiac.grid
    rng = np.random.default_rng(0)
    made = []
    for n, view in enumerate(units):
        affine = np.diag([8.0, 1.0, 1.0, 1.0])[:, [2, 1, 0, 3]] * (1.0, grid.pixel_mm, grid.pixel_mm, 1.0)
        affine[2, 3] = 10.0 * n
        frames = rng.random((grid.frames, grid.size, grid.size)).astype(np.float32)
        clip = Clip(frames, np.arange(grid.frames) * 100.0, affine)
        made.append(Unit(view, clip, view, f"loop {n}", f"series {n}", ""))
    return cardiac, cardiac.prepare_units("study", made)
