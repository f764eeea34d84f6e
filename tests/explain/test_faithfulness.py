"""True maps pass, untrue maps fail and say so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from explain.attribution import Attribution
from explain.encodings import Encoder, EncodingCache
from explain.faithfulness import (
    ORDERS,
    STEPS,
    Trial,
    against_chance,
    areas,
    confirmed,
    polarity,
    shrinking,
    with_evidence,
)
from explain.lime import lime
from tests.explain.toys import Sums

TRUTH = [torch.linspace(-1, 2, 30)[:, None], torch.linspace(0, 0.5, 20)[:, None]]


@pytest.fixture
def model() -> Sums:
    return Sums((30, 20))


@pytest.fixture
def made(model) -> Attribution:
    return lime(model, model.study(TRUTH), "score")


def trial(model: Sums, made: Attribution) -> Trial:
    return Trial(Encoder(model, model.study(TRUTH)), made)


def negated(made: Attribution) -> Attribution:
    return replace(made, units=tuple(replace(u, scores=-u.scores, significant=None) for u in made.units))


def test_a_true_map_passes_every_check(model, made):
    judged = with_evidence(model, model.study(TRUTH), made)
    assert {c.name: c.verdict for c in judged.evidence.checks} == {
        "leave-one-out R2": "pass",
        "blocks beyond chance": "pass",
        "top-3 stability": "pass",
        "deletion against chance": "pass",
        "insertion against chance": "pass",
        "confirmation": "pass",
        "polarity": "pass",
    }
    assert judged.evidence.holds


def test_a_map_turned_upside_down_fails(model, made):
    judged = with_evidence(model, model.study(TRUTH), negated(made))
    verdicts = {c.name: c.verdict for c in judged.evidence.checks}
    assert not judged.evidence.holds
    assert verdicts["deletion against chance"] == verdicts["confirmation"] == "fail"
    assert verdicts["polarity"] == "amber"
    assert "do not use" in judged.evidence.check("deletion against chance").text


def test_the_sentence_gives_the_score_before_and_after_hiding(model, made):
    check, sentence = confirmed(trial(model, made))
    total = sum(float(t.sum()) for t in TRUTH)
    hidden = sum(float(v) for v in TRUTH[0][-3:])
    assert check.value == pytest.approx(hidden, abs=1e-4)
    assert sentence == f"Hiding A + B + C lowers the score {total:.1f} → {total - hidden:.1f}"


def test_a_physical_unit_is_in_the_sentence(model, made):
    pressure = replace(made, target=replace(made.target, unit="mmHg"))
    assert confirmed(trial(model, pressure))[1].endswith(" mmHg")


def test_only_blocks_beyond_chance_are_hidden(model, made):
    first = replace(made.units[0], significant=np.arange(30) == 29)
    assert confirmed(trial(model, replace(made, units=(first, made.units[1]))))[1].startswith(
        "Hiding A lowers"
    )


def test_the_area_is_that_of_the_curve():
    """Hiding everything at a constant rate gives half the score."""
    flat = Sums((16,))
    study = flat.study([torch.ones(16, 1)])
    lone = Trial(Encoder(flat, study), lime(flat, study, "score"))
    assert areas(lone, np.arange(16)) == pytest.approx(8.0)


def test_curves_begin_with_everything_and_end_with_nothing():
    keep = shrinking(np.array([2, 0, 1]), steps=3)
    assert keep.tolist() == [[True] * 3, [True, True, False], [False, True, False], [False] * 3]


def test_random_orders_are_encoded_once_for_all_methods(model, made):
    cache, study = EncodingCache(), model.study(TRUTH)
    first = with_evidence(model, study, made, cache=cache).evidence.forwards - made.evidence.forwards
    again = with_evidence(model, study, negated(made), cache=cache).evidence.forwards - made.evidence.forwards
    assert first > ORDERS * STEPS
    assert again < first / 3


def test_polarity_counts_blocks_that_move_the_score_as_the_map_says(model, made):
    assert polarity(trial(model, made)).value == 1.0
    assert polarity(trial(model, negated(made))).value == 0.0


def test_a_random_map_is_no_better_than_chance(model, made):
    generator, found = np.random.default_rng(0), []
    for _ in range(20):
        units = tuple(replace(u, scores=generator.normal(size=len(u.scores))) for u in made.units)
        found.append(against_chance(trial(model, replace(made, units=units)))[0].value)
    assert 0.3 < np.mean(found) < 0.7


def test_blocks_that_act_against_each_other_are_still_judged():
    class Gate(Sums):
        def form(self, total: Tensor) -> Tensor:
            return total[:, 0, :1] * torch.sigmoid(total[:, 0, 1:2])

    model = Gate((20,), width=2)
    study = model.study([torch.randn(20, 2, generator=torch.Generator().manual_seed(0))])
    judged = with_evidence(model, study, lime(model, study, "score"))
    assert judged.evidence.check("deletion against chance").verdict == "pass"
