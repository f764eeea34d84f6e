"""Sizes and choices of T3D, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

STEPS = 5  # halvings from a sub-volume to the bottom of the pyramid
READ = (2, 3, 4)  # levels of the pyramid that are read out for findings and retrieval
Three = tuple[int, int, int]


@dataclass(frozen=True)
class TextSize:
    """Sizes of the report encoder; the defaults are RoBERTa's, and so RadBERT's."""

    width: int = 768
    depth: int = 12
    heads: int = 12
    vocabulary: int = 50265
    longest: int = 512


@dataclass(frozen=True)
class T3DConfig:
    """Sizes and choices; the defaults are the published ones where they are known.

    classes     of the masks, the background first
    findings    how many answers
    crop        voxels (slices, rows, columns) of a sub-volume; multiples of 32
    spacing_mm  of the working grid
    curve       (HU, grey value) points between which intensities are interpolated
    levels      of the pyramid (0 the finest) whose places look at the report
    focal       the class that holds small things, and which findings these are; 0 and none where all is as
                fine as the masks of the tower
    """

    classes: int = 14
    findings: int = 12
    feature_size: int = 48
    depths: tuple[int, ...] = (2, 2, 2, 2)
    heads: tuple[int, ...] = (3, 6, 12, 24)
    window: int = 7
    crop: Three = (96, 96, 96)
    spacing_mm: tuple[float, float, float] = (2.0, 1.5, 1.5)
    curve: tuple[tuple[float, float], ...] = ((-1000.0, 0.0), (1000.0, 1.0))
    text: TextSize = TextSize()
    levels: tuple[int, ...] = (4,)
    width: int = 768
    interactor_heads: int = 8
    silence: int = 4
    embedding: int = 128
    focal: int = 0
    focal_findings: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if any(n % 2**STEPS for n in self.crop):
            raise ValueError(f"a sub-volume of {self.crop} voxels cannot be halved {STEPS} times")
        if bool(self.focal) != bool(self.focal_findings):
            raise ValueError("small things are a class and findings, or neither")

    def channels(self, level: int) -> int:
        """Width of one level of the pyramid."""
        return int(self.feature_size * 2**level)

    def grid(self, level: int) -> Three:
        """Places along (slices, rows, columns) of one level of a sub-volume."""
        slices, rows, columns = (n // 2 ** (level + 1) for n in self.crop)
        return slices, rows, columns

    @property
    def answers(self) -> int:
        """Number of scores."""
        return self.findings

    @property
    def encoding(self) -> int:
        """Width of what is read out of one sub-volume for embeddings; `small` more are for answers alone."""
        return sum(self.channels(level) for level in READ) + self.channels(READ[-1]) + self.told

    @property
    def told(self) -> int:
        """The end of the encoding: where findings show most, how much of them, how much of each class."""
        return 2 * self.findings + self.classes

    @property
    def small(self) -> int:
        """Behind the encoding: where small things show most, and how much of them, voxel by voxel."""
        return 2 * len(self.focal_findings)

    @property
    def readout(self) -> int:
        """All that is read out of one sub-volume."""
        return self.encoding + self.small


CT_CURVE = ((-1000.0, 0.0), (-200.0, 0.25), (-50.0, 0.4), (150.0, 0.8), (400.0, 0.95), (1500.0, 1.0))


def bundled(
    classes: int, findings: int, vocabulary: int, focal: int = 0, focal_findings: tuple[int, ...] = ()
) -> T3DConfig:
    """The same network at a size that one CPU core trains in an hour or two."""
    return T3DConfig(
        classes=classes,
        findings=findings,
        feature_size=12,
        depths=(1, 1, 1, 1),
        heads=(1, 2, 4, 8),
        window=4,
        crop=(32, 64, 64),
        spacing_mm=(6.0, 4.5, 4.5),
        curve=CT_CURVE,
        text=TextSize(96, 2, 4, vocabulary, 160),
        levels=(2, 3, 4),
        width=96,
        interactor_heads=4,
        focal=focal,
        focal_findings=focal_findings,
    )


def config_to_json(config: T3DConfig) -> dict[str, Any]:
    """The config as plain JSON values."""
    return asdict(config)


def config_from_json(data: Mapping[str, Any]) -> T3DConfig:
    """The config of a card; what the card holds beside the network's fields is not its business."""
    values = {name: value for name, value in data.items() if name in T3DConfig.__dataclass_fields__}
    for name in ("depths", "heads", "crop", "spacing_mm", "levels", "focal_findings"):
        values[name] = tuple(values.get(name, ()))
    values["curve"] = tuple((float(hu), float(grey)) for hu, grey in values["curve"])
    values["text"] = TextSize(**values["text"])
    return T3DConfig(**values)
