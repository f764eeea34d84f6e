"""What a reader would have written about a synthetic heart: some sentences are beside the point."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

_FILLERS = (
    "Images were acquired at rest with retrospective gating.",
    "No intracardiac thrombus is seen.",
    "The visualised great vessels are unremarkable.",
    "Breath-holding was adequate.",
    "No significant valvular regurgitation.",
    "Extracardiac findings: none of note.",
)


def report_of(measures: Mapping[str, float], conditions: Mapping[str, bool], rng: np.random.Generator) -> str:
    """Function, size, walls, right ventricle and pericardium, then fillers."""
    said = [
        _function(measures["lvef"], rng),
        size_sentence(measures["lvedv"]),
        wall_sentence(measures["wall"]),
        _right(conditions["rv_dilation"]),
        _pericardium(conditions["effusion"]),
        *(sentence for name, sentence in _DISEASES.items() if conditions.get(name)),
    ]
    said += [str(text) for text in rng.choice(_FILLERS, int(rng.integers(0, 3)), replace=False)]
    return " ".join(said)


def grade(lvef: float) -> str:
    """The word for an ejection fraction."""
    bounds = ((35, "severely reduced"), (43, "moderately reduced"), (50, "mildly reduced"), (70, "normal"))
    return next((word for limit, word in bounds if lvef < limit), "hyperdynamic")


def function_sentence(lvef: float) -> str:
    """The ejection fraction in a band of five points, with its word."""
    low = int(lvef // 5) * 5
    return (
        f"Left ventricular systolic function is {grade(lvef)} "
        f"with an ejection fraction of {low} to {low + 5} percent."
    )


def size_sentence(edv_ml: float) -> str:
    """The size of the left ventricle in words."""
    bounds = ((100, "small"), (200, "normal in size"), (245, "mildly dilated"))
    word = next((word for limit, word in bounds if edv_ml < limit), "severely dilated")
    return f"The left ventricle is {word}."


def wall_sentence(wall_mm: float) -> str:
    """The walls in words and millimetres."""
    if wall_mm < 12:
        return "Wall thickness is normal."
    return f"The left ventricular wall is thickened to {round(wall_mm)} mm."


_DISEASES = {
    "normal": "Impression: normal study.",
    "hcm": "Asymmetric septal thickening, in keeping with hypertrophic cardiomyopathy.",
    "dcm": "Global hypokinesis, in keeping with dilated cardiomyopathy.",
    "lvh": "Concentric left ventricular hypertrophy.",
    "ischaemic": (
        "Regional wall motion abnormality in a coronary territory, in keeping with ischaemic disease."
    ),
}


def _function(lvef: float, rng: np.random.Generator) -> str:
    if rng.random() < 0.2:
        return f"Left ventricular systolic function is {grade(lvef)}."
    return function_sentence(lvef)


def _right(dilated: bool) -> str:
    return "The right ventricle is dilated." if dilated else "The right ventricle is normal in size."


def _pericardium(effusion: bool) -> str:
    return "There is a large pericardial effusion." if effusion else "There is no pericardial effusion."


PROMPTS = {
    "low ejection fraction": (
        function_sentence(37.0),
        function_sentence(62.0),
    ),
    "hcm": (_DISEASES["hcm"], "Wall thickness is normal."),
    "dcm": ("The left ventricle is severely dilated.", "The left ventricle is normal in size."),
    "lvh": (_DISEASES["lvh"], "Wall thickness is normal."),
    "rv_dilation": (_right(True), _right(False)),
    "effusion": (_pericardium(True), _pericardium(False)),
    "ischaemic": (_DISEASES["ischaemic"], _DISEASES["normal"]),
    "normal": (_DISEASES["normal"], "Left ventricular systolic function is mildly reduced."),
}
"""For each condition a sentence that speaks for it and one that speaks against it."""
