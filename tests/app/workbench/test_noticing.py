"""A notice goes with the study, the series or the picture that it speaks of; of the library it stays."""

from __future__ import annotations

import pytest

from app.layouts import Layout
from app.messages import LASTING, STUDY, Message, Subject, message_of
from app.panels.notice import NoticeBar
from app.viewer.hanging import Hanging
from app.workbench.noticing import Noticing
from app.workspace import Workspace
from inference.errors import ExportError, LibraryError, NotApplicableError, PixelError, WeightsError
from inference.imaging.read import read_volume
from inference.imaging.scan import scan
from tests.imaging_fixtures import write_series


@pytest.fixture
def desk(qtbot, tmp_path):
    """A workspace with a series that hangs, and the bar."""
    write_series(tmp_path)
    study = scan(tmp_path).studies[0]
    workspace, hanging, bar = Workspace(), Hanging(), NoticeBar()
    for widget in (hanging, bar):
        qtbot.addWidget(widget)
    workspace.open(study)
    display_set = study.display_sets[0]
    workspace.hang([display_set.uid, *[""] * 8], Layout.ONE)
    hanging.show_volume(0, study, display_set, read_volume(display_set))
    return workspace, hanging, bar, Noticing(workspace, hanging, bar), display_set.uid


def told(bar: NoticeBar, about: Subject) -> None:
    bar.show_notice("Something went wrong.", grave=True, about=about)


def is_leaving(bar: NoticeBar) -> bool:
    """Gone, or as soon as it could be read."""
    return not bar.isVisible() or bar._timer.isActive()


def test_what_an_error_speaks_of_is_told_by_its_kind():
    kinds = {PixelError: STUDY, NotApplicableError: STUDY, LibraryError: LASTING, ExportError: LASTING,
             WeightsError: LASTING}  # fmt: skip
    assert {kind: message_of(kind("a", hint="b")).about for kind in kinds} == kinds
    assert message_of(MemoryError()).about == LASTING
    assert Message("a").about == LASTING


def test_a_study_that_is_left_takes_its_notice_along_and_the_library_does_not(desk):
    _, _, bar, noticing, uid = desk
    told(bar, LASTING)
    noticing.study_left()
    assert not is_leaving(bar)
    for about in (STUDY, Subject(display_set_uid=uid)):
        told(bar, about)
        noticing.study_left()
        assert is_leaving(bar)


def test_a_series_that_hangs_no_more_takes_its_notice_along(desk):
    workspace, _, bar, _, uid = desk
    told(bar, Subject(display_set_uid=uid))
    workspace.hang(None, Layout.TWO)
    assert not is_leaving(bar)
    workspace.show(0, "")
    assert is_leaving(bar)


def test_a_notice_of_one_picture_goes_when_another_is_shown(desk):
    _, hanging, bar, _, uid = desk
    view = hanging.slice_view(0)
    view.adjust(slice_index=2)
    told(bar, Subject(display_set_uid=uid, picture=2))
    view.adjust(zoom=2.0)
    assert not is_leaving(bar)
    view.adjust(slice_index=3)
    assert is_leaving(bar)
