"""A radiograph lies nowhere in the patient; the map of it lies on it all the same, in reports as well."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.overlays import OverlayMode
from app.report.pictures import key_pictures
from app.viewer.exhibit import picture_exhibit
from app.viewer.grey import image_to_array
from app.viewer.layers.explained import Overlay, OverlayLook
from app.viewer.look import Interpolation, Look, Texts
from app.viewer.slice_view import SliceView
from explain.attribution import Attribution, Evidence, UnitScores
from inference.card import Target
from inference.imaging.read import read_picture
from inference.imaging.scan import scan
from inference.imaging.study import Window
from inference.models.radclip_grey import Wish
from inference.models.radclip_slices import read_slices
from training.phantoms.radclip import KINDS, picture
from training.phantoms.radclip_dicom import write_radclip_study

FILM = next(kind for kind in KINDS if kind.caption == "chest X-ray, nodule")
LOOK = OverlayLook(OverlayMode.BLOCKS, opacity=1.0, percentile=0, boxes=False)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    folder = tmp_path_factory.mktemp("film") / "study"
    write_radclip_study(picture(FILM, 5), folder)
    return scan(folder).studies[0]


@pytest.fixture(scope="module")
def explained(film) -> Attribution:
    """Its upper left speaks for, the rest against by next to nothing."""
    (place,) = read_slices(film.display_sets[0], Wish(32, 8, 6, ("auto",))).places
    scores = np.full(len(place), -1e-6, np.float32)
    scores[0] = 1.0
    return Attribution(
        film.uid, "radclip", "0" * 64, "phantoms", Target("nodule", "Nodule", "cosine"), "LIME", "cosine",
        0.5, None, (UnitScores(place, scores, 1.0),), Evidence(()), True, True, 0,
    )  # fmt: skip


def view_of(qtbot, study, **changes):
    (shown,) = study.display_sets
    exhibit = replace(picture_exhibit(read_picture(shown), study, shown), **changes)
    made = SliceView(
        exhibit, Look(window=Window(1e6, 1), texts=Texts.NONE, interpolation=Interpolation.NEAREST)
    )
    qtbot.addWidget(made)
    made.resize(400, 400)
    made.show()
    return made


def test_the_map_of_a_radiograph_lies_on_its_own_pixels(qtbot, film, explained):
    view = view_of(qtbot, film)
    assert not view.plane.placed
    view.set_overlay(Overlay(explained, LOOK))
    seen = image_to_array(view.grab().toImage())[..., :3].astype(int)
    assert seen[50, 50, 0] > 150
    assert seen[300, 300, 0] < 120
    assert "16 blocks" in view.furniture.legend[1]


def test_another_radiograph_has_no_part_in_it(qtbot, film, explained):
    view = view_of(qtbot, film, display_set_uid="another", series_uid="another")
    view.set_overlay(Overlay(explained, LOOK))
    assert image_to_array(view.grab().toImage())[..., 0].max() < 60


def test_a_report_shows_the_map_of_a_radiograph(film, explained):
    (shown,) = key_pictures(film, explained, 0)
    assert shown.png.startswith(b"\x89PNG")
