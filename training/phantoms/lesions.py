"""Lesions as values: what, where, how large. `painting` puts them into a subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from training.phantoms.anatomy import Build, Point, Push, Warp
from training.phantoms.atlas import load_atlas


@dataclass(frozen=True)
class Focus:
    """One focus in head coordinates; `stretch` multiplies the radius along x, y, z."""

    centre_mm: Point
    radius_mm: float
    stretch: Point = (1.0, 1.0, 1.0)
    active: bool = False  # enhances, where not every focus of the kind does


@dataclass(frozen=True)
class Lesion:
    """One lesion, or one disease with several foci.

    region       where, in the words of a report, side included
    oedema_mm    width of the oedema around it
    push_mm      how far it moves the tissue at its edge
    variant      what sets it apart within its kind: "acute", "subacute", "chronic", a vascular territory
    extent       kind's own measure where it is no focus: mm of ventricle or crescent, weight of the sulci
    side         +1 left, -1 right, 0 both or midline
    """

    kind: str
    seed: int
    region: str = ""
    foci: tuple[Focus, ...] = ()
    oedema_mm: float = 0.0
    push_mm: float = 0.0
    variant: str = ""
    extent: float = 0.0
    side: int = 0

    @property
    def size_mm(self) -> float:
        """Largest diameter of the largest focus, or the extent."""
        return max((2 * f.radius_mm * max(f.stretch) for f in self.foci), default=self.extent)

    @property
    def pushes(self) -> tuple[Push, ...]:
        """The room it takes, focus by focus in proportion to the largest."""
        largest = max((f.radius_mm for f in self.foci), default=1.0)
        return tuple(
            Push(f.centre_mm, f.radius_mm, self.push_mm * f.radius_mm / largest)
            for f in self.foci
            if self.push_mm > 0 and f.radius_mm > 5
        )


def scaled(lesion: Lesion, factor: float) -> Lesion:
    """The same lesion, larger or smaller in every diameter."""
    foci = tuple(replace(f, radius_mm=f.radius_mm * factor) for f in lesion.foci)
    return replace(
        lesion,
        foci=foci,
        oedema_mm=lesion.oedema_mm * factor**0.5,
        push_mm=lesion.push_mm * factor,
        extent=lesion.extent * factor,
    )


def resected(lesion: Lesion, rng: np.random.Generator) -> Lesion:
    """The cavity that surgery leaves in place of a lesion's largest focus."""
    focus = max(lesion.foci, key=lambda f: f.radius_mm)
    focus = replace(focus, radius_mm=focus.radius_mm * float(rng.uniform(0.85, 1.05)), active=False)
    return Lesion("resection", lesion.seed, lesion.region, (focus,), oedema_mm=3.0, side=lesion.side)


def draw_lesion(kind: str, rng: np.random.Generator, warp: Warp) -> Lesion:
    """A lesion of a kind, somewhere where such a lesion is found."""
    if kind not in KINDS:
        raise ValueError(f"no lesion {kind!r}; there are {', '.join(KINDS)}")
    return KINDS[kind](rng, warp)


def into_build(build: Build, lesion: Lesion) -> Build:
    """What a lesion does to the shape of the head."""
    build = replace(build, pushes=build.pushes + lesion.pushes)
    if lesion.kind == "hydrocephalus":
        return replace(build, ventricle_mm=build.ventricle_mm + lesion.extent, sulci=build.sulci * 0.55)
    if lesion.kind == "atrophy":
        ventricle_mm = build.ventricle_mm + 0.9 * lesion.extent
        return replace(build, ventricle_mm=ventricle_mm, sulci=build.sulci + lesion.extent)
    if lesion.kind == "subdural":
        return replace(build, crescents=(*build.crescents, (lesion.side, lesion.extent)))
    return build


def region_name(atlas_mm: NDArray[np.floating]) -> str:
    """Where an atlas point lies, in the words of a report."""
    x, y, z = (float(v) for v in atlas_mm)
    side = "left" if x > 0 else "right"
    if z < -22 and y > 38:
        return f"{side} cerebellar hemisphere"
    if abs(x) < 34 and -16 < y < 22 and -8 < z < 18:
        return f"{side} basal ganglia"
    if z < 8 and abs(x) > 24 and -25 < y < 48:
        return f"{side} temporal lobe"
    if y > 62:
        return f"{side} occipital lobe"
    return f"{side} {'parietal' if y > 16 else 'frontal'} lobe"


@lru_cache(maxsize=16)
def _candidates(where: str) -> NDArray[np.float64]:
    """(n, 3) atlas points x, y, z at which a lesion may sit."""
    atlas = load_atlas()
    gm, wm = atlas.tissue("gm"), atlas.tissue("wm")
    deep, away = atlas.depth_mm, atlas.ventricle_mm
    z, y, x = (
        np.arange(n).reshape([-1 if a == axis else 1 for a in range(3)]) for axis, n in enumerate(gm.shape)
    )
    x, y, z = (
        c * atlas.affine_lps[0, 2] + o for c, o in zip((x, y, z), atlas.affine_lps[:3, 3], strict=True)
    )
    lateral, high = abs(x) > 10, z > -22
    masks: Mapping[str, Callable[[], NDArray[np.bool_]]] = {
        "white": lambda: (wm > 0.65) & (deep > 14) & (away > 4) & (abs(x) > 16) & high,
        "junction": lambda: (wm > 0.25) & (gm > 0.25) & (deep > 6) & (deep < 20) & lateral & (z > -45),
        "surface": lambda: (deep > 1) & (deep < 4) & (gm > 0.1) & (z > 0),
        "cortex": lambda: (wm > 0.4) & (deep > 9) & (deep < 16) & lateral & (z > -10),
        "periventricular": lambda: (wm > 0.6) & (away > 2) & (away < 9) & (deep > 20) & (abs(x) > 6),
        "deep white": lambda: (wm > 0.7) & (deep > 12) & (z > 8),
        "ganglia": lambda: (gm > 0.3) & (abs(x) > 15) & (abs(x) < 31) & (abs(y) < 17) & (abs(z - 5) < 9),
        "hindbrain": lambda: (wm > 0.4) & (deep > 12) & (z < -20) & (y > 15),
    }
    index = np.argwhere(masks[where]())
    points: NDArray[np.float64] = index[:, ::-1] * atlas.affine_lps[0, 2] + atlas.affine_lps[:3, 3]
    return points


def _spot(rng: np.random.Generator, warp: Warp, where: str) -> tuple[Point, str, int]:
    """(head point, region, side) drawn from the candidates."""
    points = _candidates(where)
    atlas_mm = points[rng.integers(len(points))]
    centre = warp.from_atlas((atlas_mm[0], atlas_mm[1], atlas_mm[2]))
    return centre, region_name(atlas_mm), 1 if atlas_mm[0] > 0 else -1


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**31))


def _stretch(rng: np.random.Generator, amount: float) -> Point:
    x, y, z = np.exp(rng.normal(0, amount, 3))
    return float(x), float(y), float(z)


def _single(
    kind: str, rng: np.random.Generator, warp: Warp, where: str, radius_mm: tuple[float, float]
) -> Lesion:
    centre, region, side = _spot(rng, warp, where)
    focus = Focus(centre, float(rng.uniform(*radius_mm)), _stretch(rng, 0.12))
    return Lesion(kind, _seed(rng), region, (focus,), side=side)


def _high_grade(rng: np.random.Generator, warp: Warp) -> Lesion:
    lesion = _single("high-grade glioma", rng, warp, "white", (10, 23))
    push = lesion.foci[0].radius_mm * rng.uniform(0.35, 0.6)
    return replace(lesion, oedema_mm=float(rng.uniform(7, 18)), push_mm=float(push))


def _low_grade(rng: np.random.Generator, warp: Warp) -> Lesion:
    lesion = _single("low-grade glioma", rng, warp, "white", (12, 24))
    return replace(lesion, push_mm=float(lesion.foci[0].radius_mm * rng.uniform(0.08, 0.2)))


def _metastases(rng: np.random.Generator, warp: Warp) -> Lesion:
    spots = [_spot(rng, warp, "junction") for _ in range(int(rng.integers(2, 7)))]
    foci = tuple(Focus(c, float(rng.uniform(3.5, 10.5)), _stretch(rng, 0.08)) for c, _, _ in spots)
    region = " and ".join(dict.fromkeys(name for _, name, _ in spots[:3]))
    push = 0.25 * max(f.radius_mm for f in foci)
    return Lesion("metastases", _seed(rng), region, foci, oedema_mm=float(rng.uniform(3, 12)), push_mm=push)


def _meningioma(rng: np.random.Generator, warp: Warp) -> Lesion:
    lesion = _single("meningioma", rng, warp, "surface", (9, 19))
    oedema = float(rng.uniform(5, 12)) if rng.random() < 0.4 else 0.0
    push = float(lesion.foci[0].radius_mm * rng.uniform(0.35, 0.55))
    return replace(lesion, oedema_mm=oedema, push_mm=push)


def _abscess(rng: np.random.Generator, warp: Warp) -> Lesion:
    lesion = _single("abscess", rng, warp, "white", (8, 16))
    push = float(lesion.foci[0].radius_mm * rng.uniform(0.3, 0.5))
    return replace(lesion, oedema_mm=float(rng.uniform(7, 16)), push_mm=push)


def _stroke(rng: np.random.Generator, warp: Warp) -> Lesion:
    """A wedge of one territory; its apex lies towards the ventricle."""
    territory = str(rng.choice(["MCA", "MCA", "MCA", "PCA", "ACA"]))
    side = int(rng.choice([-1, 1]))
    targets = {
        "MCA": (52, rng.uniform(-25, 35), 18),
        "PCA": (22, 80, 2),
        "ACA": (9, rng.uniform(-50, -5), 38),
    }
    x, y, z = targets[territory]
    centre = warp.from_atlas((side * x, float(y), z))
    radius = float(rng.uniform(22, 42)) if territory == "MCA" else float(rng.uniform(18, 30))
    focus = Focus(centre, radius, _stretch(rng, 0.1))
    region = f"{'left' if side > 0 else 'right'} {territory} territory"
    return Lesion("stroke", _seed(rng), region, (focus,), push_mm=0.05 * radius, variant=territory, side=side)


def _sclerosis(rng: np.random.Generator, warp: Warp) -> Lesion:
    places = ["periventricular"] * int(rng.integers(8, 19)) + ["junction"] * int(rng.integers(0, 4))
    places += ["hindbrain"] * int(rng.integers(0, 3))
    enhancing = rng.random() < 0.4
    foci = tuple(
        Focus(
            _spot(rng, warp, where)[0],
            float(rng.uniform(2.8, 6.2)),
            (float(rng.uniform(1.0, 1.7)), 1.0, float(rng.uniform(0.8, 1.3))),
            active=bool(enhancing and rng.random() < 0.25),
        )
        for where in places
    )
    return Lesion("multiple sclerosis", _seed(rng), "periventricular white matter", foci)


def _haemorrhage(rng: np.random.Generator, warp: Warp) -> Lesion:
    lesion = _single("haemorrhage", rng, warp, "ganglia" if rng.random() < 0.5 else "white", (8, 19))
    push = float(lesion.foci[0].radius_mm * rng.uniform(0.3, 0.5))
    variant = str(rng.choice(["acute", "subacute"]))
    return replace(lesion, oedema_mm=float(rng.uniform(3, 8)), push_mm=push, variant=variant)


def _subdural(rng: np.random.Generator, _warp: Warp) -> Lesion:
    side = int(rng.choice([-1, 1]))
    variant = str(rng.choice(["acute", "subacute", "chronic"]))
    region = f"{'left' if side > 0 else 'right'} cerebral convexity"
    extent = float(rng.uniform(6, 17))
    return Lesion("subdural", _seed(rng), region, variant=variant, extent=extent, side=side)


def _resection(rng: np.random.Generator, warp: Warp) -> Lesion:
    lesion = _single("resection", rng, warp, "cortex", (9, 20))
    return replace(lesion, oedema_mm=float(rng.uniform(2, 6)))


def _hydrocephalus(rng: np.random.Generator, _warp: Warp) -> Lesion:
    variant = "transependymal" if rng.random() < 0.7 else "compensated"
    return Lesion(
        "hydrocephalus", _seed(rng), "lateral ventricles", variant=variant, extent=float(rng.uniform(6, 10.5))
    )


def _small_vessel(rng: np.random.Generator, warp: Warp) -> Lesion:
    foci = tuple(
        Focus(_spot(rng, warp, "deep white")[0], float(rng.uniform(1.6, 4.2)), _stretch(rng, 0.2))
        for _ in range(int(rng.integers(14, 36)))
    )
    region = "deep and periventricular white matter"
    return Lesion("small vessel disease", _seed(rng), region, foci, extent=float(rng.uniform(2, 6)))


def _atrophy(rng: np.random.Generator, _warp: Warp) -> Lesion:
    return Lesion("atrophy", _seed(rng), "both cerebral hemispheres", extent=float(rng.uniform(2.5, 5.0)))


KINDS: Mapping[str, Callable[[np.random.Generator, Warp], Lesion]] = {
    "high-grade glioma": _high_grade,
    "low-grade glioma": _low_grade,
    "metastases": _metastases,
    "meningioma": _meningioma,
    "abscess": _abscess,
    "stroke": _stroke,
    "multiple sclerosis": _sclerosis,
    "haemorrhage": _haemorrhage,
    "subdural": _subdural,
    "resection": _resection,
    "hydrocephalus": _hydrocephalus,
    "small vessel disease": _small_vessel,
    "atrophy": _atrophy,
}
