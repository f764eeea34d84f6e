"""Contours keep their millimetres; areas, holes and masks follow from them."""

import numpy as np
import pytest

from inference.errors import FileError, SeriesError
from inference.imaging.objects.contour_masks import filled, map_of, mask_of
from inference.imaging.objects.references import bind
from inference.imaging.objects.structures import read_structures
from inference.imaging.scan import scan
from inference.imaging.volume import Volume
from tests.imaging_fixtures import axial_affine, oblique_affine
from tests.inference.imaging.objects.object_files import segmentation, structure_set


def box(affine, k, low=(1.5, 2.5), high=(4.5, 6.5)):
    """(4, 3) corners of a rectangle in slice k, in index coordinates (row, column)."""
    corners = [(k, low[0], low[1]), (k, low[0], high[1]), (k, high[0], high[1]), (k, high[0], low[1])]
    return np.array(corners) @ affine[:3, :3].T + affine[:3, 3]


def grid(affine, shape=(4, 8, 10)):
    return Volume(np.zeros(shape, np.uint8), affine)


def test_contours_keep_their_millimetres_names_and_colours(tmp_path):
    affine = oblique_affine()
    found = read_structures(structure_set(tmp_path / "r.dcm", {"Liver": [box(affine, 1)]}))
    assert found.title == "Plan"
    region = found.regions[0]
    assert (region.name, region.rgb) == ("Liver", (10, 200, 30))
    assert np.allclose(region.contours[0].points_lps_mm, box(affine, 1), atol=1e-4)


@pytest.mark.parametrize("affine", [axial_affine(), oblique_affine()])
def test_the_volume_is_the_area_times_the_distance_of_the_planes(tmp_path, affine):
    found = read_structures(structure_set(tmp_path / "r.dcm", {"A": [box(affine, k) for k in range(3)]}))
    assert found.regions[0].volume_ml == pytest.approx(3 * (3 * 0.8) * (4 * 0.5) * 2.0 / 1000, rel=1e-3)


def test_a_contour_within_another_is_a_hole(tmp_path):
    affine = axial_affine()
    rings = [c for k in range(3) for c in (box(affine, k), box(affine, k, (2.5, 3.5), (3.5, 5.5)))]
    region = read_structures(structure_set(tmp_path / "r.dcm", {"A": rings})).regions[0]
    assert region.volume_ml == pytest.approx(3 * (12 - 2) * 0.8 * 0.5 * 2.0 / 1000, rel=1e-3)
    assert mask_of(region, grid(affine)).sum() == 3 * (12 - 2)


@pytest.mark.parametrize("affine", [axial_affine(), oblique_affine()])
def test_the_mask_holds_the_pixels_whose_centres_lie_inside(tmp_path, affine):
    region = read_structures(structure_set(tmp_path / "r.dcm", {"A": [box(affine, 2)]})).regions[0]
    mask = mask_of(region, grid(affine))
    expected = np.zeros((4, 8, 10), bool)
    expected[2, 2:5, 3:7] = True
    assert np.array_equal(mask, expected)


def test_a_contour_belongs_to_the_nearest_slice_or_to_none(tmp_path):
    affine = axial_affine()
    near, far = box(affine, 1.4), box(affine, 9)
    region = read_structures(structure_set(tmp_path / "r.dcm", {"A": [near, far]})).regions[0]
    assert mask_of(region, grid(affine)).sum(axis=(1, 2)).tolist() == [0, 12, 0, 0]


def test_contours_across_the_slices_make_no_mask(tmp_path):
    region = read_structures(structure_set(tmp_path / "r.dcm", {"A": [box(oblique_affine(), 1)]})).regions[0]
    with pytest.raises(SeriesError, match="another plane"):
        mask_of(region, grid(axial_affine()))


def test_the_even_odd_rule_agrees_with_a_point_by_point_test():
    rng = np.random.default_rng(2)
    corners = rng.uniform(-2, 14, (9, 2))
    mask = filled(corners, (12, 13))
    begin, end = corners, np.roll(corners, -1, axis=0)
    for row, column in np.ndindex(12, 13):
        over = (begin[:, 0] > row) != (end[:, 0] > row)
        at = begin[:, 1] + (row - begin[:, 0]) * (end[:, 1] - begin[:, 1]) / (end[:, 0] - begin[:, 0])
        assert mask[row, column] == bool((over & (at > column)).sum() % 2)


def test_regions_that_overlap_become_several_maps(tmp_path):
    affine = axial_affine()
    path = structure_set(tmp_path / "r.dcm", {"A": [box(affine, 0)], "B": [box(affine, 0)], "C": []})
    maps = map_of(read_structures(path), grid(affine))
    assert [[s.name for s in m.segments] for m in maps] == [["A", "C"], ["B"]]


def test_a_region_without_contours_is_kept_and_said(tmp_path):
    found = read_structures(structure_set(tmp_path / "r.dcm", {"Empty": []}))
    assert found.warnings == ("Empty has no contours.",)
    assert found.regions[0].volume_ml is None


def test_points_that_are_no_numbers_cost_one_contour_only(tmp_path):
    affine = axial_affine()
    path = structure_set(tmp_path / "r.dcm", {"A": [box(affine, 0), box(affine, 1)]})
    raw = path.read_bytes()
    at = raw.index(b"-8.75")  # the first coordinate of the first contour
    path.write_bytes(raw[:at] + b"-8..5" + raw[at + 5 :])
    found = read_structures(path)
    assert len(found.regions[0].contours) == 1
    assert "cannot be read" in found.warnings[0]


def test_another_object_is_refused(tmp_path):
    path = segmentation(tmp_path / "s.dcm", [(1, 0, np.ones((4, 4), np.uint8))])
    with pytest.raises(FileError, match="is not a structure set"):
        read_structures(path)


def test_real_contours_lie_on_the_slices_that_they_name(shared_data):
    folder = shared_data / "objects" / "rtstruct_phantom"
    found = read_structures(folder / "rt.dcm")
    target = bind(found.references, scan([folder / "ct_1.dcm", folder / "ct_2.dcm"]).studies).targets[0]
    heights = {i.position_lps_mm[2] for i in target.instances}
    assert {c.points_lps_mm[0, 2] for c in found.regions[0].contours} <= heights


@pytest.mark.slow
def test_a_real_clinical_structure_set_is_read_whole(shared_data):
    found = read_structures(shared_data / "objects" / "rtstruct_breast" / "rtss.dcm")
    volumes = {r.name: r.volume_ml for r in found.regions}
    assert len(found.regions) == 10
    assert 300 < volumes["Heart"] < 900
    assert 10_000 < volumes["BODY"] < 40_000
