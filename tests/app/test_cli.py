"""Every command has help, an exit code that means something, and never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pyvista
import SimpleITK
from typer.testing import CliRunner

from app.cli import app
from app.terminal import Exit
from app.workbench.fitting import installed, models_for
from inference.imaging.objects.segmentations import read_segmentation
from inference.imaging.read import read_volume
from inference.imaging.scan import scan
from inference.imaging.study import Kind
from tests.imaging_fixtures import write_series

COMMANDS = ("list", "convert", "review", "explain", "compare", "export", "models", "anonymise")


def negatoscope(*arguments: object):
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def folder(tmp_path) -> Path:
    write_series(tmp_path / "in")
    (tmp_path / "in" / "broken.dcm").write_bytes(b"")
    return tmp_path / "in"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    answer = negatoscope(command, "--help")
    assert answer.exit_code == Exit.DONE
    assert "Usage" in answer.output


def test_without_a_named_model_the_one_that_fits_the_study_is_taken(tmp_path):
    from app.actions.reviewing import fitted
    from app.report.request import Request

    study = scan(write_series(tmp_path / "in", Modality="CT")).studies[0]
    fitting = [card.key for card in models_for(study, installed())]
    if not fitting:
        pytest.skip("no model that reads CT is here")
    assert fitted(Request(""), study).model_key == fitting[0] != "prima"
    assert fitted(Request("prima"), study).model_key == "prima"
    nothing = scan(write_series(tmp_path / "other", Modality="OT")).studies[0]
    assert fitted(Request(""), nothing).model_key == "prima"  # whose reason is then told


def test_the_version_needs_neither_torch_nor_vtk_nor_qt():
    code = (
        "import sys, app.cli as c\n"
        "sys.argv = ['negatoscope', '--version']\n"
        "try: c.main()\n"
        "except SystemExit as e: assert not e.code\n"
        "heavy = {'torch', 'vtkmodules', 'PySide6', 'pydicom', 'numpy', 'sqlalchemy'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("negatoscope ")


def test_a_listing_names_what_is_there_and_what_is_refused(folder, capsys):
    from app.actions.listing import run

    assert run(folder, as_json=True) == Exit.DONE
    listing = json.loads(capsys.readouterr().out)
    [display_set] = listing["studies"][0]["series"][0]["display_sets"]
    assert display_set["kind"] == "volume"
    assert [Path(r["path"]).name for r in listing["refused"]] == ["broken.dcm"]


def test_a_listing_never_imports_torch(folder):
    code = (
        "import sys; from pathlib import Path; from app.actions.listing import run\n"
        "run(Path(sys.argv[1]), as_json=True)\n"
        "sys.exit('torch' in sys.modules or 'vtkmodules' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, check=False)
    assert done.returncode == 0


def test_a_path_that_is_not_there_is_bad_input_in_words(tmp_path):
    answer = negatoscope("list", tmp_path / "nothing")
    assert answer.exit_code == Exit.BAD_INPUT
    assert "Traceback" not in answer.output


@pytest.mark.parametrize("command", ["review", "explain"])
def test_a_study_that_is_not_there_is_said_in_one_sentence(tmp_path, command):
    answer = negatoscope(command, tmp_path / "nothing", "--out", tmp_path / "out")
    assert answer.exit_code == Exit.BAD_INPUT
    assert "There is nothing at" in " ".join(answer.output.split())


def test_a_listing_names_the_nameless_and_gives_documents_no_size():
    from app.actions.listing import size_words, title_words
    from inference.imaging.study import Patient, Study
    from tests.app.panels.test_documents import document

    bare = Study("u", Patient(), "", "", "", "", "", ())
    assert title_words(bare) == "no name · no date"
    same = Study("u", Patient("P1", "P1"), "2024-05-06", "", "CT chest", "", "", ())
    assert title_words(same) == "P1 · 2024-05-06 · CT chest"
    assert size_words(document("1", "Report")) == "–"


def test_where_a_model_does_not_apply_those_that_may_are_named(capsys):
    from app.actions.reviewing import _offer_others
    from tests.app.report.answers import review
    from tests.app.workbench.test_fitting import study

    made = replace(review(), study=study("CT", Kind.VOLUME, "CHEST"))
    _offer_others(made)
    offered = [line for line in capsys.readouterr().err.splitlines() if "--model" in line]
    assert not any(f"--model {made.prediction.card.key}" in line for line in offered)
    fitting = [c.key for c in models_for(made.study, installed()) if c.key != made.prediction.card.key]
    assert len(offered) == len(fitting) > 0


def test_a_review_of_no_study_writes_nothing(tmp_path):
    (tmp_path / "notes.txt").write_text("no study")
    answer = negatoscope("review", tmp_path / "notes.txt", "--out", tmp_path / "out")
    assert answer.exit_code == Exit.BAD_INPUT
    assert not (tmp_path / "out").exists()


def test_converted_volumes_keep_their_place_and_are_not_written_over(folder, tmp_path):
    first = negatoscope("convert", folder, "--to", "nifti", "--out", tmp_path / "out")
    assert first.exit_code == Exit.IN_PART  # one file of the folder is broken
    [path] = (tmp_path / "out").glob("*.nii.gz")
    before = path.read_bytes()
    again = negatoscope("convert", folder, "--to", "nifti", "--out", tmp_path / "out")
    assert again.exit_code == Exit.BAD_INPUT
    assert path.read_bytes() == before


def test_a_volume_converted_to_nrrd_keeps_its_place(folder, tmp_path):
    answer = negatoscope("convert", folder, "--to", "nrrd", "--out", tmp_path / "out")
    assert answer.exit_code == Exit.IN_PART
    [path] = (tmp_path / "out").glob("*.nrrd")
    [study] = scan(folder).studies
    volume = read_volume(study.display_sets[0])
    image = SimpleITK.ReadImage(str(path))
    assert np.array_equal(SimpleITK.GetArrayFromImage(image), volume.voxels)
    assert np.allclose(image.TransformIndexToPhysicalPoint((3, 2, 1)), volume.to_lps_mm(np.array([1, 2, 3])))


def test_segments_converted_to_stl_lie_where_their_labels_lie(shared_data, tmp_path):
    source = shared_data / "objects" / "seg_liver_ct" / "liver_seg.dcm"
    answer = negatoscope("convert", source, "--to", "stl", "--out", tmp_path / "out")
    assert answer.exit_code == Exit.DONE
    [path] = (tmp_path / "out").rglob("*.stl")
    surface, [labels] = pyvista.read(path), read_segmentation(source).maps
    assert np.allclose(surface.center_of_mass(), labels.centre_lps_mm(1), atol=12)
    assert surface.volume / 1000 == pytest.approx(labels.volumes_ml[1], rel=0.03)
    low, high = np.reshape(surface.bounds, (3, 2)).T
    voxels = np.argwhere(labels.mask(1))
    corners = np.array([labels.labels.to_lps_mm(voxel) for voxel in voxels[:: len(voxels) // 500]])
    assert np.all(corners > low - 3)
    assert np.all(corners < high + 3)


def test_an_unknown_model_or_target_is_refused_with_those_that_there_are(tmp_path):
    assert negatoscope("models", "none").exit_code == Exit.BAD_INPUT
    answer = negatoscope("explain", tmp_path, "--out", tmp_path / "out", "--target", "no such thing")
    assert answer.exit_code == Exit.BAD_INPUT


def test_anonymised_copies_are_written_and_bad_files_named(folder, tmp_path):
    answer = negatoscope("anonymise", folder, "--out", tmp_path / "out", "--subject", "Case 7")
    assert answer.exit_code == Exit.IN_PART
    assert "broken.dcm" in answer.stderr
    assert "what-was-done.txt" in answer.stdout
    again = negatoscope("anonymise", folder, "--out", tmp_path / "out")
    assert again.exit_code == Exit.BAD_INPUT
    assert "not empty" in again.output
    listed = json.loads(negatoscope("list", tmp_path / "out", "--json").stdout)
    assert "Case 7" in json.dumps(listed)


def test_one_is_told_as_one():
    from app.terminal import counted

    assert [counted(n, "file") for n in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
    assert [counted(n, "study", "studies") for n in (1, 2)] == ["1 study", "2 studies"]
