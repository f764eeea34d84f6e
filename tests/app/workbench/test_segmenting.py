"""What a model outlined is listed in mL and lies over its own series."""

import numpy as np
import pytest

from app.workbench.segmenting import laid_masks, percent_of_strongest
from inference.imaging.segments import Segment, SegmentMap
from inference.imaging.volume import Volume
from inference.models.t3d_reading import CTReading
from tests.app.viewer.patients import UPRIGHT, affine, placed_volume, study_of


def test_masks_are_listed_with_their_volumes_and_empty_ones_are_left_out():
    volume = placed_volume(affine(UPRIGHT))
    study, display_set = study_of(volume, modality="CT")
    labels = np.zeros(volume.shape, np.uint8)
    labels[2:6, 4:8, 4:8] = 1
    segments = SegmentMap(
        Volume(labels, volume.affine_lps), (Segment(1, "Liver", (1, 2, 3)), Segment(2, "Spleen", (4, 5, 6))),
        "T3D masks", "F", display_set.series_uid,
    )  # fmt: skip
    reading = CTReading(
        study.uid, display_set.uid, "t3d", segments, (), (), None, None, "trained on phantoms"
    )
    laid = laid_masks(reading, study)
    (row,) = laid.rows
    assert (row.name, row.volume_ml) == ("Liver", pytest.approx(64 * 4.5 / 1000))
    assert laid.binding.targets == (display_set,)
    assert "trained on phantoms" in laid.what
    assert laid.maps == (segments,)


def test_a_word_s_places_are_said_in_per_cent_of_the_strongest():
    found = percent_of_strongest(np.array([0.0002, 0.001, 0.0005, np.nan], np.float32))
    assert found[1] == pytest.approx(100)
    assert found[2] == pytest.approx(50)
    assert np.isnan(found[[0, 3]]).all()
    assert np.isnan(percent_of_strongest(np.zeros(3, np.float32))).all()
