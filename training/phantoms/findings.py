"""From lesions to labels, referral and priority: the rules, written down.

Labels are names of the Prima paper in our spelling. Referral:
    neurosurgery      a mass (tumour, metastasis, abscess), a subdural haematoma, a shifted midline,
                      hydrocephalus
    stroke neurology  large-vessel stroke, intracranial haemorrhage
    neuro-oncology    glioma of either grade, metastases, resection cavity
    neurology         multiple sclerosis, small-vessel disease, cerebral atrophy
Priority: high for what cannot wait (stroke, haemorrhage, subdural haematoma, abscess, a shifted midline,
hydrocephalus), none without any finding, low for everything else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from training.phantoms.lesions import Lesion

LABELS = (
    "brain abscess",
    "multiple sclerosis",
    "cerebral atrophy",
    "oedema",
    "mass effect",
    "midline shift",
    "resection cavity",
    "subdural haematoma",
    "metastasis",
    "high-grade glioma",
    "low-grade glioma",
    "meningioma",
    "intracranial haemorrhage",
    "large-vessel stroke",
    "small-vessel disease",
    "ventriculomegaly",
)
REFERRALS = ("neurosurgery", "stroke neurology", "neuro-oncology", "neurology")
SHIFT_MM = 3.0  # from which the midline counts as shifted
PUSH_MM = 3.0  # at the edge of a lesion, from which it has mass effect
WIDE_MM = 4.5  # of the ventricles' walls, from which they count as enlarged

LABEL_OF: Mapping[str, str] = {
    "abscess": "brain abscess",
    "multiple sclerosis": "multiple sclerosis",
    "atrophy": "cerebral atrophy",
    "resection": "resection cavity",
    "subdural": "subdural haematoma",
    "metastases": "metastasis",
    "high-grade glioma": "high-grade glioma",
    "low-grade glioma": "low-grade glioma",
    "meningioma": "meningioma",
    "haemorrhage": "intracranial haemorrhage",
    "stroke": "large-vessel stroke",
    "small vessel disease": "small-vessel disease",
    "hydrocephalus": "ventriculomegaly",
}
_REFERRED: Mapping[str, frozenset[str]] = {
    "neurosurgery": frozenset(
        {
            "high-grade glioma",
            "low-grade glioma",
            "metastases",
            "meningioma",
            "abscess",
            "subdural",
            "hydrocephalus",
        }
    ),
    "stroke neurology": frozenset({"stroke", "haemorrhage"}),
    "neuro-oncology": frozenset({"high-grade glioma", "low-grade glioma", "metastases", "resection"}),
    "neurology": frozenset({"multiple sclerosis", "small vessel disease", "atrophy"}),
}
_URGENT = frozenset({"stroke", "haemorrhage", "subdural", "abscess", "hydrocephalus"})
_OEDEMATOUS = frozenset({"high-grade glioma", "metastases", "meningioma", "abscess", "haemorrhage"})


def labels_of(lesions: Sequence[Lesion], *, shift_mm: float, ventricle_mm: float) -> dict[str, bool]:
    """Every label, true or false; shift and ventricles are measured on the subject."""
    labels = dict.fromkeys(LABELS, False)
    for lesion in lesions:
        labels[LABEL_OF[lesion.kind]] = True
        labels["oedema"] |= lesion.kind in _OEDEMATOUS and lesion.oedema_mm >= 4
        labels["mass effect"] |= lesion.push_mm >= PUSH_MM or lesion.kind == "subdural"
    labels["midline shift"] = abs(shift_mm) >= SHIFT_MM
    labels["ventriculomegaly"] = ventricle_mm >= WIDE_MM
    return labels


def referral_of(lesions: Sequence[Lesion], labels: Mapping[str, bool]) -> dict[str, bool]:
    """Who should see the patient."""
    kinds = {lesion.kind for lesion in lesions}
    referral = {name: bool(kinds & reasons) for name, reasons in _REFERRED.items()}
    referral["neurosurgery"] |= labels["midline shift"]
    return referral


def priority_of(lesions: Sequence[Lesion], labels: Mapping[str, bool]) -> str:
    """none, low or high."""
    if labels["midline shift"] or any(lesion.kind in _URGENT for lesion in lesions):
        return "high"
    return "low" if lesions else "none"
