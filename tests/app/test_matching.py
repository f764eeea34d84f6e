"""Matching with the bundled model: what is answered, and that bad input is a sentence."""

from __future__ import annotations

import json

import numpy as np
import pytest

from app.actions.matching import Wanted, match, match_words, similar
from app.library.library import Library
from app.match_values import Match
from app.matching import (
    MODEL,
    asked_of,
    embed_study,
    embed_text,
    explain_match,
    key_of,
    match_set,
    readable_set,
)
from inference.errors import FileError, NotApplicableError
from inference.imaging.scan import scan
from inference.models import catalogue
from tests.radclip_fixtures import display_set, study_of
from training.phantoms.radclip import KINDS, volume
from training.phantoms.radclip_dicom import write_radclip_study

LABELS = ("head MRI, glioma tumour", "head MRI, normal", "chest CT, normal", "pneumothorax")


@pytest.fixture(scope="module", autouse=True)
def _bundled():
    if MODEL not in set(catalogue.keys()):
        pytest.skip("the bundled model has not been trained")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    kind = next(kind for kind in KINDS if kind.caption == "head MRI, glioma tumour")
    return write_radclip_study(volume(kind, 3_000_000), tmp_path_factory.mktemp("head") / "study")


@pytest.fixture(scope="module")
def study(folder):
    return scan(folder).studies[0]


@pytest.fixture(scope="module")
def result(study):
    return match_set(study, readable_set(study).uid, LABELS)


def test_labels_are_ranked_and_only_taught_ones_have_a_probability(result):
    cosines = [found.cosine for found in result.matches]
    assert cosines == sorted(cosines, reverse=True)
    assert result.matches[0].label.lower().startswith("head mri")
    known = {found.label.lower(): found for found in result.matches}
    assert known["pneumothorax"].probability is None
    assert known["pneumothorax"].unknown == ("pneumothorax",)
    assert 0 <= known["chest ct, normal"].probability < 0.5


def test_shares_of_slices_sum_to_one_and_the_deletion_check_says_what_it_did(result):
    story = result.slices
    assert len(story.index) == 16
    assert sum(story.shares) == pytest.approx(1, abs=1e-4)
    assert len(story.top) == 3
    assert story.before == pytest.approx(result.matches[0].cosine, abs=1e-4)
    assert "of 20 random choices" in story.sentence


@pytest.mark.slow
def test_a_match_is_an_answer_of_its_series_and_is_explained_as_such(result, study):
    card, finding = result.card, result.prediction.findings[0]
    assert card.key == key_of(catalogue.card(MODEL), result.display_set_uid)
    asked = asked_of(study, result.prediction, finding, "rollout")
    assert asked[0] == "app.matching:explain_match"
    made = explain_match(*asked[1:])
    assert made.model_key == card.key
    assert made.target.name == finding.target.name
    assert sum(len(unit.scores) for unit in made.units) == 16 * 64


def test_the_embedding_of_a_study_is_that_of_its_match(result, study):
    made = embed_study(study)
    assert np.allclose(made.vectors[result.display_set_uid], result.vector, atol=1e-5)
    words = embed_text("head MRI")
    assert float(words @ result.vector) > float(embed_text("abdomen CT") @ result.vector)


def test_a_series_that_cannot_be_read_never_stops_the_others(study):
    made = embed_study(study_of(display_set(modality="US")))
    assert made.vectors == {}
    assert "not X-ray, CT or MR but" in made.excluded[0].reason
    with pytest.raises(NotApplicableError, match="holds no series “T9”"):
        readable_set(study, "T9")
    with pytest.raises(NotApplicableError, match="No picture of this study can be matched"):
        readable_set(study_of(display_set(modality="US")))


def test_the_command_line_prints_the_same_as_json(folder, capsys):
    assert match(folder, Wanted(labels="; ".join(LABELS)), uid="", as_json=True) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["matches"][0]["label"].lower().startswith("head mri")
    assert "not for diagnostic use" in said["notice"]
    assert len(said["slices"]) == 16


def test_bad_wishes_are_sentences(folder, tmp_path):
    with pytest.raises(NotApplicableError, match="no label"):
        match(folder, Wanted(labels=" ; "), uid="", as_json=False)
    with pytest.raises(FileError, match="cannot be read"):
        match(folder, Wanted(labels_file=tmp_path / "none.txt"), uid="", as_json=False)
    with pytest.raises(FileError, match="Give a study, or words"):
        similar(None, "", count=3, update=False, as_json=False)


def test_similar_cases_come_from_the_library(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("NEGATOSCOPE_HOME", str(tmp_path / "home"))
    with pytest.raises(NotApplicableError, match="No study of the library"):
        similar(None, "head MRI", count=3, update=False, as_json=False)
    library = Library.open(tmp_path / "home" / "library")
    library.import_paths(folder)
    library.close()
    assert similar(None, "head MRI", count=3, update=True, as_json=False) == 0
    assert "Head MRI" in capsys.readouterr().out


def test_a_match_in_words_keeps_cosine_and_probability_apart():
    assert "not calibrated" in match_words(Match("a", 0.5))
    assert "probability 25 %" in match_words(Match("a", 0.5, 0.25))
