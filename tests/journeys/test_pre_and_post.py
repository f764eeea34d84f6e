"""A prior beside the current study: aligned, linked in millimetres, the change in every score."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from tests.journeys.reader import Reader

pytestmark = [pytest.mark.journey, pytest.mark.slow]
pytest.importorskip("nilearn", reason="the anatomy that phantoms are made from is not here")

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """Two studies of one made-up patient; the lesion has grown and the head lies differently."""
    from training.phantoms.brain import brain_pair
    from training.phantoms.dicom_writer import write_study

    before, after = brain_pair(7, "grown", series=("T1C", "FLAIR"))
    write_study(before, tmp_path / "studies" / "pre", patient="P7", study_date="20250814", extras=False)
    write_study(after, tmp_path / "studies" / "post", patient="P7", study_date="20260302", extras=False)
    return tmp_path / "studies"


@pytest.mark.usefixtures("model")
def test_a_prior_is_found_aligned_and_compared(reader: Reader, pair: Path) -> None:
    reader.drop([pair], reader.window.studies)
    reader.wait("the newest study", lambda: reader.sitting.current)
    assert reader.sitting.current.date == "2026-03-02"
    reader.wait_until_idle()
    compare(reader)
    scroll_together(reader)
    end(reader)


def compare(reader: Reader) -> None:
    """Ctrl+D: prior left, current right, the change in every score on the right."""
    reader.view.setFocus()
    reader.key(Qt.Key.Key_D, CONTROL)
    reader.wait("the prior", lambda: reader.sitting.prior)
    reader.wait("the comparison", lambda: reader.room.room.comparing.comparison, 600)
    reader.wait_until_idle()
    assert badges(reader) == ["PRE", "POST"]
    comparison = reader.room.room.comparing.comparison
    assert reader.window.comparison._list.count() == len(comparison.changes)
    assert {a.study_uid for a in reader.sitting.attributions} == {s.uid for s in reader.sitting.studies}
    reader.photograph("pre-and-post")


def scroll_together(reader: Reader) -> None:
    """A turn of the wheel on one side moves the other side as far in the patient."""
    registration = reader.room.room.comparing.comparison.registration
    assert registration is not None
    assert registration.trustworthy
    pre, post = reader.window.hanging.slice_views()
    before = pre.look.slice_index
    normal = registration.moving_from_fixed_lps[:3, :3] @ post.plane.normal_lps
    assert abs(normal @ pre.plane.normal_lps) > 0.9, "both are cut the same way"
    reader.wheel(5, post)
    centre = post.plane.centre_lps_mm
    matrix = registration.moving_from_fixed_lps
    wanted = matrix[:3, :3] @ centre + matrix[:3, 3]
    off_mm = abs((wanted - pre.plane.centre_lps_mm) @ pre.plane.normal_lps)
    assert pre.look.slice_index != before
    assert off_mm <= max(np.linalg.norm(pre.exhibit.volume.affine_lps[:3, 0]), 1.0)


def end(reader: Reader) -> None:
    """Ctrl+Shift+D: the current study alone, without a badge."""
    reader.key(Qt.Key.Key_D, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    reader.wait("the prior to go", lambda: reader.sitting.prior is None)
    reader.wait_until_idle()
    assert set(badges(reader)) == {""}
    assert reader.window.findings.isVisible()


def badges(reader: Reader) -> list[str]:
    """What stands in the corner of each viewport."""
    return [view.exhibit.caption.badge for view in reader.window.hanging.slice_views()]
