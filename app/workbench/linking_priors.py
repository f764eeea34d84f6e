"""A prior linked with the study beside it before anything has been aligned: from headers alone, at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.viewer.linking import BY_CENTRES, Alignment, Links
from inference.errors import SeriesError
from inference.imaging.placement import affine_of
from inference.imaging.study import DisplaySet, Kind


def links_by_position(pair: tuple[DisplaySet, DisplaySet] | None) -> Links:
    """How (prior, current) go together: as they lie where they share a frame of reference, else by centres.

    The centres of the two volumes are taken for the same place; nothing is turned. Without volumes, nothing.
    """
    if pair is None or any(d.kind not in (Kind.VOLUME, Kind.CINE_STACK) for d in pair):
        return Links()
    prior, current = pair
    if prior.frame_of_reference_uid and prior.frame_of_reference_uid == current.frame_of_reference_uid:
        return Links()  # views of one frame of reference know each other's places
    try:
        offset_mm = centre_lps_mm(prior) - centre_lps_mm(current)
    except SeriesError:
        return Links()
    matrix = np.eye(4)
    matrix[:3, 3] = offset_mm
    return Links((Alignment(current.study_uid, prior.study_uid, matrix, BY_CENTRES),))


def centre_lps_mm(display_set: DisplaySet) -> NDArray[np.float64]:
    """(3,) middle of the grid of a display set. SeriesError where it has none."""
    slices, rows, columns = display_set.shape
    ends = np.array([slices // display_set.phases - 1, rows - 1, columns - 1, 2.0]) / 2
    centre: NDArray[np.float64] = (affine_of(display_set) @ ends)[:3]
    return centre
