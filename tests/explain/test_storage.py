"""What is saved is what is loaded; damage is a sentence."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest

from explain.attribution import Attribution
from explain.methods import explain
from explain.storage import from_bytes, load, save, to_bytes
from inference.errors import FileError
from tests.explain.toys import TwoLevel

FIELDS = [name for name in Attribution.__dataclass_fields__ if name != "units"]


@pytest.fixture(scope="module", params=["lime", "rollout", "integrated_gradients"])
def made(request) -> Attribution:
    model = TwoLevel()
    return explain(model, model.study(), "shift", request.param)


def same(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    return (one is None) == (other is None) and (
        one is None or (one.dtype == other.dtype and np.array_equal(one, other))
    )


def test_an_attribution_survives_the_file(made, tmp_path):
    save(made, tmp_path / "map.npz")
    found = load(tmp_path / "map.npz")
    assert all(getattr(found, name) == getattr(made, name) for name in FIELDS)
    for ours, theirs in zip(found.units, made.units, strict=True):
        assert ours.total == theirs.total
        assert all(
            same(getattr(ours, n), getattr(theirs, n)) for n in ("scores", "standard_error", "significant")
        )
        assert ours.place.shape == theirs.place.shape
        assert same(ours.place.index, theirs.place.index)
        assert same(ours.place.affine_lps, theirs.place.affine_lps)
    assert found.top() == made.top()


def test_the_moments_of_a_loop_survive_the_file(made):
    unit = made.units[0]
    times = np.arange(unit.place.shape[0]) * 40.0
    moving = replace(unit, place=replace(unit.place, times_ms=times, lasts_ms=40.0))
    found = from_bytes(to_bytes(replace(made, units=(moving,)))).units[0].place
    assert same(found.times_ms, times)
    assert found.lasts_ms == 40.0


def test_the_file_holds_no_objects(made):
    with np.load(io.BytesIO(to_bytes(made)), allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a map at all", None])
def test_a_damaged_file_is_refused_by_name(made, tmp_path, content):
    path = tmp_path / "map.npz"
    path.write_bytes(to_bytes(made)[:-400] if content is None else content)
    with pytest.raises(FileError, match=r"map\.npz cannot be read"):
        load(path)


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(FileError, match="gone"):
        load(tmp_path / "gone.npz")


def test_pickled_content_is_never_run(tmp_path):
    path = tmp_path / "map.npz"
    with path.open("wb") as file:
        np.savez(file, json=np.array([{"version": 1}], dtype=object))
    with pytest.raises(FileError):
        load(path)


def test_a_map_that_does_not_fit_its_grid_is_refused(made):
    with np.load(io.BytesIO(to_bytes(made))) as arrays:
        changed = dict(arrays) | {"0.scores": np.zeros(3, np.float32)}
    buffer = io.BytesIO()
    np.savez(buffer, **changed)
    with pytest.raises(ValueError, match="fit its grid"):
        from_bytes(buffer.getvalue())
