"""What is wrong with a synthetic trunk, painted over its organs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from training.phantoms.chest_anatomy import (
    AORTA,
    FLUID,
    FOCAL,
    HEART,
    LIVER,
    LUNGS,
    SPLEEN,
    Canvas,
    Mask,
    mark,
)
from training.phantoms.chest_findings import Lesion

_FLUID_HU = 8.0


def paint_lesions(canvas: Canvas, lesions: Sequence[Lesion], hu: Mapping[str, float], phase: str) -> None:
    """Paint every finding that is not already in its organ's shape, and note where each shows."""
    for lesion in sorted(lesions, key=lambda lesion: _ORDER.index(lesion.name)):
        if lesion.name in _PAINT:
            _PAINT[lesion.name](canvas, lesion, hu, phase)
        else:
            mark(canvas, _WHOLE[lesion.name](canvas, lesion), lesion.name)


def _lung(canvas: Canvas, lesion: Lesion) -> Mask:
    inside: Mask = canvas.organs[f"{lesion.side} lung"] & (canvas.labels == LUNGS)
    return inside


def _nodule(canvas: Canvas, lesion: Lesion, hu: Mapping[str, float], phase: str) -> None:  # noqa: ARG001 - every painter has one shape
    r = lesion.size_mm / 2
    inside = canvas.ball(lesion.centre, (r, r, r)) & _lung(canvas, lesion)
    density = 35.0 if lesion.kind == "solid" else -520.0
    canvas.paint(inside, density, FOCAL)
    mark(canvas, inside, "nodule")


def _consolidation(canvas: Canvas, lesion: Lesion, hu: Mapping[str, float], phase: str) -> None:  # noqa: ARG001 - as above
    r = lesion.size_mm / 2
    inside = canvas.ball(lesion.centre, (r * 0.9, r * 0.8, r)) & _lung(canvas, lesion)
    patchy = np.clip(-40 + 90 * canvas.texture(5), -500, 60).astype(np.float32)
    canvas.paint(inside, patchy, LUNGS)
    mark(canvas, inside, "consolidation")


def _effusion(canvas: Canvas, lesion: Lesion, hu: Mapping[str, float], phase: str) -> None:  # noqa: ARG001 - as above
    tilt = np.clip(canvas.z / 120, 0, 1) * 45  # less of it towards the apex
    inside = _lung(canvas, lesion) & (canvas.y > lesion.centre[1] + tilt)
    canvas.paint(inside, _FLUID_HU, FLUID)
    mark(canvas, inside, "effusion")


def _emphysema(canvas: Canvas, lesion: Lesion, hu: Mapping[str, float], phase: str) -> None:  # noqa: ARG001 - as above
    for centre, size in lesion.places:
        r = size / 2
        canvas.paint(canvas.ball(centre, (r, r, r)) & (canvas.labels == LUNGS), -1000.0, LUNGS)
    mark(canvas, canvas.labels == LUNGS, "emphysema")


def _liver_lesion(canvas: Canvas, lesion: Lesion, hu: Mapping[str, float], phase: str) -> None:
    density = hu["liver"] - (34 if phase == "unenhanced" else 52)
    for centre, size in lesion.places:
        r = size / 2
        inside = canvas.ball(centre, (r, r, r)) & (canvas.labels == LIVER)
        canvas.paint(inside, density, FOCAL)
        mark(canvas, inside, "liver_lesion")


def _renal_cyst(canvas: Canvas, lesion: Lesion, hu: Mapping[str, float], phase: str) -> None:  # noqa: ARG001 - as above
    r = lesion.size_mm / 2
    inside = canvas.ball(lesion.centre, (r, r, r)) & canvas.organs["abdomen"]
    inside &= ~np.isin(canvas.labels, (LIVER, SPLEEN, AORTA))
    canvas.paint(inside, 3.0, FOCAL)
    mark(canvas, inside, "renal_cyst")


def _renal_stone(canvas: Canvas, lesion: Lesion, hu: Mapping[str, float], phase: str) -> None:  # noqa: ARG001 - as above
    r = lesion.size_mm / 2
    inside = canvas.ball(lesion.centre, (r, r, r)) & canvas.organs[f"{lesion.side} kidney"]
    canvas.paint(inside, 950.0, FOCAL)
    mark(canvas, inside, "renal_stone")


def _ascites(canvas: Canvas, lesion: Lesion, hu: Mapping[str, float], phase: str) -> None:  # noqa: ARG001 - as above
    free = canvas.organs["abdomen"] & (canvas.labels == 0) & (canvas.hu < -40) & (canvas.hu > -200)
    outer = np.abs(canvas.x) > (70 if lesion.kind == "small" else 35)
    low = canvas.y > (-25 if lesion.kind == "small" else -60)
    inside = free & outer & low & (canvas.z < -25)
    canvas.paint(inside, _FLUID_HU, FLUID)
    mark(canvas, inside, "ascites")


Painter = Callable[[Canvas, Lesion, Mapping[str, float], str], None]
_PAINT: Mapping[str, Painter] = {
    "consolidation": _consolidation,
    "nodule": _nodule,
    "effusion": _effusion,
    "emphysema": _emphysema,
    "liver_lesion": _liver_lesion,
    "renal_cyst": _renal_cyst,
    "renal_stone": _renal_stone,
    "ascites": _ascites,
}
_WHOLE: Mapping[str, Callable[[Canvas, Lesion], Mask]] = {
    "cardiomegaly": lambda canvas, _: canvas.labels == HEART,
    "aneurysm": lambda canvas, lesion: (canvas.labels == AORTA) & (np.abs(canvas.z - lesion.centre[2]) < 36),
    "steatosis": lambda canvas, _: canvas.labels == LIVER,
    "splenomegaly": lambda canvas, _: canvas.labels == SPLEEN,
}
_ORDER = ("emphysema", "consolidation", "nodule", "effusion", "liver_lesion", "renal_cyst", "renal_stone",
          "ascites", "cardiomegaly", "aneurysm", "steatosis", "splenomegaly")  # fmt: skip
