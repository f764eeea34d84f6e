"""The frames of a loop as pictures that a view goes through."""

from __future__ import annotations

from dataclasses import dataclass

from app.viewer.look import Slab
from app.viewer.picture_plane import PicturePlane, plane_of_affine, unplaced_plane
from app.viewer.reel import Reel
from app.viewer.slicing import Pixels
from inference.imaging.volume import Cine, LoopFacts


@dataclass(frozen=True, eq=False)
class CineSlices:
    """A loop that is here as a whole, or one that is read while it is watched."""

    cine: Cine | Reel

    @property
    def facts(self) -> LoopFacts:
        """What is known of the loop besides its pixels."""
        return self.cine.facts

    @property
    def count(self) -> int:
        """How many frames there are."""
        return len(self.cine.facts.times_ms)

    def plane(self, index: int) -> PicturePlane:  # noqa: ARG002 - every frame lies in the same place
        """Where the loop lies."""
        shape, facts = (self.cine.frame_shape[0], self.cine.frame_shape[1]), self.cine.facts
        if facts.affine_lps is None:
            return unplaced_plane(shape, facts.pixel_spacing_mm)
        return plane_of_affine(facts.affine_lps, 0, shape)

    def pixels(self, index: int, slab_mm: float = 0.0, slab: Slab = Slab.MEAN) -> Pixels | None:  # noqa: ARG002 - no slabs here
        """Frame `index`; None while it has not been read."""
        return self.cine.frame(index)
