"""Pictures that a reader marked leave as key objects and lead back to the same pictures."""

from dataclasses import replace

import numpy as np
import pydicom
import pytest

from app.report.content import ReaderWork
from app.report.key_images import write_key_images
from app.viewer.measurements.measurement import Kind
from inference.errors import ExportError
from inference.imaging.objects.key_objects import read_key_objects
from inference.imaging.objects.pointing import first_target
from inference.imaging.scan import scan
from tests.app.report.leaving import WHOLE, ct_study, work_on
from tests.imaging_fixtures import axial_affine, set_tags, slice_dataset, write_file

pytest.importorskip("highdicom")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # of highdicom, about our synthetic headers


def test_a_marked_slice_is_gone_to_again(tmp_path):
    study = ct_study(tmp_path / "ct")
    found = read_key_objects(write_key_images(work_on(study), tmp_path / "k.dcm"))
    assert found.title == "Of Interest"
    assert found.description == "a look at this · é"
    assert first_target(found.images, (study,)).picture == 2
    assert any("Doe, Jane" in words for words in found.observers)


def test_of_a_loop_the_frame_is_named(tmp_path):
    d = slice_dataset(axial_affine(), 0, np.zeros((5, 12, 14), np.uint8))
    d.SOPClassUID, d.Modality, d.FrameTime = "1.2.840.10008.5.1.4.1.1.3.1", "US", "40"
    set_tags(d, 0, WHOLE)
    write_file(tmp_path / "us" / "a.dcm", d)
    study = scan(tmp_path / "us").studies[0]
    shown = study.display_sets[0]
    mark = next(m for m in work_on(ct_study(tmp_path / "ct")).measurements if m.kind is Kind.KEY_IMAGE)
    site = replace(
        mark.site, display_set_uid=shown.uid, sop_instance_uid=d.SOPInstanceUID, frame=3, picture=3
    )
    path = write_key_images(ReaderWork(study, (replace(mark, site=site),)), tmp_path / "k.dcm")
    assert pydicom.dcmread(path).ContentSequence[-1].ReferencedSOPSequence[0].ReferencedFrameNumber == 4
    assert first_target(read_key_objects(path).images, (study,)).picture == 3


def test_marks_of_pictures_that_are_gone_give_a_sentence(tmp_path):
    study = ct_study(tmp_path / "ct")
    work = work_on(study)
    elsewhere = tuple(replace(m, site=replace(m.site, sop_instance_uid="1.2.3")) for m in work.measurements)
    with pytest.raises(ExportError, match="No picture was marked"):
        write_key_images(replace(work, measurements=elsewhere), tmp_path / "k.dcm")
