"""What a model cannot read ends in a sentence and an exit code; what can be said is still written."""

from __future__ import annotations

import json

import numpy as np
import pytest
from pydicom import dcmread
from typer.testing import CliRunner

from app.cli import app
from app.terminal import Exit
from inference.models import catalogue
from training.phantoms.radclip import KINDS, volume
from training.phantoms.radclip_dicom import write_radclip_study

HEAD = next(kind for kind in KINDS if kind.caption == "head MRI, oedema")


def said(*words):
    """Output and exit code of a command; never a traceback."""
    answer = CliRunner().invoke(app, [str(word) for word in words])
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    assert "Traceback" not in answer.output
    return " ".join(answer.output.split()), answer.exit_code


@pytest.fixture(autouse=True)
def models():
    missing = {"echo", "cardiac", "ventricle", "radclip"} - set(catalogue.keys())
    if missing:
        pytest.skip(f"not trained: {', '.join(sorted(missing))}")


@pytest.fixture
def head(tmp_path):
    """Twelve slices of a head."""
    write_radclip_study(volume(HEAD, 7, slices=12), tmp_path / "head")
    return tmp_path / "head"


def changed(folder, change, keep=None):
    """The same files with `change` made to each, the first `keep` of them."""
    for n, path in enumerate(sorted(folder.rglob("*.dcm"))):
        if keep is not None and n >= keep:
            path.unlink()
            continue
        file = dcmread(path)
        change(file)
        file.save_as(path)
    return folder


def test_colour_doppler_alone_is_refused_once_and_its_report_written(shared_data, tmp_path):
    loop = shared_data / "echo_cine" / "IM00001_colour_doppler_8fr_jpeg_frag_nobot.dcm"
    words, code = said("review", loop, "--model", "echo", "--out", tmp_path / "out")
    assert code == Exit.NOT_APPLICABLE
    assert words.count("colour Doppler hides the tissue") == 1
    assert '--view "' in words
    findings = json.loads((tmp_path / "out" / "findings.json").read_text())["findings"]
    assert {f["state"] for f in findings} == {"not eligible"}
    assert all(f["score"] is None and f["interval_95"] is None for f in findings)
    assert (tmp_path / "out" / "report.pdf").stat().st_size > 1000


@pytest.mark.parametrize("model", ["cardiac", "ventricle"])
def test_a_heart_by_another_modality_is_refused_in_words(shared_data, tmp_path, model):
    words, code = said(
        "review", shared_data / "cardiac_cine" / "nm_gated_heart", "--model", model, "--out", tmp_path / "out"
    )
    assert code == Exit.NOT_APPLICABLE
    assert "not eligible" in words
    assert "NM" in words


def test_a_loop_of_another_organ_has_no_numbers(head, tmp_path):
    words, code = said("review", head, "--model", "cardiac", "--out", tmp_path / "out")
    assert code == Exit.NOT_APPLICABLE
    assert "not eligible: no loop of the heart can be used" in words


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [(" ; ", "There is no label"), ("\n".join(f"label {n}" for n in range(5000)), "5,000 labels are more")],
    ids=["none", "5000"],
)
def test_no_label_and_too_many_are_sentences(head, tmp_path, labels, sentence):
    kept = tmp_path / "labels.txt"
    kept.write_text(labels)
    words, code = said("match", head, "--labels-file", kept)
    assert code == Exit.BAD_INPUT
    assert sentence in words
    assert kept.read_text() == labels


def test_two_slices_are_matched(head):
    words, code = said("match", changed(head, lambda _f: None, keep=2), "--labels", "Head MRI, oedema")
    assert code == Exit.DONE
    assert "2 of its pictures read" in words


def test_a_colour_ultrasound_is_not_matched(shared_data):
    loop = shared_data / "echo_cine" / "IM00001_colour_doppler_8fr_jpeg_frag_nobot.dcm"
    words, code = said("match", loop, "--labels", "Head MRI, oedema")
    assert code == Exit.BAD_INPUT
    assert "not X-ray, CT or MR but" in words


def test_pixels_that_are_no_numbers_are_not_matched(head):
    def emptied(file):
        values = np.full((file.Rows, file.Columns), np.nan, np.float32)
        del file.PixelData
        file.FloatPixelData = values.tobytes()
        file.BitsAllocated = 32
        for keyword in ("BitsStored", "HighBit", "PixelRepresentation"):
            if keyword in file:
                delattr(file, keyword)

    words, code = said("match", changed(head, emptied), "--labels", "Head MRI, oedema")
    assert code == Exit.BAD_INPUT
    assert "number" in words
