"""Where the elements that a model saw lie in the patient. Free of torch."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Place:
    """The elements (tokens, tiles, frames) of one unit (series, view) on a regular grid in the patient.

    Of a loop the k axis counts moments instead of slices: all of them lie where k = 0 lies, and column 0 of
    the affine is as long as the slice is thick. A picture that no file places in the patient has its own
    millimetres (pixels where they are not known): x along its rows, y down, 0 at the first pixel's centre.

    display_set_uid, series_uid  where the pixels came from
    title                        as the reader knows the series
    frame_of_reference_uid       empty where the files name none
    shape                        of the grid, (k, j, i)
    index                        (n, 3) grid index (k, j, i) of each element that the model saw
    affine_lps                   (4, 4) grid index (k, j, i, 1) -> centre of the element in LPS millimetres
    times_ms                     (k,) when each moment begins, from the loop's first picture; None for no loop
    lasts_ms                     how long each moment lasts; 0 where it is one picture of the loop
    outline_lps_mm               (m, 3) closed line round what the model saw, such as an ultrasound sector:
                                 beyond it there is no map; None where it saw all of its grid
    """

    display_set_uid: str
    series_uid: str
    title: str
    frame_of_reference_uid: str
    shape: tuple[int, int, int]
    index: NDArray[np.int64]
    affine_lps: NDArray[np.float64]
    times_ms: NDArray[np.float64] | None = None
    lasts_ms: float = 0.0
    outline_lps_mm: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.index)

    @property
    def size_mm(self) -> tuple[float, float, float]:
        """Edge lengths of one element along (k, j, i)."""
        k, j, i = np.linalg.norm(self.affine_lps[:3, :3], axis=0)
        return float(k), float(j), float(i)

    @property
    def centres_lps_mm(self) -> NDArray[np.float64]:
        """(n, 3) centres of the elements."""
        centres: NDArray[np.float64] = self._in_space @ self.affine_lps[:3, :3].T + self.affine_lps[:3, 3]
        return centres

    def corners_lps_mm(self, element: int) -> NDArray[np.float64]:
        """(8, 3) corners of one element's box."""
        steps = np.array(list(product((-0.5, 0.5), repeat=3)))
        corners: NDArray[np.float64] = (self._in_space[element] + steps) @ self.affine_lps[:3, :3].T
        return corners + self.affine_lps[:3, 3]

    @property
    def _in_space(self) -> NDArray[np.int64]:
        """(n, 3) grid index without the moments of a loop."""
        return self.index if self.times_ms is None else self.index * (0, 1, 1)

    def moment_at(self, time_ms: float, picture_ms: float) -> int | None:
        """Which moment the picture at `time_ms` belongs to, where pictures follow every `picture_ms`.

        None where the model did not see it: nothing is made up between what was computed.
        """
        if self.times_ms is None:
            return None
        since = time_ms - self.times_ms + picture_ms / 2
        found = np.flatnonzero((since >= 0) & (since < max(self.lasts_ms, picture_ms)))
        return int(found[-1]) if len(found) else None

    def dense(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """(k, j, i) grid of `scores` (n,); NaN where the model saw nothing."""
        grid = np.full(self.shape, np.nan, np.float32)
        grid[tuple(self.index.T)] = scores
        return grid
