"""Put lesions into the signal of a rendered subject, and remember where they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from training.phantoms.anatomy import crescent_profile
from training.phantoms.canvas import (
    CORE,
    OEDEMA,
    Box,
    Canvas,
    brain_in,
    distance_mm,
    hemisphere,
    intracranial,
    ripples,
    share_within,
)
from training.phantoms.head import Map
from training.phantoms.lesions import Lesion


def paint(canvas: Canvas, lesion: Lesion) -> NDArray[np.uint8]:
    """Paint one lesion; returns its mask (k, j, i): 1 the lesion, 2 oedema around it."""
    canvas.mask = np.zeros_like(canvas.mask)
    rng = np.random.default_rng(lesion.seed)
    _PAINTERS[lesion.kind](canvas, lesion, rng)
    return canvas.mask


def _oedema(canvas: Canvas, box: Box, distance: Map, width_mm: float) -> None:
    """White matter around a lesion; fades outwards."""
    if width_mm > 0:
        envelope = np.clip((width_mm - distance) / (0.5 * width_mm), 0, 1)
        white = np.clip(canvas.tissue("wm", box) * 1.5 + 0.25 * canvas.tissue("gm", box), 0, 1)
        canvas.paint(box, (0.9 * envelope * white).astype(np.float32), "oedema", OEDEMA)


def _ring(canvas: Canvas, lesion: Lesion, rng: np.random.Generator) -> None:
    """Enhancing rim around a dead centre, oedema around both."""
    wall = "capsule" if lesion.kind == "abscess" else "enhancing"
    core = "pus" if lesion.kind == "abscess" else "necrosis"
    rough = {"abscess": 0.05, "metastases": 0.06}.get(lesion.kind, 0.16)
    for focus in lesion.foci:
        share = rng.uniform(0.14, 0.2) if lesion.kind == "abscess" else rng.uniform(0.25, 0.5)
        box = canvas.box_around(focus.centre_mm, focus.radius_mm * 1.8 + lesion.oedema_mm + 3)
        distance = distance_mm(canvas, box, focus, rng, rough)
        _oedema(canvas, box, distance, lesion.oedema_mm)
        inside = intracranial(canvas, box)
        canvas.paint(box, share_within(distance) * inside, wall)
        if focus.radius_mm > 5:
            uneven = 0.0 if wall == "capsule" else 0.09 * focus.radius_mm
            hollow = distance + uneven * ripples(*canvas.offsets_mm(box, focus.centre_mm), 9.0, rng)
            canvas.paint(box, share_within(hollow + max(share * focus.radius_mm, 2.0)) * inside, core)


def _solid(canvas: Canvas, lesion: Lesion, rng: np.random.Generator) -> None:
    """One even tissue: meningioma, low-grade glioma, haematoma."""
    tissue = {
        "meningioma": "meningioma",
        "low-grade glioma": "low grade",
        "haemorrhage": f"{lesion.variant} blood",
    }[lesion.kind]
    rough = {"meningioma": 0.04, "low-grade glioma": 0.2}.get(lesion.kind, 0.12)
    for focus in lesion.foci:
        box = canvas.box_around(focus.centre_mm, focus.radius_mm * 1.9 + lesion.oedema_mm + 3)
        distance = distance_mm(canvas, box, focus, rng, rough)
        _oedema(canvas, box, distance, lesion.oedema_mm)
        soft_mm = 6.0 if lesion.kind == "low-grade glioma" else 1.8
        within = intracranial(canvas, box)
        if lesion.kind == "low-grade glioma":
            within = brain_in(canvas, box) * hemisphere(canvas, box, lesion.side)
        canvas.paint(box, share_within(distance, soft_mm) * within, tissue)


def _wedge(canvas: Canvas, lesion: Lesion, rng: np.random.Generator) -> None:
    """The brain of a territory, widening from a point near the ventricle to the cortex; not its fluid."""
    (focus,) = lesion.foci
    box = canvas.box_around(focus.centre_mm, focus.radius_mm * 2.2 + 4)
    source = canvas.subject.source_mm[:, box[0], box[1], box[2]]
    border = _territory(lesion, source)
    if lesion.variant == "MCA":
        middle = canvas.subject.warp.to_atlas(focus.centre_mm)
        border = np.minimum(border, _cone(source, lesion.side, middle, focus.radius_mm))
    else:
        border = np.minimum(border, -distance_mm(canvas, box, focus, rng, 0.14))
    border = border + 3.5 * ripples(*canvas.offsets_mm(box, focus.centre_mm), 14.0, rng)
    weight = share_within(-border, 4.0) * brain_in(canvas, box) * hemisphere(canvas, box, lesion.side)
    canvas.paint(box, (0.93 * weight).astype(np.float32), "infarct")


def _territory(lesion: Lesion, source_mm: NDArray[np.float32]) -> Map:
    """Distance to the border of an artery's territory, positive inside, in atlas coordinates."""
    x, y, z = source_mm
    medial = lesion.side * x
    border: Map = {
        "MCA": np.minimum(medial - 19, 66 - y),
        "ACA": np.minimum(24 - medial, np.minimum(30 - y, z + 8)),
        "PCA": np.minimum(44 - medial, np.minimum(y - 36, 30 - z)),
    }[lesion.variant]
    return border


def _cone(source_mm: NDArray[np.float32], side: int, middle_mm: NDArray[np.float64], radius_mm: float) -> Map:
    """Distance to the border of a cone from the ventricle through `middle_mm`, where it has that radius."""
    apex = np.array([side * 10.0, 0.6 * middle_mm[1], 12.0], np.float32)
    axis = (middle_mm - apex).astype(np.float32)
    length = float(np.linalg.norm(axis))
    offset = source_mm - apex.reshape(3, 1, 1, 1)
    along = np.tensordot(axis / length, offset, 1)
    across = np.sqrt(np.maximum((offset * offset).sum(axis=0) - along * along, 0))
    border: Map = along * np.float32(0.8 * radius_mm / length) - across
    return border


def _plaques(canvas: Canvas, lesion: Lesion, rng: np.random.Generator) -> None:
    """Small ovoids in the white matter; an active one enhances."""
    tissue = "plaque" if lesion.kind == "multiple sclerosis" else "leukoaraiosis"
    for focus in lesion.foci:
        box = canvas.box_around(focus.centre_mm, focus.radius_mm * 2.2 + 2)
        distance = distance_mm(canvas, box, focus, rng, 0.1)
        weight = share_within(distance, 1.8) * np.clip(brain_in(canvas, box), 0, 1)
        canvas.paint(box, weight, "active plaque" if focus.active else tissue)


def _small_vessels(canvas: Canvas, lesion: Lesion, rng: np.random.Generator) -> None:
    """Scattered foci and a rim along the ventricles."""
    _cap(canvas, lesion.extent, "leukoaraiosis", CORE)
    _plaques(canvas, lesion, rng)


def _cap(canvas: Canvas, width_mm: float, tissue: str, mark: int) -> None:
    """White matter along the lateral ventricles, fading over `width_mm`."""
    box = canvas.box_around((0.0, 12.0, 18.0), 85.0)
    distance = canvas.subject.ventricle_mm[box]
    near = np.clip((width_mm - distance) / width_mm * 1.6, 0, 1) * (distance > -3)
    canvas.paint(box, (0.9 * near * canvas.tissue("wm", box)).astype(np.float32), tissue, mark)


def _cavity(canvas: Canvas, lesion: Lesion, rng: np.random.Generator) -> None:
    """Fluid where tissue was taken out, open to the surface, with a scarred wall."""
    (focus,) = lesion.foci
    box = canvas.box_around(focus.centre_mm, focus.radius_mm * 1.9 + lesion.oedema_mm + 4)
    distance = distance_mm(canvas, box, focus, rng, 0.09)
    side = hemisphere(canvas, box, lesion.side) if lesion.side else 1.0
    scar = np.clip((lesion.oedema_mm + 2 - distance) / 3, 0, 1) * brain_in(canvas, box) * side
    canvas.paint(box, (0.85 * scar).astype(np.float32), "gliosis", OEDEMA)
    canvas.paint(box, share_within(distance, 2.0) * intracranial(canvas, box) * side, "cavity")


def _crescent(canvas: Canvas, lesion: Lesion, _rng: np.random.Generator) -> None:
    """Blood in the room that `anatomy` made between brain and skull."""
    tissue = f"{lesion.variant} blood"
    subject = canvas.subject
    everything = (slice(None), slice(None), slice(None))
    thick = lesion.extent * crescent_profile(subject.source_mm, lesion.side)
    outer = np.clip(subject.depth_mm + 2.5, 0, 1) * np.clip((1.0 - subject.depth_mm) + 0.5, 0, 1)
    weight = outer * np.clip(thick - 2.0, 0, 1)
    canvas.paint(everything, weight.astype(np.float32), tissue)


def _ventricles(canvas: Canvas, lesion: Lesion, rng: np.random.Generator) -> None:
    """The wide ventricles themselves, and fluid pressed through their walls."""
    if lesion.variant == "transependymal":
        _cap(canvas, float(rng.uniform(4, 8)), "oedema", OEDEMA)
    canvas.mask[(canvas.subject.ventricle_mm < 0) & (canvas.subject.tissue("csf") > 0.5)] = CORE


def _nothing(canvas: Canvas, _lesion: Lesion, _rng: np.random.Generator) -> None:
    """Atrophy is in the anatomy; its mask is the wide fluid around the brain and in it."""
    canvas.mask[(canvas.subject.tissue("csf") > 0.6) & (canvas.subject.depth_mm > 0)] = CORE


_PAINTERS: Mapping[str, Callable[[Canvas, Lesion, np.random.Generator], None]] = {
    "high-grade glioma": _ring,
    "metastases": _ring,
    "abscess": _ring,
    "low-grade glioma": _solid,
    "meningioma": _solid,
    "haemorrhage": _solid,
    "stroke": _wedge,
    "multiple sclerosis": _plaques,
    "small vessel disease": _small_vessels,
    "subdural": _crescent,
    "resection": _cavity,
    "hydrocephalus": _ventricles,
    "atrophy": _nothing,
}
