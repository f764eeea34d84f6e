"""Key pictures of a loop show the frames that its explanation speaks of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.report.pictures import key_pictures
from explain.attribution import Attribution, Evidence, UnitScores
from inference.card import Target
from inference.imaging.read import read_cine
from inference.imaging.scan import scan
from inference.place import Place


@pytest.mark.usefixtures("qapp")
def test_a_real_loop_is_drawn_at_the_moments_that_say_most(shared_data: Path):
    study = scan(shared_data / "echo_cine" / "DIRW0007_a4c_acuson_65fr.dcm").studies[0]
    shown = study.display_sets[0]
    cine = read_cine(shown)
    index = np.array([(0, 0, 0), (1, 0, 0)])
    affine = np.diag([1.0, 80.0, 80.0, 1.0])[[2, 1, 0, 3]]
    affine[:2, 3] = 100.0
    times = cine.times_ms[[3, 20]]
    place = Place(shown.uid, shown.series_uid, "A4C", "", (2, 1, 1), index, affine, times)
    unit = UnitScores(place, np.array([1.0, 0.5], np.float32), 1.5)
    made = Attribution(
        study.uid, "echo", "0" * 64, "phantoms", Target("mpap", "Mean PAP", "mmHg", 20.0, "measure"), "LIME",
        "mmHg", 31.0, None, (unit,), Evidence(()), True, True, 0,
    )  # fmt: skip
    pictures = key_pictures(study, made, 0)
    assert [p.title for p in pictures] == ["A · LIME", "B · LIME"]
    assert f"A A4C: at {times[0]:.0f} ms" in pictures[0].caption
    same = key_pictures(study, replace(made, units=(replace(unit, scores=np.zeros(2, np.float32)),)), 0)
    assert pictures[0].png != same[0].png
