"""Nothing that names the patient is left in any corner of a data set, and what is needed stays."""

from __future__ import annotations

from copy import deepcopy
from datetime import date

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from app.deidentification.cleaning import clean, known_words
from app.deidentification.profile import Options, basic_profile
from app.deidentification.pseudonyms import Pseudonyms
from tests.app.deidentification.worst import write_worst

SECRET = Pseudonyms(b"a secret for tests")


@pytest.fixture
def worst(tmp_path) -> Dataset:
    return dcmread(write_worst(tmp_path / "worst.dcm"))


def cleaned(dataset: Dataset, **options) -> Dataset:
    clean(dataset, Options(**options), SECRET)
    return dataset


def test_the_profile_knows_every_direct_identifier():
    table = basic_profile()
    assert len(table) > 600
    known = {"PatientName": "Z", "PatientID": "Z/D", "StudyInstanceUID": "U", "StudyDescription": "X"}
    assert {keyword: table[Tag(keyword)] for keyword in known} == known


def test_private_attributes_curves_and_overlays_are_gone_also_in_sequences(worst):
    assert any(e.tag.is_private for e in worst.RequestAttributesSequence[0])
    left = cleaned(worst)
    groups = [element.tag.group for element in left.iterall()]
    assert not [g for g in groups if g % 2 or g >> 8 in (0x50, 0x60)]


def test_a_name_in_a_text_that_the_profile_keeps_is_taken_out(worst):
    changes = clean(worst, Options(), SECRET)
    assert worst.SequenceName == "REMOVED"
    assert ("SequenceName", "held a name or number of a person: replaced") in changes


def test_an_id_that_stands_as_a_number_is_taken_out_and_a_short_number_stays(worst):
    worst.SeriesNumber, worst.InstanceNumber = 998172453, 1
    worst.StudyID = "1"
    left = cleaned(worst)
    assert (left.SeriesNumber, left.InstanceNumber) == (None, 1)


def test_a_name_takes_nothing_with_it_that_only_looks_alike(worst):
    worst.SequenceName, worst.ManufacturerModelName = "love lace", "Augustas"
    left = cleaned(worst)
    assert (left.SequenceName, left.ManufacturerModelName) == ("love lace", "Augustas")


def test_uids_are_replaced_alike_and_those_of_the_standard_stay(worst):
    study, reference = worst.StudyInstanceUID, worst.ReferencedImageSequence[0].ReferencedSOPInstanceUID
    left = cleaned(worst)
    assert left.StudyInstanceUID == SECRET.uid(study) != study
    assert left.ReferencedImageSequence[0].ReferencedSOPInstanceUID == SECRET.uid(reference) != reference
    assert left.SOPClassUID == "1.2.840.10008.5.1.4.1.1.4"
    assert len(left.StudyInstanceUID) <= 64
    assert left.StudyInstanceUID.is_valid


def test_without_the_option_no_date_is_left(worst):
    left = cleaned(worst)
    assert not [e.keyword for e in left.iterall() if e.VR in ("DA", "DT") and e.value]
    assert left.LongitudinalTemporalInformationModified == "REMOVED"


def test_shifted_dates_keep_their_distance_and_the_birth_date_never_stays(worst):
    worst.AcquisitionDate = "20240110"
    worst.AcquisitionDateTime = "20240110101500.5+0100"
    left = cleaned(worst, shift_dates=True)
    series, acquired = (date.fromisoformat(day) for day in (left.SeriesDate, left.AcquisitionDate))
    assert (acquired - series).days == 7
    assert series < date(2023, 2, 1)
    assert left.SeriesTime == "101500"
    assert left.AcquisitionDateTime.endswith("101500.5+0100")
    assert left.AcquisitionDateTime[:8] == left.AcquisitionDate
    assert left.PatientBirthDate == ""
    assert [c.CodeValue for c in left.DeidentificationMethodCodeSequence] == ["113100", "113107"]


def test_dates_of_one_patient_move_by_the_same_whole_weeks():
    for day in ("20240229", "2024.02.29"):
        assert SECRET.moved(day, "p") == SECRET.moved("20240229", "p")
    assert SECRET.days("p") % 7 == 0
    assert SECRET.days("p") != SECRET.days("q")
    assert SECRET.moved("no day", "p") == SECRET.moved("2024", "p") == SECRET.moved("20241399", "p") == ""


def test_descriptions_go_unless_they_are_wished_for_and_then_in_known_words_only(worst):
    assert "SeriesDescription" not in cleaned(deepcopy(worst))
    left = cleaned(worst, keep_descriptions=True)
    assert (left.StudyDescription, left.SeriesDescription) == ("MR brain with contrast", "T1 ax")
    assert left.ProtocolName == ""


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("T2_FSE_ax", "T2 FSE ax"),
        ("CT thorax 5mm Müller", "CT thorax 5mm"),
        ("DOE JANE 19700102 12345", ""),
        ("Dr. Brain's patient", "Brain"),
    ],
)
def test_of_a_description_only_known_words_are_kept(said, kept):
    assert known_words(said) == kept


def test_the_pseudonym_is_made_up_or_as_wished_and_stands_for_name_and_id(worst):
    left = cleaned(deepcopy(worst))
    assert left.PatientName == left.PatientID == SECRET.subject("MRN-998172453\0")
    named = cleaned(worst, subject="Lovelace study 7")
    assert (named.PatientID, named.PatientName) == ("Lovelace study 7", "Lovelace study 7")


def test_the_data_set_says_how_it_was_de_identified(worst):
    left = cleaned(worst)
    assert "Basic Profile" in str(left.DeidentificationMethod)
    assert [c.CodeValue for c in left.DeidentificationMethodCodeSequence] == ["113100"]


def test_an_enhanced_object_keeps_what_it_must_have_as_a_dummy(worst):
    worst.SharedFunctionalGroupsSequence = [Dataset()]
    worst.ContentDate, worst.AcquisitionDateTime = "20240103", "20240103101500"
    left = cleaned(worst)
    assert (left.ContentDate, left.AcquisitionDateTime) == ("19000101", "19000101000000")
