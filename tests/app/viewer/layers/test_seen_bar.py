"""The bar beside a stack shows what has been seen, and nothing else."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from app.viewer.grey import image_to_array
from app.viewer.layers.seen_bar import draw_seen_bar, runs


def test_numbers_that_follow_each_other_are_one_run():
    assert runs({7, 1, 2, 3, 9, 8}) == [(1, 3), (7, 9)]
    assert runs(()) == []


def painted(here, count, seen, height=388):
    image = QImage(60, height, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    draw_seen_bar(painter, QRectF(0, 0, 60, height), here, count, seen)
    painter.end()
    return image_to_array(image)[:, 56, :3].astype(int)


def test_a_picture_that_was_seen_is_marked_at_its_share_of_the_height():
    line = painted(here=0, count=30, seen={10, 11, 12})  # 300 px from 44 on: ten for each
    green = line[:, 1] - line[:, 0] > 30
    assert not green[60:143].any()
    assert green[146:172].all()
    assert not green[176:330].any()


def test_the_picture_on_show_stands_out():
    line = painted(here=15, count=30, seen=set())
    assert line[199].min() > 200
    assert line[150].max() < 80


def test_a_low_view_and_a_single_picture_have_no_bar():
    assert painted(0, 30, {1}, height=120).max() == 0
    assert painted(0, 1, {0}).max() == 0
