"""Regions of the body as radiography, CT and MRI show them, with one finding where `lesion` is above 0.

Each painter fills a canvas for one slice at `z` (-1..1 through the region). Sizes and places come from the
patient's own numbers, so that all slices of a patient agree. Values: HU for CT, 0..1 for MRI and X-ray.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from training.phantoms.radclip_canvas import Canvas, Layer


@dataclass(frozen=True)
class Body:
    """One patient's numbers: spread of sizes and places, and where the finding lies."""

    wide: float
    high: float
    shift: tuple[float, float]
    side: int  # -1 on the left of the picture, 1 on the right
    spot: tuple[float, float]  # 0..1 within the organ that has it
    radius: float  # 0..1 between small and large

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A place in this body."""
        return x * self.wide + self.shift[0], y * self.high + self.shift[1]


def body_of(rng: np.random.Generator) -> Body:
    """A patient's numbers."""
    spot, shift = rng.uniform(0, 1, 2), rng.normal(0, 0.02, 2)
    return Body(
        wide=float(rng.uniform(0.88, 1.06)),
        high=float(rng.uniform(0.88, 1.06)),
        shift=(float(shift[0]), float(shift[1])),
        side=int(rng.choice((-1, 1))),
        spot=(float(spot[0]), float(spot[1])),
        radius=float(rng.uniform(0, 1)),
    )


Painter = Callable[[Canvas, Body, str, float], None]
"""(canvas, body, finding, size of the lesion in this slice 0..1)."""


def _oval(c: Canvas, b: Body, x: float, y: float, size: tuple[float, float]) -> Layer:
    place = b.at(x, y)
    return c.ellipse(*place, size[0] * b.wide, size[1] * b.high)


def _spot(c: Canvas, b: Body, organ: tuple[float, float, float, float], radius: float) -> Layer:
    """A round finding somewhere within an organ (x, y, rx, ry)."""
    x, y, rx, ry = organ
    angle, far = 2 * np.pi * b.spot[0], 0.62 * b.spot[1] ** 0.5
    place = b.at(x + far * rx * np.cos(angle), y + far * ry * np.sin(angle))
    return c.ellipse(*place, radius, radius * (0.8 + 0.4 * b.spot[1]), np.pi * b.spot[0])


def chest_ct(c: Canvas, b: Body, finding: str, lesion: float) -> None:
    """Axial chest: fat, wall, lungs, heart, spine, aorta."""
    c.values[:] = -1000
    c.paint(_oval(c, b, 0, 0, (0.92, 0.68)), c.about(-100, 15))
    c.paint(_oval(c, b, 0, 0, (0.84, 0.6)), c.about(45, 10))
    lungs = {s: _oval(c, b, 0.42 * s, -0.02, (0.33, 0.49)) for s in (-1, 1)}
    for lung in lungs.values():
        c.paint(lung, c.about(-850, 40))
    for _ in range(7):  # vessels
        x, y = c.rng.uniform(-0.6, 0.6), c.rng.uniform(-0.35, 0.35)
        c.paint(c.ellipse(x, y, 0.02, 0.02) * (lungs[-1] + lungs[1]).clip(0, 1), 20)
    c.paint(_oval(c, b, 0.1, -0.14, (0.27, 0.23)), c.about(45, 10))
    c.paint(_oval(c, b, 0, 0.44, (0.12, 0.13)), c.about(280, 60))
    c.paint(_oval(c, b, 0.13, 0.28, (0.07, 0.07)), c.about(60, 15))
    lung, side = lungs[b.side], b.side
    if finding == "nodule" and lesion:
        size = (0.07 + 0.07 * b.radius) * lesion
        c.paint(_spot(c, b, (0.45 * side, 0, 0.26, 0.36), size), c.about(40, 20))
    elif finding == "pleural effusion" and lesion:
        c.paint(lung * c.below(0.3 - 0.22 * b.radius * lesion), c.about(10, 8))
    elif finding == "airspace opacity" and lesion:
        size = (0.18 + 0.14 * b.radius) * lesion
        c.cloud(lung * _spot(c, b, (0.42 * side, 0, 0.25, 0.35), size), c.about(-120, 60))


def _abdomen(c: Canvas, b: Body, of: Mapping[str, float]) -> tuple[Layer, Layer, Layer]:
    """Walls and organs of the upper abdomen; the liver, the kidney of the finding, and the inside."""
    c.paint(_oval(c, b, 0, 0, (0.92, 0.7)), of["fat"])
    c.paint(_oval(c, b, 0, 0, (0.8, 0.58)), of["muscle"])
    inside = _oval(c, b, 0, -0.02, (0.74, 0.52))
    c.paint(inside, of["fat"])
    for x, y in ((0.05, -0.3), (0.25, -0.22), (-0.02, -0.12), (0.32, 0.0)):
        c.paint(_oval(c, b, x, y, (0.11, 0.09)), of["bowel"])
    liver = _oval(c, b, -0.38, -0.1, (0.34, 0.37))
    c.paint(liver, of["liver"])
    c.paint(_oval(c, b, 0.55, 0.06, (0.17, 0.23)), of["spleen"])
    kidneys = {s: _oval(c, b, 0.36 * s, 0.3, (0.14, 0.15)) for s in (-1, 1)}
    for kidney in kidneys.values():
        c.paint(kidney, of["kidney"])
    c.paint(_oval(c, b, 0, 0.38, (0.13, 0.14)), of["spine"])
    c.paint(_oval(c, b, 0.05, 0.18, (0.06, 0.06)), of["vessel"])
    return liver, kidneys[b.side], inside


def _ascites(c: Canvas, b: Body, inside: Layer, lesion: float) -> Layer:
    thin = 1 - (0.09 + 0.07 * b.radius) * lesion
    made: Layer = inside * (1 - c.ellipse(*b.at(0, -0.02), 0.74 * thin * b.wide, 0.52 * thin * b.high))
    return made


def abdomen_ct(c: Canvas, b: Body, finding: str, lesion: float) -> None:
    """Axial upper abdomen in the portal venous phase."""
    c.values[:] = -1000
    values = {"fat": -100, "muscle": 55, "bowel": 20, "liver": 105, "spleen": 115, "kidney": 160,
              "spine": 320, "vessel": 150}  # fmt: skip
    liver, _kidney, inside = _abdomen(c, b, {k: c.about(v, 8) for k, v in values.items()})
    if not lesion:
        return
    if finding == "liver lesion":
        c.paint(liver * _spot(c, b, (-0.38, -0.1, 0.27, 0.29), (0.08 + 0.07 * b.radius) * lesion), 45)
    elif finding == "renal cyst":
        c.paint(_spot(c, b, (0.38 * b.side, 0.32, 0.15, 0.16), (0.07 + 0.05 * b.radius) * lesion), 5)
    elif finding == "renal stone":
        c.paint(_spot(c, b, (0.36 * b.side, 0.3, 0.09, 0.1), (0.035 + 0.02 * b.radius) * lesion), 900)
    elif finding == "ascites":
        c.paint(_ascites(c, b, inside, lesion), 8)


def abdomen_mri(c: Canvas, b: Body, finding: str, lesion: float) -> None:
    """Axial upper abdomen, T2-weighted: fluid is bright."""
    values = {"fat": 0.62, "muscle": 0.2, "bowel": 0.45, "liver": 0.33, "spleen": 0.52, "kidney": 0.6,
              "spine": 0.42, "vessel": 0.06}  # fmt: skip
    liver, _kidney, inside = _abdomen(c, b, {k: c.about(v, 0.05) for k, v in values.items()})
    if not lesion:
        return
    if finding == "liver lesion":
        size = (0.09 + 0.07 * b.radius) * lesion
        c.cloud(liver * _spot(c, b, (-0.38, -0.1, 0.27, 0.29), size), 0.62, 0.2)
    elif finding == "renal cyst":
        c.paint(_spot(c, b, (0.38 * b.side, 0.32, 0.15, 0.16), (0.07 + 0.05 * b.radius) * lesion), 1.0)
    elif finding == "ascites":
        c.paint(_ascites(c, b, inside, lesion), 1.0)


def _head(c: Canvas, b: Body, of: Mapping[str, float]) -> Layer:
    """Scalp, skull, brain, ventricles; the brain."""
    c.paint(_oval(c, b, 0, 0, (0.72, 0.88)), of["scalp"])
    c.paint(_oval(c, b, 0, 0, (0.68, 0.84)), of["skull"])
    brain = _oval(c, b, 0, 0, (0.61, 0.77))
    c.paint(brain, of["grey"])
    c.paint(_oval(c, b, 0, 0, (0.5, 0.64)), of["white"])
    for side in (-1, 1):
        place = b.at(0.12 * side, 0.0)
        c.paint(c.ellipse(*place, 0.06 * b.wide, 0.25 * b.high, 0.2 * side), of["csf"])
    return brain


def head_ct(c: Canvas, b: Body, finding: str, lesion: float) -> None:
    """Axial head without contrast."""
    c.values[:] = -1000
    values = {"scalp": 10.0, "skull": 1000.0, "grey": 38.0, "white": 29.0, "csf": 7.0}
    brain = _head(c, b, {k: c.about(v, 0.06 * abs(v)) for k, v in values.items()})
    if finding == "haemorrhage" and lesion:
        size = (0.11 + 0.1 * b.radius) * lesion
        c.paint(brain * _spot(c, b, (0.3 * b.side, 0.05, 0.2, 0.4), size), c.about(70, 6))
    elif finding == "acute infarct" and lesion:
        c.paint(brain * _wedge(c, b, lesion), c.about(18, 3))


def head_mri(c: Canvas, b: Body, finding: str, lesion: float) -> None:
    """Axial head, FLAIR: fluid is dark, what is ill is bright."""
    values = {"scalp": 0.8, "skull": 0.06, "grey": 0.48, "white": 0.38, "csf": 0.12}
    brain = _head(c, b, {k: c.about(v, 0.04) for k, v in values.items()})
    organ = (0.28 * b.side, 0.05, 0.2, 0.38)
    if finding == "glioma tumour" and lesion:
        size = (0.15 + 0.1 * b.radius) * lesion
        c.paint(brain * _spot(c, b, organ, size * 1.35), 0.62)
        c.paint(brain * _spot(c, b, organ, size), 1.0)
        c.paint(brain * _spot(c, b, organ, size * 0.6), 0.2)
    elif finding == "infarct" and lesion:
        c.paint(brain * _wedge(c, b, lesion), c.about(0.85, 0.05))
    elif finding == "oedema" and lesion:
        for side in (-1, 1):  # along both ventricles
            place = b.at(0.2 * side, 0.0)
            ring = c.ellipse(*place, (0.13 + 0.05 * b.radius) * lesion, 0.42 * lesion, 0.15 * side)
            c.cloud(ring * (1 - c.ellipse(*b.at(0.12 * side, 0), 0.07, 0.26, 0.2 * side)), 0.8, 0.2)


def _wedge(c: Canvas, b: Body, lesion: float) -> Layer:
    """The territory of one artery: from the middle to the rim, to one side."""
    turn = (b.spot[0] - 0.5) * 1.4
    half = (0.35 + 0.25 * b.radius) * lesion
    angle = np.arctan2(c.y - b.shift[1], (c.x - b.shift[0]) * b.side)
    within = np.clip((half - np.abs(angle - turn)) * 12, 0, 1)
    deep = c.ellipse(*b.at(0, 0), 0.26, 0.32)
    made: Layer = (within * (1 - deep)).astype(np.float32)
    return made


def chest_xray(c: Canvas, b: Body, finding: str, lesion: float) -> None:
    """Frontal projection: what absorbs is bright."""
    c.values[:] = 0.04
    c.paint(_oval(c, b, 0, 0.15, (0.95, 1.15)), c.about(0.6, 0.05))
    lungs = {s: _oval(c, b, 0.41 * s, -0.08, (0.33, 0.66)) for s in (-1, 1)}
    for lung in lungs.values():
        c.paint(lung, c.about(0.2, 0.04))
    for n in range(6):  # ribs
        rib = _oval(c, b, 0, -0.62 + 0.24 * n, (0.8, 0.3)) - _oval(c, b, 0, -0.585 + 0.24 * n, (0.8, 0.3))
        c.values += 0.09 * rib.clip(0, 1)
    c.paint(_oval(c, b, 0, 0, (0.09, 1.0)), c.about(0.72, 0.04))
    wide = 0.5 if finding == "cardiomegaly" and lesion else 0.29
    c.paint(_oval(c, b, 0.12, 0.22, (wide * c.about(1, 0.06), 0.3)), c.about(0.75, 0.04))
    c.paint(c.below(0.56 + b.shift[1], -0.03) * _oval(c, b, 0, 0.15, (0.92, 1.1)), c.about(0.7, 0.03))
    lung, side = lungs[b.side], b.side
    if finding == "nodule" and lesion:
        c.paint(lung * _spot(c, b, (0.45 * side, -0.1, 0.24, 0.5), 0.08 + 0.06 * b.radius), 0.62)
    elif finding == "pleural effusion" and lesion:
        level = c.below(0.36 - 0.3 * b.radius, -0.25 * side)  # climbs along the wall
        c.paint(_oval(c, b, 0.41 * side, -0.08, (0.35, 0.74)) * level, 0.74)
    elif finding == "consolidation" and lesion:
        size = 0.2 + 0.12 * b.radius
        c.cloud(lung * _spot(c, b, (0.42 * side, 0.0, 0.22, 0.45), size), 0.6, 0.3)


PAINTERS: Mapping[str, Painter] = {
    "chest X-ray": chest_xray,
    "chest CT": chest_ct,
    "abdomen CT": abdomen_ct,
    "abdomen MRI": abdomen_mri,
    "head CT": head_ct,
    "head MRI": head_mri,
}
