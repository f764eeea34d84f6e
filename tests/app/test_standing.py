"""Where windows stand on screens."""

from PySide6.QtWidgets import QWidget

from app.standing import is_in_sight, place_of, put_back


def test_a_window_out_of_sight_is_told_from_one_that_peeps_out(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    area = window.screen().availableGeometry()
    for left, seen in ((area.right() - 70, True), (area.right() - 20, False), (area.right() + 900, False)):
        window.setGeometry(left, 50, 400, 300)
        assert is_in_sight(window) is seen


def test_a_place_on_a_screen_that_is_gone_moves_nothing(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.setGeometry(30, 40, 400, 300)
    before = window.geometry()
    assert not put_back(window, {**place_of(window), "screen": "gone"})
    assert window.geometry() == before


def test_a_window_goes_back_to_where_it_stood(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.setGeometry(30, 40, 400, 300)
    place = place_of(window)
    window.setGeometry(100, 90, 200, 250)
    assert put_back(window, place)
    assert window.geometry().getRect() == (30, 40, 400, 300)
