"""Movies as files, read back with the program that wrote them."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

from app.movies import Movie, clock_of, write_movie
from inference.errors import ExportError
from inference.progress import Cancelled


def film(count=6, size=(61, 83), lasting=80.0) -> Movie:
    """Each frame is brighter than the one before; a white block says which way up it is."""
    frames = [np.full((*size, 3), 30 * n, np.uint8) for n in range(count)]
    for frame in frames:
        frame[:10, :10] = 255
    return Movie(frames, [lasting] * count, "Negatoscope test · not for diagnostic use")


def told_of(path) -> str:
    """What FFmpeg says about a file."""
    line = [get_ffmpeg_exe(), "-hide_banner", "-i", str(path)]
    done = subprocess.run(line, capture_output=True, check=False, timeout=60)
    return done.stderr.decode("utf-8", "replace")


def read_back(path, size=(62, 84)) -> np.ndarray:
    """(time, rows, columns, 3) of what was written."""
    line = [get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(line, capture_output=True, check=True, timeout=60).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, *size, 3)


def test_an_mp4_holds_every_frame_in_order_at_its_rate(tmp_path):
    path = tmp_path / "turn.mp4"
    write_movie(film(), path)
    frames, told = read_back(path), told_of(path)
    assert frames.shape == (6, 62, 84, 3)
    assert "h264" in told
    assert "12.50 fps" in told
    assert np.allclose(frames[:, 30, 40, 0], 30 * np.arange(6), atol=6)
    assert frames[0, 4, 4].min() > 200


def test_a_movie_says_what_made_it(tmp_path):
    for name in ("a.mp4", "a.gif"):
        write_movie(film(), tmp_path / name)
    assert "not for diagnostic use" in told_of(tmp_path / "a.mp4")
    with Image.open(tmp_path / "a.gif") as gif:
        assert b"not for diagnostic use" in gif.info["comment"]
        assert gif.n_frames == 6


def test_frames_that_do_not_last_equally_long_keep_their_times(tmp_path):
    rate, repeats = clock_of([40.0, 40.0, 200.0, 40.0])
    assert (rate, repeats) == (100.0, [4, 4, 20, 4])
    assert clock_of([33.3, 33.4, 33.3]) == (pytest.approx(30.0, abs=0.05), [1, 1, 1])
    movie = film(4)
    path = tmp_path / "loop.mp4"
    write_movie(Movie(movie.frames, [40.0, 40.0, 200.0, 40.0]), path)
    assert len(read_back(path)) == 32


def test_a_movie_that_is_stopped_leaves_nothing(tmp_path):
    def stop(fraction, _note=""):
        if fraction > 0.4:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_movie(film(), tmp_path / "turn.mp4", stop)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="cannot be written"):
        write_movie(film(), tmp_path / "file" / "turn.mp4")
