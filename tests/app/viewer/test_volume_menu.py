"""What a right click on a volume offers."""

from __future__ import annotations

from app.viewer.exhibit import volume_exhibit
from app.viewer.preset_pictures import picture_of
from app.viewer.volume_menu import volume_menu
from app.viewer.volume_presets import volume_presets
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
    assert marked == [other.title, "Shading"]
    view.close()


def test_shading_and_opacity_change_the_view_and_leave_the_preset_as_it_was(qtbot, upright):
    view = VolumeView(volume_exhibit(upright, *study_of(upright, modality="CT")))
    qtbot.addWidget(view)
    first = view.preset
    for text in ("Shading", "More transparent"):
        menu = volume_menu(view)
        next(a for a in menu.actions() if a.text() == text).trigger()
    assert (view.preset.key, view.preset.shade) == (first.key, not first.shade)
    assert max(p[1] for p in view.preset.opacity) < max(p[1] for p in first.opacity)
    assert first in view.presets
    view.close()


def test_there_are_a_dozen_presets_and_more_each_with_a_picture():
    assert len(volume_presets()) >= 12
    assert [p.key for p in volume_presets() if picture_of(p.key).isNull()] == []
