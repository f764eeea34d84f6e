"""The quick way through a header and pydicom give the same raw values."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ImplicitVRLittleEndian

from inference.imaging import tags
from inference.imaging.elements import OddError, ShortError, parse, walk
from inference.imaging.part10 import DEFLATED, NotDicomError, find_start, inflate
from tests.imaging_fixtures import axial_affine, counting_pixels, slice_dataset, write_file


def data_set(path):
    """(bytes of the data set, explicit VR) of a little-endian file, or nothing."""
    data = path.read_bytes()
    try:
        start = find_start(data[: 1 << 14])
    except NotDicomError:
        return None
    rest = data[start.offset :]
    if not start.little:
        return None
    return (inflate(rest) if start.transfer_syntax == DEFLATED else rest), start.explicit


def both_ways(data, explicit):
    """What the quick way finds, and what pydicom finds."""
    return walk(data, explicit=explicit, complete=True), parse(data, explicit=explicit, little=True)


def assert_same(quick, thorough):
    known = {tag: raw.rstrip(b"\0 ") for tag, (_, raw) in quick.values.items()}
    assert known == {tag: raw.rstrip(b"\0 ") for tag, (_, raw) in thorough.values.items()}
    assert (quick.pixels, quick.count, quick.cut) == (thorough.pixels, thorough.count, thorough.cut)


def nested(*, undefined: bool) -> Dataset:
    """A CT slice with a sequence in a sequence, of known or undefined lengths."""
    d = slice_dataset(axial_affine(), 0, counting_pixels((4, 4)))
    inner, outer = Dataset(), Dataset()
    inner.CodeValue = "1"
    inner.SeriesNumber = 77  # must not be taken for the number of the series
    outer.PurposeOfReferenceCodeSequence = Sequence([inner])
    outer.ReferencedSOPInstanceUID = "1.2.3"
    d.SourceImageSequence = Sequence([outer, outer])
    d["SourceImageSequence"].is_undefined_length = undefined
    outer.is_undefined_length_sequence_item = undefined
    inner.is_undefined_length_sequence_item = undefined
    return d


@pytest.mark.parametrize("undefined", [True, False])
@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"])
def test_sequences_are_skipped_as_pydicom_reads_them(tmp_path, undefined, syntax):
    path = write_file(tmp_path / "a", nested(undefined=undefined), transfer_syntax=syntax)
    quick, thorough = both_ways(*data_set(path))
    assert_same(quick, thorough)
    assert quick.values[tags.SERIES_NUMBER][1].strip() == b"1"


def test_the_quick_way_agrees_on_every_real_file(shared_data):
    agreed = 0
    for path in sorted(shared_data.rglob("*.dcm"))[::3]:
        found = data_set(path)
        if found is None or len(found[0]) > 4 << 20:
            continue
        try:
            quick = walk(found[0], explicit=found[1], complete=True)
        except OddError:
            continue
        agreed += 1
        assert_same(quick, parse(found[0], explicit=found[1], little=True))
    assert agreed > 100


def test_a_beginning_is_not_taken_for_the_whole(tmp_path):
    data, explicit = data_set(write_file(tmp_path / "a", nested(undefined=True)))
    whole = walk(data, explicit=explicit, complete=True)
    for end in range(0, whole.pixels[2] - 12, 7):
        with pytest.raises(ShortError):
            walk(data[:end], explicit=explicit, complete=False)


def test_a_header_that_ends_in_an_element_is_cut(tmp_path):
    data, explicit = data_set(write_file(tmp_path / "a", nested(undefined=False)))
    assert walk(data[:200], explicit=explicit, complete=True).cut
    assert parse(data[:200], explicit=explicit, little=True).cut


@pytest.mark.parametrize("depth", [200, 5000])
def test_sequences_nested_without_end_are_left_to_the_caller(depth):
    opened = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    with pytest.raises(OddError):
        walk(opened * depth, explicit=True, complete=True)


def test_implicit_files_need_no_dictionary(tmp_path):
    d = slice_dataset(axial_affine(), 0, counting_pixels((4, 4)))
    path = write_file(tmp_path / "a", d, transfer_syntax=ImplicitVRLittleEndian)
    assert_same(*both_ways(*data_set(path)))
