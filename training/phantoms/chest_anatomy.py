"""The organs of the synthetic trunk as shapes, painted back to front."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from training.phantoms.chest_findings import BITS, Lesion

Grid = NDArray[np.float32]
Mask = NDArray[np.bool_]
Point = tuple[float, float, float]

LUNGS, HEART, AORTA, LIVER, SPLEEN, KIDNEYS, STOMACH, SPINE, FOCAL, FLUID = range(1, 11)
_ENHANCED: Mapping[str, Mapping[str, float]] = {
    "unenhanced": {"blood": 42, "liver": 56, "spleen": 48, "kidneys": 32, "aorta": 42},
    "arterial": {"blood": 220, "liver": 68, "spleen": 110, "kidneys": 130, "aorta": 300},
    "portal venous": {"blood": 140, "liver": 108, "spleen": 122, "kidneys": 175, "aorta": 150},
}


@dataclass(frozen=True)
class Body:
    """How one patient is built; lengths in mm, `sizes` of organs relative to the usual."""

    half_width: float
    half_depth: float
    height: float
    fat_mm: float
    sizes: Mapping[str, float]
    shifts: Mapping[str, Point]
    hu: Mapping[str, float]

    @staticmethod
    def drawn(rng: np.random.Generator, phase: str) -> Body:
        """A patient by chance."""
        names = ("lungs", "heart", "aorta", "liver", "spleen", "kidneys", "stomach", "spine")
        width = rng.uniform(0.85, 1.2)
        sizes = {name: float(np.clip(rng.normal(1, 0.07), 0.85, 1.15)) for name in names}
        shifts = {name: tuple(rng.normal(0, 4.0, 3).tolist()) for name in names}
        hu = {name: value * float(rng.normal(1, 0.07)) for name, value in _ENHANCED[phase].items()}
        return Body(
            half_width=165 * width,
            half_depth=110 * width * rng.uniform(0.9, 1.1),
            height=float(rng.uniform(0.92, 1.08)),
            fat_mm=float(rng.uniform(8, 28)),
            sizes=sizes,
            shifts=shifts,
            hu=hu,
        )


@dataclass(eq=False)
class Canvas:
    """What is being painted: HU, labels, findings' marks, and where each voxel lies."""

    x: Grid
    y: Grid
    z: Grid
    hu: Grid
    labels: NDArray[np.uint8]
    marks: NDArray[np.uint16]
    affine: NDArray[np.float64]
    rng: np.random.Generator
    organs: dict[str, Mask] = field(default_factory=dict)

    @staticmethod
    def empty(x: Grid, y: Grid, z: Grid, affine: NDArray[np.float64], rng: np.random.Generator) -> Canvas:
        """Nothing but air."""
        shape = x.shape
        return Canvas(
            x, y, z, np.full(shape, -1000, np.float32), np.zeros(shape, np.uint8), np.zeros(shape, np.uint16),
            affine, rng,
        )  # fmt: skip

    @property
    def voxels_mm(self) -> NDArray[np.float64]:
        """Edge lengths of a voxel along (slices, rows, columns)."""
        edges: NDArray[np.float64] = np.linalg.norm(self.affine[:3, :3], axis=0)
        return edges

    def ball(self, centre: Point, radii: Point) -> Mask:
        """Voxels within an ellipsoid (x, y, z)."""
        far = ((self.x - centre[0]) / radii[0]) ** 2 + ((self.y - centre[1]) / radii[1]) ** 2
        inside: Mask = far + ((self.z - centre[2]) / radii[2]) ** 2 < 1
        return inside

    def tube(self, path: Sequence[Point], radius: float | Grid) -> Mask:
        """Voxels within `radius` of a line through points."""
        near = np.full(self.x.shape, np.inf, np.float32)
        for start, end in pairwise(path):
            near = np.minimum(near, self._away(np.array(start), np.array(end)))
        inside: Mask = near < np.square(radius)
        return inside

    def _away(self, start: NDArray[np.float64], end: NDArray[np.float64]) -> Grid:
        """Squared distance from a stretch."""
        along = end - start
        dx, dy, dz = self.x - start[0], self.y - start[1], self.z - start[2]
        t = np.clip((dx * along[0] + dy * along[1] + dz * along[2]) / (along @ along), 0, 1)
        away: Grid = (dx - t * along[0]) ** 2 + (dy - t * along[1]) ** 2 + (dz - t * along[2]) ** 2
        return away

    def texture(self, sigma_mm: float) -> Grid:
        """Smooth noise of spread one."""
        noise = self.rng.standard_normal(self.x.shape, np.float32)
        smooth = ndimage.gaussian_filter(noise, sigma_mm / self.voxels_mm)
        made: Grid = smooth / (smooth.std() + 1e-6)
        return made

    def paint(self, inside: Mask, hu: float | Grid, label: int = 0) -> None:
        """Give voxels a density and a label."""
        self.hu[inside] = hu[inside] if isinstance(hu, np.ndarray) else hu
        self.labels[inside] = label


def painted(canvas: Canvas, body: Body, lesions: Sequence[Lesion]) -> None:
    """Paint the organs, in the shape that the patient's findings give them."""
    by_name = {lesion.name: lesion for lesion in lesions}
    _trunk(canvas, body)
    for paint in (_lungs, _bowel, _liver, _spleen, _kidneys, _stomach, _vessels, _heart, _bones):
        paint(canvas, body, by_name)


Painter = Callable[[Canvas, Body, Mapping[str, Lesion]], None]


def dome(canvas: Canvas) -> Grid:
    """Height of the diaphragm above each place."""
    x, y = canvas.x, canvas.y
    right = 22 * np.exp(-(((x + 75) / 60) ** 2) - ((y - 5) / 70) ** 2)
    left = 12 * np.exp(-(((x - 75) / 60) ** 2) - ((y - 5) / 70) ** 2)
    back = 55 * np.clip((y - 25) / 60, 0, 1) ** 1.5  # it drops towards the back
    height: Grid = right + left - back
    return height


def _trunk(canvas: Canvas, body: Body) -> None:
    taper = np.clip((canvas.z - 150) / 160, 0, 1)  # shoulders are left out of the scan
    across, deep = body.half_width * (1 - 0.25 * taper), body.half_depth * (1 - 0.2 * taper)
    far = np.abs(canvas.x / across) ** 2.4 + np.abs(canvas.y / deep) ** 2.4
    canvas.organs["trunk"] = far < 1
    canvas.paint(canvas.organs["trunk"], -100.0)
    inner = far < (1 - body.fat_mm / body.half_depth) ** 2.4
    canvas.paint(inner, 52.0)
    canvas.organs["cavity"] = far < (1 - (body.fat_mm + 16) / body.half_depth) ** 2.4
    table = np.abs(canvas.y - body.half_depth - 14 + (canvas.x / 160) ** 2 * 12) < 5
    canvas.paint(table & ~canvas.organs["trunk"] & (np.abs(canvas.x) < 190), -300.0)


def _lungs(canvas: Canvas, body: Body, found: Mapping[str, Lesion]) -> None:
    size, up = body.sizes["lungs"], dome(canvas) + body.shifts["lungs"][2]
    across, deep = body.half_width / 165, body.half_depth / 110
    sides = [
        canvas.ball((side * 76 * across, 4 * deep, 60), (56 * across * size, 86 * deep, 165))
        & (canvas.z > up) & canvas.organs["cavity"]
        for side in (-1, 1)
    ]  # fmt: skip
    canvas.organs["right lung"], canvas.organs["left lung"] = sides
    density = -985.0 if "emphysema" in found else -845.0
    base = density + 18 * canvas.texture(24) + 35 * np.clip(canvas.y / 80, -1, 1)
    canvas.paint(sides[0] | sides[1], base.astype(np.float32), LUNGS)
    hilum = np.exp(-(((np.abs(canvas.x) - 40) / 45) ** 2) - ((canvas.z - 75) / 75) ** 2)
    grain = canvas.texture(5.5)
    branches = (sides[0] | sides[1]) & (grain > 2.3 - 1.1 * hilum)
    canvas.paint(branches, (-560 + 420 * hilum).astype(np.float32), LUNGS)
    abdomen = canvas.organs["cavity"] & (canvas.z <= up)
    canvas.organs["abdomen"] = abdomen
    canvas.paint(abdomen, -96.0)
    middle = canvas.organs["cavity"] & (canvas.z > up) & ~(sides[0] | sides[1])
    canvas.paint(middle & (canvas.z < 190), -70.0)


def _bowel(canvas: Canvas, body: Body, found: Mapping[str, Lesion]) -> None:  # noqa: ARG001 - every painter has one shape
    """Loops that look like everything else: soft, some with gas."""
    low = canvas.organs["abdomen"] & (canvas.z < -60) & (canvas.y < 40)
    loops = low & (canvas.texture(13) > 0.1)
    canvas.paint(loops, (28 + 10 * canvas.texture(6)).astype(np.float32))
    canvas.paint(loops & (canvas.texture(9) > 1.7) & (canvas.y < 0), -880.0)


def _placed(body: Body, name: str, centre: Point, radii: Point) -> tuple[Point, Point]:
    across, deep = body.half_width / 165, body.half_depth / 110
    size, shift = body.sizes[name], body.shifts[name]
    x, y, z = (c * f + s for c, f, s in zip(centre, (across, deep, body.height), shift, strict=True))
    a, b, c = (r * f * size for r, f in zip(radii, (across, deep, body.height), strict=True))
    return (x, y, z), (a, b, c)


def _liver(canvas: Canvas, body: Body, found: Mapping[str, Lesion]) -> None:
    right = canvas.ball(*_placed(body, "liver", (-72, 0, -45), (80, 88, 88)))
    left = canvas.ball(*_placed(body, "liver", (0, -45, -22), (75, 34, 38)))
    inside = (right | left) & canvas.organs["abdomen"]
    density = body.hu["liver"] - (42 if "steatosis" in found else 0)
    canvas.paint(inside, (density + 3 * canvas.texture(18)).astype(np.float32), LIVER)
    veins = inside & (np.abs(canvas.texture(11)) < 0.09)
    canvas.paint(veins, body.hu["blood"], LIVER)
    gallbladder = canvas.ball(*_placed(body, "liver", (-45, -48, -92), (16, 17, 26)))
    canvas.paint(gallbladder & canvas.organs["abdomen"], 8.0)
    canvas.organs["liver"] = canvas.labels == LIVER


def _spleen(canvas: Canvas, body: Body, found: Mapping[str, Lesion]) -> None:
    grown = 1.45 if "splenomegaly" in found else 1.0
    centre, (a, b, c) = _placed(body, "spleen", (90, 38, -34), (28, 36, 46))
    inside = canvas.ball(centre, (a * grown, b * grown, c * grown)) & canvas.organs["abdomen"]
    canvas.paint(inside, (body.hu["spleen"] + 3 * canvas.texture(18)).astype(np.float32), SPLEEN)


def _kidneys(canvas: Canvas, body: Body, found: Mapping[str, Lesion]) -> None:  # noqa: ARG001 - as above
    for side, name in ((-1, "right kidney"), (1, "left kidney")):
        centre, radii = _placed(body, "kidneys", (side * 64, 46, -108 + 6 * side), (28, 26, 52))
        inside = canvas.ball(centre, radii) & canvas.organs["abdomen"]
        canvas.paint(inside, body.hu["kidneys"], KIDNEYS)
        x, y, z = centre
        sinus = canvas.ball((x - side * 12, y - 4, z), (12, 10, 24)) & inside
        canvas.paint(sinus, -60.0, KIDNEYS)
        canvas.organs[name] = inside


def _stomach(canvas: Canvas, body: Body, found: Mapping[str, Lesion]) -> None:  # noqa: ARG001 - as above
    centre, radii = _placed(body, "stomach", (55, -28, -42), (40, 38, 48))
    inside = canvas.ball(centre, radii) & canvas.organs["abdomen"]
    inside &= ~np.isin(canvas.labels, (LIVER, SPLEEN, KIDNEYS))
    level = centre[1] - radii[1] * 0.3
    content = np.where(canvas.y < level, -920.0, 25 + 9 * canvas.texture(7)).astype(np.float32)
    canvas.paint(inside, content, STOMACH)


def _vessels(canvas: Canvas, body: Body, found: Mapping[str, Lesion]) -> None:
    blood = body.hu["blood"]
    canvas.paint(canvas.tube([(-22, 32, -230), (-22, 30, 5)], 11.0), blood)  # the lower caval vein
    radius: Grid = np.full(canvas.x.shape, 12.5 * body.sizes["aorta"], np.float32)
    bulge = found.get("aneurysm")
    if bulge is not None:
        swollen = np.exp(-(((canvas.z - bulge.centre[2]) / 34) ** 2))
        radius = (radius * (1 + (bulge.size_mm / 25 - 1) * swollen)).astype(np.float32)
    dx, dy, _ = body.shifts["aorta"]
    arch = [(-8, -12, 95), (-6, -14, 150), (5, 5, 168), (20 + dx, 32 + dy, 155), (22 + dx, 42 + dy, 100)]
    down = [(22 + dx, 42 + dy, 100), (14 + dx, 42 + dy, -40), (4 + dx, 34 + dy, -230)]
    inside = canvas.tube(arch, 13.0 * body.sizes["aorta"]) | canvas.tube(down, radius)
    canvas.paint(inside & canvas.organs["trunk"], body.hu["aorta"], AORTA)


def _heart(canvas: Canvas, body: Body, found: Mapping[str, Lesion]) -> None:
    grown = 1.28 if "cardiomegaly" in found else 1.0
    centre, (a, b, c) = _placed(body, "heart", (22, -22, 46), (56, 46, 46))
    inside = canvas.ball(centre, (a * grown, b * grown, c * grown)) & (canvas.z > dome(canvas) - 6)
    inside &= canvas.organs["cavity"] & (canvas.labels != AORTA) & (canvas.labels != LIVER)
    muscle = body.hu["blood"] * 0.6 + 20
    canvas.paint(inside, muscle, HEART)
    for side in (-1, 1):
        x, y, z = centre
        chamber = canvas.ball((x + side * a * 0.42, y, z), (a * 0.38, b * 0.6, c * 0.6)) & inside
        canvas.paint(chamber, body.hu["blood"], HEART)


def _bones(canvas: Canvas, body: Body, found: Mapping[str, Lesion]) -> None:  # noqa: ARG001 - as above
    x, y = canvas.x - body.shifts["spine"][0], canvas.y - body.half_depth * 0.58
    size = body.sizes["spine"]
    bodies = (x / (20 * size)) ** 2 + (y / (17 * size)) ** 2 < 1
    beat = np.abs(((canvas.z + 500) % 32) - 16)  # a disc every 32 mm
    canvas.paint(bodies, np.where(beat < 3.5, 75.0, 210.0).astype(np.float32), SPINE)
    arch = ((x / 24) ** 2 + ((y - 26) / 20) ** 2 < 1) & (beat > 6)
    canvas.paint(arch, 320.0, SPINE)
    canvas.paint((x / 8) ** 2 + ((y - 22) / 7) ** 2 < 1, 28.0)  # the spinal canal
    psoas = ((np.abs(canvas.x) - 42) / 20) ** 2 + (y / 22) ** 2 < 1
    canvas.paint(psoas & (canvas.z < -70) & (canvas.labels == 0), 55.0)
    _ribs(canvas, body)


def _ribs(canvas: Canvas, body: Body) -> None:
    far = np.abs(canvas.x / body.half_width) ** 2.4 + np.abs(canvas.y / body.half_depth) ** 2.4
    wall = np.abs(far ** (1 / 2.4) - (1 - (body.fat_mm + 9) / body.half_depth)) < 0.035
    slanted = (canvas.z + 0.35 * canvas.y + 500) % 27
    canvas.paint(wall & (slanted < 11) & (canvas.z > -70), 430.0)


def mark(canvas: Canvas, inside: Mask, name: str) -> None:
    """Note where a finding shows."""
    canvas.marks[inside] |= np.uint16(1 << BITS[name])
