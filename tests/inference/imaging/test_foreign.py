"""NIfTI, NRRD and MHA open like DICOM: every voxel at its millimetres, in whichever order it was stored."""

import gzip

import numpy as np
import pytest

from inference.imaging.nifti import write_nifti
from inference.imaging.read import read_picture, read_thumbnail, read_volume
from inference.imaging.scan import scan
from inference.imaging.study import Kind
from inference.imaging.volume import Cine, Volume
from tests.imaging_fixtures import axial_affine, counting_pixels, oblique_affine, write_series
from tests.inference.imaging.pixel_files import scanned

SHAPE = (4, 5, 6)


def volume(affine=None):
    return Volume(counting_pixels(SHAPE), oblique_affine() if affine is None else affine)


def written(path, image):
    """The file in the format that its name says."""
    if ".nii" in path.name:
        write_nifti(image, path)
        return path
    import SimpleITK

    made = SimpleITK.GetImageFromArray(image.voxels)
    made.SetSpacing(image.spacing_mm[::-1])
    made.SetDirection(image.directions_lps[:, ::-1].reshape(-1).tolist())
    made.SetOrigin(image.affine_lps[:3, 3].tolist())
    SimpleITK.WriteImage(made, str(path), useCompression=True)
    return path


def value_at(found, point_lps_mm):
    return found.voxels[tuple(np.round(found.to_index(point_lps_mm)).astype(int))]


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "a.nrrd", "a.mha"])
def test_each_voxel_lies_where_it_was_written(tmp_path, name):
    wanted = volume()
    display_set = scanned(written(tmp_path / name, wanted))
    found = read_volume(display_set)
    assert (display_set.kind, display_set.title) == (Kind.VOLUME, "a")
    assert np.array_equal(found.voxels, wanted.voxels)
    assert np.allclose(found.affine_lps, wanted.affine_lps, atol=1e-4)


@pytest.mark.parametrize("name", ["a.nii", "a.mha"])
def test_slices_stored_against_the_normal_are_turned_round(tmp_path, name):
    affine = oblique_affine()
    affine[:3, 0] *= -1
    wanted = volume(affine)
    found = read_volume(scanned(written(tmp_path / name, wanted)))
    for index in ((0, 0, 0), (3, 4, 5), (1, 2, 3)):
        assert value_at(found, wanted.to_lps_mm(np.array(index))) == wanted.voxels[index]
    normal = np.cross(found.affine_lps[:3, 2], found.affine_lps[:3, 1])
    assert normal @ found.affine_lps[:3, 0] > 0


@pytest.mark.parametrize("name", ["a.nii", "a.mha"])
def test_rows_stored_from_back_to_front_come_upright(tmp_path, name):
    affine = axial_affine()
    affine[:3, 1] *= -1  # as most NIfTI writers do
    wanted = volume(affine)
    display_set = scanned(written(tmp_path / name, wanted))
    found, picture = read_volume(display_set), read_picture(display_set, 2)
    assert found.directions_lps[1, 1] > 0
    assert np.array_equal(picture.pixels, found.voxels[2])
    assert np.allclose(picture.affine_lps[:3, 3], found.to_lps_mm(np.array([2, 0, 0])), atol=1e-4)
    for index in ((0, 0, 0), (3, 4, 5), (1, 2, 3)):
        assert value_at(found, wanted.to_lps_mm(np.array(index))) == wanted.voxels[index]


def test_one_picture_and_its_thumbnail_come_without_the_rest(tmp_path):
    wanted = volume()
    display_set = scanned(written(tmp_path / "a.nii.gz", wanted))
    picture = read_picture(display_set, 2)
    assert np.array_equal(picture.pixels, wanted.voxels[2])
    assert picture.affine_lps is not None
    assert read_thumbnail(display_set).shape == SHAPE[1:]


def test_they_open_beside_dicom_in_a_study_of_their_folder(tmp_path):
    write_series(tmp_path / "ct")
    for name in ("t1.nii.gz", "lesions.nrrd"):
        written(tmp_path / name, volume())
    studies = scan(tmp_path).studies
    assert sorted(len(study.series) for study in studies) == [1, 2]
    own = next(study for study in studies if len(study.series) == 2)
    frames = {d.frame_of_reference_uid for d in own.display_sets}
    assert len(frames) == 1
    assert "no DICOM file" in own.display_sets[0].warnings[0]


def test_what_holds_no_volume_is_refused_with_its_reason(tmp_path):
    loop = Cine(np.zeros((3, 4, 5), np.int16), np.arange(3) * 40.0)
    write_nifti(loop, tmp_path / "loop.nii")
    (tmp_path / "text.nrrd").write_text("not a volume")
    (tmp_path / "empty.nii.gz").write_bytes(gzip.compress(b""))
    found = scan(tmp_path)
    assert found.studies == ()
    reasons = {refusal.path.name: refusal.reason for refusal in found.refused}
    assert "does not hold one volume" in reasons["loop.nii"]
    assert "cannot be read" in reasons["text.nrrd"]
    assert "is not a NIfTI-1 file" in reasons["empty.nii.gz"]


def test_a_real_volume_opens(shared_data):
    display_set = scanned(
        shared_data / "brain_pre_post" / "ms_longitudinal_patient01_nifti" / "study1_FLAIR.nii.gz"
    )
    assert display_set.kind is Kind.VOLUME
    assert min(display_set.spacing_mm) > 0.3
