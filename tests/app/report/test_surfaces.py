"""STL read back by VTK: where the segments lie, what they hold, and wound so that normals point out."""

from __future__ import annotations

import json

import numpy as np
import pytest
import pyvista
import vtk

from app.report.surfaces import LIST, enclosed_ml, surface_triangles, write_surfaces
from inference.errors import ExportError
from inference.imaging.segments import PALETTE, Segment, SegmentMap
from inference.imaging.volume import Volume
from tests.app.viewer.patients import OBLIQUE, UPRIGHT, affine

SHAPE, SPACING = (30, 44, 60), (2.0, 1.5, 1.0)


def ball(matrix: np.ndarray, centre: tuple[float, ...], radius_mm: float) -> np.ndarray:
    index = np.stack(np.meshgrid(*map(np.arange, SHAPE), indexing="ij"), axis=-1)
    apart = (index - np.array(centre)) @ matrix[:3, :3].T
    return np.linalg.norm(apart, axis=-1) <= radius_mm


def two_balls(rotation=OBLIQUE, *, mirrored: bool = False) -> SegmentMap:
    matrix = affine(rotation, SPACING)
    if mirrored:
        matrix[:3, 2] *= -1
    labels = np.zeros(SHAPE, np.uint8)
    labels[ball(matrix, (14, 20, 20), 14.0)] = 1
    labels[ball(matrix, (14, 20, 48), 8.0)] = 3
    segments = (
        Segment(1, "Liver", PALETTE[0]),
        Segment(2, "Nothing", PALETTE[1]),
        Segment(3, "../Lésion", PALETTE[2]),
    )
    return SegmentMap(Volume(labels, matrix), segments, "Organs")


def read_stl(path):
    """With VTK's own reader."""
    reader = vtk.vtkSTLReader()
    reader.SetFileName(str(path))
    reader.Update()
    return pyvista.wrap(reader.GetOutput())


@pytest.mark.parametrize("rotation", [UPRIGHT, OBLIQUE])
@pytest.mark.parametrize("mirrored", [False, True])
def test_each_surface_lies_where_its_segment_lies_in_the_patient(tmp_path, rotation, mirrored):
    segments = two_balls(rotation, mirrored=mirrored)
    liver, lesion, _ = write_surfaces([segments], tmp_path)
    for path, number, radius_mm in ((liver, 1, 14.0), (lesion, 3, 8.0)):
        surface = read_stl(path)
        assert np.allclose(surface.center_of_mass(), segments.centre_lps_mm(number), atol=0.5)
        apart = np.linalg.norm(surface.points - segments.centre_lps_mm(number), axis=1)
        assert np.abs(apart - radius_mm).max() < max(SPACING)
        assert surface.volume / 1000 == pytest.approx(segments.volumes_ml[number], rel=0.05)


@pytest.mark.parametrize("mirrored", [False, True])
def test_surfaces_are_closed_and_their_normals_point_out(tmp_path, mirrored):
    segments = two_balls(mirrored=mirrored)
    path = write_surfaces([segments], tmp_path)[0]
    surface = read_stl(path)
    assert surface.is_manifold
    assert surface.n_open_edges == 0
    assert enclosed_ml(surface_triangles(segments, 1)) > 0
    facets = np.frombuffer(
        path.read_bytes()[84:], np.dtype([("n", "<f4", 3), ("p", "<f4", (3, 3)), ("a", "<u2")])
    )
    outward = facets["p"].mean(axis=1) - segments.centre_lps_mm(1)
    assert np.mean(np.einsum("ij,ij->i", facets["n"], outward) > 0) > 0.99


def test_unit_and_frame_are_stated_in_every_file_and_in_the_list(tmp_path):
    *surfaces, listed = write_surfaces([two_balls()], tmp_path)
    assert listed.name == LIST
    told = json.loads(listed.read_text())
    assert (told["space"], told["unit"], told["notice"]) == ("LPS", "mm", "not for diagnostic use")
    assert [s["segment"] for s in told["surfaces"]] == ["Liver", "../Lésion"]
    for path, entry in zip(surfaces, told["surfaces"], strict=True):
        assert path.read_bytes()[:80].startswith(b"Negatoscope SPACE=LPS UNITS=mm ")
        assert entry["enclosed_ml"] == pytest.approx(entry["labels_ml"], rel=0.05)
        assert read_stl(path).n_cells == entry["triangles"]


def test_a_name_of_a_segment_never_becomes_a_path(tmp_path):
    written = write_surfaces([two_balls()], tmp_path / "out")
    assert [p.name for p in written] == ["01-liver.stl", "02-l-sion.stl", LIST]
    assert {p.parent for p in written} == {tmp_path / "out"}


def test_only_what_is_shown_is_written(tmp_path):
    written = write_surfaces([two_balls().showing([3])], tmp_path)
    assert [p.name for p in written] == ["01-l-sion.stl", LIST]


def test_without_a_voxel_nothing_is_written(tmp_path):
    with pytest.raises(ExportError, match="No segment that is shown"):
        write_surfaces([two_balls().showing([2])], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_is_there_is_not_written_over(tmp_path):
    first, *_ = write_surfaces([two_balls()], tmp_path)
    before = first.read_bytes()
    with pytest.raises(ExportError, match=r"already holds 01-liver\.stl"):
        write_surfaces([two_balls()], tmp_path)
    assert first.read_bytes() == before
