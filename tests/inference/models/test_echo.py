"""Echo studies from files to nine values: views, missing views, refusals, intervals, physiology."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from pydicom import dcmread

from explain import parts as labels
from inference.imaging.scan import scan
from inference.models.echo_physiology import echo_targets, hypertension, inconsistencies
from inference.models.echo_views import VIEWS, reason_against, view_from_texts
from inference.predict import predict
from inference.prediction import State
from tests.echo_fixtures import model
from training.phantoms.echo import echo_case
from training.phantoms.echo_dicom import write_echo_study

HEALTHY = {"rap": 5.0, "spap": 24.0, "dpap": 9.0, "mpap": 14.0, "pcwp": 8.0, "co": 5.0, "ci": 2.8,
           "svri": 2300.0, "pvr": 1.2}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_echo_study(echo_case(4, pixel_mm=0.8), tmp_path_factory.mktemp("echo") / "study")


@pytest.fixture(scope="module")
def study(folder):
    return scan(folder).studies[0]


@pytest.fixture(scope="module")
def answered(study):
    return predict(model(), study)


def copied(folder, to, change):
    """The study with `change(header, number)` made to each file; a file where it says False stays out."""
    to.mkdir()
    for n, path in enumerate(sorted(folder.glob("*.dcm"))):
        header = dcmread(path)
        if change(header, n) is not False:
            header.save_as(to / path.name)
    return scan(to).studies[0]


def test_the_four_views_are_found_by_their_names(answered):
    prediction, inputs = answered
    assert [place.title for place in inputs.places] == list(VIEWS)
    assert all(f.state in (State.FINDING, State.NO_FINDING) for f in prediction.findings)


def test_every_value_has_its_unit_and_an_interval_around_it(answered):
    for finding in answered[0].findings:
        low, high = finding.interval
        assert low <= finding.score <= high
        assert finding.target.unit != "logit"


def test_body_surface_and_heart_rate_reach_the_network(answered):
    rate, rate_known, surface, surface_known = answered[1].tensors["context"][0].tolist()
    truth = echo_case(4).truth
    assert (rate_known, surface_known) == (1, 1)
    assert surface == pytest.approx((truth.surface_m2 - 1.88) / 0.2, abs=1e-3)
    assert rate * 15 + 75 == pytest.approx(truth.heart_rate_bpm, rel=0.12)


def test_a_tile_lies_where_it_was_cut_from_the_picture(answered):
    place = answered[1].places[0]
    mm = place.size_mm[1]
    assert mm == pytest.approx(170 / 4, rel=0.02)  # four tiles over the square of 170 mm
    x, y, _ = place.centres_lps_mm[0]
    assert (x + 1.5 * mm, y) == pytest.approx((300 * 0.8, (40 + 5 / 0.8) * 0.8 + mm / 2), abs=0.05 * mm)


def test_parts_count_the_tiles_of_frames_that_exist(answered):
    inputs = answered[1]
    found = model().parts(inputs)["frames"]
    assert sorted(set(found.flatten().tolist()) - {-1}) == list(range(sum(len(p) for p in inputs.places)))
    assert labels.unit_and_element(int(found[0, 1, 0, 0, 0]), inputs.places) == (1, 0)


def test_hiding_a_tile_in_encode_is_what_parts_call_it(answered):
    net, inputs = model(), answered[1]
    keep = torch.ones(1, len(inputs.places[0]), dtype=torch.bool)
    assert torch.allclose(net.encode(inputs, 0, keep), net.encode(inputs, 0), atol=1e-5)
    keep[0, 3] = False
    darker = inputs.tensors["frames"].clone()
    darker[net.parts(inputs)["frames"] == 3] = 0.7
    other = replace(inputs, tensors={**inputs.tensors, "frames": darker})
    assert torch.allclose(net.encode(inputs, 0, keep), net.encode(other, 0, keep), atol=1e-6)


def test_units_joined_are_the_whole(answered):
    net, inputs = model(), answered[1]
    units = torch.stack([net.encode(inputs, n)[0] for n in range(4)])[None]
    assert torch.allclose(net.join(inputs, units), net.scores(inputs.tensors), rtol=1e-4)


def test_a_missing_view_is_reported_and_the_rest_still_answers(folder, tmp_path):
    fewer = copied(folder, tmp_path / "s", lambda _h, n: n != 2)
    prediction, inputs = predict(model(), fewer)
    assert [place.title for place in inputs.places] == ["A4C", "A2C", "PLAX"]
    assert any("Missing: parasternal short axis" in text for text in prediction.warnings)
    assert prediction.findings[0].score is not None


def test_without_height_and_weight_the_index_is_told_with_a_warning(folder, tmp_path):
    def strip(header, _n):
        del header.PatientSize

    prediction, inputs = predict(model(), copied(folder, tmp_path / "s", strip))
    assert inputs.tensors["context"][0, 2:].tolist() == [0, 0]
    assert any("Height or weight is missing" in text for text in prediction.warnings)


def test_a_loop_of_another_organ_is_refused_by_name(folder, tmp_path):
    def liver(header, _n):
        header.StudyDescription = header.SeriesDescription = "Liver"
        header.BodyPartExamined = "ABDOMEN"

    prediction, inputs = predict(model(), copied(folder, tmp_path / "s", liver))
    assert inputs is None
    assert prediction.findings[0].state is State.NOT_ELIGIBLE
    assert "another organ" in prediction.findings[0].reason
    assert len(prediction.excluded) == 4
    assert all("another organ" in left_out.reason for left_out in prediction.excluded)


def test_loops_that_no_label_names_are_not_invented_into_a_view(folder, tmp_path):
    def nameless(header, _n):
        header.SeriesDescription = ""

    prediction, _ = predict(model(), copied(folder, tmp_path / "s", nameless))
    assert "no label names the view" in prediction.findings[0].reason


def test_a_real_colour_loop_is_not_eligible_with_its_reason(shared_data):
    path = shared_data / "echo_cine/IM00001_colour_doppler_8fr_jpeg_frag_nobot.dcm"
    prediction, _ = predict(model(), scan(path).studies[0])
    assert {f.state for f in prediction.findings} == {State.NOT_ELIGIBLE}
    assert "olour" in prediction.findings[0].reason


@pytest.mark.parametrize(
    ("text", "view"),
    [("Apical 4-chamber", "A4C"), ("AP2", "A2C"), ("PSAX papillary", "PSAX"),
     ("parasternal long axis", "PLAX"), ("A4C + A2C", ""), ("Series 1", ""),
     ("PLAX zoom", "PLAX"), ("placebo", "")],
)  # fmt: skip
def test_labels_name_views_and_ambiguous_ones_do_not(text, view):
    assert view_from_texts((text,)) == view


def test_a_still_picture_and_other_views_are_refused_in_words(study):
    display_set = study.display_sets[0]
    series = study.series_of(display_set)
    assert reason_against(display_set, series, ()) == ""
    assert "three-chamber" in reason_against(display_set, series, ("apical three-chamber",))
    assert "Doppler" in reason_against(display_set, series, ("A4C colour",))
    assert "single frame" in reason_against(replace(display_set, kind="still"), series, ())


def test_flow_is_abnormal_below_its_cut_off_and_pressure_above():
    below = {t.name: t.below for t in echo_targets()}
    assert [name for name, low in below.items() if low] == ["co", "ci"]


def test_values_that_agree_raise_no_remark():
    assert inconsistencies(HEALTHY, 5.0 / 2.8) == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mpap": 30.0}, "does not lie between"),
        ({"pvr": 6.0}, "Wood units"),
        ({"spap": 60.0}, "make a mean of"),
    ],
)
def test_a_contradiction_among_values_is_told(change, words):
    assert any(words in text for text in inconsistencies({**HEALTHY, **change}, 1.79))


def test_index_and_output_must_share_one_body_surface():
    assert any("body surface" in text for text in inconsistencies({**HEALTHY, "ci": 4.5}, 1.79))


@pytest.mark.parametrize(
    ("mean", "wedge", "pvr", "words"),
    [(20, 10, 1, "no pulmonary"), (30, 15, 3, "pre-capillary"), (30, 20, 2, "isolated post"),
     (40, 20, 4, "combined"), (22, 12, 1.5, "unclassified")],
)  # fmt: skip
def test_hypertension_is_classed_after_esc_ers_2022(mean, wedge, pvr, words):
    values = {**HEALTHY, "mpap": mean, "pcwp": wedge, "pvr": pvr}
    assert hypertension(values).startswith(words)


def test_a_baseline_of_mean_grey_does_not_hide_blood(answered):
    inputs = answered[1]
    start = model().baseline(inputs)["frames"]
    dark = (inputs.tensors["frames"] < 0.2) & (start > 0.3)
    assert dark.float().mean() > 0.02
    assert np.isfinite(start.numpy()).all()
