"""One loop as the network sees it: cleaned, one beat, a square of known size in millimetres from the apex."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import ConvexHull
from torch import Tensor
from torch.nn.functional import interpolate

from inference.errors import NotApplicableError
from inference.imaging.ultrasound import UltrasoundFacts
from inference.imaging.volume import Cine
from inference.models.echo_clean import CleanLoop, Mask, clean
from inference.models.echo_frames import Beat, choose, find_beat
from inference.networks.echo_config import EchoConfig

FEWEST_FRAMES = 4
MOST_COLOUR = 0.06  # of the sector, beyond which a loop counts as colour Doppler
_RATES_DIFFER = 0.25
_BEAT_BPM = (30.0, 220.0)


@dataclass(frozen=True, eq=False)
class ViewFrames:
    """What one loop gives the network, and where it lies in the picture.

    pixels       (frames, image, image) 0..1; frames beyond those that exist are empty
    mask         (frames,) which exist
    indices      index in the loop of each frame that exists, and when it was taken
    origin       (row, column) of the centre of the square's first pixel, in pixels of the picture
    step         pixels of the picture per pixel of the square
    spacing_mm   mm per pixel of the picture, None where the file gives none
    sector       (image, image) where the square shows tissue; outside of it nothing was seen
    outline      (n, 2) (row, column) corners round the sector in the picture, one after the other
    """

    pixels: Tensor
    mask: Tensor
    indices: tuple[int, ...]
    times_ms: tuple[float, ...]
    origin: tuple[float, float]
    step: float
    spacing_mm: float | None
    beat: Beat
    heart_rate_bpm: float | None
    sector: NDArray[np.bool_]
    outline: NDArray[np.float64]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Square:
    """A square of the picture: its upper left corner and edge in pixels."""

    top: float
    left: float
    edge: float


def view_frames(cine: Cine, facts: UltrasoundFacts, config: EchoConfig) -> ViewFrames:
    """Prepare one loop; NotApplicableError where it is no grey-scale loop of a beating heart."""
    if len(cine.frames) < FEWEST_FRAMES:
        raise NotApplicableError(
            f"not eligible: {_pictures(len(cine.frames))}, not a loop; motion cannot be seen.",
            hint=f"Choose a loop of at least {FEWEST_FRAMES} frames.",
        )
    region = facts.tissue
    loop = clean(cine.frames, region.box if region else None)
    if loop.colour_share > MOST_COLOUR:
        raise NotApplicableError(
            f"not eligible: colour Doppler hides the tissue in {loop.colour_share:.0%} of the sector.",
            hint="Choose the loop without colour.",
        )
    beat = find_beat(cine.frames, loop.frames, loop.sector, cine.times_ms)
    spacing = _spacing(cine, facts)
    rate, notes = heart_rate(beat, cine, facts)
    indices = choose(len(loop.frames), beat, config.frames)
    square = square_of(loop, spacing, config)
    pixels, origin, step = _squared(loop, indices, square, config)
    return ViewFrames(
        pixels=pixels,
        mask=torch.arange(config.frames) < len(indices),
        indices=tuple(int(i) for i in indices),
        times_ms=tuple(float(t) for t in cine.times_ms[indices]),
        origin=origin,
        step=step,
        spacing_mm=spacing,
        beat=beat,
        heart_rate_bpm=rate,
        sector=_shrunk(loop.sector[None].astype(np.float32), square, config.image)[0].numpy() > 0,
        outline=outline_of(loop.sector),
        warnings=(*notes, *_remarks(beat, spacing, len(indices), config)),
    )


def context_tensor(rate: NDArray[np.float32], surface: NDArray[np.float32]) -> Tensor:
    """(n, 4) heart rate and body surface near 0, each with 1 where it is known."""
    values = torch.from_numpy(np.stack([(rate - 75) / 15, (surface - 1.88) / 0.2], 1))
    known = torch.isfinite(values)
    pairs = torch.stack([values.nan_to_num(0.0) * known, known.float()], 2)
    return pairs.flatten(1).float()


def rate_of(seen: Mapping[str, ViewFrames]) -> float:
    """Median heart rate over the loops that show one; NaN where none does."""
    found = [v.heart_rate_bpm for v in seen.values() if v.heart_rate_bpm is not None]
    return float(np.median(found)) if found else float("nan")


def square_of(loop: CleanLoop, spacing_mm: float | None, config: EchoConfig) -> Square:
    """From the apex down and equally to both sides: `field_mm` of tissue, or all of the sector."""
    top, middle = loop.apex
    if config.field_mm is not None and spacing_mm is not None:
        edge = config.field_mm / spacing_mm
        return Square(top, middle - edge / 2, edge)
    rows, columns = np.nonzero(loop.sector)
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    edge = float(max(height, width))
    return Square(float(rows.min()), (columns.min() + columns.max() + 1 - edge) / 2, edge)


def heart_rate(beat: Beat, cine: Cine, facts: UltrasoundFacts) -> tuple[float | None, tuple[str, ...]]:
    """Beats per minute: what the machine measured, else from the length of the beat; and what is odd."""
    seen = 60000 / (beat.frames * cine.frame_ms) if beat.found_by and cine.frame_ms > 0 else None
    if seen is not None and not _BEAT_BPM[0] <= seen <= _BEAT_BPM[1]:
        seen = None
    told = facts.heart_rate_bpm
    if told is not None and seen is not None and abs(seen - told) > _RATES_DIFFER * told:
        return told, (
            f"the header says {told:.0f} beats per minute, the loop at its frame times {seen:.0f}: "
            "its frame times may be wrong",
        )
    return (told if told is not None else seen), ()


def _squared(
    loop: CleanLoop, indices: NDArray[np.int64], square: Square, config: EchoConfig
) -> tuple[Tensor, tuple[float, float], float]:
    """Pixels, the centre of their first in the picture, and pixels of the picture per pixel."""
    pixels = torch.zeros(config.frames, config.image, config.image)
    pixels[: len(indices)] = brightened(_shrunk(loop.frames[indices], square, config.image))
    step = round(square.edge) / config.image
    return pixels, (round(square.top) + (step - 1) / 2, round(square.left) + (step - 1) / 2), step


def outline_of(sector: Mask) -> NDArray[np.float64]:
    """(n, 2) (row, column) corners of a convex sector, round its pixels."""
    rows = np.flatnonzero(sector.any(axis=1))
    first = sector[rows].argmax(axis=1)
    last = sector.shape[1] - 1 - sector[rows][:, ::-1].argmax(axis=1)
    ends = [
        (row + side, column)
        for row, left, right in zip(rows, first, last, strict=True)
        for column in (left - 0.5, right + 0.5)
        for side in (-0.5, 0.5)
    ]
    points = np.array(ends, float)
    return np.asarray(points[ConvexHull(points).vertices])


def _shrunk(pictures: NDArray[np.float32], square: Square, size: int) -> Tensor:
    """(n, rows, columns) -> (n, size, size): the square alone, averaged."""
    cut = torch.from_numpy(_cut(pictures, square))[:, None]
    return interpolate(cut, (size, size), mode="bilinear", antialias=True, align_corners=False)[:, 0]


def brightened(frames: Tensor) -> Tensor:
    """Grey levels to 0..1, the brightest hundredth at 1: gains differ from machine to machine."""
    inside = frames[frames > 2]
    top = float(torch.quantile(inside[:: max(1, len(inside) // 100_000)], 0.99)) if len(inside) else 255.0
    return (frames / max(top, 1.0)).clamp(0, 1)


def _cut(frames: NDArray[np.float32], square: Square) -> NDArray[np.float32]:
    """The square, black where it leaves the picture; the aspect is kept."""
    edge, top, left = round(square.edge), round(square.top), round(square.left)
    cut = np.zeros((len(frames), edge, edge), np.float32)
    rows, columns = frames.shape[1:]
    r0, r1, c0, c1 = max(top, 0), min(top + edge, rows), max(left, 0), min(left + edge, columns)
    if r0 < r1 and c0 < c1:
        cut[:, r0 - top : r1 - top, c0 - left : c1 - left] = frames[:, r0:r1, c0:c1]
    return cut


def _spacing(cine: Cine, facts: UltrasoundFacts) -> float | None:
    """Millimetres per pixel; pixels that are not square within 2 % count as unknown."""
    found = facts.tissue.spacing_mm if facts.tissue else None
    found = found or cine.pixel_spacing_mm
    if found is None or abs(found[0] - found[1]) > 0.02 * found[0]:
        return None
    return found[0]


def _remarks(beat: Beat, spacing: float | None, frames: int, config: EchoConfig) -> tuple[str, ...]:
    notes = []
    if not beat.found_by:
        notes.append("no whole beat could be told apart: frames are spread over the whole loop")
    if spacing is None and config.field_mm is not None:
        notes.append("the file gives no scale in mm: sizes are taken from the sector, which may mislead")
    if frames < config.frames:
        notes.append(f"the beat has {frames} frames where the model reads {config.frames}")
    return tuple(notes)


def _pictures(count: int) -> str:
    return "there is a single frame" if count == 1 else f"there are {count} frames"
