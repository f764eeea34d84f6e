"""What views know of each other's space: the same, one through a rigid transform, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.viewer.exhibit import Exhibit
from app.viewer.picture_plane import PicturePlane

Matrix = NDArray[np.float64]
SAME_SPACE, BY_HAND = "linked by position", "linked by hand"
BY_CENTRES = "linked by centres"
_PARALLEL = 0.9  # cosine between normals above which scrolling together means something


@dataclass(frozen=True, eq=False)
class Alignment:
    """A rigid transform between the spaces of two studies, such as prior and current.

    how  it was found, in words for the corner of a picture
    """

    from_study_uid: str
    to_study_uid: str
    to_from_lps: Matrix  # (4, 4)
    how: str = ""


@dataclass(frozen=True, eq=False)
class Held:
    """The offset between the spaces of two series, as the reader has set it by hand."""

    from_display_set_uid: str
    to_display_set_uid: str
    to_from_lps: Matrix  # (4, 4)


@dataclass(frozen=True, eq=False)
class Links:
    """Which spaces are known to be the same, or how one maps to the other."""

    alignments: tuple[Alignment, ...] = field(default=())
    held: tuple[Held, ...] = ()

    def between(self, source: Exhibit, target: Exhibit) -> Matrix | None:
        """(4, 4) LPS of `source` -> LPS of `target`; None where nothing is known."""
        if source is target or target.shares_space_with(source):
            return np.eye(4)
        for hand in self.held:
            ends = (hand.from_display_set_uid, hand.to_display_set_uid)
            if (source.display_set_uid, target.display_set_uid) == ends:
                return hand.to_from_lps
            if (target.display_set_uid, source.display_set_uid) == ends:
                back: Matrix = np.linalg.inv(hand.to_from_lps).astype(np.float64)
                return back
        for known in self.alignments:
            if (source.study_uid, target.study_uid) == (known.from_study_uid, known.to_study_uid):
                return known.to_from_lps
            if (target.study_uid, source.study_uid) == (known.from_study_uid, known.to_study_uid):
                inverse: Matrix = np.linalg.inv(known.to_from_lps.astype(np.float64))
                return inverse
        return None

    def words(self, source: Exhibit, target: Exhibit) -> str:
        """How the two are linked; empty where they are not."""
        ends = {source.display_set_uid, target.display_set_uid}
        if target.shares_space_with(source):
            return SAME_SPACE
        if any({hand.from_display_set_uid, hand.to_display_set_uid} == ends for hand in self.held):
            return BY_HAND
        studies = {source.study_uid, target.study_uid}
        fitting = (k.how for k in self.alignments if {k.from_study_uid, k.to_study_uid} == studies)
        return next(fitting, "")


def held_together(source: Exhibit, plane: PicturePlane, target: Exhibit, other: PicturePlane) -> Held:
    """Join two spaces so that the middles of the two pictures on show are the same place."""
    matrix = np.eye(4)
    matrix[:3, 3] = other.centre_lps_mm - plane.centre_lps_mm
    return Held(source.display_set_uid, target.display_set_uid, matrix)


def moved(matrix: Matrix, point_lps_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """A point through a transform."""
    result: NDArray[np.float64] = matrix[:3, :3] @ np.asarray(point_lps_mm, float) + matrix[:3, 3]
    return result


def are_parallel(plane: PicturePlane, other: PicturePlane, matrix: Matrix) -> bool:
    """Whether two pictures look the same way, so that scrolling one can scroll the other."""
    turned = matrix[:3, :3] @ plane.normal_lps
    return bool(abs(turned @ other.normal_lps) > _PARALLEL)
