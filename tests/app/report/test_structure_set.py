"""Contours of a reader leave as a structure set and come back as the same lines on the same pictures."""

import numpy as np
import pydicom
import pytest

from app.report.structure_set import write_structure_set
from inference.errors import ExportError
from inference.imaging.objects.moments import loop_pictures
from inference.imaging.objects.structures import read_structures
from tests.app.report.leaving import changed_contours, heart_study

pytest.importorskip("highdicom")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # of highdicom, about our synthetic headers


def test_contours_come_back_where_and_when_they_were_drawn(tmp_path):
    study, _made, outlines = heart_study(tmp_path / "files")
    contours = changed_contours(outlines)
    path = write_structure_set(contours, study, tmp_path / "c.dcm", "Jane Doe")
    (region,) = read_structures(path).regions
    shown = loop_pictures(study.display_sets[0])
    assert len(region.contours) == len(contours)
    for found, drawn in zip(region.contours, contours, strict=True):
        assert np.allclose(found.points_lps_mm, drawn.line_lps_mm, atol=1e-3)
        assert found.closed
        assert shown[found.instance_uid, found.frame] == {drawn.key.phase}
    assert region.volume_ml is None  # contours of several phases enclose no volume
    assert read_structures(path).references.series_uids == (study.display_sets[0].series_uid,)


def test_it_says_who_drew_and_that_nobody_approved(tmp_path):
    study, _made, outlines = heart_study(tmp_path / "files")
    d = pydicom.dcmread(
        write_structure_set(changed_contours(outlines), study, tmp_path / "c.dcm", "Jane Doe")
    )
    assert d.RTROIObservationsSequence[0].ROIInterpreter == "Doe^Jane"
    assert d.ApprovalStatus == "UNAPPROVED"
    assert d.StructureSetROISequence[0].ROIGenerationAlgorithm == "MANUAL"
    assert d.PatientName == "Müller^Jane"
    assert d.StudyInstanceUID == study.uid


def test_without_a_contour_nothing_is_written(tmp_path):
    study, _made, _outlines = heart_study(tmp_path / "files")
    with pytest.raises(ExportError, match="no contour"):
        write_structure_set((), study, tmp_path / "c.dcm")
    assert not (tmp_path / "c.dcm").exists()
