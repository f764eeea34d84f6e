"""The report shows the contours where they lie, at the two ends of the beat, whoever drew them."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from app.contours import Contour, ContourKey, editable
from app.report.contour_pictures import contour_pictures, volumes_words, with_contours_drawn
from app.report.pdf import review_pdf
from app.viewer.layers.boxes import MODEL
from app.viewer.layers.contours import PERSON
from tests.app.report.answers import review
from tests.app.report.leaving import heart_study


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    study, _made, outlines = heart_study(tmp_path_factory.mktemp("heart"))
    return replace(review(), study=study, outlines=outlines, attributions=(), pictures=())


pytestmark = pytest.mark.usefixtures("qapp")


def ink(png: bytes, colour) -> np.ndarray:
    """(n, 2) rows and columns of the pixels in the colour of a line."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)[:680]
    wanted = np.array([colour.red(), colour.green(), colour.blue()])
    found: np.ndarray = np.argwhere(np.abs(pixels - wanted).max(-1) < 30)
    return found


def test_both_ends_of_the_beat_are_shown_from_base_to_apex_in_one_scale(drawn):
    pictures = contour_pictures(drawn)
    assert [p.title.partition(" · ")[0] for p in pictures] == ["End-diastole"] * 3 + ["End-systole"] * 3
    assert [p.title.partition(" · ")[2] for p in pictures[:3]] == ["basal", "mid-ventricular", "apical"]
    widths = [np.ptp(ink(p.png, MODEL), axis=0).max() for p in pictures]
    assert all(small < large for large, small in zip(widths[:3], widths[3:], strict=True))
    assert max(widths[:3]) == widths[1]


def test_a_contour_lies_round_the_cavity_that_was_drawn(drawn):
    middle = contour_pictures(drawn)[1]
    line = ink(middle.png, MODEL)
    grey = np.asarray(Image.open(io.BytesIO(middle.png)).convert("L")).astype(int)[:680]
    row, column = np.round((line.min(axis=0) + line.max(axis=0)) / 2).astype(int)
    reach = np.ptp(line, axis=0).min() // 2
    inside = grey[row, column - reach // 2 : column + reach // 2].mean()
    outside = grey[row, column + reach + 12 : column + reach + 20].mean()
    assert inside > 2 * outside


def test_what_the_reader_changed_is_shown_in_the_readers_colour_and_said(drawn):
    outlines = drawn.outlines
    phase = outlines.curve({}).diastole
    held = [n for n in range(len(outlines.sources)) if outlines.lines[n][phase]]
    shown = {p.caption for p in contour_pictures(drawn)}
    keys = [ContourKey(*outlines.sources[n], phase) for n in held]
    contours = tuple(c for key in keys if isinstance(c := editable(key, outlines.lines_of(key)), Contour))
    changed = contour_pictures(replace(drawn, contours=contours))
    assert all("changed by the reader" in p.caption for p in changed[:3])
    assert all(len(ink(p.png, PERSON)) for p in changed[:3])
    assert {p.caption for p in changed[3:]} <= shown
    assert "green: changed by the reader" in volumes_words(replace(drawn, contours=contours))


def test_the_page_says_the_volumes_and_holds_the_pictures_once(drawn):
    made = with_contours_drawn(with_contours_drawn(drawn))
    assert len(made.pictures) == 6
    reader = PdfReader(io.BytesIO(review_pdf(made)))
    words = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert volumes_words(drawn) in words
    different = len({p.png for p in made.pictures})  # base and apex of an ellipsoid look the same
    assert sum(len(page.images) for page in reader.pages) == different


def test_without_contours_nothing_is_drawn_and_a_lost_loop_is_named(drawn, tmp_path):
    bare = replace(drawn, outlines=None)
    assert with_contours_drawn(bare) is bare
    gone = tuple(replace(i, path=tmp_path / "gone") for i in drawn.study.display_sets[0].instances)
    series = drawn.study.series[0]
    lost = replace(series, display_sets=(replace(series.display_sets[0], instances=gone),))
    made = with_contours_drawn(replace(drawn, study=replace(drawn.study, series=(lost,))))
    assert made.pictures == ()
    assert made.failures[-1].method == "pictures of the contours"
