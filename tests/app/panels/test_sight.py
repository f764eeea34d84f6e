"""What was asked for comes into sight, and what is in sight stays where it is."""

import pytest
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from app.panels.sight import bring_into_sight


@pytest.fixture
def column(qtbot):
    area, body = QScrollArea(), QWidget()
    rows = [QLabel(str(n)) for n in range(20)]
    layout = QVBoxLayout(body)
    for row in rows:
        row.setFixedHeight(60)
        layout.addWidget(row)
    area.setWidget(body)
    area.setWidgetResizable(True)
    area.resize(200, 300)
    qtbot.addWidget(area)
    area.show()
    area.rows = rows
    return area


def test_a_row_far_below_is_scrolled_to(qtbot, column):
    bring_into_sight(column.rows[15])
    qtbot.waitUntil(lambda: not column.rows[15].visibleRegion().isEmpty())
    assert column.verticalScrollBar().value() > 0


def test_a_row_in_sight_does_not_move_the_column(qtbot, column):
    bring_into_sight(column.rows[1])
    qtbot.wait(20)
    assert column.verticalScrollBar().value() == 0
