"""The volume on show leaves as NIfTI and NRRD, the segments over it as STL: other readers find them."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pytest
import pyvista
import SimpleITK

from app import theme
from app.object_content import LaidObject
from app.workbench.exporting_volume import NIFTI, NRRD, named
from inference.imaging.objects.references import Binding
from inference.imaging.segments import PALETTE, Segment, SegmentMap
from inference.imaging.volume import Volume
from tests.app.library.dicom_files import write_study
from tests.journeys.reader import Reader


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    reader = Reader(tmp_path / "home", tmp_path)
    reader.drop([write_study(tmp_path / "in", files=5)], reader.window.studies)
    reader.wait("the study", lambda: reader.window.hanging.slice_views())
    reader.wait_until_idle()
    yield reader
    reader.leave()
    reader.watchdog.stop()


@pytest.mark.parametrize("name", ["volume.nii.gz", "volume.nrrd"])
def test_other_readers_find_the_volume_in_its_place(reader, tmp_path, name):
    reader.wait("the action", reader.room.menus.action("Export volume…").isEnabled)
    volume = reader.view.exhibit.volume
    reader.room.room.volumes.export_volume(tmp_path / name)
    reader.wait("the notice", lambda: "Written" in reader.told)
    image = SimpleITK.ReadImage(str(tmp_path / name))
    assert np.array_equal(SimpleITK.GetArrayFromImage(image), volume.voxels)
    for index in ((0, 0, 0), (4, 3, 1)):
        place = image.TransformIndexToPhysicalPoint(index[::-1])
        assert np.allclose(place, volume.to_lps_mm(np.array(index)), atol=1e-4)


def test_nibabel_reads_the_nifti_in_ras(reader, tmp_path):
    volume = reader.view.exhibit.volume
    reader.room.room.volumes.export_volume(tmp_path / "v.nii.gz")
    reader.wait("the notice", lambda: "Written" in reader.told)
    image = nibabel.load(tmp_path / "v.nii.gz")
    ras = image.affine @ [3, 2, 1, 1]
    assert np.allclose(ras[:3] * [-1, -1, 1], volume.to_lps_mm(np.array([1, 2, 3])), atol=1e-4)
    assert image.get_fdata()[3, 2, 1] == volume.voxels[1, 2, 3]


def test_without_segments_there_are_no_surfaces_to_export(reader):
    reader.window.hanging.activate(0)
    reader.room.menus.refresh()
    assert not reader.room.menus.action("Export surfaces…").isEnabled()
    assert not reader.room.room.volumes.segments


@pytest.mark.parametrize(
    ("typed", "chosen", "name"),
    [("a", NRRD, "a.nrrd"), ("a", NIFTI, "a.nii.gz"), ("a.nii", NRRD, "a.nii"), ("a.b", NRRD, "a.b.nrrd")],
)
def test_a_name_without_an_ending_gets_that_of_the_format(typed, chosen, name):
    assert named(Path(typed), chosen) == Path(name)


def test_the_segments_on_show_leave_as_stl_and_vtk_finds_them_in_place(reader, tmp_path):
    exhibit = reader.view.exhibit
    labels = np.zeros(exhibit.volume.shape, np.uint8)
    labels[1:4, 1:3, 1:3] = 1
    labels[0, 0, 0] = 2
    segments = (Segment(1, "Cyst", PALETTE[0]), Segment(2, "Hidden", PALETTE[1], visible=False))
    laid = SegmentMap(Volume(labels, exhibit.volume.affine_lps), segments, series_uid=exhibit.series_uid)
    target = reader.sitting.display_set(exhibit.display_set_uid)
    reader.room.room.objects.lay(LaidObject("mask", "Mask", "SEG", Binding((target,)), maps=(laid,)))
    reader.wait("the action", reader.room.menus.action("Export surfaces…").isEnabled)
    reader.room.room.volumes.export_surfaces(tmp_path / "out")
    reader.wait("the notice", lambda: "Written" in reader.told)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["01-cyst.stl", "surfaces.json"]
    surface = pyvista.read(tmp_path / "out" / "01-cyst.stl")
    assert np.allclose(surface.center_of_mass(), laid.centre_lps_mm(1), atol=0.1)
