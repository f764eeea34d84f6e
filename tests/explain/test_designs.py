"""Laws of the mask designs."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
from lime.lime_image import LimeImageExplainer
from scipy.linalg import hadamard

from explain.designs import antithetic, bernoulli, exact, hadamard_block, walsh_hadamard


def lime_masks(elements: int, runs: int, seed: int) -> np.ndarray:
    """What the package itself draws."""
    explainer = LimeImageExplainer(random_state=seed)
    image, segments = np.ones((1, elements, 3)), np.arange(elements)[None]
    with contextlib.redirect_stderr(io.StringIO()):  # its progress bar
        data, _ = explainer.data_labels(image, image * 0, segments, lambda images: images[:, 0, :, 0], runs)
    return data.astype(bool)


@pytest.mark.parametrize(("elements", "runs"), [(16, 40), (128, 1000), (301, 77)])
def test_bernoulli_masks_are_those_of_the_lime_package(elements, runs):
    assert np.array_equal(bernoulli(elements, runs, 7, refill=False), lime_masks(elements, runs, 7))


def test_bernoulli_keeps_everything_first_and_never_nothing():
    masks = bernoulli(3, 200, 0)
    assert masks[0].all()
    assert masks.any(1).all()
    assert not bernoulli(3, 200, 0, refill=False).any(1).all()


def test_antithetic_runs_come_in_opposites():
    masks = antithetic(9, 20, seed=1)
    assert np.array_equal(masks[:10], ~masks[10:])


def test_exact_tries_every_mask_once():
    assert len(np.unique(exact(6), axis=0)) == 64
    with pytest.raises(ValueError, match="too many"):
        exact(13)


@pytest.mark.parametrize("elements", [1, 5, 16, 50, 64, 100])
def test_elements_of_a_hadamard_block_are_orthogonal_and_folded_over(elements):
    block = hadamard_block(elements, seed=3)
    signs = block.masks * 2.0 - 1
    assert np.array_equal(signs.T @ signs, len(signs) * np.eye(elements))
    assert np.array_equal(block.masks[: block.order], ~block.masks[block.order :])


def test_hadamard_effects_are_least_squares():
    block, generator = hadamard_block(30, seed=0), np.random.default_rng(0)
    answers = generator.normal(size=2 * block.order)
    design = np.column_stack((np.ones(len(answers)), block.masks))
    assert np.allclose(block.effects(answers), np.linalg.lstsq(design, answers)[0][1:], atol=1e-12)


def test_pairs_of_elements_acting_together_do_not_disturb_hadamard_effects():
    block = hadamard_block(20, seed=0)
    signs = block.masks * 2.0 - 1
    assert np.allclose(block.effects(signs[:, 3] * signs[:, 8]), 0, atol=1e-12)


def test_a_block_is_the_same_from_the_same_seed_and_another_for_another_series():
    masks = hadamard_block(40, 5, stream=1, block=2).masks
    assert np.array_equal(masks, hadamard_block(40, 5, stream=1, block=2).masks)
    assert not np.array_equal(masks, hadamard_block(40, 5, stream=2, block=2).masks)


def test_every_run_is_a_fair_coin_for_every_element():
    kept = np.mean([hadamard_block(20, seed).masks[0] for seed in range(400)], axis=0)
    assert np.all(np.abs(kept - 0.5) < 0.13)  # five standard errors


def test_the_fast_transform_is_the_matrix_product():
    values = np.random.default_rng(0).normal(size=64)
    assert np.allclose(walsh_hadamard(values), hadamard(64) @ values)
