"""The same coefficients as the `lime` package and as Prima's own recipe, end to end."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
import torch
from lime.lime_base import LimeBase
from lime.lime_image import LimeImageExplainer

from explain.lime import PRESETS, lime
from tests.explain.toys import TwoLevel


def answers(model: TwoLevel, study, unit: int, masks: np.ndarray, *, alone: bool = False) -> np.ndarray:
    """The whole study, encoded anew for every mask."""
    scores = []
    with torch.no_grad():
        for mask in torch.from_numpy(masks.astype(bool)):
            units = range(len(model.sizes))
            rows = [model.encode(study, u, mask[None] if u == unit else None) for u in units]
            present = torch.tensor([[not alone or u == unit for u in units]])
            scores.append(model.join(study, torch.stack(rows, 1), present)[0].double().numpy())
    return np.array(scores)


def by_the_package(model: TwoLevel, study, unit: int, runs: int) -> np.ndarray:
    """LimeImageExplainer on an image with one pixel per token."""
    size = model.sizes[unit]
    image, segments = np.ones((1, size, 3)), np.arange(size)[None]
    with contextlib.redirect_stderr(io.StringIO()):  # its progress bar
        made = LimeImageExplainer(random_state=3).explain_instance(
            image,
            lambda images: answers(model, study, unit, images[:, 0, :, 0] > 0),
            labels=(0,), top_labels=None, hide_color=0, num_samples=runs, random_seed=0,
            segmentation_fn=lambda _image: segments,
        )  # fmt: skip
    return np.array([value for _, value in sorted(made.local_exp[0])])


@pytest.mark.parametrize(("precision", "tolerance"), [(torch.float32, 1e-4), (torch.float64, 1e-5)])
def test_the_preset_lime_equals_the_package(precision, tolerance):
    model = TwoLevel((40, 24))
    model.network.to(precision)
    study = model.study()
    study.tensors["tokens"] = study.tensors["tokens"].to(precision)
    options = PRESETS["lime"]
    made = lime(model, study, "mass", options=type(options)(**{**vars(options), "runs": 300, "seed": 3}))
    for unit in (0, 1):
        theirs = by_the_package(model, study, unit, 300)
        assert np.abs(made.units[unit].scores - theirs).max() <= tolerance * np.abs(theirs).max()


def test_the_preset_prima_equals_the_recipe_of_the_original():
    """Masks of one seed, one series alone in the study, all distances zero, ridge of one."""
    model = TwoLevel((30, 24))
    study, base = model.study(), LimeBase(lambda d: np.sqrt(np.exp(-(d**2) / 0.25**2)), random_state=0)
    made = lime(model, study, "shift", options=PRESETS["prima"])
    for unit, size in enumerate(model.sizes):
        masks = np.random.RandomState(0).randint(0, 2, (1000, size))
        masks[0] = 1
        masks[masks.sum(1) == 0] = 1
        scores = answers(model, study, unit, masks, alone=True)
        _, listed, _, _ = base.explain_instance_with_data(
            masks, scores, np.zeros(1000), 1, size, feature_selection="none"
        )
        theirs = np.array([value for _, value in sorted(listed)])
        assert np.abs(made.units[unit].scores - theirs).max() <= 1e-4 * np.abs(theirs).max()
