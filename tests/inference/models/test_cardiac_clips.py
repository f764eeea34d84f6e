import numpy as np
import pytest

from inference.imaging.volume import Cine
from inference.models.cardiac_clips import (
    ClipGrid,
    Loop,
    chosen_positions,
    clip_of,
    heart_centre,
    loop_of,
    moves,
    upright,
)
from inference.models.cardiac_views import APEX_LPS

GRID = ClipGrid(8, 32, 4.0)
POINTS = 12


def sax_affine(pixel_mm, shape):
    """A short-axis slice whose middle is at the origin."""
    right, down = upright("SAX", APEX_LPS)
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1], affine[:3, 2] = APEX_LPS * 8, down * pixel_mm[0], right * pixel_mm[1]
    affine[:3, 3] = -affine[:3, 1] * (shape[0] - 1) / 2 - affine[:3, 2] * (shape[1] - 1) / 2
    return affine


def beating(pixel_mm=(2.0, 2.0), shape=(100, 100), phases=16, off_mm=(10.0, -15.0)):
    """A bright disc that shrinks and grows, with a bright mark to its right, `off_mm` (down, right)."""
    rows, columns = np.indices(shape)
    y = (rows - (shape[0] - 1) / 2) * pixel_mm[0] - off_mm[0]
    x = (columns - (shape[1] - 1) / 2) * pixel_mm[1] - off_mm[1]
    radius = 22 + 8 * np.cos(2 * np.pi * np.arange(phases) / phases)
    disc = np.clip((radius[:, None, None] - np.hypot(x, y)) / 4 + 0.5, 0, 1)
    mark = np.clip((6 - np.hypot(x - 42, y)) / 4 + 0.5, 0, 1)
    frames = (300 * np.maximum(disc, mark) + 20).astype(np.float32)
    return Loop(frames, np.arange(phases) * 800.0 / phases, sax_affine(pixel_mm, shape))


def clip(loop):
    return clip_of(loop, "SAX", heart_centre([loop]), GRID)


def test_the_clip_is_centred_on_what_beats():
    loop = beating()
    row, column = heart_centre([loop])
    assert (row, column) == (pytest.approx(49.5 + 5, abs=1), pytest.approx(49.5 - 7.5, abs=1))


def test_grey_values_do_not_depend_on_the_scanner_s_scale():
    loop = beating()
    other = Loop(loop.frames * 7.3 - 900, loop.times_ms, loop.affine_lps)
    assert np.allclose(clip(loop).frames, clip(other).frames, atol=1e-4)


def test_millimetres_are_kept_whatever_the_pixels_are():
    coarse, oblong = clip(beating()), clip(beating((1.4, 2.6), (150, 80)))
    assert np.abs(coarse.frames - oblong.frames).mean() < 0.03


def test_a_clip_lies_as_the_heart_does_however_it_was_stored():
    loop = beating()
    flipped = loop.affine_lps.copy()
    flipped[:3, 3] += flipped[:3, 2] * (loop.frames.shape[2] - 1)
    flipped[:3, 2] *= -1
    stored = [
        Loop(loop.frames[:, :, ::-1].copy(), loop.times_ms, flipped),
        Loop(loop.frames.swapaxes(1, 2).copy(), loop.times_ms, loop.affine_lps[:, [0, 2, 1, 3]]),
    ]
    for other in stored:
        assert np.allclose(clip(loop).frames, clip(other).frames, atol=0.02)


def test_left_and_right_are_never_exchanged():
    frames = clip(beating()).frames[0]
    assert frames[:, 22:].max() > 0.3 > frames[12:20, :4].max()


def test_a_pixel_of_the_clip_knows_its_place():
    found = clip(beating())
    brightest = np.unravel_index(np.argmax(found.frames[4] * (np.arange(32) > 21)), (32, 32))
    point = (found.affine_lps @ [0, *brightest, 1])[:3]
    right, down = upright("SAX", APEX_LPS)
    assert np.linalg.norm(point - (10 * down + (42 - 15) * right)) < 6


def test_one_beat_is_sampled_evenly_and_comes_round():
    loop = beating(phases=POINTS)
    found = clip(loop)
    assert found.times_ms.tolist() == pytest.approx([100.0 * n for n in range(8)])
    size = (found.frames[:, 8:24, 8:24] > 0.2).sum((1, 2))
    assert size.argmin() == 4
    assert abs(int(size[1]) - int(size[7])) <= 4  # the last frame is near the first


def test_pictures_are_sorted_by_their_times():
    loop = beating()
    order = np.random.default_rng(0).permutation(len(loop.frames))
    cine = Cine(loop.frames[order], loop.times_ms[order], affine_lps=loop.affine_lps)
    assert np.array_equal(loop_of(cine).frames, loop.frames)


def test_what_stands_still_does_not_beat():
    loop = beating()
    noise = np.random.default_rng(0).normal(0, 30, loop.frames.shape).astype(np.float32)
    still = Loop(np.repeat(loop.frames[:1], 16, 0) + noise, loop.times_ms, loop.affine_lps)
    assert moves([still, loop])
    assert not moves([still])


@pytest.mark.parametrize(
    ("count", "chosen"), [(1, (0,)), (3, (0, 1, 2)), (5, (0, 1, 3, 4)), (10, (1, 3, 6, 8)), (7, (1, 2, 4, 5))]
)
def test_slices_are_chosen_evenly_and_always_the_same(count, chosen):
    assert chosen_positions(count, 4) == chosen
