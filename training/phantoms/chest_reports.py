"""What a radiologist would have dictated about a synthetic trunk, in English or Spanish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from training.phantoms.chest_findings import BITS, CHEST, Lesion

NORMAL_SHARE = 0.55  # of normal organs that are mentioned at all


@dataclass(frozen=True)
class Sentence:
    """One sentence; `about` names a finding, an organ, or "technique"; `normal`: nothing wrong is said."""

    text: str
    about: str
    normal: bool = True


def report_of(
    region: str, phase: str, lesions: Sequence[Lesion], language: str, rng: np.random.Generator
) -> tuple[Sentence, ...]:
    """Technique first, then findings and normal organs in any order."""
    said = [finding_sentence(lesion, language, rng) for lesion in lesions]
    touched = {ORGAN_OF[lesion.name] for lesion in lesions} | {lesion.name for lesion in lesions}
    for about, texts in _NORMAL[language].items():
        seen = region == "both" or (region == "chest") == (about in _CHEST_TOPICS)
        if seen and about not in touched and rng.random() < NORMAL_SHARE:
            said.append(Sentence(_one(texts, rng), about))
    technique = Sentence(_one(_TECHNIQUE[language][phase], rng), "technique")
    return (technique, *(said[n] for n in rng.permutation(len(said))))


def finding_sentence(lesion: Lesion, language: str, rng: np.random.Generator) -> Sentence:
    """One finding in words: what, how large, where."""
    words = _WORDS[language]
    filled = _one(_FOUND[language][lesion.name], rng).format(
        mm=round(lesion.size_mm),
        cm=f"{lesion.size_mm / 10:.1f}",
        side=words.get(f"{lesion.name} {lesion.side}", words.get(lesion.side, "")),
        place=words.get(f"{lesion.name} {lesion.place}", words.get(lesion.place, "")),
        kind=words.get(f"{lesion.name} {lesion.kind}", words.get(lesion.kind, "")),
        many=words["many" if len(lesion.places) > 1 else "one"],
    )
    return Sentence(_tidy(filled), lesion.name, normal=False)


def _tidy(text: str) -> str:
    return text[0].upper() + text[1:]


def _one(texts: Sequence[str], rng: np.random.Generator) -> str:
    return texts[int(rng.integers(len(texts)))]


ORGAN_OF: Mapping[str, str] = {
    "nodule": "lungs", "consolidation": "lungs", "effusion": "effusion", "emphysema": "lungs",
    "cardiomegaly": "heart", "aneurysm": "aorta", "liver_lesion": "liver", "steatosis": "liver",
    "splenomegaly": "spleen", "renal_cyst": "kidneys", "renal_stone": "kidneys", "ascites": "ascites",
}  # fmt: skip
_CHEST_TOPICS = {"lungs", "heart", "aorta", "spine", *CHEST}
TOPICS = (*BITS, "lungs", "heart", "aorta", "liver", "spleen", "kidneys", "stomach", "spine", "technique")

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "right": "right", "left": "left", "upper": "upper", "lower": "lower", "solid": "solid",
        "ground-glass": "ground-glass", "small": "small", "moderate": "moderate", "large": "large",
        "thoracic": "thoracic", "abdominal": "abdominal", "many": "several", "one": "one",
    },
    "es": {
        "right": "derecho", "left": "izquierdo", "upper": "superior", "lower": "inferior",
        "solid": "sólido", "ground-glass": "en vidrio deslustrado", "small": "pequeño",
        "moderate": "moderado", "large": "grande", "thoracic": "torácica", "abdominal": "abdominal",
        "many": "varias", "one": "una", "ascites small": "escasa", "ascites large": "abundante",
    },
}  # fmt: skip

_TECHNIQUE: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "unenhanced": ("Unenhanced CT.", "CT without intravenous contrast.", "Plain CT was obtained."),
        "arterial": ("CT in the arterial phase.", "CT angiography with contrast in the arterial phase."),
        "portal venous": (
            "CT in the portal venous phase.",
            "CT after intravenous contrast in the portal venous phase.",
        ),
    },
    "es": {
        "unenhanced": ("TC sin contraste.", "TC simple sin contraste intravenoso."),
        "arterial": ("TC en fase arterial.", "TC con contraste en fase arterial."),
        "portal venous": ("TC en fase portal.", "TC con contraste intravenoso en fase portal."),
    },
}

_NORMAL: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "lungs": ("The lungs are clear.", "No pulmonary nodule or consolidation.", "Clear lungs."),
        "effusion": ("No pleural effusion.", "There is no pleural fluid.", "The pleural spaces are free."),
        "heart": ("The heart is of normal size.", "Normal heart size.", "No cardiomegaly."),
        "aorta": ("The aorta is of normal calibre.", "Normal aorta.", "No aortic aneurysm."),
        "spine": ("No destructive bone lesion in the spine.", "The spine is unremarkable."),
        "liver": ("The liver is normal.", "No focal liver lesion.", "The liver is unremarkable."),
        "spleen": ("The spleen is of normal size.", "Normal spleen.", "The spleen is unremarkable."),
        "kidneys": ("The kidneys are normal.", "No renal stone or cyst.", "Unremarkable kidneys."),
        "stomach": ("The stomach is unremarkable.", "Normal stomach."),
        "ascites": ("No free fluid in the abdomen.", "There is no ascites."),
    },
    "es": {
        "lungs": ("Pulmones sin alteraciones.", "Sin nódulos ni consolidaciones pulmonares."),
        "effusion": ("Sin derrame pleural.", "No hay líquido pleural."),
        "heart": ("Corazón de tamaño normal.", "Sin cardiomegalia."),
        "aorta": ("Aorta de calibre normal.", "Sin aneurisma de aorta."),
        "spine": ("Columna sin lesiones destructivas.", "Columna sin alteraciones."),
        "liver": ("Hígado normal.", "Sin lesiones focales en el hígado."),
        "spleen": ("Bazo de tamaño normal.", "Bazo sin alteraciones."),
        "kidneys": ("Riñones normales.", "Sin litiasis ni quistes en los riñones."),
        "stomach": ("Estómago sin alteraciones.", "Estómago normal."),
        "ascites": ("Sin líquido libre en el abdomen.", "No hay ascitis."),
    },
}

_FOUND: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "nodule": (
            "There is a {mm} mm {kind} nodule in the {side} {place} lobe.",
            "{kind} pulmonary nodule of {mm} mm, {side} {place} lobe.",
            "In the {side} {place} lobe a {kind} nodule measures {mm} mm.",
        ),
        "consolidation": (
            "Consolidation in the {side} {place} lobe.",
            "The {side} {place} lobe shows airspace consolidation.",
            "There is consolidation of the {side} {place} lobe.",
        ),
        "effusion": (
            "{kind} {side} pleural effusion.",
            "There is a {kind} pleural effusion on the {side}.",
            "{kind} amount of pleural fluid on the {side}.",
        ),
        "emphysema": (
            "Emphysema of both lungs with bullae.",
            "The lungs show emphysema and bullae.",
            "Bullous emphysema.",
        ),
        "cardiomegaly": ("The heart is enlarged.", "Cardiomegaly.", "There is enlargement of the heart."),
        "aneurysm": (
            "Aneurysm of the {place} aorta of {mm} mm.",
            "The {place} aorta is aneurysmal and measures {mm} mm.",
            "There is a {mm} mm {place} aortic aneurysm.",
        ),
        "liver_lesion": (
            "{many} hypodense liver lesion, the largest {mm} mm.",
            "In the liver {many} focal lesion up to {mm} mm.",
            "{many} focal liver lesion measuring up to {mm} mm.",
        ),
        "steatosis": (
            "The liver shows diffuse steatosis.",
            "Hepatic steatosis.",
            "Diffusely low density of the liver, steatosis.",
        ),
        "splenomegaly": (
            "The spleen is enlarged to {cm} cm.",
            "Splenomegaly of {cm} cm.",
            "There is splenomegaly, {cm} cm.",
        ),
        "renal_cyst": (
            "There is a {mm} mm cyst at the {place} pole of the {side} kidney.",
            "Simple cyst of {mm} mm, {side} kidney, {place} pole.",
            "The {side} kidney has a {mm} mm cyst at its {place} pole.",
        ),
        "renal_stone": (
            "There is a {mm} mm stone in the {side} kidney.",
            "Renal stone of {mm} mm on the {side}.",
            "The {side} kidney holds a {mm} mm stone.",
        ),
        "ascites": (
            "{kind} amount of ascites.",
            "There is {kind} ascites.",
            "Free abdominal fluid, {kind} ascites.",
        ),
    },
    "es": {
        "nodule": (
            "Nódulo {kind} de {mm} mm en el lóbulo {place} {side}.",
            "En el lóbulo {place} {side} hay un nódulo {kind} de {mm} mm.",
        ),
        "consolidation": (
            "Consolidación en el lóbulo {place} {side}.",
            "El lóbulo {place} {side} muestra consolidación.",
        ),
        "effusion": ("Derrame pleural {side} {kind}.", "Hay un derrame pleural {side} {kind}."),
        "emphysema": ("Enfisema bulloso en ambos pulmones.", "Los pulmones muestran enfisema y bullas."),
        "cardiomegaly": ("Cardiomegalia.", "El corazón está aumentado de tamaño."),
        "aneurysm": ("Aneurisma de aorta {place} de {mm} mm.", "La aorta {place} mide {mm} mm, aneurisma."),
        "liver_lesion": (
            "En el hígado {many} lesión hipodensa de hasta {mm} mm.",
            "{many} lesión focal en el hígado de hasta {mm} mm.",
        ),
        "steatosis": ("Esteatosis hepática difusa.", "El hígado muestra esteatosis."),
        "splenomegaly": ("Esplenomegalia de {cm} cm.", "El bazo está aumentado, mide {cm} cm."),
        "renal_cyst": (
            "Quiste de {mm} mm en el polo {place} del riñón {side}.",
            "El riñón {side} tiene un quiste de {mm} mm en el polo {place}.",
        ),
        "renal_stone": ("Litiasis de {mm} mm en el riñón {side}.", "Cálculo de {mm} mm en el riñón {side}."),
        "ascites": ("Ascitis {kind}.", "Líquido libre en el abdomen, ascitis {kind}."),
    },
}
