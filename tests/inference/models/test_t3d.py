"""T3D reads what is a trunk, refuses the rest in words, and its answers come back to the patient."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from inference.errors import NotApplicableError
from inference.imaging.study import DisplaySet, Instance, Kind, Patient, Series, Study
from inference.imaging.volume import Volume
from inference.model import Inputs
from inference.models.t3d_series import choose, why_none
from inference.models.t3d_targets import CLASSES, ORGAN_OF, TARGETS
from inference.models.t3d_volume import _checked
from inference.place import Place
from inference.progress import Cancelled
from tests.t3d_fixtures import SENTENCES, tiny_model
from training.phantoms import chest, chest_findings, chest_reports
from training.phantoms.chest import chest_case

LIKE = Place("d", "s", "CT", "f", (1, 1, 1), np.zeros((1, 3), np.int64), np.eye(4))


@pytest.fixture(scope="module")
def model():
    return tiny_model()


@pytest.fixture(scope="module")
def inputs(model) -> Inputs:
    case = chest_case(1, spacing_mm=(12.0, 8.0, 8.0), region="chest")
    tensors = model.tensors_of(case.volume)
    return Inputs("study", tensors, model.places_of(tensors, LIKE))


def study_of(**changes) -> Study:
    instance = Instance(Path("nowhere"), "sop", "class", "s", "study", "", modality="CT", samples_per_pixel=1)
    shown = DisplaySet(
        "d", "s", "study", Kind.VOLUME, "Chest 3 mm", "CT", (instance,), (80, 512, 512), (3.0, 0.7, 0.7)
    )
    if "samples" in changes:
        shown = replace(shown, instances=(replace(instance, samples_per_pixel=changes.pop("samples")),))
    body = changes.pop("body", "CHEST")
    shown = replace(shown, **changes)
    series = Series("s", "study", 1, shown.modality, shown.title, "", body, shown.instances, (shown,))
    return Study("study", Patient(), "2026-01-01", "", "CT", "", "", (series,))


def test_a_chest_is_chosen():
    assert choose(study_of()).display_set is not None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shape": (2, 512, 512)}, "2 slices; T3D needs at least 8"),
        ({"modality": "US", "samples": 3}, "US, not CT"),
        ({"samples": 3}, "in colour"),
        ({"shape": (80, 128, 128)}, "less than a trunk"),
        ({"shape": (90_000, 512, 512)}, "more than a patient"),
        ({"kind": Kind.STACK}, "form no volume"),
        ({"body": "HEAD", "title": "Axial 3 mm"}, "another region"),
    ],
)
def test_what_is_no_trunk_is_refused_in_words(changes, words):
    study = study_of(**changes)
    choice = choose(study)
    assert choice.display_set is None
    assert words in why_none(choice, study)


def test_a_study_without_a_trunk_keeps_what_was_left_out(model):
    with pytest.raises(NotApplicableError, match="in colour") as refused:
        model.prepare(study_of(samples=3))
    assert [left_out.title for left_out in refused.value.excluded] == ["Chest 3 mm"]


def test_values_that_are_no_hounsfield_numbers_are_refused():
    with pytest.raises(NotApplicableError, match="no numbers"):
        _checked(np.full((2, 3, 3), np.nan, np.float32), "HU", None)
    with pytest.raises(NotApplicableError, match="not HU"):
        _checked(np.zeros((2, 3, 3), np.int16), "SUV", None)
    assert (_checked(np.full((1, 2, 2), -2000, np.int16), "HU", -2000) == -1000).all()


def test_targets_classes_and_organs_are_those_of_the_phantoms():
    assert tuple(t.name for t in TARGETS) == chest_findings.FINDINGS
    assert CLASSES == chest.CLASSES
    assert ORGAN_OF == chest_reports.ORGAN_OF


def test_scores_agree_with_encodings_and_are_finite(model, inputs):
    scores = model.scores(inputs.tensors)
    assert torch.isfinite(scores).all()
    assert torch.allclose(model.join(inputs, model.encode(inputs, 0)[:, None]), scores, atol=1e-4)


def test_hiding_everything_is_the_smeared_volume_and_so_is_a_volume_that_is_away(model, inputs):
    keep = torch.stack([torch.ones(len(inputs.places[0])), torch.zeros(len(inputs.places[0]))]).bool()
    whole, nothing = encodings = model.encode(inputs, 0, keep)
    assert torch.allclose(whole, model.encode(inputs, 0)[0], atol=1e-4)
    smeared = torch.where(
        model.parts(inputs)["windows"] >= 0, inputs.tensors["background"], inputs.tensors["windows"]
    )
    assert torch.allclose(nothing, model.encodings(smeared[0]).flatten(), atol=1e-4)
    assert not torch.allclose(whole, nothing)
    away = model.join(inputs, encodings[:1, None].expand(2, -1, -1), torch.tensor([[True], [False]]))
    assert torch.allclose(away, model.join(inputs, encodings[:, None]), atol=1e-4)


def test_a_hidden_supervoxel_is_hidden_in_every_sub_volume_that_shows_it(model):
    """Else the strongest of those that still show it would answer as if nothing had been hidden."""
    hu = np.random.default_rng(0).integers(-200, 300, (44, 30, 30)).astype(np.int16)
    tensors = model.tensors_of(Volume(hu, np.diag([9.0, 9.0, 14.0, 1])[:, [2, 1, 0, 3]], "HU"))
    inputs = Inputs("study", tensors, model.places_of(tensors, LIKE))
    numbers = model.parts(inputs)["windows"][0, :, 0]
    shared = next(n for n in range(len(inputs.places[0])) if all((own == n).any() for own in numbers))
    keep = torch.ones(1, len(inputs.places[0]), dtype=torch.bool)
    keep[0, shared] = False
    expected = tensors["windows"][0].clone()
    expected[:, 0][numbers == shared] = tensors["background"][0, :, 0][numbers == shared]
    assert len(numbers) == 2
    assert torch.allclose(model.encode(inputs, 0, keep)[0], model.encodings(expected).flatten(), atol=1e-4)


def test_parts_count_the_supervoxels_of_every_sub_volume(model, inputs):
    labels = model.parts(inputs)["windows"]
    assert labels.shape == inputs.tensors["windows"].shape
    assert int(labels.max()) + 1 == len(inputs.places[0])


def test_a_reading_has_masks_on_the_scanner_s_grid_and_errors_in_the_patient(model, inputs):
    reading = model.read(inputs)
    shape = tuple(inputs.tensors["original_shape"][0].tolist())
    assert reading.segments.labels.shape == shape
    assert len(reading.errors) == len(reading.errors_place)
    assert np.isfinite(reading.errors).all()
    assert reading.caveat.endswith("not for diagnostic use")


def test_words_share_out_attention_and_know_their_letters(model, inputs):
    maps = model.word_maps(inputs, SENTENCES[0])
    assert [maps.word(n) for n in range(4)] == ["There", "is", "a", "14"]
    assert maps.word_at(SENTENCES[0].index("nodule")) == maps.spans.index(
        (SENTENCES[0].index("nodule"), SENTENCES[0].index("nodule") + 6)
    )
    assert maps.maps.shape == (len(maps.spans), len(maps.place))
    assert (maps.maps >= 0).all()
    assert (maps.maps.sum(0) <= 1 + 1e-4).all()


def test_a_text_without_words_is_refused(model, inputs):
    with pytest.raises(NotApplicableError, match="no words"):
        model.word_maps(inputs, "  \n")


def test_cancelling_stops_between_two_sub_volumes(model, inputs):
    def stop(_fraction: float, _note: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        model.read(inputs, stop)


def test_a_single_voxel_volume_too_small_for_a_crop_is_padded_with_air(model):
    tensors = model.tensors_of(Volume(np.full((8, 30, 30), 40, np.int16), np.diag([10.0, 9, 9, 1]), "HU"))
    assert torch.isfinite(model.scores(tensors)).all()
