"""A voxel lands where its header says, and a header written from an affine says the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.errors import SeriesError
from inference.imaging.placement import (
    affine_from_plane,
    affine_of,
    affine_of_picture,
    pixel_spacing_of,
    plane_name,
    plane_of,
)
from inference.imaging.scan import scan
from inference.imaging.study import Kind
from tests.imaging_fixtures import axial_affine, oblique_affine, write_series


def only_set(folder):
    (display_set,) = scan(folder).studies[0].display_sets
    return display_set


@pytest.mark.parametrize("affine", [axial_affine(), oblique_affine(), oblique_affine(-70)], ids=str)
def test_a_volume_has_the_affine_that_its_files_were_written_with(tmp_path, affine):
    write_series(tmp_path, affine=affine)
    volume = only_set(tmp_path)
    assert volume.kind is Kind.VOLUME
    assert np.allclose(affine_of(volume), affine, atol=1e-6)


def test_every_slice_lands_where_its_own_header_says(tmp_path):
    write_series(tmp_path, affine=oblique_affine())
    volume = only_set(tmp_path)
    affine = affine_of(volume)
    for k, instance in enumerate(volume.instances):
        assert np.allclose((affine @ [k, 0, 0, 1])[:3], instance.position_lps_mm, atol=1e-5)


def test_slices_ascend_along_row_cross_column_however_they_were_numbered(tmp_path):
    downwards = axial_affine()
    downwards[2, 0] *= -1
    write_series(tmp_path, affine=downwards)
    volume = only_set(tmp_path)
    row, column, step = affine_of(volume)[:3, [2, 1, 0]].T
    assert np.cross(row, column) @ step > 0
    assert [instance.instance_number for instance in volume.instances] == [6, 5, 4, 3, 2, 1]


def test_a_tilted_stack_keeps_its_shear(tmp_path):
    tilted = axial_affine()
    tilted[1, 0] = 0.5  # each slice is half a millimetre further back
    write_series(tmp_path, affine=tilted)
    volume = only_set(tmp_path)
    assert volume.kind is Kind.VOLUME
    assert np.allclose(affine_of(volume), tilted, atol=1e-6)
    assert "tilted by 14.0 degrees" in volume.warnings[0]


def test_slice_thickness_is_the_step_only_where_there_is_one_slice(tmp_path):
    write_series(tmp_path / "one", shape=(1, 4, 4))
    write_series(tmp_path / "two", shape=(2, 4, 4), series="2")
    one, two = scan(tmp_path).studies[0].display_sets
    assert np.linalg.norm(affine_of(one)[:3, 0]) == pytest.approx(1.5)
    assert np.linalg.norm(affine_of(two)[:3, 0]) == pytest.approx(2.0)


def test_a_stack_without_a_grid_has_no_affine(tmp_path):
    write_series(tmp_path, ImagePositionPatient=lambda k: ["0", "0", str(k * k)])
    stack = only_set(tmp_path)
    with pytest.raises(SeriesError, match="do not lie on one regular grid"):
        affine_of(stack)
    assert affine_of_picture(stack.first) is not None


@pytest.mark.parametrize("modality", ["CR", "DX", "MG", "XA", "US"])
def test_a_projection_has_no_place_in_the_patient(tmp_path, modality):
    write_series(tmp_path, shape=(1, 4, 4), Modality=modality)
    still = only_set(tmp_path)
    assert affine_of_picture(still.first) is None
    assert (still.spacing_mm, still.plane) == (None, "")


def test_directions_that_are_not_at_right_angles_place_nothing(tmp_path):
    write_series(tmp_path, ImageOrientationPatient=["1", "0", "0", "1", "0", "0"])
    assert only_set(tmp_path).kind is Kind.STACK
    assert affine_of_picture(only_set(tmp_path).first) is None


def test_detector_spacing_is_said_to_be_at_the_detector(tmp_path):
    write_series(
        tmp_path, shape=(1, 4, 4), Modality="DX", PixelSpacing=None, ImagerPixelSpacing=["0.2", "0.1"]
    )
    picture = only_set(tmp_path).first
    assert pixel_spacing_of(picture) == (0.2, 0.1)
    assert picture.spacing_note == "mm at the detector"


def test_a_known_magnification_brings_detector_spacing_to_the_patient(tmp_path):
    tags = {"ImagerPixelSpacing": ["0.2", "0.1"], "EstimatedRadiographicMagnificationFactor": "2"}
    write_series(tmp_path, shape=(1, 4, 4), Modality="DX", PixelSpacing=None, **tags)
    assert pixel_spacing_of(only_set(tmp_path).first) == (0.1, 0.05)


@pytest.mark.parametrize(
    ("normal", "name"),
    [
        ((0, 0, 1), "axial"),
        ((0, -1, 0), "coronal"),
        ((1, 0, 0), "sagittal"),
        ((0, 0.34, 0.94), "axial"),
        ((0, 0.7, 0.7), "oblique"),
    ],
)
def test_planes_are_named_by_the_axis_that_the_normal_follows(normal, name):
    assert plane_name(np.array(normal) / np.linalg.norm(normal)) == name


@given(st.floats(-89, 89), st.integers(0, 5))
def test_a_plane_written_from_an_affine_reads_back_as_it(degrees, k):
    affine = oblique_affine(degrees)
    affine[:3, 0] = np.cross(affine[:3, 2], affine[:3, 1])  # a right-handed stack
    back = affine_from_plane(plane_of(affine, k))
    assert np.allclose(back[:3, :3], affine[:3, :3])
    assert np.allclose(back[:3, 3], (affine @ [k, 0, 0, 1])[:3])
