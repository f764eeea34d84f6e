"""What a right click on a volume offers."""

from __future__ import annotations

from app.viewer.exhibit import volume_exhibit
from app.viewer.volume_menu import volume_menu
from app.viewer.volume_view import VolumeView
from tests.app.viewer.patients import study_of


def test_another_preset_is_one_click_away_and_marked_when_it_is_in_use(qtbot, upright):
    view = VolumeView(volume_exhibit(upright, *study_of(upright, modality="CT")))
    qtbot.addWidget(view)
    menu = volume_menu(view)
    other = view.presets[1]
    next(action for action in menu.actions() if action.text() == other.title).trigger()
    assert view.preset is other
    again = volume_menu(view)
    marked = [action.text() for action in again.actions() if action.isChecked()]
    assert marked == [other.title]
    view.close()
