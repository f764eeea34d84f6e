"""Back from a value to what the file stores."""

from __future__ import annotations

import numpy as np
import pytest

from inference.imaging.modality import Modality, rescale
from inference.imaging.read import read_picture, read_volume
from inference.imaging.scan import scan
from inference.imaging.stored import Rescale
from tests.imaging_fixtures import write_series


@pytest.mark.parametrize(("slope", "intercept"), [(1, -1024), (2, 3), (0.0137, -1.5), (-3, 7)])
def test_every_stored_value_comes_back_from_the_value_it_became(slope, intercept):
    stored = np.arange(-50, 50, dtype=np.int16).reshape(1, 10, 10)
    values = rescale(stored.copy(), [Modality(float(slope), float(intercept))])
    undo = Rescale(slope, intercept)
    assert [undo.stored(float(v)) for v in values.ravel()] == stored.ravel().tolist()


def test_what_is_stored_as_fractions_is_not_rounded():
    assert Rescale(2.0, 1.0, whole=False).stored(2.5) == 0.75


def test_each_slice_is_read_with_its_own(tmp_path):
    tags = {"RescaleSlope": lambda k: str(k + 1), "RescaleIntercept": "-10"}
    write_series(tmp_path / "ct", shape=(4, 8, 10), **tags)
    shown = scan(tmp_path / "ct").studies[0].display_sets[0]
    assert read_volume(shown).rescales == tuple(Rescale(k + 1.0, -10.0) for k in range(4))
    assert read_picture(shown, 2).rescale == Rescale(3.0, -10.0)
