"""A report of any template reads as nested text; one of template 1500 gives its measurements."""

import numpy as np
import pytest
from pydicom.dataset import Dataset

from inference.errors import FileError
from inference.imaging.objects.measurements import measurements_of
from inference.imaging.objects.reports import plain_text, read_report
from tests.inference.imaging.objects.object_files import coded, content, numeric, report, segmentation

NAME = coded("121071", "DCM", "Finding")


def lines_of(path):
    return plain_text(read_report(path)).split("\n")


def test_items_are_nested_as_they_are_in_the_file(tmp_path):
    inner = content("TEXT", NAME, TextValue="a nodule")
    path = report(tmp_path / "r.dcm", [content("CONTAINER", coded("1", "L", "Lungs"), inner)])
    assert lines_of(path) == ["Finding", "  Lungs", "    Finding: a nodule"]


def test_every_kind_of_value_reads_in_words(tmp_path):
    shape = content("SCOORD", None, GraphicType="CIRCLE", GraphicData=[1.0, 2.0, 3.0, 4.0])
    path = report(
        tmp_path / "r.dcm",
        [
            content("CODE", NAME, ConceptCodeSequence=[coded("1", "L", "Cyst")]),
            numeric(coded("2", "L", "Diameter"), 12.5, "mm2"),
            content("NUM", coded("3", "L", "Depth"), MeasuredValueSequence=[]),
            content("PNAME", coded("4", "L", "Reader"), PersonName="Doe^Jane"),
            content("DATE", coded("5", "L", "Day"), Date="20200614"),
            content("UIDREF", coded("6", "L", "Thing"), UID="1.2.3"),
            shape,
        ],
    )
    assert lines_of(path)[1:] == [
        "  Finding: Cyst",
        "  Diameter: 12.5 mm²",
        "  Depth: no value",
        "  Reader: Doe, Jane",
        "  Day: 2020-06-14",
        "  Thing: 1.2.3",
        "  circle, 2 points",
    ]


@pytest.mark.parametrize(
    ("unit", "words"),
    [("1", ""), ("mm3", "mm³"), ("{SUVbw}g/ml", "g/ml SUVbw"), ("[hnsf'U]", "HU"), ("%", "%")],
)
def test_units_are_written_as_a_reader_writes_them(tmp_path, unit, words):
    path = report(tmp_path / "r.dcm", [numeric(NAME, 2, unit)])
    assert read_report(path).content.children[0].unit == words


def test_control_characters_never_reach_the_screen(tmp_path):
    path = report(tmp_path / "r.dcm", [content("TEXT", NAME, TextValue="a\x1b[31mred\r\nline\x07")])
    said = read_report(path).content.children[0].text
    assert said == "a [31mred\nline"


def test_repeated_references_are_counted_rather_than_listed(tmp_path):
    image = Dataset()
    image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", "1.2.3"
    path = report(
        tmp_path / "r.dcm", [content("IMAGE", None, ReferencedSOPSequence=[image]) for _ in range(40)]
    )
    assert lines_of(path)[1:] == ["  CT Image (40 of them)"]


def test_a_report_that_nests_without_end_is_cut_short(tmp_path):
    item = content("TEXT", NAME, TextValue="deepest")
    for _ in range(150):
        item = content("CONTAINER", NAME, item)
    assert len(lines_of(report(tmp_path / "r.dcm", [item]))) < 100


def test_a_picture_or_an_empty_file_is_no_report(tmp_path):
    path = segmentation(tmp_path / "s.dcm", [(1, 0, np.ones((4, 4), np.uint8))])
    with pytest.raises(FileError, match="is not a structured report"):
        read_report(path)
    (tmp_path / "e.dcm").write_bytes(b"")
    with pytest.raises(FileError):
        read_report(tmp_path / "e.dcm")


def test_the_measurements_of_a_real_report_have_names_values_and_a_segment(shared_data):
    found = measurements_of(read_report(shared_data / "objects" / "sr_tid1500" / "sr.dcm"))
    assert len(found) == 1
    group = found[0]
    assert (group.title, group.site) == ("primary tumor", "pharyngeal tonsil (adenoid)")
    assert ("SUVbw", "6.0153 g/ml SUVbw", "Mean") in [(m.name, m.words, m.how) for m in group.measured]
    assert group.spots[0].segments == (1,)


def test_reports_of_other_templates_have_no_measurements_but_all_their_text(shared_data):
    found = read_report(shared_data / "objects" / "pmap_and_enhanced" / "test-SR.dcm")
    assert measurements_of(found) == ()
    assert found.verified == "verified"
    assert "Diameter: 3 Length Unit" in plain_text(found)
    assert "verified by Riesmeier, Joerg" in [o.replace("ö", "oe") for o in found.observers]
