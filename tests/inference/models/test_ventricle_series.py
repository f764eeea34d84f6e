from dataclasses import replace

import numpy as np
import pytest

from inference.imaging.scan import scan
from inference.imaging.study import Kind
from inference.models.ventricle_series import choose, reason_against, why_none
from tests.ventricle_stacks import heart, write_heart


@pytest.fixture(scope="module")
def made():
    return heart(np.arange(-40.0, 41.0, 10.0), phases=8, shape=(24, 26))


@pytest.fixture(scope="module")
def study(made, tmp_path_factory):
    return scan(write_heart(tmp_path_factory.mktemp("heart"), made)).studies[0]


def loops(folder, made, positions, **tags):
    """Each slice position as a series of its own."""
    few = replace(made, stack=replace(made.stack, frames=made.stack.frames[:positions]))
    return scan(write_heart(folder, few, series_of=lambda n: str(n + 1), **tags)).studies[0]


def changed(study, **changes):
    """The study with other facts about its only display set."""
    series = study.series[0]
    display_set = replace(series.display_sets[0], **changes)
    return replace(study, series=(replace(series, display_sets=(display_set,)),))


def described(study, description):
    return replace(study, series=tuple(replace(s, description=description) for s in study.series))


def test_a_cine_stack_is_taken_whole(study, made):
    choice = choose(study)
    assert len(choice.parts) == len(made.masks)
    assert {part.phases for part in choice.parts} == {8}
    assert choice.excluded == ()


def test_positions_ascend_along_the_normal(study):
    along = [part.along_mm for part in choose(study).parts]
    assert np.allclose(np.diff(along), 10, atol=1e-3)


def test_one_loop_for_each_slice_makes_a_stack_too(tmp_path, made):
    study = loops(tmp_path, made, 9)
    assert {d.kind for d in study.display_sets} == {Kind.CINE}
    choice = choose(study)
    assert np.allclose(np.diff([part.along_mm for part in choice.parts]), 10, atol=1e-3)
    assert len(choice.parts) == 9


def test_too_few_positions_are_said(tmp_path, made):
    study = loops(tmp_path, made, 4)
    choice = choose(study)
    assert choice.parts == ()
    assert "4 slice positions, fewer than 5" in why_none(choice, study)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"modality": "CT"}, "not MR but CT"),
        ({"kind": Kind.VOLUME}, "it does not move"),
        ({"kind": Kind.DOCUMENT}, "a document"),
        ({"phases": 5}, "5 phases, fewer than 8"),
    ],
)
def test_what_speaks_against_a_display_set_is_said(study, changes, words):
    other = changed(study, **changes)
    assert words in reason_against(other.display_sets[0], other.series[0], other)


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ("Cine 4CH", "another view (4ch)"),
        ("Perfusion rest SAX", "not a cine sequence (perfusion)"),
        ("DCE dynamic", "not a cine sequence (dce)"),
        ("TMJ cine", "another part of the body (tmj)"),
    ],
)
def test_names_that_mean_something_else_are_believed(study, description, words):
    other = replace(described(study, description), description="")
    assert reason_against(other.display_sets[0], other.series[0], other) == words


def test_a_stack_along_another_axis_needs_the_name(study):
    other = changed(study, plane="axial")
    assert "does not cut across the long axis" in reason_against(
        other.display_sets[0], replace(other.series[0], description="cine"), other
    )
    assert reason_against(other.display_sets[0], other.series[0], other) == ""


def test_a_study_of_another_modality_says_what_it_holds(study):
    other = changed(study, modality="CT")
    assert why_none(choose(other), other) == "this model reads cine MR of the heart, the study holds CT"
