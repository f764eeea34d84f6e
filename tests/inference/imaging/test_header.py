"""Every file tells what it can, or is refused with a reason; none takes the scan down."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from inference.imaging.header import FIRST_READ, Header, Rejected, read_header
from inference.imaging.part10 import BIG_ENDIAN, EXPLICIT, IMPLICIT
from tests.imaging_fixtures import axial_affine, counting_pixels, set_tags, slice_dataset, write_file


def ct(**tags):
    d = slice_dataset(axial_affine(), 3, counting_pixels((8, 10)))
    set_tags(d, 0, tags)
    return d


def read(path) -> Header:
    header = read_header(path)
    assert isinstance(header, Header), header
    return header


def refused(path) -> Rejected:
    rejected = read_header(path)
    assert isinstance(rejected, Rejected)
    return rejected


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("bare", [True, False])
def test_a_header_reads_the_same_however_it_is_written(tmp_path, syntax, bare):
    plain = read(write_file(tmp_path / "plain.dcm", ct())).instance
    other = read(write_file(tmp_path / "other", ct(), transfer_syntax=syntax, bare=bare)).instance
    for name in (
        "sop_instance_uid",
        "rows",
        "columns",
        "position_lps_mm",
        "row_lps",
        "spacing_mm",
        "modality",
    ):
        assert getattr(other, name) == getattr(plain, name)
    assert other.transfer_syntax_uid == syntax
    assert any("no DICOM preamble" in words for words in other.warnings) == bare


def relabelled(data: bytes, written: str, label: str) -> bytes:
    """Another transfer syntax in the file meta information, whose length stays true."""
    old, new = (b"\x02\x00\x10\x00UI" + packed(uid) for uid in (written, label))
    assert old in data
    grown = int.from_bytes(data[140:144], "little") + len(new) - len(old)
    return data[:140] + grown.to_bytes(4, "little") + data[144:].replace(old, new, 1)


def packed(uid: str) -> bytes:
    raw = uid.encode() + b"\0" * (len(uid) % 2)
    return len(raw).to_bytes(2, "little") + raw


@pytest.mark.parametrize(
    ("written", "label", "found"),
    [
        (ExplicitVRLittleEndian, ImplicitVRLittleEndian, EXPLICIT),
        (ImplicitVRLittleEndian, ExplicitVRLittleEndian, IMPLICIT),
        (ExplicitVRBigEndian, ImplicitVRLittleEndian, BIG_ENDIAN),
    ],
)
def test_a_wrong_label_is_seen_through(tmp_path, written, label, found):
    path = write_file(tmp_path / "a.dcm", ct(), transfer_syntax=written)
    path.write_bytes(relabelled(path.read_bytes(), written, label))
    instance = read(path).instance
    assert (instance.rows, instance.transfer_syntax_uid) == (8, found)
    assert any("another way" in words for words in instance.warnings)


@pytest.mark.parametrize(
    "tags",
    [
        {"PixelSpacing": b"1.2.3"},
        {"ImagePositionPatient": b"0\\NaN\\0"},
        {"SliceThickness": b"thick"},
        {"EchoTime": b"4 ms"},
        {"WindowCenter": b"4O"},
    ],
)
def test_one_bad_number_costs_a_warning_and_not_the_file(tmp_path, tags):
    instance = read(write_file(tmp_path / "a.dcm", ct(**tags))).instance
    assert instance.rows == 8
    assert any("cannot be read" in words for words in instance.warnings)


def test_facts_are_formatted_for_people(tmp_path):
    header = read(write_file(tmp_path / "a.dcm", ct()))
    assert (header.study.patient.name, header.study.patient.age) == ("Doe, Jane", "039Y")
    assert (header.study.date, header.study.time) == ("2020-06-14", "10:15:30")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("None", ""), ("n/a", ""), ("Thorax^1HEAD_NECK", "Thorax 1HEAD_NECK"), ("^", ""), ("T2 ax", "T2 ax")],
)
def test_a_description_is_read_in_words(tmp_path, written, read_as):
    header = read(write_file(tmp_path / "a.dcm", ct(SeriesDescription=written, StudyDescription=written)))
    assert (header.series.description, header.study.description) == (read_as, read_as)


def test_windows_come_with_their_titles_and_shape(tmp_path):
    tags = {
        "WindowCenter": ["40", "300"],
        "WindowWidth": ["400", "1500"],
        "WindowCenterWidthExplanation": ["soft", "bone"],
        "VOILUTFunction": "SIGMOID",
    }
    windows = read(write_file(tmp_path / "a.dcm", ct(**tags))).instance.windows
    assert [(w.centre, w.width, w.title, w.shape) for w in windows] == [
        (40.0, 400.0, "soft", "sigmoid"),
        (300.0, 1500.0, "bone", "sigmoid"),
    ]


def test_missing_pixels_at_the_end_are_counted(tmp_path):
    path = write_file(tmp_path / "a.dcm", ct())
    path.write_bytes(path.read_bytes()[:-80])
    assert "The file ends early: 50 % of its pixels are there." in read(path).instance.warnings


def test_a_long_header_is_read_to_its_end(tmp_path):
    d = ct()
    d.add_new(0x00091001, "OB", b"\1" * (5 * FIRST_READ))
    assert read(write_file(tmp_path / "a.dcm", d)).instance.columns == 10


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"hello, I am a text file\n", "not DICOM"),
        (b"\0" * 128 + b"DICM", "ends before the first element"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 2000, "not DICOM"),
        (b"\0" * 4096, "not DICOM"),
    ],
)
def test_what_only_has_the_name_is_refused_with_a_reason(tmp_path, data, reason):
    path = tmp_path / "a.dcm"
    path.write_bytes(data)
    assert reason in refused(path).reason
    assert refused(path).dicom
    bystander = path.rename(tmp_path / "a.txt")
    assert refused(bystander).dicom == data.startswith(b"\0" * 128 + b"DICM")


def test_a_deflated_header_that_never_ends_is_refused(tmp_path):
    path = write_file(tmp_path / "a.dcm", ct())
    machine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    bomb = machine.compress(b"\0" * (100 << 20)) + machine.flush()
    head = path.read_bytes()[:1024]
    end = find_data_set(head)
    deflated = head[:end].replace(b"UI\x14\x001.2.840.10008.1.2.1\x00", b"UI\x16\x001.2.840.10008.1.2.1.99")
    path.write_bytes(deflated + bomb)
    assert "grow beyond" in refused(path).reason


def find_data_set(head: bytes) -> int:
    return head.index(b"\x08\x00\x08\x00CS")


def test_a_missing_picture_is_not_shown_as_one(tmp_path):
    assert "picture without pixels" in refused(write_file(tmp_path / "a.dcm", ct(PixelData=None))).reason


def test_files_without_identity_get_a_stable_one(tmp_path):
    tags = dict.fromkeys(("StudyInstanceUID", "SeriesInstanceUID"))
    first = read(write_file(tmp_path / "a.dcm", ct(**tags))).instance
    second = read(write_file(tmp_path / "b.dcm", ct(**tags))).instance
    assert first.study_uid == second.study_uid != ""
    assert first.series_uid != second.series_uid


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 1400), flips=st.lists(st.tuples(st.integers(132, 1300), st.integers(0, 255))))
def test_no_damage_makes_a_reader_raise(tmp_path, cut, flips):
    data = bytearray(write_file(tmp_path / "whole.dcm", ct()).read_bytes())
    for place, value in flips:
        data[place % len(data)] = value
    path = tmp_path / "damaged.dcm"
    path.write_bytes(data[: cut or len(data)])
    read_header(path)


@given(st.binary(min_size=16, max_size=400))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
def test_noise_is_never_taken_for_dicom(tmp_path, data):
    path = tmp_path / "noise"
    path.write_bytes(data)
    assert isinstance(read_header(path), Rejected)
