"""Independent validators find no error in anything that leaves; what they warn of has its reason here."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage

from app.report.content import KeyPicture, Review
from app.report.dicom import write_dicom, write_work
from inference.imaging.study import Study
from inference.models.ventricle import TARGETS
from inference.prediction import Prediction, findings_from_scores
from tests.app.report.answers import card
from tests.app.report.leaving import add_overlay, changed_contours, ct_review, ct_study, heart_study

pytest.importorskip("highdicom")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # of highdicom, about our synthetic headers

REASONS = {
    r"Device UID": "of the contributing equipment since CP-1720; the validator of 2022 does not know it",
    r"this is a Standard Extended SOP Class": "follows from the Device UID",
    r"defined term <99NEGATOSCOPE>": "a private scheme, identified in its own sequence, is allowed",
    r"defined term <QUANTITY>": "highdicom writes it after PS3.3 C.8.32.2",
    r"attribute <Laterality>": "whether the body part is paired is unknown to a map and to a state",
    r"attribute <PatientOrientation>": "a key picture shows what its reader made of a view",
}
"""Why each warning stays, by what it says."""


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[Path]:
    """One of everything that leaves: of a CT, of a beating heart, of a reader alone."""
    folder = tmp_path_factory.mktemp("leaving")
    study = ct_study(folder / "ct")
    with_graphics(study)
    ct = ct_review(study)
    ct = replace(ct, pictures=(KeyPicture("a.png", "A", "LIME of a lesion.", png()),))
    made = [
        write_dicom(ct, folder / "a"),
        write_work(ct.work, folder / "b"),
        write_dicom(heart(folder), folder / "c"),
    ]
    assert all(not left_out for _, left_out in made)
    return [path for written, _ in made for path in written]


def with_graphics(study: Study) -> None:
    """Let every picture bring an overlay plane and a shutter, as radiographs do."""
    for instance in study.display_sets[0].instances:
        header = _read(instance.path)
        add_overlay(header, np.eye(24, 32, dtype=bool))
        header.ShutterShape, header.CenterOfCircularShutter = "CIRCULAR", [12, 16]
        header.RadiusOfCircularShutter = 11
        header.save_as(instance.path)


def heart(folder: Path) -> Review:
    study, _made, outlines = heart_study(folder / "heart")
    told = replace(card(), targets=TARGETS, title="LV model", family="ventricle", modality="MR")
    findings = findings_from_scores(told, (143.0, 57.0, 60.1))
    said = Prediction(study.uid, told, findings, seen=(study.display_sets[0].uid,))
    edited = tuple(replace(f, reason="edited by reader: 2 of 30 contours") for f in findings)
    return Review(
        study, said, (), (), (), "2026-03-02", edited, outlines=outlines,
        contours=changed_contours(outlines), reader="Jane Doe",
    )  # fmt: skip


def png() -> bytes:
    image = QImage(12, 8, QImage.Format.Format_RGB32)
    image.fill(QColor(10, 200, 30))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data)


def test_one_of_everything_leaves(files):
    names = {re.sub(r"-\d+", "", path.stem) for path in files}
    assert names == {
        "report", "masks", "masks-loop", "map-lime-mass_effect", "picture", "contours", "measurements",
        "key-images", "presentation",
    }  # fmt: skip


def test_dciodvfy_finds_no_error_and_no_warning_without_a_reason(files):
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy is not installed (Debian's dicom3tools)")
    said = {path.name: complaints(path) for path in files}
    assert not {name: lines for name, lines in said.items() if lines}


def complaints(path: Path) -> list[str]:
    """What dciodvfy says about a file that has no reason here."""
    run = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False, timeout=60)
    told = [line for line in (run.stdout + run.stderr).splitlines() if re.match(r"(Error|Warning)", line)]
    standard = ("Dicom dataset contains attributes not present in standard DICOM IOD",)
    known = (*REASONS, *standard)
    return [line for line in told if line.startswith("Error") or not any(re.search(k, line) for k in known)]


def test_highdicom_reads_every_kind_back(files):
    import highdicom

    for path in files:
        stem = path.stem
        if stem.startswith("masks"):
            assert highdicom.seg.segread(path).segment_numbers
        elif stem in ("report", "measurements"):
            assert highdicom.sr.srread(path).content.get_image_measurement_groups() is not None
        elif stem == "key-images":
            assert highdicom.ko.KeyObjectSelectionDocument.from_dataset(_read(path)).content


def test_every_object_has_values_that_its_representations_allow(files):
    from pydicom import config

    for path in files:
        strict = config.settings.reading_validation_mode
        config.settings.reading_validation_mode = config.RAISE
        try:
            _read(path).walk(lambda dataset, element: dataset[element.tag].value)
        finally:
            config.settings.reading_validation_mode = strict


def test_every_object_names_what_made_it(files):
    """Beside the scanner and the library that highdicom may name."""
    for path in files:
        items = [i for i in _read(path).ContributingEquipmentSequence if i.Manufacturer == "Negatoscope"]
        model = ["LV model" if path.parts[-3] == "c" else "Prima"]
        by_model = path.stem.startswith(("report", "masks", "map", "picture"))
        assert [i.ManufacturerModelName for i in items] == [*(model if by_model else []), "Negatoscope"]
        assert all(i.PurposeOfReferenceCodeSequence[0].CodeValue == "109102" for i in items)
        if by_model:
            assert items[0].DeviceUID.startswith("2.25.")
            assert items[0].SoftwareVersions == card().version


def test_everything_says_that_it_is_not_for_diagnosis(files):
    assert all("not for diagnostic use" in _read(path).SeriesDescription for path in files)


def _read(path: Path):
    import pydicom

    return pydicom.dcmread(path)
