"""Key images, PDFs and the names of what has no pixels."""

import pytest
from pydicom.dataset import Dataset

from inference.errors import FileError
from inference.imaging.objects.colours import cielab_of, rgb_of
from inference.imaging.objects.key_objects import read_key_objects
from inference.imaging.objects.kinds import ObjectKind, kind_words, object_kind
from inference.imaging.objects.pdfs import read_pdf
from inference.imaging.scan import scan
from inference.imaging.segments import PALETTE
from tests.imaging_fixtures import write_file
from tests.inference.imaging.objects.object_files import coded, content, header, image_reference

PDF = b"%PDF-1.4\n%%EOF\n"


def pdf_file(path, data=PDF, **tags):
    d = header("1.2.840.10008.5.1.4.1.1.104.1", "DOC")
    d.DocumentTitle, d.MIMETypeOfEncapsulatedDocument = "Letter", "application/pdf"
    d.EncapsulatedDocument = data + b"\0" * (len(data) % 2)
    for keyword, value in tags.items():
        setattr(d, keyword, value)
    return write_file(path, d)


def test_key_images_are_listed_with_their_reason(tmp_path):
    d = header("1.2.840.10008.5.1.4.1.1.88.59", "KO")
    d.ValueType, d.ConceptNameCodeSequence = "CONTAINER", [coded("113000", "DCM", "Of Interest")]
    words = content("TEXT", coded("113012", "DCM", "Key Object Description"), TextValue="look here")
    images = []
    for k in (3, 1):
        image = Dataset()
        image.RelationshipType, image.ValueType = "CONTAINS", "IMAGE"
        image.ReferencedSOPSequence = [image_reference(k)]
        images.append(image)
    d.ContentSequence = [words, *images]
    found = read_key_objects(write_file(tmp_path / "k.dcm", d))
    assert (found.title, found.description) == ("Of Interest", "look here")
    assert [i.instance_uid.rsplit(".", 1)[1] for i in found.images] == ["3001", "1001"]


def test_a_pdf_comes_out_as_it_went_in(tmp_path):
    found = read_pdf(pdf_file(tmp_path / "d.dcm", EncapsulatedDocumentLength=len(PDF)))
    assert (found.title, found.data) == ("Letter", PDF)


def test_what_only_calls_itself_a_pdf_is_refused(tmp_path):
    with pytest.raises(FileError, match="carries no PDF"):
        read_pdf(pdf_file(tmp_path / "d.dcm", data=b"MZ\x90\x00 not a document"))


def test_every_real_object_is_called_by_its_name(shared_data):
    found = scan(shared_data / "objects")
    kinds = {d.first.path.name: object_kind(d) for s in found.studies for d in s.display_sets}
    assert kinds["liver_seg.dcm"] is ObjectKind.SEGMENTATION
    assert kinds["rtss.dcm"] is ObjectKind.CONTOURS
    assert kinds["sr.dcm"] is ObjectKind.REPORT
    assert kinds["parametric_map_float.dcm"] is ObjectKind.MAP
    assert kinds["rtdose.dcm"] is ObjectKind.DOSE
    assert kinds["prLUTs.dcm"] is ObjectKind.PRESENTATION
    assert kinds["rwvm.dcm"] is ObjectKind.VALUE_MAPPING
    assert kinds["CT_small.dcm"] is None
    plans = {kind_words(d) for s in found.studies for d in s.display_sets if d.modality == "RTPLAN"}
    assert plans == {"RT Plan"}


def test_colours_survive_the_way_to_dicom_and_back():
    for rgb in (*PALETTE, (0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 0, 255)):
        back = rgb_of(cielab_of(rgb))
        assert max(abs(a - b) for a, b in zip(rgb, back, strict=True)) <= 1


def test_a_colour_of_nonsense_is_no_colour():
    assert rgb_of((1.0, 2.0)) is None
    assert rgb_of((1e9, 0.0, 0.0)) is None
