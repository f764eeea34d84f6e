"""Studies that a model of the heart must not read, or only in part: said in words, nothing invented."""

from __future__ import annotations

import pytest
from pydicom import dcmread

from inference.imaging.naming import NO_VIEW, with_views
from inference.imaging.scan import scan
from inference.models.cardiac_untrained import untrained
from inference.models.view_names import choices
from inference.networks.cardiac_config import bundled
from inference.predict import predict
from inference.prediction import State
from tests.echo_fixtures import model
from tests.inference.models.test_cardiac import study_in, written
from training.phantoms.echo import echo_case
from training.phantoms.echo_dicom import write_echo_study


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_echo_study(echo_case(4, pixel_mm=0.8), tmp_path_factory.mktemp("echo") / "study")


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory):
    case = echo_case(4, pixel_mm=0.8)
    (study,) = scan(write_echo_study(case, tmp_path_factory.mktemp("echo") / "study", labelled=False)).studies
    return study


def changed(folder, to, change):
    """The study with the frames of each file changed."""
    to.mkdir()
    for path in sorted(folder.glob("*.dcm")):
        file = dcmread(path)
        frames = change(file.pixel_array.copy())
        file.NumberOfFrames = len(frames)
        file.PixelData = frames.tobytes()
        file.save_as(to / path.name)
    return study_in(to)


def flow(frames):
    """Red and blue over the middle of the picture, another one in every frame."""
    for n, frame in enumerate(frames):
        frame[150:330, 220:400] = (220, 20, 30) if n % 2 else (20, 40, 220)
    return frames


def test_a_study_of_colour_doppler_alone_has_no_value(folder, tmp_path):
    prediction, inputs = predict(model(), changed(folder, tmp_path / "s", flow))
    assert inputs is None
    assert {f.state for f in prediction.findings} == {State.NOT_ELIGIBLE}
    assert all(f.score is None and f.interval is None for f in prediction.findings)
    assert "colour Doppler hides the tissue" in prediction.findings[0].reason


def test_eight_frames_are_read_and_said_to_be_few(folder, tmp_path):
    few = changed(folder, tmp_path / "s", lambda frames: frames[:8])
    prediction, inputs = predict(model(frames=32), few)
    assert inputs.tensors["frame_mask"].sum() == 4 * 8
    assert any("8 frames where the model reads 32" in text for text in prediction.warnings)


def test_a_single_frame_of_every_view_is_no_study_of_loops(folder, tmp_path):
    still = changed(folder, tmp_path / "s", lambda frames: frames[:1])
    prediction, inputs = predict(model(), still)
    assert inputs is None
    assert "single frame" in prediction.findings[0].reason


def test_what_the_reader_names_is_read_and_said(unlabelled):
    uids = [d.uid for d in unlabelled.display_sets]
    named = with_views(unlabelled, {uids[0]: "A4C", uids[3]: "PLAX", uids[1]: NO_VIEW, uids[2]: NO_VIEW})
    prediction, inputs = predict(model(), named)
    assert [place.title for place in inputs.places] == ["A4C", "PLAX"]
    assert sum("by the reader" in text for text in prediction.warnings) == 2
    assert {e.reason for e in prediction.excluded} == {"set aside by the reader"}


def test_the_reader_counts_more_than_a_label(folder):
    study = study_in(folder)
    first = study.display_sets[0]
    _, inputs = predict(model(), with_views(study, {first.uid: "A2C"}))
    by_title = {place.title: place.display_set_uid for place in inputs.places}
    assert by_title["A2C"] == first.uid
    assert "A4C" not in by_title


def test_a_view_named_for_a_cine_loop_is_read_as_that_view(tmp_path):
    study = study_in(written(tmp_path / "study"))
    loops = {d.series_uid: d for d in study.display_sets if choices(d)}
    four = next(d for d in loops.values() if "4ch" in d.title.lower() or "hla" in d.title.lower())
    heart = untrained(bundled())
    prediction, inputs = predict(heart, with_views(study, {four.uid: "3CH"}))
    assert [p.title for p in inputs.places if p.display_set_uid == four.uid] == ["3CH"]
    assert any("named three-chamber view by the reader" in text for text in prediction.warnings)
    _, without = predict(heart, with_views(study, {four.uid: NO_VIEW}))
    assert four.uid not in without.seen


def test_views_are_offered_for_loops_alone(unlabelled, tmp_path):
    assert [*choices(unlabelled.display_sets[0])] == ["A4C", "A2C", "PSAX", "PLAX", NO_VIEW]
    stack = study_in(written(tmp_path / "study"))
    assert all("SAX" in choices(d) for d in stack.display_sets if d.kind.name.startswith("CINE"))
    from dataclasses import replace

    from inference.imaging.study import Kind

    assert choices(replace(unlabelled.display_sets[0], kind=Kind.STILL)) == {}


def test_a_study_keeps_the_views_that_are_not_named_anew(unlabelled):
    uids = [d.uid for d in unlabelled.display_sets]
    first = with_views(unlabelled, {uids[0]: "A4C"})
    second = with_views(first, {uids[1]: "A2C"})
    assert [d.view for d in second.display_sets] == ["A4C", "A2C", "", ""]
    assert with_views(second, {uids[0]: ""}).display_sets[0].view == ""
    assert with_views(first, {uids[0]: ""}) == unlabelled
