"""The written rules from lesions to labels, referral and priority."""

from __future__ import annotations

import pytest

from training.phantoms.findings import LABEL_OF, LABELS, labels_of, priority_of, referral_of
from training.phantoms.lesions import KINDS, Focus, Lesion, scaled


def lesion(kind, **changes):
    return Lesion(kind, 0, "left frontal lobe", (Focus((0.0, 0.0, 0.0), 10.0),), **changes)


def test_every_kind_has_a_label():
    assert set(LABEL_OF) == set(KINDS)
    assert set(LABEL_OF.values()) <= set(LABELS)


@pytest.mark.parametrize(("shift_mm", "expected"), [(2.9, False), (-3.1, True)])
def test_the_midline_counts_as_shifted_from_three_millimetres(shift_mm, expected):
    found = labels_of([lesion("meningioma")], shift_mm=shift_mm, ventricle_mm=0.0)
    assert found["midline shift"] == expected
    assert (priority_of([lesion("meningioma")], found) == "high") == expected


def test_wide_ventricles_are_measured_whatever_the_cause():
    assert labels_of([lesion("atrophy")], shift_mm=0, ventricle_mm=5.0)["ventriculomegaly"]
    assert not labels_of([], shift_mm=0, ventricle_mm=2.0)["ventriculomegaly"]


def test_a_patient_with_two_diseases_is_referred_for_both():
    both = [lesion("stroke"), lesion("multiple sclerosis")]
    referral = referral_of(both, labels_of(both, shift_mm=0, ventricle_mm=0))
    assert referral == {
        "neurosurgery": False,
        "stroke neurology": True,
        "neuro-oncology": False,
        "neurology": True,
    }


def test_a_lesion_scales_in_every_diameter():
    large = scaled(lesion("abscess", push_mm=3.0, oedema_mm=9.0), 2.0)
    assert large.size_mm == 40
    assert large.push_mm == 6.0
