"""Reports as a radiologist might dictate them: what is there, what is not, in no fixed order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from training.phantoms.lesions import Lesion

_NORMAL = (
    "The orbits are unremarkable.",
    "The visualised paranasal sinuses are clear.",
    "The mastoid air cells are well aerated.",
    "Flow voids of the major intracranial vessels are preserved.",
    "The craniocervical junction is unremarkable.",
    "The pituitary gland is of normal size.",
    "The calvarial marrow signal is normal.",
    "The cerebellar tonsils lie in normal position.",
)
_ABSENT: Mapping[str, str] = {
    "large-vessel stroke": "No restricted diffusion.",
    "intracranial haemorrhage": "No intracranial haemorrhage.",
    "midline shift": "The midline structures are in place.",
    "ventriculomegaly": "The ventricles are of normal size and configuration.",
    "oedema": "No oedema.",
    "subdural haematoma": "No extra-axial collection.",
    "mass effect": "No mass effect.",
}
_VIEWS: Mapping[str, Mapping[str, str]] = {
    # kind: what each sequence shows
    "high-grade glioma": {
        "T1": "is heterogeneously hypointense on T1",
        "T2": "is heterogeneously hyperintense on T2",
        "FLAIR": "is surrounded by hyperintense signal on FLAIR",
        "T1C": "shows thick irregular rim enhancement around central necrosis",
    },
    "low-grade glioma": {
        "T1": "is hypointense on T1",
        "T2": "is homogeneously hyperintense on T2",
        "FLAIR": "is homogeneously hyperintense on FLAIR",
        "T1C": "shows no enhancement",
    },
    "metastases": {
        "T2": "are mildly hyperintense on T2",
        "FLAIR": "are surrounded by FLAIR hyperintense oedema",
        "T1C": "show avid solid or ring enhancement",
    },
    "meningioma": {
        "T1": "is isointense to cortex on T1",
        "T2": "is isointense to cortex on T2",
        "T1C": "enhances homogeneously",
    },
    "abscess": {
        "T1": "is hypointense on T1 with a bright capsule",
        "T2": "is hyperintense on T2 with a dark capsule",
        "T1C": "shows a thin smooth enhancing rim",
        "DWI": "restricts diffusion in its centre",
    },
    "stroke": {
        "T2": "is hyperintense on T2",
        "FLAIR": "is hyperintense on FLAIR",
        "DWI": "shows marked diffusion restriction",
        "T1C": "does not enhance",
    },
    "haemorrhage": {},
    "resection": {
        "T2": "follows the signal of fluid on T2",
        "FLAIR": "has a thin rim of gliosis on FLAIR",
        "T1C": "has no nodular enhancement at its margin",
    },
}


def report_of(
    lesions: Sequence[Lesion], labels: Mapping[str, bool], sequences: Sequence[str], rng: np.random.Generator
) -> str:
    """FINDINGS with what is seen and what is not, shuffled; then IMPRESSION."""
    seen = [" ".join(_sentences(lesion, sequences, rng)) for lesion in lesions]
    seen += _derived(lesions, labels)
    absent = [text for name, text in _ABSENT.items() if not labels[name]]
    others = [str(s) for s in rng.permutation(absent)[: int(rng.integers(1, 4))]]
    others += [str(s) for s in rng.permutation(_NORMAL)[: int(rng.integers(1, 4))]]
    findings = " ".join(str(s) for s in rng.permutation(seen + others))
    return f"FINDINGS: {findings} IMPRESSION: {_impression(lesions, labels)}"


def _impression(lesions: Sequence[Lesion], labels: Mapping[str, bool]) -> str:
    if not lesions:
        return "Normal MRI of the brain."
    names = [_CONCLUSIONS[lesion.kind](lesion) for lesion in lesions]
    names += ["Midline shift."] if labels["midline shift"] else []
    return " ".join(f"{number}. {text}" for number, text in enumerate(names, start=1))


def _derived(lesions: Sequence[Lesion], labels: Mapping[str, bool]) -> list[str]:
    kinds = {lesion.kind for lesion in lesions}
    texts = []
    if labels["midline shift"]:
        texts.append("The midline is shifted.")
    if labels["mass effect"]:
        texts.append("There is mass effect with effacement of adjacent sulci.")
    if labels["oedema"]:
        texts.append("There is vasogenic oedema in the adjacent white matter.")
    if labels["ventriculomegaly"] and "hydrocephalus" not in kinds:
        texts.append("The lateral ventricles are enlarged.")
    return texts


def _sentences(lesion: Lesion, sequences: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Where and how large, then what the sequences of this study show, in some order."""
    views = [text for name, text in _VIEWS.get(lesion.kind, {}).items() if name in sequences]
    many = lesion.kind == "metastases"
    lines = [_OPENINGS[lesion.kind](lesion)]
    lines += [f"{'They' if many else 'It'} {text}." for text in rng.permutation(views)[:3]]
    return lines


def _mm(lesion: Lesion) -> str:
    return f"{round(lesion.size_mm)} mm"


def _wide(lesion: Lesion) -> str:
    if lesion.variant != "transependymal":
        return "The lateral ventricles are markedly enlarged."
    return "The lateral ventricles are markedly enlarged, with periventricular FLAIR hyperintensity."


def _plaques(lesion: Lesion) -> str:
    active = sum(focus.active for focus in lesion.foci)
    enhancing = f" {active} of them enhance." if active else " None of them enhances."
    ovoids = f"There are {len(lesion.foci)} ovoid T2 hyperintense lesions"
    return f"{ovoids}, mostly periventricular, up to {_mm(lesion)}.{enhancing}"


_OPENINGS: Mapping[str, Callable[[Lesion], str]] = {
    "high-grade glioma": lambda x: f"There is a {_mm(x)} mass in the {x.region}.",
    "low-grade glioma": lambda x: f"There is a {_mm(x)} expansile lesion in the {x.region}.",
    "metastases": lambda x: (
        f"There are {len(x.foci)} lesions at the grey-white junction ({x.region}), up to {_mm(x)}."
    ),
    "meningioma": lambda x: f"There is a {_mm(x)} extra-axial dural-based mass over the {x.region}.",
    "abscess": lambda x: f"There is a {_mm(x)} ring lesion in the {x.region}.",
    "stroke": lambda x: f"There is an acute infarct in the {x.region}.",
    "multiple sclerosis": _plaques,
    "haemorrhage": lambda x: f"There is a {_mm(x)} {x.variant} haematoma in the {x.region}.",
    "subdural": lambda x: f"There is a {x.variant} subdural collection over the {x.region}, {_mm(x)} thick.",
    "resection": lambda x: f"There is a {_mm(x)} resection cavity in the {x.region}.",
    "hydrocephalus": _wide,
    "small vessel disease": lambda x: (
        f"There are scattered and confluent T2 hyperintensities in the {x.region}."
    ),
    "atrophy": lambda _: "The sulci and ventricles are widened out of proportion to age.",
}
_CONCLUSIONS: Mapping[str, Callable[[Lesion], str]] = {
    "high-grade glioma": lambda x: f"High-grade glioma of the {x.region}.",
    "low-grade glioma": lambda x: f"Low-grade glioma of the {x.region}.",
    "metastases": lambda _: "Brain metastases.",
    "meningioma": lambda x: f"Meningioma over the {x.region}.",
    "abscess": lambda x: f"Brain abscess of the {x.region}.",
    "stroke": lambda x: f"Acute infarct in the {x.region}.",
    "multiple sclerosis": lambda _: "Demyelinating lesions in keeping with multiple sclerosis.",
    "haemorrhage": lambda x: f"Intraparenchymal haemorrhage of the {x.region}.",
    "subdural": lambda x: f"Subdural haematoma over the {x.region}.",
    "resection": lambda x: f"Postoperative resection cavity in the {x.region}.",
    "hydrocephalus": lambda _: "Hydrocephalus with ventriculomegaly.",
    "small vessel disease": lambda _: "Chronic small-vessel ischaemic disease.",
    "atrophy": lambda _: "Generalised cerebral atrophy.",
}
