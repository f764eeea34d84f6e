"""How many voxels are cast."""

import numpy as np

from app.viewer.volume_presets import presets_for, volume_presets
from app.viewer.volume_request import resolution_text, thinned
from tests.app.viewer.patients import OBLIQUE, SLOPE, affine, placed_volume


def test_a_thinned_volume_keeps_its_place():
    volume = placed_volume(affine(OBLIQUE))
    voxels, matrix, factors = thinned(volume, 1000)
    assert voxels.size <= 1000
    assert max(factors) > 1
    index = np.stack(np.meshgrid(*map(np.arange, voxels.shape), indexing="ij"), axis=-1)
    points = index @ matrix[:3, :3].T + matrix[:3, 3]
    assert np.allclose(voxels, points @ SLOPE, atol=1e-2)


def test_a_small_volume_is_not_copied():
    volume = placed_volume(affine(OBLIQUE))
    assert thinned(volume, 10**6)[0] is volume.voxels


def test_what_is_lost_is_said():
    words = [resolution_text(factors) for factors in ((1, 1, 1), (1, 2, 2), (2, 4, 4))]
    assert words == ["", "half resolution", "1/4 resolution"]


def test_tables_rise_in_value_and_stay_within_bounds():
    for preset in volume_presets():
        for table in (preset.opacity, preset.colour):
            values = [row[0] for row in table]
            assert values == sorted(values)
            assert all(0 <= share <= 1 for row in table for share in row[1:])


def test_absolute_presets_are_offered_to_ct_alone():
    assert all(p.scale == "relative" for modality in ("MR", "PT", "") for p in presets_for(modality))
    assert presets_for("CT")[0].key == "ct_bone"
    assert len({p.key for p in volume_presets()}) == len(volume_presets())
