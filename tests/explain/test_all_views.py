"""A study of loops is explained as a whole: all views in one input, and what has no target says so."""

from __future__ import annotations

import numpy as np
import pytest

from explain.loop_rollout import SAME_FOR_ALL
from explain.methods import explain
from tests.loops_in_memory import cardiac_study, echo_study

STUDIES = {"echo": (echo_study, "mpap", "pcwp"), "cardiac": (cardiac_study, "measure_0", "measure_1")}
QUICK = {"evidence": False}


@pytest.mark.parametrize("family", STUDIES)
def test_gradients_share_out_the_rise_of_all_views_together(family):
    study, target, _ = STUDIES[family]
    model, inputs = study()
    made = explain(model, inputs, target, "integrated_gradients", options={**QUICK, "most": 65})
    assert len(made.units) == len(inputs.places)
    assert all(np.abs(unit.scores).max() > 0 for unit in made.units)
    given = sum(unit.total for unit in made.units)
    rise = made.score - made.baseline_score
    assert given == pytest.approx(rise, abs=0.05 * abs(rise) + 1e-4)


@pytest.mark.parametrize("family", STUDIES)
def test_followed_attention_is_the_same_for_every_target_and_says_so(family):
    study, one, other = STUDIES[family]
    model, inputs = study()
    first, second = (explain(model, inputs, name, "rollout", options=QUICK) for name in (one, other))
    assert all(np.array_equal(a.scores, b.scores) for a, b in zip(first.units, second.units, strict=True))
    assert SAME_FOR_ALL in first.caveat
