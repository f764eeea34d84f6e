from itertools import product

import numpy as np
import pytest
import SimpleITK

from inference.errors import NotApplicableError
from inference.imaging.volume import Volume
from inference.models.prima_patches import patches_of, stretch, turned
from inference.networks.prima_config import PATCH, Grid

AXES = {  # columns: slice, row, column axis in LPS
    "axial": [[0, 0, 1], [0, 1, 0], [1, 0, 0]],
    "coronal": [[0, 1, 0], [0, 0, -1], [1, 0, 0]],
    "sagittal": [[1, 0, 0], [0, 0, -1], [0, 1, 0]],
}
RADII_MM = np.array([70.0, 88.0, 75.0])
SPOT_MM = np.array([22.0, -31.0, 14.0])
GRID = Grid()


def rotation(*degrees):
    x, y, z = np.radians(degrees)
    turn = SimpleITK.Euler3DTransform()
    turn.SetRotation(x, y, z)
    return np.array(turn.GetMatrix()).reshape(3, 3)


def head(
    plane="axial", *, shape=(30, 240, 240), spacing=(5.0, 1.0, 1.0), tilt=(0, 0, 0), centre=(3.0, -7.0, 12.0)
):
    """An ellipsoid of grey with one bright ball in it, on any grid."""
    affine = np.eye(4)
    affine[:3, :3] = rotation(*tilt) @ np.array(AXES[plane], float).T * np.array(spacing)
    affine[:3, 3] = np.array(centre) - affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    index = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), -1)
    points = index @ affine[:3, :3].T + affine[:3, 3]
    inside = (((points - centre) / RADII_MM) ** 2).sum(-1) < 1
    ball = ((points - centre - SPOT_MM) ** 2).sum(-1) < 12**2
    noise = np.abs(np.random.default_rng(0).normal(0, 6, shape))
    return Volume((inside * 300 + ball * 500 + noise).astype(np.int16), affine)


CASES = [
    *product(
        AXES, [(0, 0, 0), (18, -6, 4)], [((30, 240, 240), (5.0, 1.0, 1.0)), ((41, 300, 260), (4.3, 0.8, 0.9))]
    ),
    ("axial", (0, 0, 0), ((170, 200, 180), (1.0, 1.0, 1.0))),
    ("sagittal", (4, 9, 0), ((150, 190, 200), (1.1, 1.1, 1.1))),
]


@pytest.mark.parametrize(("plane", "tilt", "grid"), CASES)
def test_a_patch_shows_what_lies_at_its_place(plane, tilt, grid):
    volume = head(plane, shape=grid[0], spacing=grid[1], tilt=tilt)
    patches = patches_of(volume, GRID)
    brightest = int(np.argmax(patches.voxels.reshape(len(patches), -1).astype(float).mean(1)))
    half = np.abs(patches.affine_lps[:3, :3]).sum(1) / 2
    centre = patches.affine_lps[:3, :3] @ patches.index[brightest] + patches.affine_lps[:3, 3]
    truth = np.array([3.0, -7.0, 12.0]) + SPOT_MM
    assert np.all(np.abs(centre - truth) <= half + 12)
    weights = (patches.voxels > 160).astype(float)  # the ball alone
    offsets = np.stack(np.meshgrid(*[np.arange(n) for n in PATCH], indexing="ij"), -1)
    local = (offsets - (np.array(PATCH) - 1) / 2) / np.array(PATCH)
    where = (patches.index[:, None, None, None] + local) @ patches.affine_lps[:3, :3].T + patches.affine_lps[
        :3, 3
    ]
    centroid = (where * weights[..., None]).sum((0, 1, 2, 3)) / weights.sum()
    assert np.linalg.norm(centroid - truth) < 1.0


@pytest.mark.parametrize(("plane", "tilt"), [*product(AXES, [(0, 0, 0), (15, 3, -8)])])
def test_places_agree_with_an_independent_resampler(plane, tilt):
    """SimpleITK, told only our affine, must find the same grey levels at every voxel of every patch."""
    volume = head(plane, tilt=tilt, shape=(30, 220, 200), spacing=(5.0, 1.0, 1.0))
    patches = patches_of(volume, GRID)
    image = SimpleITK.GetImageFromArray(volume.voxels.astype(np.float32))
    matrix = volume.affine_lps[:3, :3] / np.array(volume.spacing_mm)
    image.SetSpacing(volume.spacing_mm[::-1])
    image.SetDirection(matrix[:, ::-1].ravel().tolist())
    image.SetOrigin(volume.affine_lps[:3, 3].tolist())
    voxel = patches.affine_lps @ np.diag([*(1 / np.array(PATCH)), 1])
    checked = 0
    for n in range(0, len(patches), 7):
        corner = patches.index[n] * PATCH - (np.array(PATCH) - 1) / 2 + np.array((1, 5, 9))
        point = voxel[:3, :3] @ corner + voxel[:3, 3]
        inside = np.all((volume.to_index(point) > 0) & (volume.to_index(point) < np.array(volume.shape) - 1))
        if inside:
            expected = SimpleITK.Resample(
                image, [1, 1, 1], SimpleITK.Transform(), SimpleITK.sitkLinear, point.tolist(), [1.0] * 3
            )
            level = patches.voxels[n][1, 5, 9] / 255 / (0.35 / _median(patches))
            low = float(volume.voxels.min())
            assert level == pytest.approx(
                float(SimpleITK.GetArrayFromImage(expected)[0, 0, 0]) - low, rel=0.01, abs=4.0
            )
            checked += 1
    assert checked > 5


def _median(patches):
    """What the foreground's median must have been: the body of the phantom is 300 plus noise."""
    body = patches.voxels[(patches.voxels > 60) & (patches.voxels < 140)]
    return 300 * 255 * 0.35 / np.median(body) * (305 / 300)


def test_the_centre_of_a_token_is_exact():
    """Against the chain written out by hand for an axial volume without tilt: < 1e-3 mm."""
    volume = head(shape=(32, 256, 256), spacing=(4.0, 1.0, 1.0))
    patches = patches_of(volume, GRID)
    working = patches.affine_lps @ np.diag([*(1 / np.array(PATCH)), 1])
    first = patches.affine_lps[:3, 3] - working[:3, :3] @ (
        (np.array(PATCH) - 1) / 2
    )  # centre of voxel (0, 0, 0)
    index = volume.to_index(first)
    assert np.allclose(np.abs(working[:3, :3]).sum(1), (1, 1, 4), atol=1e-9)
    assert index[0] == pytest.approx(round(index[0]), abs=1e-6)  # slices are kept as they are
    centre = volume.to_lps_mm(index + np.array([1.5, 15.5, 15.5]))
    assert np.linalg.norm(patches.affine_lps[:3, 3] - centre) < 1e-3


def test_a_volume_of_256_slices_works_and_is_brought_to_thick_slices():
    volume = head("sagittal", shape=(256, 192, 192), spacing=(0.8, 1.2, 1.2))
    patches = patches_of(volume, GRID)
    assert patches.orientation == 2
    assert np.linalg.norm(patches.affine_lps[:3, 0]) == pytest.approx(16.0)


@pytest.mark.parametrize(("plane", "number"), [("axial", 0), ("coronal", 1), ("sagittal", 2)])
def test_the_thin_axis_comes_first_and_names_the_orientation(plane, number):
    upright, orientation = turned(head(plane, tilt=(12, 5, 3)))
    assert orientation == number
    assert upright.spacing_mm[0] == pytest.approx(5.0)
    facing = upright.directions_lps
    order = {0: (2, 1, 0), 1: (1, 2, 0), 2: (0, 2, 1)}[number]
    assert all(facing[axis, n] > 0.9 for n, axis in enumerate(order))


def test_turning_moves_no_voxel():
    volume = head("coronal", shape=(9, 12, 14), spacing=(10.0, 12.0, 9.0))
    upright, _ = turned(volume)
    for index in np.argwhere(upright.voxels == upright.voxels.max()):
        back = np.rint(volume.to_index(upright.to_lps_mm(index))).astype(int)
        assert volume.voxels[tuple(back)] == volume.voxels.max()


def test_a_thick_axis_that_is_not_the_slice_axis_is_the_thin_one():
    volume = head("axial", shape=(150, 240, 30), spacing=(1.2, 1.0, 5.0))
    assert turned(volume)[1] == 2  # the coarse axis runs from right to left


@pytest.mark.parametrize("gain", [0.02, 1.0, 50.0])
def test_the_scanner_s_units_do_not_matter(gain):
    volume = head()
    scaled = Volume(volume.voxels.astype(np.float32) * gain + 100 * gain, volume.affine_lps)
    ours, theirs = patches_of(volume, GRID), patches_of(scaled, GRID)
    assert np.array_equal(ours.index, theirs.index)
    assert np.abs(ours.voxels.astype(int) - theirs.voxels).max() <= 1


def test_one_hot_voxel_changes_nothing_else():
    volume = head()
    hot = volume.voxels.copy()
    hot[15, 120, 120] = 32000
    ours, theirs = patches_of(volume, GRID), patches_of(Volume(hot, volume.affine_lps), GRID)
    assert np.mean(ours.voxels != theirs.voxels) < 1e-4


def test_background_is_gone():
    patches = patches_of(head(shape=(30, 400, 400)), GRID)
    assert len(patches) < 0.8 * np.prod(patches.shape)
    assert patches.voxels.reshape(len(patches), -1).mean(1).min() > 5


def test_too_many_tokens_are_cut_to_those_with_most_of_the_head():
    volume = head()
    everything = patches_of(volume, GRID)
    fewer = patches_of(volume, Grid(max_tokens=50))
    assert len(fewer) == 50 < len(everything)
    assert {*map(tuple, fewer.index)} <= {*map(tuple, everything.index)}


def test_positions_are_millimetres_of_the_patient_whatever_the_plane():
    found = []
    for plane in AXES:
        patches = patches_of(head(plane), GRID)
        centres = patches.index @ patches.affine_lps[:3, :3].T + patches.affine_lps[:3, 3]
        steps = patches.position[:, ::-1] * GRID.position_mm
        found.append((centres - steps)[0])
        assert np.allclose(centres - steps, found[-1], atol=1e-3)
    assert np.ptp(found, axis=0).max() < 8  # one centre of the head, to within a slice or two


def test_without_millimetres_positions_count_patches_along_z_y_x():
    patches = patches_of(head("coronal"), Grid(position_mm=0.0))
    assert np.array_equal(patches.position[:, [1, 0, 2]], patches.index)


def test_padding_counts_as_background():
    volume = head()
    padded = volume.voxels.copy()
    padded[:, :30] = -2000
    patches = patches_of(Volume(padded, volume.affine_lps, padding=-2000), GRID)
    assert np.array_equal(patches.index, patches_of(volume, GRID).index)


@pytest.mark.parametrize(
    "voxels", [np.zeros((20, 64, 64)), np.full((20, 64, 64), 7.0), np.full((20, 64, 64), np.nan)]
)
def test_an_empty_series_is_not_eligible(voxels):
    affine = np.diag([5.0, 3.0, 3.0, 1.0])
    with pytest.raises(NotApplicableError, match=r"not eligible: .* nothing but background"):
        patches_of(Volume(voxels, affine), GRID)


def test_an_axis_is_read_linearly_and_zero_outside():
    weights = stretch(5, -1.0, 0.5, 14)
    ramp = weights @ np.arange(10.0, 60.0, 10.0)
    assert np.allclose(ramp[2:11], np.arange(10, 55, 5))
    assert ramp[0] == 0
    assert ramp[-1] == 0


def test_a_longer_step_averages_neighbours():
    assert np.allclose(stretch(9, 1.0, 3.0, 3) @ np.ones(9), 1)
    assert (stretch(9, 1.0, 3.0, 3)[1] > 0).sum() == 5
