"""How what a method found becomes an attribution."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explain.maps import Kind, Maps, Subject, answered, attribution
from inference.errors import ExplanationError, NotApplicableError
from tests.explain.toys import card, place

KIND = Kind("method", "", signed=True, additive=False, remark="Mind this.")
SUBJECT = Subject(card("mass", "shift"), "1.2.3", (place(2), place(3, 1)), "mass", 1.5)


def made(scores: list[np.ndarray]):
    return attribution(SUBJECT, KIND, Maps(scores, [1.0, 2.0]), seed=3, parameters={"runs": 5})


def test_an_attribution_names_its_model_target_and_unit():
    found = made([np.zeros(2), np.ones(3)])
    assert (found.model_key, found.target.title, found.unit, found.score) == ("toy", "Mass", "logit", 1.5)
    assert [unit.total for unit in found.units] == [1.0, 2.0]
    assert found.caveat.endswith("Mind this.")


def test_where_a_low_value_is_the_finding_a_signed_map_says_what_speaks_for_it():
    low = card("mass", "shift")
    low = replace(low, targets=tuple(replace(target, below=True) for target in low.targets))
    subject = replace(SUBJECT, card=low)
    maps = Maps([np.zeros(2), np.ones(3)], [0.0, 3.0])
    signed, unsigned = (
        attribution(subject, replace(KIND, signed=signed), maps, seed=0, parameters={}).caveat
        for signed in (True, False)
    )
    assert "below zero speak for it" in signed
    assert "below zero" not in unsigned


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_a_map_with_a_number_that_is_not_finite_is_never_made(broken):
    with pytest.raises(ExplanationError, match="not finite"):
        made([np.zeros(2), np.array([1, broken, 0])])


def test_the_answers_on_offer_are_named():
    with pytest.raises(NotApplicableError) as refused:
        answered(SUBJECT.card, "colour")
    assert refused.value.hint == "Choose one of: mass, shift."
