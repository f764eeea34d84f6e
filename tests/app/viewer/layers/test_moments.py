"""An explanation of a loop shows on the pictures that it was computed for, and on no others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.overlays import OverlayMode
from app.viewer.exhibit import cine_exhibit
from app.viewer.grey import image_to_array
from app.viewer.layers.explained import Overlay, OverlayLook
from app.viewer.layers.moments import belongs_to_loop
from app.viewer.look import Interpolation, Look, Texts
from app.viewer.slice_view import SliceView
from explain.attribution import Attribution, Evidence, UnitScores
from inference.card import Target
from inference.imaging.study import DisplaySet, Instance, Kind, Window
from inference.imaging.volume import Cine
from inference.place import Place

BLOCKS = OverlayLook(OverlayMode.BLOCKS, opacity=1.0, percentile=0, boxes=False)
PLACED = np.array([(0, 0, 1.0, -20), (0, 1.0, 0, -20), (8.0, 0, 0, 50), (0, 0, 0, 1)])
FRAMES = 12


def shown_set(uid: str = "loop") -> DisplaySet:
    instance = Instance(Path("nowhere"), "sop", "class", "series", "study", "", modality="MR")
    frames = tuple((0, n) for n in range(FRAMES))
    return DisplaySet(
        uid, "series", "study", Kind.CINE, "4CH", "MR", (instance,), (FRAMES, 40, 40), frame_index=frames
    )


def loop(affine_lps: np.ndarray | None = PLACED) -> Cine:
    frames = np.zeros((FRAMES, 40, 40), np.uint8)
    return Cine(frames, np.arange(FRAMES) * 40.0, "Frame Time", (1.0, 1.0), affine_lps)


def moving_map(affine_lps: np.ndarray = PLACED, display_set_uid: str = "loop") -> Attribution:
    """Quarters of the picture at frames 0, 4 and 8; at frame 4 the upper left speaks for."""
    index = np.array(list(np.ndindex(3, 2, 2)))
    coarse = affine_lps.copy()
    coarse[:3, 1:3] *= 20
    coarse[:3, 3] += affine_lps[:3, 1:3].sum(axis=1) * 9.5
    scores = np.full(len(index), -1e-6, np.float32)
    scores[4] = 1.0
    place = Place(
        display_set_uid, "series", "4CH", "", (3, 2, 2), index, coarse, np.array([0.0, 160.0, 320.0])
    )
    return Attribution(
        "study", "echo", "0" * 64, "phantoms", Target("lvef", "LVEF", "%"), "LIME", "%", 47.0, None,
        (UnitScores(place, scores, 1.0),), Evidence(()), True, True, 0,
    )  # fmt: skip


@pytest.fixture
def view(qtbot, request):
    affine = getattr(request, "param", PLACED)
    look = Look(window=Window(1e6, 1), texts=Texts.NONE, interpolation=Interpolation.NEAREST)
    made = SliceView(cine_exhibit(loop(affine), None, shown_set()), look)
    qtbot.addWidget(made)
    made.resize(400, 400)
    made.show()
    return made


def corner(view: SliceView, frame: int) -> np.ndarray:
    view.adjust(slice_index=frame)
    return image_to_array(view.grab().toImage())[100, 100, :3].astype(int)


@pytest.mark.parametrize("view", [PLACED, None], indirect=True, ids=["placed", "not placed"])
def test_a_map_shows_on_its_own_frames_alone(view):
    own = np.diag([1.0, 1.0, 1.0, 1.0])[[2, 1, 0, 3]]  # the picture's own millimetres
    view.set_overlay(Overlay(moving_map(PLACED if view.plane.placed else own), BLOCKS))
    assert corner(view, 4)[0] > 150
    assert all(corner(view, frame).max() < 10 for frame in (3, 5, 11))


def test_the_legend_says_where_nothing_was_computed(view):
    view.set_overlay(Overlay(moving_map(), BLOCKS))
    view.adjust(slice_index=4)
    assert "12 blocks" in view.furniture.legend[1]
    view.adjust(slice_index=5)
    assert view.furniture.legend[1] == "not computed for this frame"


def test_the_letters_show_on_their_frame_alone(view):
    view.set_overlay(Overlay(moving_map(), replace(BLOCKS, boxes=True, top=1, percentile=100)))

    def lettered(frame: int) -> bool:  # away from the colour bar
        view.adjust(slice_index=frame)
        return bool(image_to_array(view.grab().toImage())[:200, :200, :3].max() > 10)

    assert [lettered(frame) for frame in (3, 4, 5)] == [False, True, False]


def test_another_loop_or_slice_has_no_part_in_it():
    elsewhere = PLACED.copy()
    elsewhere[2, 3] += 8
    place = moving_map().units[0].place
    assert belongs_to_loop(place, cine_exhibit(loop(), None, shown_set()))
    assert not belongs_to_loop(place, cine_exhibit(loop(), None, shown_set("other")))
    assert not belongs_to_loop(place, cine_exhibit(loop(elsewhere), None, shown_set()))
