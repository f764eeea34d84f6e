"""Of a study without pictures something is read at once."""

from dataclasses import replace

import pytest

from app.workbench.objects import first_to_read
from inference.imaging.study import Kind, Patient, Series, Study
from tests.app.panels.test_documents import CONTOURS, REPORT, document

PDF = "1.2.840.10008.5.1.4.1.1.104.1"


def study(*display_sets):
    series = Series("s", "u", 1, "SR", "", "", "", (), display_sets)
    return Study("u", Patient(), "", "", "", "", "", (series,))


@pytest.mark.parametrize(
    ("classes", "first"),
    [((PDF, REPORT, REPORT), "1"), ((CONTOURS, PDF), "1"), ((CONTOURS,), ""), ((), "")],
)
def test_a_report_comes_before_other_documents_and_layers_stay_closed(classes, first):
    sets = [document(str(number), "x", sop_class) for number, sop_class in enumerate(classes)]
    assert first_to_read(study(*sets)) == first


def test_beside_pictures_no_document_opens_by_itself():
    report = document("0", "x", REPORT)
    assert first_to_read(study(report, replace(report, uid="1", kind=Kind.STILL))) == ""
