"""Surfaces lie round their masks in the patient, and hidden segments have none."""

import numpy as np
import pytest

from app.viewer.surfaces import MOST_VOXELS, actors_of, surface_of, thinned_labels
from inference.imaging.segments import Segment, SegmentMap
from inference.imaging.volume import Volume
from tests.app.viewer.patients import OBLIQUE, affine

PLACED = affine(OBLIQUE, spacing=(4.0, 2.0, 2.0))


def ball(shape=(20, 40, 40), radius_mm=20.0) -> np.ndarray:
    index = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), -1) - (np.array(shape) - 1) / 2
    return np.linalg.norm(index * (4.0, 2.0, 2.0), axis=-1) < radius_mm


def test_a_surface_lies_round_its_mask_in_millimetres():
    found = surface_of(ball(), PLACED)
    middle = Volume(ball(), PLACED).to_lps_mm((np.array((20, 40, 40)) - 1) / 2)
    away = np.linalg.norm(np.asarray(found.points) - middle, axis=1)
    assert away.mean() == pytest.approx(20.0, abs=1.5)
    assert found.volume == pytest.approx(4 / 3 * np.pi * 20**3, rel=0.12)


def test_only_visible_segments_with_voxels_have_surfaces():
    labels = ball().astype(np.uint8)
    segments = (Segment(1, "liver", (9, 9, 9)), Segment(2, "spleen", (9, 9, 9)))
    made = SegmentMap(Volume(labels, PLACED), segments)
    assert len(actors_of((made,))) == 1
    assert actors_of((made.showing([2]),)) == []


def test_large_labels_are_thinned_in_their_place():
    labels = np.zeros((64, 256, 256), np.uint8)
    few, placed = thinned_labels(labels, PLACED)
    assert few.size <= MOST_VOXELS
    assert np.allclose(placed[:3, 3], PLACED[:3, 3])
