"""Where a prior and the study beside it are taken for the same place, before anything is aligned."""

from __future__ import annotations

import numpy as np

from app.viewer.exhibit import volume_exhibit
from app.viewer.linking import BY_CENTRES, SAME_SPACE, Links
from app.workbench.linking_priors import centre_lps_mm, links_by_position
from inference.imaging.read import read_volume
from inference.imaging.scan import scan
from inference.imaging.study import DisplaySet
from tests.imaging_fixtures import axial_affine, oblique_affine, write_series


def volume(folder, study: str, **options) -> DisplaySet:
    write_series(folder, study=study, **options)
    return scan(folder).studies[0].display_sets[0]


def test_the_centres_of_two_volumes_are_the_same_place(tmp_path):
    prior = volume(tmp_path / "a", "1", affine=axial_affine((-70, 15, 400)), shape=(9, 8, 10))
    current = volume(tmp_path / "b", "2", affine=axial_affine(), shape=(6, 12, 10))
    (alignment,) = links_by_position((prior, current)).alignments
    assert (alignment.from_study_uid, alignment.to_study_uid) == (current.study_uid, prior.study_uid)
    assert np.allclose(alignment.to_from_lps[:3, :3], np.eye(3))
    there = alignment.to_from_lps[:3, 3] + centre_lps_mm(current)
    assert np.allclose(there, read_volume(prior).to_lps_mm(np.array([4, 3.5, 4.5])))


def test_the_centre_of_an_oblique_volume_is_that_of_its_voxels(tmp_path):
    found = volume(tmp_path, "1", affine=oblique_affine())
    assert np.allclose(centre_lps_mm(found), read_volume(found).to_lps_mm(np.array([2.5, 3.5, 4.5])))


def test_pictures_say_how_they_are_linked(tmp_path):
    prior, current = volume(tmp_path / "a", "1"), volume(tmp_path / "b", "2")
    first, second = (volume_exhibit(read_volume(d), None, d) for d in (prior, current))
    assert links_by_position((prior, current)).words(second, first) == BY_CENTRES
    shared = volume(tmp_path / "c", "3", FrameOfReferenceUID=prior.frame_of_reference_uid)
    assert links_by_position((prior, shared)).alignments == ()
    third = volume_exhibit(read_volume(shared), None, shared)
    assert Links().words(third, first) == SAME_SPACE


def test_without_volumes_nothing_is_linked():
    assert links_by_position(None).alignments == ()
