"""The working grid keeps every place, covers every voxel, and comes back to the scanner's grid."""

import numpy as np
import pytest
import torch

from inference.imaging.scan import scan
from inference.imaging.volume import Volume
from inference.models.t3d_grid import (
    BLOCK,
    body_box,
    gaussian,
    grey_of,
    lattice_numbers,
    on_grid,
    patient_grid,
    thinned,
    tiling_of,
)
from inference.models.t3d_tiles import lattice_place
from inference.models.t3d_volume import (
    MOST_LABELS,
    SLAB,
    Original,
    _halved,
    _slabs,
    labels_on,
    original_of,
    read_thinned,
)
from inference.networks.t3d_config import CT_CURVE
from inference.place import Place
from training.phantoms.chest import chest_case
from training.phantoms.chest_dicom import write_chest_study

UP = np.array([(0, 0, 1), (0, 1, 0), (1, 0, 0)], float).T


def ct(shape=(30, 40, 44), spacing=(4.0, 3.0, 3.0), axes=UP) -> Volume:
    """A bright box off the middle of a body."""
    hu = np.full(shape, -1000.0, np.float32)
    hu[:, 4:-4, 4:-4] = 30.0
    hu[8:14, 10:20, 22:32] = 200.0
    affine = np.eye(4)
    affine[:3, :3] = axes * spacing
    affine[:3, 3] = (-50.0, 20.0, 400.0)
    return Volume(hu, affine, "HU")


def middle(volume: Volume, above: float) -> np.ndarray:
    return volume.to_lps_mm(np.argwhere(volume.voxels > above).mean(0))


@pytest.mark.parametrize("axes", [UP, UP[:, [1, 0, 2]], -UP])
def test_a_landmark_keeps_its_place_on_the_working_grid(axes):
    volume = ct(axes=axes)
    working = on_grid(volume, (6.0, 4.5, 4.5))
    assert np.allclose(middle(working, 120), middle(volume, 120), atol=2.5)


@pytest.mark.parametrize("axes", [UP, UP[:, [2, 1, 0]]])
def test_masks_come_back_to_the_very_voxels(axes):
    volume = ct(axes=axes)
    working = on_grid(volume, (3.0, 2.0, 2.0))
    logits = torch.from_numpy(np.stack([100 - working.voxels, working.voxels - 100])) / 100
    back = labels_on(logits, working, Original(volume.shape, volume.affine_lps))
    truth = volume.voxels > 100
    both = ((back.voxels == 1) & truth).sum()
    assert 2 * both / ((back.voxels == 1).sum() + truth.sum()) > 0.85
    assert np.allclose(back.affine_lps, volume.affine_lps)


def test_fine_voxels_are_averaged_not_skipped():
    hu = np.tile([0.0, 100.0], (8, 12, 6)).reshape(8, 12, 12).astype(np.float32)
    affine = np.eye(4)
    affine[:3, :3] = UP * (2.0, 1.0, 1.0)
    thin = thinned(Volume(hu, affine, "HU"), (4.0, 4.0, 4.0))
    assert thin.shape == (4, 3, 3)
    assert np.allclose(thin.voxels, 50.0)
    assert np.allclose(thin.to_lps_mm(np.zeros(3)), Volume(hu, affine).to_lps_mm(np.array([0.5, 1.5, 1.5])))


@pytest.mark.parametrize("shape", [(20, 30, 40), (71, 66, 88), (33, 64, 65)])
def test_sub_volumes_cover_every_voxel_and_begin_at_blocks(shape):
    tiling = tiling_of(shape, (32, 64, 64))
    seen = np.zeros(shape, int)
    for start in tiling.starts:
        assert all(s % BLOCK == 0 for s in start)
        seen[tuple(slice(s, s + c) for s, c in zip(start, tiling.crop, strict=True))] += 1
    assert seen.min() >= 1


def test_supervoxels_lie_where_their_voxels_lie():
    working = on_grid(ct(), (6.0, 4.5, 4.5))
    tiling = tiling_of(working.shape, (32, 64, 64))
    like = Place("d", "s", "CT", "f", (1, 1, 1), np.zeros((1, 3), np.int64), np.eye(4))
    place = lattice_place(tiling, working, like)
    assert np.allclose(place.centres_lps_mm[0], working.to_lps_mm(np.full(3, 3.5)))
    assert (place.index * BLOCK < working.shape).all()


def test_a_supervoxel_has_one_number_in_all_sub_volumes_that_show_it():
    shape, crop = (40, 50, 89), (32, 64, 64)
    tiling = tiling_of(shape, crop)
    numbers = lattice_numbers(tiling)
    assert sorted(set(numbers.ravel())) == [-1, *range(5 * 7 * 12)]
    for own, start in zip(numbers, tiling.starts, strict=True):
        for block in np.argwhere(own >= 0):
            first = np.array(start) + block * BLOCK
            assert own[tuple(block)] == np.ravel_multi_index(first // BLOCK, (5, 7, 12))
        assert (own < 0).sum() == sum(
            bool((np.array(start) + np.array(block) * BLOCK >= shape).any())
            for block in np.ndindex(own.shape)
        )


def test_the_body_is_found_without_the_table():
    hu = np.full((10, 60, 60), -1000.0)
    hu[:, 10:40, 10:50] = 40.0
    hu[:, 52:55, 5:58] = 0.0
    _, rows, columns = body_box(hu)
    assert (rows.start, rows.stop) == (8, 42)
    assert (columns.start, columns.stop) == (8, 52)


def test_the_grid_of_a_patient_holds_the_whole_volume():
    volume = ct()
    shape, affine = patient_grid(volume, (6.0, 4.5, 4.5))
    assert shape == (20, 27, 29)
    assert np.allclose(affine[:3, :3], UP * (6.0, 4.5, 4.5))


def test_grey_values_rise_with_density_and_weights_are_highest_in_the_middle():
    grey = grey_of(np.array([-2000.0, -1000, 0, 40, 400, 5000]), CT_CURVE)
    assert grey[0] == grey[1] == 0.0
    assert grey[-1] == 1.0
    assert (np.diff(grey) >= 0).all()
    weight = gaussian((32, 64, 64))
    assert weight.max() == weight[16, 32, 32] or weight[15:17, 31:33, 31:33].max() == weight.max()
    assert weight.min() > 0


def test_masks_of_a_huge_volume_are_halved_until_they_fit_and_stay_in_their_place():
    whole = Original((2000, 1024, 1024), np.diag([0.5, 0.4, 0.4, 1.0]))
    small = _halved(whole)
    assert np.prod(small.shape) <= MOST_LABELS
    assert small.shape[0] == 2000
    corners = [np.array([0, -0.5, -0.5, 1]), np.array([0, 1023.5, 1023.5, 1])]
    again = [np.array([0, -0.5, -0.5, 1]), np.array([0, *(n - 0.5 for n in small.shape[1:]), 1])]
    for one, other in zip(corners, again, strict=True):
        assert np.allclose(whole.affine_lps @ one, small.affine_lps @ other)


def test_a_series_is_read_slab_by_slab_and_never_all_of_it_at_once(tmp_path):
    case = chest_case(3, spacing_mm=(2.5, 3.0, 3.0), region="chest")
    (study,) = scan(write_chest_study(case, tmp_path / "ct")).studies
    shown = study.display_sets[0]
    asked = []
    thin, _ = read_thinned(shown, (6.0, 6.0, 6.0), lambda f, _n="": asked.append(f))
    assert thin.shape[0] < shown.shape[0]
    assert len(list(_slabs(original_of(shown), (6.0, 6.0, 6.0)))) > 2
    assert all(len(slab) <= SLAB for slab in _slabs(original_of(shown), (6.0, 6.0, 6.0)))
    assert asked == sorted(asked)
