"""The tiles of a mosaic become slices in their places, or stay one picture that says why."""

import struct

import numpy as np
import pytest

from inference.imaging.placement import plane_of
from inference.imaging.read import read_volume
from inference.imaging.scan import scan
from inference.imaging.study import Kind
from tests.imaging_fixtures import oblique_affine, slice_dataset, write_file
from tests.inference.imaging.pixel_files import scanned

SLICES, ROWS, COLUMNS, ACROSS = 7, 6, 8, 3


def csa(normal):
    """A vendor's header that holds the direction of the slices and nothing else."""
    texts = [f"{v:.8f}".encode() + b"\0" for v in normal]
    tag = b"SliceNormalVector".ljust(64, b"\0") + struct.pack("<i4sIii", 3, b"FD\0\0", 4, len(texts), 77)
    items = b"".join(
        struct.pack("<4i", len(t), len(t), 77, len(t)) + t + b"\0" * (-len(t) % 4) for t in texts
    )
    return b"SV10\4\3\2\1" + struct.pack("<II", 1, 77) + tag + items


def mosaic_file(path, slices, affine, *, sign=1.0, told=True, **more):
    """Slices as tiles, with the corner that the scanner would write."""
    picture = np.zeros((ROWS * ACROSS, COLUMNS * ACROSS), np.int16)
    for k, tile in enumerate(slices):
        down, right = divmod(k, ACROSS)
        picture[down * ROWS : (down + 1) * ROWS, right * COLUMNS : (right + 1) * COLUMNS] = tile
    d = slice_dataset(affine, 0, picture)
    plane = plane_of(affine)
    corner = np.array(plane.position_lps_mm)
    corner = corner - np.array(plane.row_lps) * plane.spacing_mm[1] * COLUMNS * (ACROSS - 1) / 2
    corner = corner - np.array(plane.column_lps) * plane.spacing_mm[0] * ROWS * (ACROSS - 1) / 2
    d.ImagePositionPatient = [f"{v:.8g}" for v in corner]
    d.Modality, d.ImageType = "MR", ["ORIGINAL", "PRIMARY", "M", "MOSAIC"]
    d.SpacingBetweenSlices = f"{plane.slice_gap_mm:.6g}"
    d.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0A, "US", len(slices))
    if told:
        normal = sign * np.cross(plane.row_lps, plane.column_lps)
        d.private_block(0x0029, "SIEMENS CSA HEADER", create=True).add_new(0x10, "OB", csa(normal))
    for keyword, value in more.items():
        setattr(d, keyword, value)
    return write_file(path, d)


def pictures(seed=0):
    return np.random.default_rng(seed).integers(0, 999, (SLICES, ROWS, COLUMNS)).astype(np.int16)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_every_tile_is_a_slice_where_the_scanner_took_it(tmp_path, sign):
    slices, affine = pictures(), oblique_affine()
    display_set = scanned(mosaic_file(tmp_path / "m.dcm", slices, affine, sign=sign))
    volume = read_volume(display_set)
    assert display_set.kind is Kind.VOLUME
    step = affine[:3, 0] * sign
    for k in range(SLICES):
        index = volume.to_index(affine[:3, 3] + k * step)
        assert np.allclose(index, np.round(index), atol=1e-3)
        assert np.array_equal(volume.voxels[round(index[0])], slices[k])


def test_many_mosaics_are_phases_of_one_volume(tmp_path):
    for n in range(20):
        more = {"SOPInstanceUID": f"1.2.3.{n + 1}", "InstanceNumber": n + 1, "AcquisitionNumber": n + 1}
        mosaic_file(tmp_path / f"{n}.dcm", pictures(n), oblique_affine(), **more)
    sets = [d for study in scan(tmp_path).studies for d in study.display_sets]
    assert [(d.kind, d.phases) for d in sets] == [(Kind.CINE_STACK, 20)]
    assert np.array_equal(read_volume(sets[0], phase=3).voxels, pictures(3))


def test_a_mosaic_that_does_not_say_where_its_slices_go_stays_one_picture(tmp_path):
    display_set = scanned(mosaic_file(tmp_path / "m.dcm", pictures(), oblique_affine(), told=False))
    assert display_set.shape == (1, ROWS * ACROSS, COLUMNS * ACROSS)
    assert display_set.spacing_mm is None
