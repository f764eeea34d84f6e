"""Movies as files: MP4 (H.264) that every player and slide program plays, or GIF. Called on a pool thread.

MP4 is encoded by the FFmpeg program that imageio-ffmpeg brings, in a process of its own: it can be ended,
and a fault in it is a failed job. What the file holds is said in it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.errors import ExportError
from inference.imaging.files import atomic_path, write_atomic
from inference.progress import Report, silent

KINDS = "MP4 (*.mp4);;GIF (*.gif)"
_TICK_MS = 10.0  # of the clock of a movie whose pictures do not all last equally long, as in a GIF
_EVEN = 0.01  # deviation from the mean up to which pictures last equally long
_END_S = 120.0  # after the last picture
_PARAMETERS = ("-crf", "18", "-movflags", "+faststart")  # so fine that thin letters stay clean
_GIF_COLOURS = 128
Frame = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Movie:
    """Pictures in time.

    frames        (rows, columns, 3) RGB each, all of one size
    durations_ms  how long each is seen
    words         what made it
    """

    frames: Sequence[Frame]
    durations_ms: Sequence[float]
    words: str = ""


def write_movie(movie: Movie, path: Path, report: Report = silent) -> None:
    """Write an MP4, or a GIF where `path` ends so. ExportError where it cannot be."""
    if path.suffix.lower() == ".gif":
        write_gif(movie, path)
    else:
        write_mp4(movie, path, report)


def write_gif(movie: Movie, path: Path) -> None:
    """Write a GIF that plays for ever."""
    from PIL import Image

    images = [Image.fromarray(frame).quantize(_GIF_COLOURS) for frame in movie.frames]
    lasting = [max(20, round(ms / 10) * 10) for ms in movie.durations_ms]  # players slow down what is shorter
    out = BytesIO()
    images[0].save(
        out, "GIF", save_all=True, append_images=images[1:], duration=lasting, loop=0,
        comment=movie.words.encode("ascii", "replace"),
    )  # fmt: skip
    write_atomic(path, out.getvalue())


def write_mp4(movie: Movie, path: Path, report: Report = silent) -> None:
    """Write an MP4. A `report` that raises ends the encoder and leaves nothing behind."""
    from imageio_ffmpeg import write_frames

    logging.getLogger("imageio_ffmpeg").setLevel(logging.ERROR)
    rate, repeats = clock_of(movie.durations_ms)
    rows, columns = (even(n) for n in movie.frames[0].shape[:2])
    try:
        with atomic_path(path) as temporary:
            writer = write_frames(
                temporary, (columns, rows), fps=rate, codec="libx264", quality=None, macro_block_size=2,
                ffmpeg_timeout=_END_S, ffmpeg_log_level="error",
                output_params=[*_PARAMETERS, "-metadata", f"comment={movie.words}"],
            )  # fmt: skip
            try:
                writer.send(None)
                for number, frame in enumerate(_repeated(movie.frames, repeats)):
                    report(number / sum(repeats), "encoding")
                    writer.send(_filled(frame, rows, columns))
            finally:
                writer.close()
            _check(temporary)
    except OSError as error:
        raise ExportError(
            f"{path.name} cannot be written.", hint="Choose another folder, or save the movie as a GIF."
        ) from error


def clock_of(durations_ms: Sequence[float]) -> tuple[float, list[int]]:
    """Pictures per second, and how often each picture comes so that each lasts as long as it should."""
    mean = sum(durations_ms) / len(durations_ms)
    if all(abs(ms - mean) <= _EVEN * mean for ms in durations_ms):
        return 1000.0 / mean, [1] * len(durations_ms)
    ends = np.round(np.cumsum(durations_ms) / _TICK_MS).astype(int)
    return 1000.0 / _TICK_MS, [max(1, int(n)) for n in np.diff(ends, prepend=0)]


def even(length: int) -> int:
    """The codec halves the resolution of colour: it wants even sizes."""
    return length + length % 2


def _repeated(frames: Sequence[Frame], repeats: Sequence[int]) -> Iterator[Frame]:
    for frame, times in zip(frames, repeats, strict=True):
        for _ in range(times):
            yield frame


def _filled(frame: Frame, rows: int, columns: int) -> Frame:
    """The picture with a black line or column more where its size is odd."""
    spare = ((0, rows - frame.shape[0]), (0, columns - frame.shape[1]), (0, 0))
    return np.ascontiguousarray(np.pad(frame, spare))


def _check(path: Path) -> None:
    """An encoder that was ended, or never began, leaves nothing that plays."""
    if path.stat().st_size == 0:
        raise OSError("the encoder wrote nothing")
