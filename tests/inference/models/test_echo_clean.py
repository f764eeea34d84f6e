"""From the picture of a machine to tissue: one mask, no marks, and refusals in words."""

from __future__ import annotations

import numpy as np
import pytest

from inference.errors import NotApplicableError
from inference.imaging.read import read_cine
from inference.imaging.scan import scan
from inference.imaging.ultrasound import ultrasound_facts
from inference.models.echo_clean import clean
from inference.models.echo_frames import beat_length, choose, ecg_beats, find_beat
from inference.models.echo_loop import heart_rate, view_frames
from tests.echo_fixtures import beating_disc, facts, tiny
from training.phantoms.echo import echo_case
from training.phantoms.echo_dicom import dressed


@pytest.fixture(scope="module")
def real(shared_data):
    display_set = scan(shared_data / "echo_cine/DIRW0007_a4c_acuson_65fr.dcm").studies[0].display_sets[0]
    return read_cine(display_set), ultrasound_facts(display_set)


@pytest.fixture(scope="module")
def real_clean(real):
    cine, said = real
    return clean(cine.frames, said.tissue.box)


def test_in_a_real_loop_the_text_the_bar_and_the_ecg_lie_outside_the_sector(real_clean):
    sector = real_clean.sector
    assert not sector[:32].any()  # names and date
    assert not sector[400:].any()  # ECG and buttons
    assert not sector[:190, 470:].any()  # settings
    assert sector[200:340, 180:380].all()  # the heart itself


def test_a_real_sector_keeps_the_anatomy_that_a_fixed_crop_would_cut(real_clean):
    rows = np.flatnonzero(real_clean.sector.any(axis=1))
    assert rows[0] < 60  # a fixed crop starts at row 100
    assert rows[-1] > 380  # and ends at row 319


def test_the_ecg_in_a_real_picture_gives_the_beat(real, real_clean):
    first, length = ecg_beats(real[0].frames, real_clean.sector)
    assert (first, round(length)) == (7, 53)


def test_likeness_of_frames_agrees_with_the_ecg(real, real_clean):
    assert beat_length(real_clean.frames, real[0].frame_ms) == pytest.approx(53, abs=2)


def test_frame_times_that_contradict_the_heart_rate_are_told(real):
    cine, said = real
    loop = view_frames(cine, said, tiny())
    assert loop.heart_rate_bpm == said.heart_rate_bpm == 61
    assert any("frame times may be wrong" in text for text in loop.warnings)


def test_a_real_colour_doppler_loop_is_refused_in_words(shared_data):
    display_set = (
        scan(shared_data / "echo_cine/IM00001_colour_doppler_8fr_jpeg_frag_nobot.dcm")
        .studies[0]
        .display_sets[0]
    )
    with pytest.raises(NotApplicableError, match="colour Doppler hides the tissue"):
        view_frames(read_cine(display_set), ultrasound_facts(display_set), tiny())


def test_one_mask_serves_the_whole_loop():
    cleaned = clean(beating_disc().frames)
    assert cleaned.sector.shape == (160, 200)
    assert not cleaned.frames[:, ~cleaned.sector].any()


def test_what_a_machine_draws_over_a_loop_leaves_no_trace():
    case = echo_case(4, pixel_mm=0.6)
    cine = case.loops["A4C"]
    plain, marked = clean(cine.frames), clean(dressed(cine, case.phases["A4C"]))
    rows, columns = cine.frames.shape[1:]
    left = 300 - columns // 2
    same = plain.sector == marked.sector[40 : 40 + rows, left : left + columns]
    assert same.mean() > 0.98
    outside = marked.frames.copy()
    outside[:, 40 : 40 + rows, left : left + columns] = 0
    assert not outside.any()


def test_a_loop_in_which_nothing_moves_is_refused():
    still = np.repeat(beating_disc().frames[:1], 12, axis=0)
    with pytest.raises(NotApplicableError, match="nothing in the loop moves"):
        clean(still)


def test_the_length_of_a_beat_is_found_from_the_picture_alone():
    cine = beating_disc()
    cleaned = clean(cine.frames)
    assert beat_length(cleaned.frames, 70.0) == 12
    assert (
        find_beat(cine.frames, cleaned.frames, cleaned.sector, cine.times_ms).found_by == "likeness of frames"
    )


def test_frames_spread_over_one_beat_and_none_comes_twice():
    beat = find_beat(*_parts(beating_disc()))
    assert choose(30, beat, 4).tolist() == [0, 3, 6, 9]
    assert choose(3, beat, 8).tolist() == [0, 1, 2]


def test_the_heart_rate_follows_from_frame_times():
    cine = beating_disc()
    assert heart_rate(find_beat(*_parts(cine)), cine, facts())[0] == pytest.approx(60000 / (12 * 70))


def test_a_square_of_known_millimetres_shows_one_heart_alike_at_two_pixel_sizes():
    seen = []
    for pixel_mm in (0.6, 1.1):
        case = echo_case(11, pixel_mm=pixel_mm)
        seen.append(view_frames(case.loops["A2C"], case.facts, tiny(image=64)).pixels.mean(0))
    assert np.corrcoef(seen[0].flatten(), seen[1].flatten())[0, 1] > 0.95


def test_eight_frames_instead_of_more_are_told():
    loop = view_frames(beating_disc(count=8), facts(), tiny(frames=16))
    assert loop.mask.sum() == 8
    assert any("8 frames where the model reads 16" in text for text in loop.warnings)


def test_a_single_frame_is_no_loop():
    with pytest.raises(NotApplicableError, match="single frame"):
        view_frames(beating_disc(count=1), facts(), tiny())


def _parts(cine):
    cleaned = clean(cine.frames)
    return cine.frames, cleaned.frames, cleaned.sector, cine.times_ms
