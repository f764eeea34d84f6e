"""Which pictures have been on the screen."""

from __future__ import annotations

from app import theme
from app.panels.seen_bar import SeenBar, runs
from app.viewer.grey import image_to_array


def test_unbroken_rows_are_one_run():
    assert runs({5, 1, 2, 3, 9}) == [(1, 3), (5, 5), (9, 9)]
    assert runs(()) == []


def test_the_bar_is_filled_where_pictures_were_seen(qtbot, qapp):
    theme.apply(qapp)
    bar = SeenBar(10)
    qtbot.addWidget(bar)
    bar.resize(100, 3)
    bar.show_seen({0, 1, 9, 40})
    line = image_to_array(bar.grab().toImage())[1, :, :3].astype(int)
    ink = theme.colour("person")
    filled = abs(line - [ink.red(), ink.green(), ink.blue()]).max(axis=-1) < 4
    assert filled[:20].all()
    assert not filled[21:89].any()
    assert filled[91:].all()
    assert bar.accessibleName() == "3 of 10 pictures seen"
