"""A study is offered the models that may read it, and says why the others are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.workbench.fitting import models_for, no_model_words, why_not
from inference.imaging.study import DisplaySet, Instance, Kind, Patient, Series, Study
from tests.app.report.answers import card

BRAIN = replace(card(), key="prima", title="Prima", modality="MR", body_part="brain")
CARDIAC = replace(card(), key="cardiac", title="Cardiac", modality="MR", body_part="heart")
VENTRICLE = replace(card(), key="ventricle", title="Ventricle", modality="MR", body_part="heart")
ECHO = replace(card(), key="echo", title="Echo", modality="US", body_part="heart")
ALL = (BRAIN, CARDIAC, ECHO, VENTRICLE)


def study(modality: str, kind: Kind, body_part: str = "", description: str = "") -> Study:
    one = Instance(Path("nowhere"), "sop", "class", "s", "u", "", modality=modality)
    shown = DisplaySet("d", "s", "u", kind, "Series", modality, (one,), (20, 8, 8))
    series = Series("s", "u", 1, modality, "Series", "", body_part, (one,), (shown,))
    return Study("u", Patient(), "", "", description, "", "", (series,))


@pytest.mark.parametrize(
    ("opened", "keys"),
    [
        (study("MR", Kind.VOLUME, "BRAIN"), ["prima"]),
        (study("MR", Kind.VOLUME), ["prima"]),  # a bare header: the model itself decides
        (study("MR", Kind.VOLUME, description="T2 turbo spin echo"), ["prima"]),
        (study("MR", Kind.CINE_STACK, "HEART"), ["cardiac", "ventricle"]),
        (study("MR", Kind.CINE), ["cardiac", "ventricle"]),
        (study("US", Kind.CINE, description="Echocardiogram"), ["echo"]),
        (study("US", Kind.STILL), []),
        (study("CT", Kind.VOLUME, "CHEST"), []),
        (study("MR", Kind.VOLUME, "HEART"), []),
    ],
)
def test_modality_body_part_and_motion_decide(opened, keys):
    assert [fit.key for fit in models_for(opened, ALL)] == keys


def test_why_a_model_does_not_fit_is_said_in_words():
    assert why_not(study("CT", Kind.VOLUME), ECHO) == "it reads US, the study holds CT"
    assert (
        why_not(study("MR", Kind.VOLUME, "HEART"), BRAIN) == "it reads the brain, the study is of the heart"
    )


def test_what_the_models_read_is_said_once_and_why_the_closest_does_not_fit():
    words = no_model_words(study("US", Kind.STILL), ALL).splitlines()
    assert words == [
        "The study holds US; the models read MR.",
        "Echo: it reads loops, the study holds none.",
    ]
    assert no_model_words(study("NM", Kind.STACK), ALL) == "The study holds NM; the models read MR, US."


def test_of_a_study_without_pictures_no_model_is_compared():
    reports = replace(study("SR", Kind.DOCUMENT), description="Report")
    assert no_model_words(reports, ALL) == "The study holds no pictures."


def test_a_comparison_is_read_by_a_model_of_whole_studies():
    from app.workbench.fitting import reader_for
    from tests.radclip_fixtures import display_set, study_of, untrained

    study, words = study_of(display_set()), untrained().card
    whole = replace(words, key="whole", modality="CT", targets=(replace(words.targets[0], unit="logit"),))
    assert models_for(study, [words, whole]) == (whole,)
    assert reader_for(study, "radclip:1.2.3", [words, whole]) == "whole"
    assert reader_for(study, "whole", [words, whole]) == "whole"
