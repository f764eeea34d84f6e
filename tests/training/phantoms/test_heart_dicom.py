import pytest
from pydicom import dcmread

from inference.errors import ExportError
from inference.imaging.read import read_cine
from inference.imaging.scan import scan
from inference.imaging.study import Kind
from training.phantoms.heart import heart_case
from training.phantoms.heart_dicom import Writing, write_cine_study
from training.phantoms.heart_planes import CineProtocol, plan_loops

SMALL = CineProtocol(pixel_mm=(6, 6), field_mm=(200, 200), phases=(8, 8), missing=0.0, missing_stack=0.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_cine_study(heart_case(9), tmp_path_factory.mktemp("heart") / "s", Writing(protocol=SMALL))


def test_the_study_scans_into_three_loops_and_a_cine_stack(folder):
    (study,) = scan(folder).studies
    assert [d.kind for d in study.display_sets] == [Kind.CINE, Kind.CINE, Kind.CINE, Kind.CINE_STACK]
    assert not any(d.warnings for d in study.display_sets)


def test_pictures_carry_trigger_times_of_the_plan(folder):
    plan = plan_loops(heart_case(9), SMALL)[0]
    (study,) = scan(folder).studies
    cine = read_cine(study.display_sets[0])
    assert cine.rate_source == "Trigger Time"
    assert cine.times_ms == pytest.approx(plan.times_ms - plan.times_ms[0], abs=0.01)


def test_files_are_the_same_every_time(folder, tmp_path):
    again = write_cine_study(heart_case(9), tmp_path / "again", Writing(protocol=SMALL))
    for path in sorted(folder.rglob("*.dcm")):
        assert path.read_bytes() == (again / path.relative_to(folder)).read_bytes()


def test_no_header_names_a_real_patient(folder):
    file = dcmread(next(folder.rglob("*.dcm")))
    assert str(file.PatientName).startswith("Phantom^")
    assert file.Modality == "MR"


def test_a_folder_that_is_not_empty_is_refused(folder):
    with pytest.raises(ExportError, match="not empty"):
        write_cine_study(heart_case(9), folder)
