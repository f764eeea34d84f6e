"""The reader's own window presets stand on the number keys, and are there again after a restart."""

from __future__ import annotations

import json

import pytest

from app.viewer.hanging import Hanging
from app.viewer.window_choices import offered_windows
from app.workbench.presetting import Presetting, kept_presets
from app.workbench.remembering import Remembered
from inference.imaging.intensity import presets
from inference.imaging.study import Window
from tests.app.viewer.patients import UPRIGHT, affine, placed_volume, study_of

OWN = (Window(30.0, 300.0, "Mine"), Window(-500.0, 1400.0, "Lung of mine"))


@pytest.fixture
def remembered(tmp_path):
    return Remembered(lambda deed: deed(), tmp_path / "settings.json")


@pytest.fixture
def hanging(qtbot):
    made = Hanging()
    qtbot.addWidget(made)
    study, display_set = study_of(placed_volume(affine(UPRIGHT)), modality="CT")
    made.show_volume(0, study, display_set, placed_volume(affine(UPRIGHT)))
    return made


def test_own_presets_take_the_keys_of_the_shipped_ones(hanging, remembered):
    presetting = Presetting(remembered, hanging, hanging)
    hanging.preset(2)
    assert hanging.slice_view(0).look.window == presets("CT")[0]
    presetting.keep(presetting.modality, OWN)
    hanging.preset(3)
    assert hanging.slice_view(0).look.window == OWN[1]
    titles = [
        offer.title for offer in offered_windows(hanging.slice_view(0).exhibit, None, hanging.own_presets)
    ]
    assert titles[-2:] == ["Mine", "Lung of mine"]


def test_they_are_kept_and_found_again(hanging, remembered, tmp_path):
    Presetting(remembered, hanging, hanging).keep("CT", OWN)
    assert kept_presets(Remembered(lambda deed: deed(), tmp_path / "settings.json")) == {"CT": OWN}


def test_an_empty_list_stays_empty_and_the_shipped_one_is_not_kept(hanging, remembered):
    presetting = Presetting(remembered, hanging, hanging)
    presetting.keep("CT", ())
    assert kept_presets(remembered) == {"CT": ()}
    presetting.keep("CT", presets("CT"))
    assert kept_presets(remembered) == {}


@pytest.mark.parametrize(
    "text", ["{", "[1]", '[["a", 1, 0]]', '[["a", "x", 5]]', "3", json.dumps([["a", 1e400, 5]])]
)
def test_what_cannot_be_read_is_passed_over(remembered, text):
    remembered.change_window(**{"presets CT": text})
    assert kept_presets(remembered) == {}
