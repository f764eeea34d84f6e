from __future__ import annotations

import pytest

from inference.imaging.modality_words import held_modalities, modality_words
from inference.imaging.study import DisplaySet, Kind, Patient, Series, Study


def study_of(*modalities, kind=Kind.VOLUME):
    sets = tuple(
        DisplaySet(str(n), "1", "0", kind, "", modality, (), (8, 9, 9), None)
        for n, modality in enumerate(modalities)
    )
    return Study("0", Patient(), "", "", "", "", "", (Series("1", "0", 1, "", "", "", "", (), sets),))


@pytest.mark.parametrize("silent", ["", "OT"])
def test_a_code_that_says_nothing_is_called_unknown(silent):
    assert modality_words(silent) == "of unknown modality"
    assert held_modalities(study_of(silent, "MR", "CT")) == "CT, MR, pictures of unknown modality"


def test_what_a_study_holds_is_named_once_and_documents_are_no_pictures():
    assert held_modalities(study_of("MR", "MR")) == "MR"
    assert held_modalities(study_of("SR", kind=Kind.DOCUMENT)) == ""
