import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.imaging.resample import isotropic_grid, resample, slice_at
from inference.imaging.volume import Volume


def rotation(angles) -> np.ndarray:
    a, b, c = angles
    x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return x @ y @ z


def affine(angles=(0, 0, 0), spacing=(3.0, 1.0, 0.8), origin=(-20.0, -15.0, 5.0)) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = rotation(angles)[:, ::-1] * spacing
    matrix[:3, 3] = origin
    return matrix


def ramp(matrix, shape=(10, 24, 30)) -> Volume:
    """A volume whose values are a linear function of the place in the patient."""
    index = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    place = index @ matrix[:3, :3].T + matrix[:3, 3]
    return Volume((place @ [1.0, 2.0, -0.5]).astype(np.float32), matrix)


angles = st.tuples(*[st.floats(-0.5, 0.5)] * 3)


@settings(max_examples=20, deadline=None)
@given(angles, angles)
def test_a_value_stays_at_its_millimetres_on_any_oblique_grid(before, after):
    volume = ramp(affine(before))
    middle = volume.to_lps_mm((np.array(volume.shape) - 1) / 2)
    grid = affine(after, spacing=(1.5, 0.7, 1.1))
    grid[:3, 3] = middle - grid[:3, :3] @ [3, 3, 3]
    found = resample(volume, (7, 7, 7), grid)
    places = found.to_lps_mm(np.stack(np.meshgrid(*[np.arange(7)] * 3, indexing="ij"), axis=-1))
    assert np.allclose(found.voxels, places @ [1.0, 2.0, -0.5], atol=1e-2)


def test_the_same_grid_gives_the_same_voxels():
    volume = ramp(affine((0.3, -0.2, 0.1)))
    assert np.allclose(resample(volume, volume.shape, volume.affine_lps).voxels, volume.voxels, atol=1e-3)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.float64])
def test_nearest_keeps_type_and_values(dtype):
    voxels = np.arange(60).reshape(3, 4, 5).astype(dtype)
    volume = Volume(voxels, affine())
    found = resample(volume, (3, 4, 5), volume.affine_lps, order="nearest")
    assert found.voxels.dtype == dtype
    assert np.array_equal(found.voxels, voxels)


def test_beyond_the_volume_is_outside():
    volume = ramp(affine())
    far = volume.affine_lps.copy()
    far[:3, 3] += 500
    assert (resample(volume, (2, 3, 4), far, outside=-1024.0).voxels == -1024).all()
    assert (slice_at(volume, (3, 4), far, outside=-1024.0) == -1024).all()


def test_a_tilted_stack_is_straightened_at_its_true_places():
    sheared = affine()
    sheared[1, 0] = 1.2  # each slice lies a little further back
    volume = ramp(sheared)
    straight = affine()
    straight[:3, 3] = volume.to_lps_mm([2.0, 8.0, 8.0])
    found = resample(volume, (4, 5, 5), straight)
    places = found.to_lps_mm(np.stack(np.meshgrid(*map(np.arange, (4, 5, 5)), indexing="ij"), axis=-1))
    assert np.allclose(found.voxels, places @ [1.0, 2.0, -0.5], atol=1e-2)


def test_a_plane_shows_what_the_resampled_volume_shows():
    volume = ramp(affine((0.1, 0.2, 0.0)))
    plane = affine((0.4, -0.3, 0.2))
    plane[:3, 3] = volume.to_lps_mm([4.0, 10.0, 10.0])
    whole = resample(volume, (1, 6, 7), plane, outside=-7.0)
    assert np.allclose(slice_at(volume, (6, 7), plane, outside=-7.0), whole.voxels[0], atol=1e-3)


def test_an_isotropic_grid_covers_the_same_extent():
    volume = ramp(affine((0.2, 0.1, -0.3)))
    shape, grid = isotropic_grid(volume, 1.0)
    corner = grid[:3, :3] @ [-0.5, -0.5, -0.5] + grid[:3, 3]
    assert shape == (30, 24, 24)
    assert np.allclose(np.linalg.norm(grid[:3, :3], axis=0), 1.0)
    assert np.allclose(corner, volume.to_lps_mm([-0.5, -0.5, -0.5]))
