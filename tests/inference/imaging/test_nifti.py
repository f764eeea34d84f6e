import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.errors import FileError
from inference.imaging.nifti import read_nifti, write_nifti
from inference.imaging.volume import Cine, Volume

OBLIQUE = np.array([[0.2, 0.1, 0.95, -30], [-0.1, 1.1, -0.1, 20], [2.9, 0.05, -0.1, 7], [0, 0, 0, 1]], float)


def axes(a: float, b: float, *, mirrored: bool) -> np.ndarray:
    ca, sa, cb, sb = np.cos(a), np.sin(a), np.cos(b), np.sin(b)
    turn = np.array([[ca, -sa, 0], [sa, ca, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, cb, -sb], [0, sb, cb]])
    matrix = np.eye(4)
    matrix[:3, :3] = turn[:, ::-1] * ([-3.0, 0.9, 0.7] if mirrored else [3.0, 0.9, 0.7])
    matrix[:3, 3] = [-100.0, 42.5, 13.25]
    return matrix


def block(shape=(4, 5, 6)) -> np.ndarray:
    return np.arange(np.prod(shape)).reshape(shape).astype(np.int16) - 40


@settings(max_examples=25, deadline=None)
@given(st.floats(-3, 3), st.floats(-3, 3), st.booleans())
def test_the_toolkit_finds_every_voxel_at_our_millimetres(tmp_path_factory, a, b, mirrored):
    path = tmp_path_factory.mktemp("nifti") / "v.nii.gz"
    volume = Volume(block(), axes(a, b, mirrored=mirrored))
    write_nifti(volume, path)
    image = SimpleITK.ReadImage(str(path))
    assert np.array_equal(SimpleITK.GetArrayFromImage(image), volume.voxels)
    for k, j, i in ((0, 0, 0), (3, 0, 0), (0, 4, 0), (0, 0, 5), (2, 3, 4)):
        place = image.TransformIndexToPhysicalPoint((i, j, k))
        assert np.allclose(place, volume.to_lps_mm(np.array([k, j, i])), atol=1e-3)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("dtype", ["u1", "i1", "i2", "u2", "i4", "u4", "f4", "f8", "i8"])
def test_a_volume_comes_back_as_it_went(tmp_path, dtype, suffix):
    volume = Volume(block().astype(dtype), OBLIQUE)
    write_nifti(volume, tmp_path / f"v{suffix}")
    found = read_nifti(tmp_path / f"v{suffix}")
    assert found.voxels.dtype == np.dtype(dtype)
    assert np.array_equal(found.voxels, volume.voxels)
    assert np.allclose(found.affine_lps, OBLIQUE, atol=1e-5)


def test_a_file_of_the_toolkit_is_read_at_its_millimetres(tmp_path):
    image = SimpleITK.GetImageFromArray(block())
    image.SetSpacing((0.7, 0.9, 3.0))
    image.SetOrigin((-10.0, 20.0, 30.0))
    image.SetDirection((0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, -1.0))
    SimpleITK.WriteImage(image, str(tmp_path / "v.nii.gz"))
    found = read_nifti(tmp_path / "v.nii.gz")
    assert np.array_equal(found.voxels, block())
    assert np.allclose(
        found.to_lps_mm(np.array([2, 3, 4])), image.TransformIndexToPhysicalPoint((4, 3, 2)), atol=1e-4
    )


def test_a_loop_becomes_four_dimensional_with_its_frame_time(tmp_path):
    frames = np.arange(2 * 5 * 6).reshape(2, 5, 6).astype(np.uint16)
    cine = Cine(frames, np.array([0.0, 33.3]), affine_lps=axes(0.3, 0.2, mirrored=False))
    write_nifti(cine, tmp_path / "c.nii")
    image = SimpleITK.ReadImage(str(tmp_path / "c.nii"))
    assert image.GetSize() == (6, 5, 1, 2)
    assert np.array_equal(SimpleITK.GetArrayFromImage(image)[:, 0], frames)
    raw = (tmp_path / "c.nii").read_bytes()
    assert np.isclose(np.frombuffer(raw, "<f4", 1, 76 + 16)[0], 33.3)  # pixdim[4], in the ms of the header
    assert raw[123] == 2 + 16


def test_a_colour_loop_keeps_its_colours(tmp_path):
    frames = np.random.default_rng(0).integers(0, 256, (3, 4, 5, 3)).astype(np.uint8)
    write_nifti(Cine(frames, np.arange(3.0)), tmp_path / "c.nii")
    found = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(tmp_path / "c.nii")))
    assert np.array_equal(found[:, 0], frames)


def test_the_same_volume_gives_the_same_bytes(tmp_path):
    volume = Volume(block(), OBLIQUE)
    write_nifti(volume, tmp_path / "a.nii.gz")
    write_nifti(volume, tmp_path / "b.nii.gz")
    assert (tmp_path / "a.nii.gz").read_bytes() == (tmp_path / "b.nii.gz").read_bytes()


@pytest.mark.parametrize(
    "damage", [lambda raw: raw[:200], lambda raw: raw[:-50], lambda _: b"", lambda raw: b"x" + raw]
)
def test_a_damaged_file_is_refused_in_words(tmp_path, damage):
    write_nifti(Volume(block(), OBLIQUE), tmp_path / "v.nii")
    (tmp_path / "v.nii").write_bytes(damage((tmp_path / "v.nii").read_bytes()))
    with pytest.raises(FileError, match=r"v\.nii"):
        read_nifti(tmp_path / "v.nii")
