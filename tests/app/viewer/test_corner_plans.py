"""Plans say what stands where; the reader's go before the product's, the modality's before those of any."""

from __future__ import annotations

import json

import pytest

from app.viewer.corner_plans import (
    ANY,
    CORNERS,
    LEVELS,
    CornerPlans,
    corner_from,
    plans_from,
    shipped_plans,
    text_names,
    written,
)
from app.viewer.look import Texts

BELOW = "bottom right"


@pytest.mark.parametrize(
    ("modality", "named"),
    [
        ("CT", ("kVp", "mAs", "kernel", "thickness", "position")),
        ("MR", ("TR", "TE", "TI", "flip angle", "sequence", "field strength")),
        ("US", ("mechanical index", "thermal index", "depth")),
        ("MG", ("view", "laterality", "compression", "mAs", "pixel size")),
        ("DX", ("view", "laterality", "mAs", "pixel size")),
        ("PT", ("radionuclide", "SUV type")),
    ],
)
def test_each_modality_tells_what_its_readers_look_for(modality, named):
    lines = shipped_plans().corner(modality, Texts.ALL, BELOW)
    assert set(named) <= {name for line in lines for name in line}


def test_a_corner_that_a_modality_does_not_name_is_that_of_any():
    plans = shipped_plans()
    for corner in ("top left", "top right", "bottom left"):
        assert plans.corner("CT", Texts.ALL, corner) == plans.corner(ANY, Texts.ALL, corner)
    assert plans.corner("ECG", Texts.MINIMAL, BELOW) == (("series",),)


def test_what_is_not_said_leaves_no_gap():
    lines = corner_from(["series", "thickness · kVp · mAs", "kernel"])
    assert written(lines, {"series": "3 · Chest", "mAs": "80 mAs"}) == ("3 · Chest", "80 mAs")


def test_nothing_is_said_twice_in_one_corner():
    lines = corner_from(["series", "view · laterality", "number"])
    values = {"series": "Series 1 · PA", "view": "PA", "laterality": "left", "number": "left"}
    assert written(lines, values) == ("Series 1 · PA", "left")


def test_what_the_reader_wants_comes_back_as_it_was_kept():
    wanted = corner_from(["patient name, birth date", "", "KVP"])
    plans = shipped_plans().with_corner("CT", Texts.MINIMAL, "top left", wanted)
    again = CornerPlans(shipped_plans().shipped, plans_from(json.loads(plans.told())))
    assert again.corner("CT", Texts.MINIMAL, "top left") == (("patient name", "birth date"), ("kVp",))
    assert again.corner("MR", Texts.MINIMAL, "top left") == (("patient name",),)
    shipped = again.as_shipped("CT", Texts.MINIMAL)
    assert (shipped.told(), shipped.corner("CT", Texts.MINIMAL, "top left")) == ("", (("patient name",),))


def test_a_corner_may_be_empty():
    plans = shipped_plans().with_corner("CT", Texts.ALL, BELOW, ())
    assert plans.corner("CT", Texts.ALL, BELOW) == ()


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"CT": {"all": {"top left": ["patient nam"]}}}, "“patient nam” is not a text"),
        ({"CT": {"some": {}}}, "no level"),
        ({"CT": {"all": {"middle": []}}}, "“middle” is no corner"),
        ({"CT": {"all": {"top left": "patient name"}}}, "a list of lines"),
        (["CT"], "is missing"),
        ({"CT": {"all": {"top left": ["series"] * 30}}}, "more than 12 lines"),
    ],
)
def test_what_cannot_be_used_is_named(told, why):
    with pytest.raises(ValueError, match=why):
        plans_from(told)


def test_the_product_has_lines_for_every_corner_and_level():
    for level in LEVELS.values():
        for corner in CORNERS:
            assert corner in shipped_plans().shipped[ANY, level]
    assert len(set(text_names())) == len(text_names())
