"""Scores of a grid in the plane of a picture."""

import numpy as np

from app.viewer.layers.sampling import edges_of, sample
from app.viewer.picture_plane import plane_of_affine
from tests.app.viewer.patients import OBLIQUE, UPRIGHT, affine


def grid_of(shape):
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def sample_points(plane, finer):
    rows, columns = plane.shape[0] * finer[0], plane.shape[1] * finer[1]
    pixels = np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"), axis=-1)
    return plane.to_lps_mm((pixels + 0.5) / finer - 0.5)


def test_each_sample_holds_the_element_that_it_lies_in():
    grid, placed = grid_of((3, 4, 4)), affine(OBLIQUE, (12, 6, 6))
    plane = plane_of_affine(affine(UPRIGHT), 5, (20, 24))
    raster = sample(grid, placed, plane)
    inverse = np.linalg.inv(placed)
    index = sample_points(plane, raster.finer) @ inverse[:3, :3].T + inverse[:3, 3]
    nearest = np.floor(index + 0.5).astype(int)
    inside = np.all((nearest >= 0) & (nearest < grid.shape), axis=-1)
    found = np.moveaxis(np.clip(nearest, 0, np.array(grid.shape) - 1), -1, 0)
    expected = np.where(inside, grid[tuple(found)], np.nan)
    assert inside.any()
    assert np.array_equal(raster.values, expected, equal_nan=True)


def test_a_smooth_sample_at_the_centre_of_an_element_is_its_score():
    grid, placed = grid_of((3, 4, 4)), affine(UPRIGHT, (3, 1.5, 1))
    raster = sample(grid, placed, plane_of_affine(placed, 1, (4, 4)), smooth=True)
    rows, columns = raster.finer
    middle = raster.values[rows // 2 :: rows, columns // 2 :: columns]
    assert np.abs(middle - grid[1])[:-1, :-1].max() <= 0.5  # half a sample off; it fades at the outer edges


def test_edges_enclose_a_single_pixel():
    mask = np.zeros((4, 5), bool)
    mask[1, 2] = True
    expected = {(2, 1, 3, 1), (2, 2, 3, 2), (2, 1, 2, 2), (3, 1, 3, 2)}
    assert {tuple(edge) for edge in edges_of(mask)} == expected


def test_neighbours_share_no_edge():
    mask = np.zeros((4, 5), bool)
    mask[1, 1:4] = True
    expected = {(1, 1, 4, 1), (1, 2, 4, 2), (1, 1, 1, 2), (4, 1, 4, 2)}
    assert {tuple(edge) for edge in edges_of(mask)} == expected
