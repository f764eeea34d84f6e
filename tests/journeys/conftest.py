"""The bundled study and model, without which there is no journey; where screenshots go."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import resources
from app import theme
from inference.models import catalogue
from tests.journeys.reader import Reader


@pytest.fixture
def demo() -> Path:
    """The bundled study."""
    folder = resources.path("demo")
    if not folder.is_dir():
        pytest.skip("the bundled study is not here")
    return folder


@pytest.fixture
def model() -> str:
    """The bundled model."""
    if "prima" not in set(catalogue.keys()):
        pytest.skip("the bundled model has not been trained")
    return "prima"


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where screenshots go: NEGATOSCOPE_SHOTS keeps them."""
    folder = Path(os.environ.get("NEGATOSCOPE_SHOTS", tmp_path / "shots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def reader(qapp, tmp_path: Path, shots: Path):
    """Somebody at the workstation with an empty library."""
    theme.apply(qapp)
    reader = Reader(tmp_path / "home", shots)
    yield reader
    print(f"\n{reader.watchdog.words()}")
    reader.leave()
    reader.watchdog.stop()
