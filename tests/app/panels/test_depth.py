"""The panel of a volume in 3-D tells how the reader wants it, and shows what is."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app import theme
from app.panels.depth import DepthPanel, DepthStory
from app.viewer.crop_box import CropBox
from app.viewer.preset_pictures import picture_of
from app.viewer.volume_look import VolumeLook
from app.viewer.volume_presets import preset_called, presets_for

WHOLE = CropBox((-100.0, -80.0, 0.0), (100.0, 80.0, 300.0))
LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def panel(qtbot, qapp):
    theme.apply(qapp)
    made = DepthPanel()
    qtbot.addWidget(made)
    made.resize(372, 760)
    look = VolumeLook(preset_called("ct_bone"))
    made.told = []

    def keep(look, title, stroke):
        made.told.append((look, title, stroke))
        made.show_story(story(look))

    def story(look):
        return DepthStory(look, presets_for("CT"), picture_of, (0.0, 1.0), WHOLE, "HU")

    made.changed.connect(keep)
    made.show_story(story(look))
    made.show()
    return made


def test_the_numbers_of_the_point_are_in_the_unit_of_the_volume(panel):
    panel.curve.editor.choose(2)
    assert panel.curve.value.text().endswith("HU")
    assert panel.curve.level.text().endswith("HU")
    assert panel.curve.opacity.text().endswith("%")


def test_a_typed_level_shifts_the_whole_curve(panel):
    width = panel.curve.editor.curve.width
    panel.curve.level.setValue(400)
    curve = panel.curve.editor.curve
    assert (curve.level, curve.width) == (pytest.approx(400, abs=1), pytest.approx(width, abs=1))
    assert panel.back.isEnabled()
    panel.back.click()
    assert panel.story.look.preset == preset_called("ct_bone")
    assert not panel.back.isEnabled()


def test_another_way_of_blending_puts_the_light_out(panel):
    panel.blend.button("mip").click()
    assert panel.story.look.preset.blend == "mip"
    assert not panel.lights[0].isEnabled()


def test_the_box_is_cut_by_slider_and_by_number_and_made_whole_again(panel):
    assert not panel.crop.sliders[2].isEnabled()
    panel.crop.switch.click()
    assert panel.story.look.crop == WHOLE
    slider = panel.crop.sliders[2]
    QTest.mousePress(slider, LEFT, PLAIN, QPoint(9, 14))
    QTest.mouseMove(slider, QPoint(40, 14))
    QTest.mouseRelease(slider, LEFT, PLAIN, QPoint(40, 14))
    assert panel.story.look.crop.low_lps_mm[2] > 20
    assert panel.told[-1][2]
    panel.crop.fields[0][1].setValue(50)
    assert panel.story.look.crop.high_lps_mm[0] == 50
    panel.crop.reset.click()
    assert panel.story.look.crop == WHOLE


def test_a_side_is_one_click_away(panel, qtbot):
    with qtbot.waitSignal(panel.side_chosen) as told:
        panel.sides.button("L").click()
    assert told.args == ["L"]


def test_the_panel_fits_beside_the_pictures(panel):
    assert panel.minimumSizeHint().width() <= 332  # as narrow as the dock can be made
