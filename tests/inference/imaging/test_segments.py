"""A labelled volume knows its places, volumes and colours."""

import numpy as np
import pytest

from inference.imaging.segments import Segment, SegmentMap, colour_of
from inference.imaging.volume import Volume

AFFINE = np.diag([5.0, 2.0, 2.0, 1.0])
TWO = (Segment(1, "liver", colour_of(1)), Segment(3, "spleen", colour_of(3)))


def labelled() -> SegmentMap:
    labels = np.zeros((4, 6, 8), np.uint8)
    labels[1:3, 2:4, 2:6] = 1
    labels[0, 0, 0] = 3
    return SegmentMap(Volume(labels, AFFINE), TWO)


def test_a_segment_holds_its_voxels_in_millilitres():
    assert labelled().volumes_ml == {1: pytest.approx(16 * 0.02), 3: pytest.approx(0.02)}


def test_the_centre_of_a_segment_is_in_patient_millimetres():
    assert np.allclose(labelled().centre_lps_mm(1), [7.5, 5.0, 7.0])
    empty = SegmentMap(Volume(np.zeros((2, 2, 2), np.uint8), AFFINE), TWO)
    assert empty.centre_lps_mm(1) is None


def test_hiding_keeps_the_labels():
    shown = labelled().showing([3])
    assert [s.visible for s in shown.segments] == [False, True]
    assert shown.volumes_ml[1] > 0


@pytest.mark.parametrize("dtype", [np.float32, np.int16])
def test_labels_of_another_type_are_a_programming_mistake(dtype):
    with pytest.raises(ValueError, match="uint8 or uint16"):
        SegmentMap(Volume(np.zeros((2, 2, 2), dtype), AFFINE), TWO)


def test_numbers_are_unique_and_above_zero():
    with pytest.raises(ValueError, match="share a number"):
        SegmentMap(Volume(np.zeros((2, 2, 2), np.uint8), AFFINE), (TWO[0], TWO[0]))
    with pytest.raises(ValueError, match="above zero"):
        Segment(0, "background", (0, 0, 0))
