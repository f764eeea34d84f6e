"""The whole way: a study is dropped in, read, explained, decided about, reported, and found again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import QPoint, Qt

from app.viewer.volume_request import Detail
from app.viewer.volume_view import VolumeView
from inference.prediction import Decision
from tests.journeys.reader import Reader

pytestmark = [pytest.mark.journey, pytest.mark.slow]

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.mark.usefixtures("model")
def test_the_whole_way(reader: Reader, demo: Path, tmp_path: Path) -> None:
    open_by_dropping(reader, demo)
    look_around(reader)
    run_the_model(reader)
    read_the_reasons(reader)
    decide(reader)
    look_in_three_planes(reader)
    export_the_report(reader, tmp_path / "report.pdf")
    find_it_all_again(reader)
    print("\nscreenshots:", *reader.taken, sep="\n  ")


def open_by_dropping(reader: Reader, demo: Path) -> None:
    """Drag the folder into the window: pictures come, panels fill."""
    reader.photograph("empty")
    reader.drop([demo], reader.window.studies)
    reader.wait("the study", lambda: reader.sitting.current)
    reader.wait("the first picture", lambda: reader.window.hanging.slice_views())
    reader.wait_until_idle()
    assert not reader.window.library_is_shown
    assert reader.window.series.uids
    reader.photograph("study")


def look_around(reader: Reader) -> None:
    """Wheel and keys scroll, a drag windows, keys turn and bring back."""
    start = reader.view.look.slice_index
    reader.wheel(2, reader.view)
    assert reader.view.look.slice_index == start + 2
    reader.view.setFocus()
    reader.key(Qt.Key.Key_Up)
    assert reader.view.look.slice_index == start + 1
    before = reader.view.look.window
    reader.drag(reader.view, QPoint(80, -40))
    assert reader.view.look.window.width > before.width
    assert reader.view.look.window.centre > before.centre
    reader.key(Qt.Key.Key_I)
    assert reader.view.look.inverted
    reader.photograph("windowed-inverted")
    reader.key(Qt.Key.Key_I)
    reader.key(Qt.Key.Key_Z, CONTROL)
    reader.wait("the window as it was", lambda: reader.view.look.window == before)
    reader.key(Qt.Key.Key_0, CONTROL)


def run_the_model(reader: Reader) -> None:
    """Ctrl+R: every target ends in a state, the strongest is chosen."""
    reader.key(Qt.Key.Key_R, CONTROL)
    reader.wait("the findings", lambda: reader.sitting.predictions, 300)
    prediction = reader.sitting.predictions[0]
    assert len(prediction.findings) == len(prediction.card.targets)
    assert reader.sitting.chosen is not None
    reader.wait_until_idle()
    reader.photograph("findings")


def read_the_reasons(reader: Reader) -> None:
    """Each method by its button; each lies over the pixels and says what speaks for it."""
    panel = reader.window.explanations
    for method in ("rollout", "integrated_gradients", "lime"):
        known = reader.sitting.attribution
        reader.click(panel.methods.button(method))
        reader.wait(method, lambda known=known: reader.sitting.attribution not in (None, known), 600)
        reader.wait_until_idle()
        assert panel.verdict.text()
        assert any(view.overlay_layer.overlay for view in reader.window.hanging.slice_views())
        reader.photograph(method)
    for mode in ("blocks", "smooth", "contour"):
        reader.click(panel.controls.modes.button(mode))
        reader.photograph(f"lime-{mode}")
    reader.click(panel.top.row(0))
    reader.wait_until_idle()
    reader.photograph("first-piece")


def decide(reader: Reader) -> None:
    """Accept the chosen finding with a comment."""
    detail = reader.window.findings.detail
    detail.comment.setFocus()
    for key in "seen":
        reader.key(getattr(Qt.Key, f"Key_{key.upper()}"))
    reader.click(detail.accept)
    _, finding = reader.sitting.chosen
    assert (finding.decision, finding.comment.lower()) == (Decision.ACCEPTED, "seen")
    reader.photograph("accepted")


def look_in_three_planes(reader: Reader) -> None:
    """M: axial, coronal, sagittal and 3-D with the map; M again: as it was."""
    before = reader.view.look
    reader.view.setFocus()
    reader.key(Qt.Key.Key_M)
    reader.wait("three planes", lambda: len(reader.window.hanging.slice_views()) >= 3)
    reader.wait_until_idle()
    volumes = reader.window.hanging.findChildren(VolumeView)
    reader.wait("the volume", lambda: all(map(finely_rendered, volumes)))
    reader.photograph("three-planes")
    reader.window.hanging.setFocus()
    reader.key(Qt.Key.Key_M)
    reader.wait("the series again", lambda: not reader.room.room.cutting.is_on)
    assert reader.view.look == replace(before, crosshair_lps_mm=reader.view.look.crosshair_lps_mm)


def finely_rendered(view: VolumeView) -> bool:
    """Whether the last picture of a volume has come, and not a coarse one."""
    return view.picture is not None and view.picture.request.detail is Detail.FULL


def export_the_report(reader: Reader, path: Path) -> None:
    """Ctrl+P, a file name, Enter: a PDF with pages."""
    reader.window.hanging.setFocus()
    reader.key(Qt.Key.Key_P, CONTROL)
    reader.save_as(path)
    reader.wait("the PDF", path.is_file, 120)
    reader.wait_until_idle()
    text = " ".join(page.extract_text() for page in PdfReader(path).pages)
    assert "not for diagnostic use" in text
    assert reader.sitting.chosen[1].target.title in text
    reader.photograph("exported")


def find_it_all_again(reader: Reader) -> None:
    """Restart: study, slice, findings, decision and reasons are where they were."""
    index, methods = reader.view.look.slice_index, {a.method for a in reader.sitting.attributions}
    uid, target = reader.view.exhibit.display_set_uid, reader.sitting.finding
    reader.leave()
    reader.sit_down()
    reader.wait("the last study", lambda: reader.sitting.current)
    reader.wait_until_idle()
    views = {view.exhibit.display_set_uid: view for view in reader.window.hanging.slice_views()}
    assert views[uid].look.slice_index == index
    assert {a.method for a in reader.sitting.attributions} == methods
    assert reader.sitting.finding == target
    assert reader.sitting.chosen[1].decision is Decision.ACCEPTED
    assert len(reader.room.services.library.entries()) == 1
    reader.photograph("found-again")
