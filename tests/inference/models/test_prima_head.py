"""The head of a volume, and the threshold that parts it from the background."""

import numpy as np

from inference.models.prima_head import find_head, otsu
from inference.models.prima_patches import turned
from tests.inference.models.test_prima_patches import head


def test_otsu_finds_the_gap_between_two_classes():
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(20, 5, 5000), rng.normal(400, 40, 2000)]).astype(np.float32)
    assert 40 < otsu(values) < 280


def test_the_head_is_found_in_millimetres():
    extent = find_head(turned(head())[0]).extent_mm
    assert np.allclose(extent, (140, 176, 150), atol=12)
