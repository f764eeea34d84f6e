from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from app.comparison import changes_between
from app.panels.comparison import ComparisonPanel
from app.panels.rows import Row


@pytest.fixture
def panel(qtbot, prediction):
    first, *rest = prediction.findings
    findings = (replace(first, score=0.1), *rest)
    panel = ComparisonPanel()
    qtbot.addWidget(panel)
    panel.show_dates("2025-08-14", "2026-03-02")
    panel.show_changes(changes_between(replace(prediction, findings=findings), prediction))
    panel.show()
    return panel


def rows(panel):
    return [panel._list.itemAt(n).widget() for n in range(panel._list.count())]


def test_the_largest_change_stands_first(panel):
    assert rows(panel)[0].accessibleName().startswith("Enhancing tumour")


def test_what_lacks_a_score_is_said_not_to_be_comparable(panel):
    words = {row.accessibleName() for row in rows(panel)}
    assert any("Stroke: not comparable" in w and "no diffusion series" in w for w in words)


def test_a_click_asks_for_the_finding(panel, qtbot):
    with qtbot.waitSignal(panel.finding_chosen) as asked:
        qtbot.mouseClick(rows(panel)[0], Qt.MouseButton.LeftButton)
    assert asked.args == ["tumour"]


def test_a_doubtful_alignment_is_marked(panel):
    panel.show_alignment("the heads overlap by 40 % only", trustworthy=False)
    assert panel._alignment.text().startswith("⚠")
    assert all(isinstance(row, Row) for row in rows(panel))
