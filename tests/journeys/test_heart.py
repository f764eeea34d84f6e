"""Loops of the heart: read, explained frame by frame and view by view, a view named, all found again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.viewer.cine_view import CineView
from inference.models import catalogue
from tests.journeys.reader import Reader
from training.phantoms.echo import echo_case
from training.phantoms.echo_dicom import write_echo_study

pytestmark = [pytest.mark.journey, pytest.mark.slow]

CONTROL, SHIFT = (
    Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
)  # fmt: skip
LEFT = Qt.MouseButton.LeftButton
PATIENCE_S = 900


def test_an_echo_study_from_its_loops_to_its_reasons(reader: Reader, tmp_path: Path) -> None:
    if "echo" not in set(catalogue.keys()):
        pytest.skip("the echo model has not been trained")
    reader.drop([write_echo_study(echo_case(900004), tmp_path / "study")], reader.window.studies)
    reader.wait("the study", lambda: reader.sitting.current, PATIENCE_S)
    reader.wait("the loop", lambda: shown(reader) is not None, PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)
    read_it(reader)
    ask_by_frame(reader)
    name_a_view(reader)
    find_it_again(reader)


def shown(reader: Reader) -> CineView | None:
    """The loop in the chosen viewport."""
    view = reader.window.hanging.view(reader.window.hanging.active)
    return view if isinstance(view, CineView) else None


def read_it(reader: Reader) -> None:
    """Nine numbers with units and intervals."""
    reader.key(Qt.Key.Key_R, CONTROL)
    reader.wait("the values", lambda: reader.sitting.predictions, PATIENCE_S)
    findings = reader.sitting.predictions[0].findings
    assert len(findings) == 9
    assert all(f.interval and f.interval[0] <= f.score <= f.interval[1] for f in findings)
    reader.wait_until_idle(PATIENCE_S)
    reader.photograph("values")


def ask_by_frame(reader: Reader) -> None:
    """Bars under the loop and beside it; the mouse goes to their frames and views."""
    reader.click(reader.window.explanations.methods.button("frames"))
    reader.wait("the bars", lambda: reader.sitting.attribution, PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)
    strip, made = reader.window.strip, reader.sitting.attribution
    assert strip.isVisible()
    first = strip.frames.content.contributions[1].first
    across = strip.frames.width() * (first + 0.5) / strip.frames.content.frames
    QTest.mouseClick(strip.frames, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(int(across), 40))
    assert shown(reader).playback.frame == first
    other = next(n for n, u in enumerate(made.units) if u.place.display_set_uid != uid(reader))
    place = made.units[other].place
    bar = reader.window.explanations.views.left_out[other]
    reader.wait("the bars by view", bar.isVisible)
    reader.photograph("frames")
    reader.click(bar)
    reader.wait("the other view", lambda: uid(reader) == place.display_set_uid, PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)
    reader.photograph("frames-and-views")


def name_a_view(reader: Reader) -> None:
    """The model reads again, without the loop that the reader set aside, and says so."""
    before = reader.sitting.predictions[0].created
    set_aside = uid(reader)
    shown(reader).setFocus()
    reader.key(Qt.Key.Key_V, SHIFT)
    reader.wait("the menu", lambda: reader.window.findChildren(QMenu))
    menu = next(m for m in reversed(reader.window.findChildren(QMenu)) if m.actions()[-1].isCheckable())
    reader.photograph("views")
    next(a for a in menu.actions() if a.text() == "No standard view").trigger()
    menu.close()
    reader.wait("the new answer", lambda: reader.sitting.predictions[0].created != before, PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)
    prediction = reader.sitting.predictions[0]
    assert set_aside not in prediction.seen
    assert any(e.reason == "set aside by the reader" for e in prediction.excluded)
    reader.photograph("one-view-set-aside")


def find_it_again(reader: Reader) -> None:
    """The next day: numbers, intervals and the named view are there."""
    prediction, current = reader.sitting.predictions[0], reader.sitting.current
    named = {d.uid: d.view for d in current.display_sets}
    reader.leave()
    reader.sit_down()
    reader.wait("the study", lambda: reader.sitting.current, PATIENCE_S)
    reader.wait("the values", lambda: reader.sitting.predictions, PATIENCE_S)
    assert reader.sitting.predictions[0].findings == prediction.findings
    assert {d.uid: d.view for d in reader.sitting.current.display_sets} == named
    reader.wait_until_idle(PATIENCE_S)


def uid(reader: Reader) -> str:
    """The loop on show."""
    view = shown(reader)
    return view.view.exhibit.display_set_uid if view is not None else ""
