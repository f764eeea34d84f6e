from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.comparison import Change, changes_between
from app.panels.bars import pair_shares
from app.panels.comparison import ComparisonPanel, change_row
from app.panels.rows import Row
from inference.card import Target
from inference.prediction import Finding, State


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


LVEF = Target("lvef", "LVEF", unit="%", threshold=50.0, group="measure", below=True)


@pytest.mark.usefixtures("qtbot")
def test_a_measure_changes_in_its_own_unit_and_on_its_own_scale():
    change = Change(Finding(LVEF, State.FINDING, 40.0), Finding(LVEF, State.NO_FINDING, 60.0))
    assert pair_shares(change.before, change.after) == pytest.approx((0.4, 0.6, 0.5))
    row = change_row(change, 2.0)
    texts = [child.text() for child in row.findChildren(QLabel)]
    assert "+20 %" in texts


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


def test_a_change_says_whose_scores_it_compares(panel, prediction):
    panel.show_model(prediction.card)
    assert prediction.card.title.upper() in panel._heading.whole
    assert "not for diagnostic use" in panel._caveat.text()
    assert not panel._caveat.isHidden()
    panel.show_waiting("Aligning")
    assert panel._caveat.isHidden()
