import numpy as np
import pytest

from training.phantoms.heart import heart_case
from training.phantoms.heart_reports import (
    PROMPTS,
    function_sentence,
    grade,
    report_of,
    size_sentence,
    wall_sentence,
)


@pytest.mark.parametrize(
    ("lvef", "word"), [(20, "severely reduced"), (47, "mildly reduced"), (60, "normal"), (75, "hyperdynamic")]
)
def test_the_word_for_a_fraction(lvef, word):
    assert grade(lvef) == word
    assert word in function_sentence(lvef)


def test_a_fraction_is_told_in_its_band_of_five_points():
    assert "55 to 60 percent" in function_sentence(58.7)


def test_size_and_wall_are_told():
    assert size_sentence(300) == "The left ventricle is severely dilated."
    assert wall_sentence(10) == "Wall thickness is normal."
    assert "16 mm" in wall_sentence(16.2)


def test_a_report_tells_what_there_is():
    case = heart_case(12, "effusion")
    text = report_of(case.measures, case.conditions, np.random.default_rng(0))
    assert "There is a large pericardial effusion." in text


def test_prompts_speak_for_and_against():
    for yes, no in PROMPTS.values():
        assert yes != no
