"""NRRD read back by the toolkit: every voxel at our millimetres, and the frame stated in the header."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.errors import SeriesError
from inference.imaging.nrrd import write_nrrd
from inference.imaging.volume import Volume
from tests.inference.imaging.test_nifti import OBLIQUE, axes, block

CORNERS = ((0, 0, 0), (3, 0, 0), (0, 4, 0), (0, 0, 5), (2, 3, 4))


@settings(max_examples=25, deadline=None)
@given(st.floats(-3, 3), st.floats(-3, 3), st.booleans())
def test_the_toolkit_finds_every_voxel_at_our_millimetres(tmp_path_factory, a, b, mirrored):
    path = tmp_path_factory.mktemp("nrrd") / "v.nrrd"
    volume = Volume(block(), axes(a, b, mirrored=mirrored))
    write_nrrd(volume, path)
    image = SimpleITK.ReadImage(str(path))
    assert np.array_equal(SimpleITK.GetArrayFromImage(image), volume.voxels)
    for k, j, i in CORNERS:
        place = image.TransformIndexToPhysicalPoint((i, j, k))
        assert np.allclose(place, volume.to_lps_mm(np.array([k, j, i])), atol=1e-6)


@pytest.mark.parametrize("dtype", ["u1", "i1", "i2", "u2", "i4", "u4", "f4", "f8", ">i2", ">f4"])
def test_voxels_of_every_kind_come_back_as_they_went(tmp_path, dtype):
    volume = Volume(block().astype(dtype), OBLIQUE)
    write_nrrd(volume, tmp_path / "v.nrrd")
    found = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(tmp_path / "v.nrrd")))
    assert found.dtype == np.dtype(dtype).newbyteorder("=")
    assert np.array_equal(found, volume.voxels)


def test_the_header_says_frame_and_unit_in_plain_text(tmp_path):
    write_nrrd(Volume(block(), OBLIQUE), tmp_path / "v.nrrd")
    header = (tmp_path / "v.nrrd").read_bytes().split(b"\n\n")[0].decode()
    assert "space: left-posterior-superior" in header
    assert 'space units: "mm" "mm" "mm"' in header
    assert "space directions: (0.95,-0.1,-0.1) (0.1,1.1,0.05) (0.2,-0.1,2.9)" in header


def test_pixels_that_it_cannot_hold_are_refused_in_words(tmp_path):
    with pytest.raises(SeriesError, match="cannot hold pixels of type complex64"):
        write_nrrd(Volume(block().astype(np.complex64), OBLIQUE), tmp_path / "v.nrrd")
    assert not (tmp_path / "v.nrrd").exists()
