"""Text, numbers and dates of DICOM, however badly they were written."""

from __future__ import annotations

import pytest

from inference.imaging import tags
from inference.imaging.elements import Elements
from inference.imaging.functional_groups import b_value
from inference.imaging.values import Values, age_at, as_seconds, iso_date, iso_time, person_name


def values(**by_name):
    """Values from keyword = (VR, bytes)."""
    return Values.of(Elements({getattr(tags, name): raw for name, raw in by_name.items()}))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Doe^Jane", "Doe, Jane"),
        ("Doe^Jane^Q^Dr^MD", "Doe, Jane Q Dr MD"),
        ("Doe", "Doe"),
        ("Doe^^", "Doe"),
        ("^Jane", "Jane"),
        ("", ""),
        ("=山田^太郎=やまだ^たろう", "山田, 太郎"),
    ],
)
def test_names_are_family_comma_given(written, shown):
    assert person_name(written) == shown


@pytest.mark.parametrize(
    ("charset", "raw", "shown"),
    [
        (b"", b"Smith^John", "Smith, John"),
        (b"ISO_IR 100", "Buc^Jérôme".encode("latin-1"), "Buc, Jérôme"),
        (b"ISO_IR 192", "Müller^Jürgen".encode(), "Müller, Jürgen"),
        (b"ISO_IR 144", "Люк^Ф".encode("iso8859-5"), "Люк, Ф"),
        (b"GB18030", "王^小东".encode("gb18030"), "王, 小东"),
        (b"\\ISO 2022 IR 87", b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", "Yamada, Tarou"),
        (b"\\ISO 2022 IR 87", b"=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", "山田, 太郎"),
        (b"NO SUCH SET", b"Smith^John", "Smith, John"),
    ],
)
def test_names_are_read_in_their_character_set(charset, raw, shown):
    assert values(CHARACTER_SET=("CS", charset), PATIENT_NAME=("PN", raw)).name(tags.PATIENT_NAME) == shown


def test_bytes_that_no_character_set_explains_become_marks_not_errors():
    name = values(CHARACTER_SET=("CS", b"ISO_IR 192"), PATIENT_NAME=("PN", b"M\xffller")).name(
        tags.PATIENT_NAME
    )
    assert name == "M\ufffdller"


def test_control_characters_do_not_reach_the_screen():
    text = values(SERIES_DESCRIPTION=("LO", b"a\x07b\x1b[2Jc")).text(tags.SERIES_DESCRIPTION)
    assert text.isprintable()


@pytest.mark.parametrize(
    ("raw", "numbers"),
    [
        (b"0.5\\0.8", (0.5, 0.8)),
        (b" 0.5 \\ 0.8 ", (0.5, 0.8)),
        (b"0,5\\0,8", (0.5, 0.8)),
        (b"", ()),
        (b"1.2.3\\4", ()),
        (b"NaN\\1", ()),
        (b"1e400\\1", ()),
        (b"0.5", (0.5, 0.5)),
    ],
)
def test_spacing_survives_every_way_of_writing_it(raw, numbers):
    read = values(PIXEL_SPACING=("DS", raw))
    assert (read.pair(tags.PIXEL_SPACING) or ()) == numbers
    bad = bool(raw) and not numbers
    assert any("Pixel spacing cannot be read" in words for words in read.problems) == bad


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        ("20200614", "2020-06-14"),
        ("2020.06.14", "2020-06-14"),
        ("20120000", "2012"),
        ("20120500", "2012-05"),
        ("00000000", ""),
        ("20121300", "20121300"),
        ("spring", "spring"),
    ],
)
def test_dates_are_iso_as_far_as_they_are_known_or_as_written(raw, iso):
    assert iso_date(raw) == iso


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        ("101530.123", "10:15:30"),
        ("10:15:30", "10:15:30"),
        ("1015", "10:15:00"),
        ("10", "10:00:00"),
        ("x", "x"),
    ],
)
def test_times_are_iso_or_as_written(raw, iso):
    assert iso_time(raw) == iso
    assert (as_seconds(raw) is None) == (iso == "x")


@pytest.mark.parametrize(
    ("birth", "day", "stated", "age"),
    [
        ("19800615", "20200614", "", "039Y"),
        ("19800614", "20200614", "", "040Y"),
        ("18991231", "19000101", "", "001D"),
        ("20190101", "20200301", "", "014M"),
        ("", "20200614", "031Y", "031Y"),
        ("", "20200614", "31", ""),
        ("20300101", "20200614", "", ""),
    ],
)
def test_age_is_that_at_the_study(birth, day, stated, age):
    assert age_at(birth, day, stated) == age


@pytest.mark.parametrize(
    ("elements", "b"),
    [
        ({0x00189087: ("FD", b"\0\0\0\0\0@\x8f@")}, 1000.0),
        ({0x00190010: ("LO", b"SIEMENS MR HEADER "), 0x0019100C: ("IS", b"800 ")}, 800.0),
        ({0x00190011: ("LO", b"SIEMENS MR HEADER "), 0x0019110C: ("UN", b"800 ")}, 800.0),
        ({0x00430010: ("LO", b"GEMS_PARM_01"), 0x00431039: ("IS", b"1000000500\\8\\0\\0")}, 500.0),
        ({0x20010010: ("LO", b"Philips Imaging DD 001"), 0x20011003: ("FL", b"\0\0zD")}, 1000.0),
        ({0x20010010: ("LO", b"Somebody else"), 0x20011003: ("FL", b"\0\0zD")}, None),
        ({0x0019100C: ("IS", b"800 ")}, None),
    ],
)
def test_b_values_are_found_through_their_creator_only(elements, b):
    assert b_value(Values.of(Elements(elements))) == b
