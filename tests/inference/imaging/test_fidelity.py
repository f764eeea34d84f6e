"""What was lost when a picture was compressed is said, whatever the file is stored as now."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset

from inference.imaging.fidelity import compression_from, compression_of

NATIVE, JPEG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.50"


def header(**elements) -> Dataset:
    made = Dataset()
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    return made


def test_nothing_is_said_of_what_lost_nothing():
    assert compression_from(header(), NATIVE) == ""
    assert compression_from(header(LossyImageCompression="00"), NATIVE) == ""


def test_what_was_lossy_once_stays_lossy():
    lossy = header(LossyImageCompression="01", LossyImageCompressionRatio="11.8",
                   LossyImageCompressionMethod="ISO_15444_1")  # fmt: skip
    assert compression_from(lossy, NATIVE) == "lossy JPEG 2000 12 : 1"


def test_ratios_of_several_compressions_multiply():
    twice = header(LossyImageCompression="01", LossyImageCompressionRatio=["2", "5"],
                   LossyImageCompressionMethod=["ISO_10918_1", "ISO_15444_1"])  # fmt: skip
    assert compression_from(twice, NATIVE) == "lossy JPEG 2000 10 : 1"


def test_a_syntax_that_always_loses_needs_no_word_of_the_header():
    assert compression_from(header(), JPEG) == "lossy JPEG"


def test_untrusted_values_say_no_more_than_lossy():
    strange = header(LossyImageCompression="01", LossyImageCompressionMethod="<b>evil</b>")
    assert compression_from(strange, NATIVE) == "lossy"


@pytest.mark.parametrize(
    ("name", "syntax", "words"),
    [
        ("xray/RG1_chest_cr_j2k_lossy.dcm", "1.2.840.10008.1.2.4.91", "lossy"),
        ("compressed/CTImage_1.2.840.10008.1.2.1_LittleEndianExplicit.dcm", NATIVE, ""),
    ],
)
def test_real_files_say_it(shared_data, name, syntax, words):
    assert compression_of(shared_data / name, syntax).startswith(words)
