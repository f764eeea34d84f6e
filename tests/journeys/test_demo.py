"""The first start: the bundled study is open, read, and one finding is explained, without a click."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.reader import Reader

pytestmark = [pytest.mark.journey, pytest.mark.slow]


@pytest.mark.usefixtures("demo", "model")
def test_the_first_start_shows_findings_and_one_reason(reader: Reader) -> None:
    reader.room.start(demo=True)
    reader.wait("the reason", lambda: reader.sitting.attribution, 600)
    reader.wait_until_idle()
    assert reader.sitting.chosen is not None
    assert reader.window.explanations.verdict.text()
    reader.photograph("first-start")
    known = len(reader.sitting.attributions)
    reader.leave()
    reader.sit_down()
    reader.room.start(demo=True)
    reader.wait("the same again", lambda: len(reader.sitting.attributions) == known)
    reader.wait_until_idle()
    assert len(reader.sitting.predictions) == 1


def test_without_the_bundled_study_the_window_says_so(reader: Reader, tmp_path: Path) -> None:
    reader.room._demonstrating.begin(tmp_path / "nothing")
    reader.wait("the notice", lambda: "not installed" in reader.told)
