"""How what a method found becomes an attribution."""

from __future__ import annotations

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


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_a_map_with_a_number_that_is_not_finite_is_never_made(broken):
    with pytest.raises(ExplanationError, match="not finite"):
        made([np.zeros(2), np.array([1, broken, 0])])


def test_the_answers_on_offer_are_named():
    with pytest.raises(NotApplicableError) as refused:
        answered(SUBJECT.card, "colour")
    assert refused.value.hint == "Choose one of: mass, shift."
