"""A map gives the values of its file in their unit, at their place."""

import numpy as np
import pytest

from inference.errors import FileError
from inference.imaging.objects.parametric_maps import dose_map, read_map
from inference.imaging.objects.real_world import ValueMapping, read_mappings
from inference.imaging.scan import scan
from tests.imaging_fixtures import (
    axial_affine,
    counting_pixels,
    oblique_affine,
    set_pixels,
    set_tags,
    slice_dataset,
    write_file,
)
from tests.inference.imaging.objects.object_files import parametric_map, segmentation

RNG = np.random.default_rng(4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_come_back_in_the_patient(tmp_path, dtype):
    values, affine = RNG.normal(size=(3, 5, 7)).astype(dtype), oblique_affine()
    found = read_map(parametric_map(tmp_path / "p.dcm", values, affine=affine))[0]
    assert found.values.voxels.dtype == dtype
    assert np.array_equal(found.values.voxels, values)
    assert np.allclose(found.values.affine_lps, affine, atol=1e-5)
    assert (found.quantity, found.values.unit) == ("Apparent diffusion", "um2/s")


def test_the_mapping_of_the_file_is_applied(tmp_path):
    values = RNG.normal(size=(2, 4, 4)).astype(np.float32)
    found = read_map(parametric_map(tmp_path / "p.dcm", values, slope=2.0, intercept=-1.0))[0]
    assert np.allclose(found.values.voxels, values * 2 - 1)


def test_values_that_are_no_numbers_do_not_stretch_the_limits(tmp_path):
    values = np.array([[[np.nan, 1.0], [np.inf, -2.0]]], np.float32)
    found = read_map(parametric_map(tmp_path / "p.dcm", values))[0]
    assert found.limits == (-2.0, 1.0)


def test_a_table_maps_what_it_holds_and_nothing_else():
    mapping = ValueMapping("", "mm", table=(5.0, 7.0), low=10)
    assert np.array_equal(mapping.apply(np.array([9, 10, 11, 12])), [np.nan, 5, 7, np.nan], equal_nan=True)


def test_another_object_is_refused(tmp_path):
    path = segmentation(tmp_path / "s.dcm", [(1, 0, np.ones((4, 4), np.uint8))])
    with pytest.raises(FileError, match="is not a parametric map"):
        read_map(path)


@pytest.mark.parametrize("name", ["float", "double_float"])
def test_real_maps_are_those_that_pydicom_reads(shared_data, name):
    pydicom = pytest.importorskip("pydicom")
    path = shared_data / "objects" / "pmap_and_enhanced" / f"parametric_map_{name}.dcm"
    found = read_map(path)[0]
    assert np.array_equal(found.values.voxels[0], pydicom.dcmread(path).pixel_array)


def test_a_real_value_mapping_says_what_the_values_are(shared_data):
    found = read_mappings(shared_data / "objects" / "sr_tid1500" / "rwvm.dcm")
    assert [m.words for m in found.mappings] == ["stored value × 0.000375125 g/ml SUVbw"]
    assert len(found.references.instance_uids) == 191


def test_a_real_dose_that_is_relative_is_not_called_gray(shared_data):
    studies = scan(shared_data / "objects" / "pmap_and_enhanced" / "rtdose.dcm").studies
    found = dose_map(studies[0].display_sets[0])
    assert found.values.unit == "relative"
    assert found.values.shape == (15, 10, 10)


def dose_file(path, **tags):
    """A grid of 3 planes 2 mm apart, the upper first, whose values rise by 0.25 Gy from voxel to voxel."""
    d = slice_dataset(axial_affine(), 2, counting_pixels((4, 6)))
    d.SOPClassUID, d.Modality, d.SeriesDescription = "1.2.840.10008.5.1.4.1.1.481.2", "RTDOSE", "Dose"
    set_pixels(d, counting_pixels((3, 4, 6)))
    d.DoseUnits, d.DoseType, d.DoseGridScaling = "GY", "PHYSICAL", "0.25"
    d.GridFrameOffsetVector = ["0", "-2", "-4"]
    set_tags(d, 0, tags)
    write_file(path, d)
    return scan(path).studies[0].display_sets[0]


@pytest.mark.parametrize("offsets", [["0", "-2", "-4"], ["34", "32", "30"]], ids=["from the first", "as z"])
def test_a_dose_lies_where_its_offsets_say_in_gray(tmp_path, offsets):
    found = dose_map(dose_file(tmp_path / "d.dcm", GridFrameOffsetVector=offsets))
    assert found.values.unit == "Gy"
    stored = counting_pixels((3, 4, 6))[::-1]  # planes ascend, whatever order they are stored in
    assert np.allclose(found.values.voxels, stored * 0.25)
    assert np.allclose(found.values.affine_lps, axial_affine(), atol=1e-6)
    assert found.limits == (0.0, 71 * 0.25)


def test_a_relative_dose_is_not_called_gray(tmp_path):
    assert dose_map(dose_file(tmp_path / "d.dcm", DoseUnits="RELATIVE")).values.unit == "relative"
