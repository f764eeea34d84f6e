"""Where the elements that a model saw lie in the patient. Free of torch."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Place:
    """The elements (tokens, tiles, frames) of one unit (series, view) on a regular grid in the patient.

    display_set_uid, series_uid  where the pixels came from
    title                        as the reader knows the series
    frame_of_reference_uid       empty where the files name none
    shape                        of the grid, (k, j, i)
    index                        (n, 3) grid index (k, j, i) of each element that the model saw
    affine_lps                   (4, 4) grid index (k, j, i, 1) -> centre of the element in LPS millimetres
    """

    display_set_uid: str
    series_uid: str
    title: str
    frame_of_reference_uid: str
    shape: tuple[int, int, int]
    index: NDArray[np.int64]
    affine_lps: NDArray[np.float64]

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
        centres: NDArray[np.float64] = self.index @ self.affine_lps[:3, :3].T + self.affine_lps[:3, 3]
        return centres

    def corners_lps_mm(self, element: int) -> NDArray[np.float64]:
        """(8, 3) corners of one element's box."""
        steps = np.array(list(product((-0.5, 0.5), repeat=3)))
        corners: NDArray[np.float64] = (self.index[element] + steps) @ self.affine_lps[:3, :3].T
        return corners + self.affine_lps[:3, 3]

    def dense(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """(k, j, i) grid of `scores` (n,); NaN where the model saw nothing."""
        grid = np.full(self.shape, np.nan, np.float32)
        grid[tuple(self.index.T)] = scores
        return grid
