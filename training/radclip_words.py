"""What is said of the phantoms: captions in several wordings, and the word list that they are made of."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from inference.networks.radclip_text import WordList
from training.phantoms.radclip import FINDINGS, NORMAL, Kind

_FINDING = ("{view}, {finding}", "{view} {finding}", "{view} showing {finding}", "{finding} on {view}",
            "{view} with {finding}")  # fmt: skip
_NORMAL = ("{view}, normal", "normal {view}", "{view} without finding", "{view}, no finding")
_VIEWS: Mapping[str, tuple[str, ...]] = {
    "chest X-ray": ("chest x-ray", "x-ray of the chest", "frontal chest x-ray"),
    "chest CT": ("chest ct", "ct of the chest", "axial chest ct"),
    "abdomen CT": ("abdomen ct", "ct of the abdomen", "axial abdomen ct"),
    "abdomen MRI": ("abdomen mri", "mri of the abdomen", "axial abdomen mri"),
    "head CT": ("head ct", "ct of the head", "axial head ct"),
    "head MRI": ("head mri", "mri of the head", "axial head mri"),
}
_FINDINGS: Mapping[str, tuple[str, ...]] = {
    "nodule": ("nodule", "lung nodule", "pulmonary nodule"),
    "pleural effusion": ("pleural effusion", "effusion", "pleural fluid"),
    "consolidation": ("consolidation", "airspace consolidation"),
    "cardiomegaly": ("cardiomegaly", "enlarged heart"),
    "airspace opacity": ("airspace opacity", "opacity"),
    "liver lesion": ("liver lesion", "focal liver lesion", "hepatic lesion"),
    "renal cyst": ("renal cyst", "kidney cyst", "cyst"),
    "ascites": ("ascites", "free fluid"),
    "renal stone": ("renal stone", "kidney stone"),
    "haemorrhage": ("haemorrhage", "intracranial haemorrhage", "bleeding"),
    "acute infarct": ("acute infarct", "acute stroke"),
    "glioma tumour": ("glioma tumour", "tumour", "glioma"),
    "infarct": ("infarct", "stroke"),
    "oedema": ("oedema", "swelling"),
}
SPELLINGS: Mapping[str, str] = {
    "x ray": "x-ray", "xray": "x-ray", "radiograph": "x-ray", "cxr": "chest x-ray", "mr": "mri",
    "computed tomography": "ct", "magnetic resonance imaging": "mri", "brain": "head", "cranial": "head",
    "thorax": "chest", "thoracic": "chest", "abdominal": "abdomen", "hemorrhage": "haemorrhage",
    "edema": "oedema", "tumor": "tumour", "no findings": "no finding", "healthy": "normal",
    "cerebral": "intracranial", "bleed": "bleeding", "nodules": "nodule", "effusions": "effusion",
    "cysts": "cyst", "stones": "stone",
}  # fmt: skip


def word_list(positions: int) -> WordList:
    """Every word of every wording."""
    texts = [*_FINDING, *_NORMAL, *(v for views in _VIEWS.values() for v in views)]
    texts += [f for findings in _FINDINGS.values() for f in findings]
    joined = " ".join(texts).replace("{view}", " ").replace("{finding}", " ").replace(",", " ")
    return WordList(tuple(sorted(set(joined.split()))), SPELLINGS, positions)


def wording(kind: Kind, rng: np.random.Generator) -> str:
    """One of the ways to say what a picture shows."""
    view = str(rng.choice(_VIEWS[kind.view]))
    if kind.finding == NORMAL:
        return str(rng.choice(_NORMAL)).format(view=view)
    finding = str(rng.choice(_FINDINGS[kind.finding]))
    return str(rng.choice(_FINDING)).format(view=view, finding=finding)


def view_wording(kind: Kind, rng: np.random.Generator) -> str:
    """One of the ways to say what was examined, and no more."""
    return str(rng.choice(_VIEWS[kind.view]))


def views() -> tuple[str, ...]:
    """What can be examined."""
    return tuple(FINDINGS)
