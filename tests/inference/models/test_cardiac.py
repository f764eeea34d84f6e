from dataclasses import replace

import numpy as np
import pytest
import torch
from pydicom import dcmread

from explain.methods import applicable, explain
from inference.errors import NotApplicableError
from inference.imaging.scan import scan
from inference.models import catalogue
from inference.models.cardiac import normalised_entropy
from inference.models.cardiac_loops import choose
from inference.models.cardiac_untrained import untrained
from inference.networks.cardiac_config import bundled
from inference.predict import predict
from inference.prediction import State
from training.phantoms.heart import heart_case
from training.phantoms.heart_dicom import Writing, write_cine_study
from training.phantoms.heart_planes import CineProtocol

QUICK = CineProtocol(
    pixel_mm=(3.4, 3.6), field_mm=(225, 230), phases=(10, 10), missing=0.0, missing_stack=0.0, poor=0.0
)


def written(folder, **changes):
    """One phantom as a study; `changes` go to the protocol."""
    protocol = replace(QUICK, **{k: v for k, v in changes.items() if k != "writing"})
    how = replace(changes.get("writing", Writing()), protocol=protocol)
    write_cine_study(heart_case(5, "dcm"), folder, how)
    return folder


def study_in(folder):
    (study,) = scan(folder).studies
    return study


@pytest.fixture(scope="module")
def model():
    return untrained(bundled())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return written(tmp_path_factory.mktemp("heart") / "study")


@pytest.fixture(scope="module")
def inputs(model, folder):
    return model.prepare(study_in(folder))


def test_every_view_is_found_and_one_place_stands_for_each_clip(inputs):
    titles = [place.title for place in inputs.places]
    assert titles[:3] == ["4CH", "2CH", "3CH"]
    assert [title.split()[0] for title in titles[3:]] == ["SAX"] * 4
    assert inputs.tensors["clips"].shape == (1, 7, 8, 64, 64)
    assert inputs.tensors["views"].tolist() == [[0, 1, 2, 3, 3, 3, 3]]


@pytest.mark.parametrize("apart", [False, True])
def test_views_without_names_are_found_by_geometry(model, inputs, tmp_path, apart):
    nameless = written(tmp_path / "study", writing=Writing(unnamed=True, apart=apart))
    found = model.prepare(study_in(nameless))
    assert torch.equal(found.tensors["views"], inputs.tensors["views"])
    if not apart:
        assert torch.allclose(found.tensors["clips"], inputs.tensors["clips"])


def test_preparing_twice_gives_the_same_clips(model, folder, inputs):
    again = model.prepare(study_in(folder))
    assert torch.equal(again.tensors["clips"], inputs.tensors["clips"])


def test_a_clip_never_holds_a_picture_of_another_slice(folder):
    study = study_in(folder)
    slices = choose(study).slices["SAX"]
    depths = {}
    for one in slices:
        display_set = one.display_set
        at = one.position * display_set.phases
        numbers = {display_set.frame_index[k][0] for k in range(at, at + display_set.phases)}
        depths[one.position] = {display_set.instances[n].position_lps_mm for n in numbers}
    assert all(len(found) == 1 for found in depths.values())
    assert len(set.union(*depths.values())) == len(slices)


def test_a_missing_view_is_named_and_the_rest_still_answers(model, tmp_path):
    stack = study_in(written(tmp_path / "study", missing=1.0))
    prediction, found = predict(model, stack)
    assert found is not None
    assert all(finding.score is not None for finding in prediction.findings)
    (text,) = [w for w in prediction.warnings if w.startswith("Missing")]
    assert "four-chamber view, two-chamber view, three-chamber view" in text


def test_a_damaged_loop_is_left_out_and_named_never_replaced(model, tmp_path):
    broken = written(tmp_path / "study")
    for path in sorted((broken / "001").glob("*.dcm")):
        file = dcmread(path)
        file.PixelData = b"\0" * 10
        file.save_as(path)
    found = model.prepare(study_in(broken))
    assert "4CH" not in [place.title for place in found.places]
    assert len(found.excluded) == 1
    assert any("four-chamber" in w for w in found.warnings)


def test_eight_phases_are_needed(model, tmp_path):
    few = study_in(written(tmp_path / "study", phases=(6, 6)))
    with pytest.raises(NotApplicableError, match="6 phases of the heart beat, fewer than 8"):
        model.prepare(few)


def test_a_single_moment_is_no_loop(model, tmp_path):
    single = written(tmp_path / "study")
    seen = set()
    for path in sorted(single.rglob("*.dcm")):
        file = dcmread(path, stop_before_pixels=True)
        key = (file.SeriesInstanceUID, tuple(file.ImagePositionPatient))
        if key in seen:
            path.unlink()
        seen.add(key)
    prediction, found = predict(model, study_in(single))
    assert found is None
    assert {f.state for f in prediction.findings} == {State.NOT_ELIGIBLE}
    assert "a single moment, not a loop" in prediction.findings[0].reason


def test_another_organ_is_refused_in_words(model, tmp_path):
    brain = written(tmp_path / "study")
    for path in brain.rglob("*.dcm"):
        file = dcmread(path)
        file.SeriesDescription = file.ProtocolName = "CSF pulsation"
        file.StudyDescription, file.BodyPartExamined = "MRI brain", "BRAIN"
        file.save_as(path)
    prediction, _ = predict(model, study_in(brain))
    assert "another part of the body" in prediction.findings[0].reason
    assert prediction.excluded
    assert all("another part of the body" in left_out.reason for left_out in prediction.excluded)


def test_encoding_apart_and_joining_equals_the_whole(model, inputs):
    encodings = torch.stack([model.encode(inputs, unit)[0] for unit in range(7)])[None]
    assert torch.allclose(model.join(inputs, encodings), model.scores(inputs.tensors), atol=1e-4)


def test_a_view_that_is_not_present_is_as_if_it_had_never_been(model, inputs):
    encodings = torch.stack([model.encode(inputs, unit)[0] for unit in range(7)])[None]
    present = torch.ones(1, 7, dtype=torch.bool)
    present[0, 2] = False
    rest = [0, 1, 3, 4, 5, 6]
    fewer = {name: tensor[:, rest] for name, tensor in inputs.tensors.items()}
    assert torch.allclose(model.join(inputs, encodings, present), model.scores(fewer), atol=1e-4)


def test_a_hidden_block_stands_still_and_nothing_else_changes(model, inputs):
    elements = len(inputs.places[0])
    keep = torch.ones(2, elements, dtype=torch.bool)
    keep[1, 37] = False
    found = model.encode(inputs, 0, keep)
    assert torch.allclose(found[0], model.encode(inputs, 0)[0], atol=1e-5)
    clip = inputs.tensors["clips"][0, 0].clone()
    inside = model.parts(inputs)["clips"][0, 0] == 37
    clip[inside] = clip.mean(0).expand_as(clip)[inside]
    assert torch.allclose(found[1], model.network.encode_clips(clip[None])[0], atol=1e-5)


def test_parts_count_the_elements_of_all_places(model, inputs):
    labels = model.parts(inputs)["clips"]
    assert labels.shape == inputs.tensors["clips"].shape
    assert labels.unique().tolist() == list(range(sum(len(place) for place in inputs.places)))


def test_the_place_of_a_block_is_the_middle_of_its_pixels(inputs):
    place = inputs.places[0]
    assert place.shape == (4, 8, 8)
    assert place.size_mm == pytest.approx((8.0, 24.0, 24.0))
    assert place.times_ms is not None
    assert len(place.times_ms) == 4
    assert np.ptp(np.diff(place.times_ms)) == pytest.approx(0, abs=1e-6)
    assert np.allclose(place.centres_lps_mm[0], place.centres_lps_mm[64])  # another moment, the same place


def test_the_baseline_is_a_heart_that_stands_still(model, inputs):
    still = model.baseline(inputs)["clips"]
    assert float(still.std(2).max()) < 1e-6
    assert torch.allclose(still.mean(2), inputs.tensors["clips"].mean(2), atol=1e-6)


def test_shares_of_views_add_up_and_have_an_entropy(model, inputs):
    attention = model.view_attention(inputs)
    assert attention.titles == tuple(place.title for place in inputs.places)
    assert sum(attention.shares) == pytest.approx(1)
    assert 0 < attention.entropy <= 1 + 1e-9


def test_entropy_is_one_for_equal_and_nothing_for_single_shares():
    assert normalised_entropy(np.full(5, 0.2)) == pytest.approx(1)
    assert normalised_entropy(np.array([1.0, 0.0])) == 0


def test_gradients_explain_clip_by_clip(model, inputs):
    assert {"lime", "rollout", "integrated_gradients"} <= {*applicable(model)}
    made = explain(
        model, inputs, "measure_0", "integrated_gradients", options={"evidence": False, "most": 17}
    )
    assert [unit.place.title for unit in made.units] == [place.title for place in inputs.places]


def test_intervals_hold_their_score(inputs):
    config = replace(bundled(), reach=(2.0,) * 5, centre=(50.0,) * 5, scale=(10.0,) * 5)
    model = untrained(config)
    scores = model.scores(inputs.tensors)[0].tolist()
    intervals = model.intervals(inputs)
    assert intervals is not None
    assert all(low < score < high for (low, high), score in zip(intervals[:5], scores, strict=False))
    assert intervals[5:] == (None,) * 7


def test_the_real_stack_is_read_and_what_is_missing_is_said(model, shared_data):
    studies = scan(shared_data / "cardiac_cine" / "sunnybrook_SCD0002001_sax").studies
    prediction, found = predict(model, studies[0])
    assert found is not None
    assert [place.title for place in found.places] == ["SAX 9/10", "SAX 7/10", "SAX 4/10", "SAX 2/10"]
    assert any(w.startswith("Missing") for w in prediction.warnings)


AIMED_ERROR = 3.3


def test_the_bundled_model_holds_its_promises_on_held_out_phantoms_or_says_which_not():
    if "cardiac" not in catalogue.keys():  # noqa: SIM118 - a module, not a mapping
        pytest.skip("the cardiac model is not installed; `python -m training cardiac standard` makes it")
    card = catalogue.card("cardiac")
    metrics = {metric.name: metric.value for metric in card.metrics}
    error = metrics["LV ejection fraction: mean absolute error, points"]
    assert error <= 0.75 * metrics["LV ejection fraction: the same by saying the mean"]
    said = " ".join(card.known_failures)
    assert (error <= AIMED_ERROR) != (f"{AIMED_ERROR:g} points or less" in said)
    assert error <= AIMED_ERROR or f"did not reach it: {error:.1f}." in said
    gain = next(m for m in card.metrics if m.name == "LVEF error less than with uniform attention, points")
    ahead = gain.low is not None and gain.low > 0
    assert ahead != ("not shown to be better than equal weights" in said)
