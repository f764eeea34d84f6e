"""Nothing in a scrolled column is squeezed, however much its texts wrap."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.panels.findings import FindingsPanel
from app.panels.labels import label


@pytest.fixture
def column(qtbot, prediction):
    """Findings with the detail of one open, over a long text, in little room."""
    body, scroll = QWidget(), QScrollArea()
    layout = QVBoxLayout(body)
    panel, text = FindingsPanel(), label("words " * 60, wrap=True)
    for widget in (panel, text):
        layout.addWidget(widget)
    layout.addStretch()
    scroll.setWidget(body)
    scroll.setWidgetResizable(True)
    qtbot.addWidget(scroll)
    scroll.resize(330, 240)
    panel.show_prediction(prediction, "tumour")
    scroll.show()
    return scroll, panel, text


def test_wrapped_texts_have_the_height_that_they_need(column, qtbot):
    scroll, panel, text = column
    qtbot.waitUntil(lambda: text.height() >= text.heightForWidth(text.width()))
    detail = panel.detail
    qtbot.waitUntil(lambda: detail.height() >= detail.layout().totalMinimumSize().height())
    assert detail.comment.geometry().top() >= detail.accept.geometry().bottom()
    assert scroll.widget().height() > scroll.viewport().height()


def test_a_narrower_column_is_taller(column, qtbot):
    scroll, _, text = column
    scroll.resize(620, 240)
    qtbot.waitUntil(lambda: text.width() > 500)
    before = text.height()
    scroll.resize(360, 240)
    qtbot.waitUntil(lambda: text.height() > before)
    assert text.height() >= text.heightForWidth(text.width())
