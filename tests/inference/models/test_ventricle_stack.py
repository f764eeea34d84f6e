from dataclasses import replace

import numpy as np
import pytest

from inference.errors import NotApplicableError
from inference.imaging.scan import scan
from inference.models.ventricle_series import choose
from inference.models.ventricle_stack import read_short_axis
from tests.ventricle_stacks import heart, write_heart


@pytest.fixture(scope="module")
def made():
    return heart(np.arange(-40.0, 41.0, 10.0), phases=8, shape=(24, 26))


def read(folder):
    return read_short_axis(choose(scan(folder).studies[0]).parts)


def test_what_was_written_is_read(tmp_path, made):
    stack = read(write_heart(tmp_path, made))
    assert np.array_equal(stack.frames, made.stack.frames)
    assert np.allclose(
        stack.geometry.affines_lps[:, :3, 3], made.stack.geometry.affines_lps[:, :3, 3], atol=1e-3
    )
    assert stack.geometry.times_ms.tolist() == pytest.approx(made.stack.geometry.times_ms.tolist())


def test_a_position_with_fewer_phases_is_stretched_and_said(tmp_path, made):
    whole = replace(made, stack=heart(np.arange(-40.0, 41.0, 10.0), phases=10, shape=(24, 26)).stack)
    write_heart(tmp_path, whole, series_of=lambda n: str(n + 1))
    (tmp_path / "03_09.dcm").unlink()
    stack = read(tmp_path)
    assert stack.frames.shape[:2] == (9, 10)
    assert any("it has 9 phases, the others 10" in text for text in stack.warnings)


def test_pictures_over_half_a_minute_are_no_heartbeat(tmp_path, made):
    slow = replace(made.stack.geometry, times_ms=np.arange(8) * 4000.0)
    write_heart(tmp_path, replace(made, stack=replace(made.stack, geometry=slow)))
    with pytest.raises(NotApplicableError, match=r"span 28\.0 s, longer than a heartbeat"):
        read(tmp_path)
