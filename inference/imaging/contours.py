"""Outlines of masks: closed lines between the pixels inside and those outside."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Outline = NDArray[np.float64]

_TOP, _RIGHT, _BOTTOM, _LEFT = range(4)
_LINES: dict[int, tuple[tuple[int, int], ...]] = {
    # corners inside, as the bits 1 top left, 2 top right, 4 bottom right, 8 bottom left -> from edge to edge,
    # always the same way round; where two corners touch only at a point they stay apart
    1: ((_TOP, _LEFT),),
    2: ((_RIGHT, _TOP),),
    3: ((_RIGHT, _LEFT),),
    4: ((_BOTTOM, _RIGHT),),
    5: ((_TOP, _LEFT), (_BOTTOM, _RIGHT)),
    6: ((_BOTTOM, _TOP),),
    7: ((_BOTTOM, _LEFT),),
    8: ((_LEFT, _BOTTOM),),
    9: ((_TOP, _BOTTOM),),
    10: ((_RIGHT, _TOP), (_LEFT, _BOTTOM)),
    11: ((_RIGHT, _BOTTOM),),
    12: ((_LEFT, _RIGHT),),
    13: ((_TOP, _RIGHT),),
    14: ((_LEFT, _TOP),),
}
_MIDDLES = {_TOP: (0, 1), _RIGHT: (1, 2), _BOTTOM: (2, 1), _LEFT: (1, 0)}  # of a cell's edges, in half pixels


def outlines(mask: NDArray[Any]) -> tuple[Outline, ...]:
    """Closed lines (n, 2) around a mask (rows, columns), (row, column) of pixel centres; longest first.

    They run half-way between pixels; the first point is not repeated at the end.
    """
    following = _steps(np.pad(np.asarray(mask, bool), 1))
    lines = []
    while following:
        start, here = following.popitem()
        line = [start]
        while here != start:
            line.append(here)
            here = following.pop(here)
        lines.append(np.asarray(line, float) / 2 - 1)  # less the padding
    return tuple(sorted(lines, key=len, reverse=True))


def _steps(inside: NDArray[np.bool_]) -> dict[tuple[int, int], tuple[int, int]]:
    """From each crossing, in half pixels, to the next."""
    corners = (inside[:-1, :-1], inside[:-1, 1:], inside[1:, 1:], inside[1:, :-1])
    cells = np.tensordot(np.stack(corners).astype(np.uint8), np.array([1, 2, 4, 8], np.uint8), (0, 0))
    steps = {}
    for row, column in np.argwhere((cells > 0) & (cells < 15)).tolist():
        for begin, end in _LINES[int(cells[row, column])]:
            (a, b), (c, d) = _MIDDLES[begin], _MIDDLES[end]
            steps[2 * row + a, 2 * column + b] = (2 * row + c, 2 * column + d)
    return steps
