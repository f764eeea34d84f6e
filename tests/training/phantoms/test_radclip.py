"""Phantoms: 25 kinds, the same for ever, with the finding where it is said to be."""

from __future__ import annotations

import numpy as np
import pytest

from inference.imaging.scan import scan
from inference.imaging.study import Kind
from training.phantoms.radclip import KINDS, NORMAL, picture, volume
from training.phantoms.radclip_dicom import write_radclip_study

DEEP = [kind for kind in KINDS if not kind.is_flat]


def test_there_are_25_captions_and_each_stands_once():
    assert len({kind.caption for kind in KINDS}) == 25
    assert {kind.modality for kind in KINDS} == {"DX", "CT", "MR"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.caption)
def test_the_same_patient_is_the_same_picture_and_another_is_another(kind):
    one, again, other = picture(kind, 3), picture(kind, 3), picture(kind, 4)
    assert np.array_equal(one.values, again.values)
    assert not np.array_equal(one.values, other.values)
    assert np.isfinite(one.values).all()


@pytest.mark.parametrize("kind", DEEP, ids=lambda kind: kind.caption)
def test_a_finding_shows_in_two_to_four_neighbouring_slices(kind):
    case = volume(kind, 11)
    if kind.finding == NORMAL:
        assert case.lesion == ()
        return
    assert 2 <= len(case.lesion) <= 4
    assert np.array_equal(np.diff(case.lesion), np.ones(len(case.lesion) - 1))


def test_a_projection_has_no_slices():
    with pytest.raises(ValueError, match="no slices"):
        volume(KINDS[0], 1)


def test_a_volume_as_dicom_is_one_placed_series(tmp_path):
    kind = next(kind for kind in KINDS if kind.caption == "chest CT, nodule")
    write_radclip_study(volume(kind, 2, slices=12), tmp_path / "study")
    (found,) = scan(tmp_path / "study").studies[0].display_sets
    assert found.kind is Kind.VOLUME
    assert found.modality == "CT"
    assert found.shape == (12, 64, 64)
