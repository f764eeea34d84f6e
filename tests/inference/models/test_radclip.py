"""The model behind the interface: labels, units, places, and every explanation of a match."""

from __future__ import annotations

import pytest
import torch

from explain.methods import applicable, explain
from inference.errors import NotApplicableError
from inference.imaging.scan import scan
from inference.models import catalogue
from inference.models.radclip import MARGIN
from inference.predict import predict
from inference.prediction import State
from tests.radclip_fixtures import display_set, study_of, untrained
from training.phantoms.radclip import KINDS, picture, volume
from training.phantoms.radclip_dicom import write_radclip_study

CHEST = next(kind for kind in KINDS if kind.caption == "chest CT, nodule")
FILM = next(kind for kind in KINDS if kind.caption == "chest X-ray, nodule")


@pytest.fixture(scope="module")
def model():
    return untrained()


@pytest.fixture(scope="module")
def chest(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chest") / "study"
    write_radclip_study(volume(CHEST, 7, slices=12), folder)
    return scan(folder).studies[0]


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    folder = tmp_path_factory.mktemp("film") / "study"
    write_radclip_study(picture(FILM, 5), folder)
    return scan(folder).studies[0]


def test_scores_are_cosines_of_the_labels(model, chest):
    inputs = model.prepare(chest)
    scores = model.scores(inputs.tensors)
    vector, shares = model.embed(inputs)
    assert scores.shape == (1, 3)
    assert torch.allclose(scores[0], model.words @ vector, atol=1e-5)
    assert float(scores.abs().max()) <= 1.0
    assert torch.isclose(shares.sum(), torch.tensor(1.0))


def test_encoding_slices_apart_and_joining_them_is_the_whole(model, chest):
    inputs = model.prepare(chest)
    each = torch.stack([model.encode(inputs, unit)[0] for unit in range(len(inputs.places))])
    assert torch.allclose(model.join(inputs, each[None]), model.scores(inputs.tensors), atol=1e-5)
    nothing = model.join(inputs, each[None], torch.zeros(1, len(each), dtype=torch.bool))
    assert not nothing.any()


def test_other_labels_keep_the_network_and_contrast_is_against_the_taught_captions(model, chest):
    inputs = model.prepare(chest)
    asked = model.with_labels(["pneumothorax", "chest ct, nodule"])
    assert asked.network is model.network
    assert asked.card.targets[1] == model.card.targets[0]
    plain = model.scores(inputs.tensors)[0]
    margin = model.with_labels(["Chest CT, nodule"], contrast=True)
    expected = plain[0] - plain[1:].mean()
    assert torch.isclose(margin.scores(inputs.tensors)[0, 0], expected, atol=1e-5)
    assert margin.card.targets[0].unit == MARGIN


def test_a_study_that_cannot_be_read_ends_in_a_state_with_the_reason(model):
    prediction, inputs = predict(model, study_of(display_set(modality="US")))
    assert inputs is None
    assert {finding.state for finding in prediction.findings} == {State.NOT_ELIGIBLE}
    assert "not X-ray, CT or MR but" in prediction.findings[0].reason
    assert prediction.excluded[0].reason.startswith("not X-ray, CT or MR but")
    with pytest.raises(NotApplicableError, match="the study holds no pictures"):
        model.prepare(study_of())


def test_parts_number_every_patch_of_every_slice_once(model, chest):
    inputs = model.prepare(chest)
    labels = model.parts(inputs)["slices"]
    assert labels.shape == inputs.tensors["slices"].shape[:-1]
    assert labels.unique().tolist() == list(range(6 * 16))
    assert int(labels[0, 1, 0, 0]) == 16


@pytest.mark.parametrize("method", ["lime", "rollout", "integrated_gradients"])
@pytest.mark.parametrize("which", ["chest", "film"])
def test_every_method_explains_volumes_and_single_pictures(model, which, method, request):
    study = request.getfixturevalue(which)
    asked = model.with_labels(["Chest CT, nodule"], contrast=True)
    inputs = asked.prepare(study)
    assert method in applicable(asked)
    made = explain(asked, inputs, asked.card.targets[0].name, method, options={"evidence": False})
    (unit,) = made.units  # slices of one volume are one map
    assert len(unit.scores) == 16 * len(inputs.places)
    assert unit.place.title == study.display_sets[0].title
    check = made.evidence.check("completeness")
    assert check is None or check.verdict != "fail"


def test_gradients_weigh_the_attention_of_a_single_picture_too(model, film):
    asked = model.with_labels(["Chest CT, nodule"], contrast=True)
    options = {"preset": "gradient", "evidence": False}
    inputs = asked.prepare(film)
    made = explain(asked, inputs, asked.card.targets[0].name, "rollout", options=options)
    assert made.units[0].total > 0


def test_the_bundled_model_says_what_it_is_and_where_it_does_not_reach():
    if "radclip" not in set(catalogue.keys()):
        pytest.skip("the bundled model has not been trained")
    card = catalogue.card("radclip")
    figures = {metric.name: metric for metric in card.metrics}
    assert "phantoms" in card.weights_origin
    assert all("chance" in name for name in figures if "Calibration" not in name)
    assert figures["Calibration error of the chance that a caption is true"].value <= 0.05
    learned = figures["volume to caption, top 1, learned attention (chance 0.050)"]
    mean = figures["volume to caption, top 1, mean of the slices (chance 0.050)"]
    assert learned.low is not None
    assert learned.low > mean.value
    assert any("no finding that it names there is to be believed" in text for text in card.known_failures)
