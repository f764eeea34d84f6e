"""What one view shows: pictures, where they come from, and what the corners say. Frozen, without a look."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from app.viewer.caption import Caption, caption_of
from app.viewer.cine_slices import CineSlices
from app.viewer.look import Cut, Plane
from app.viewer.reel import Reel
from app.viewer.slicing import (
    IndexSlices,
    PictureSlices,
    Pixels,
    Slices,
    outside_of,
    slices_of,
)
from inference.imaging.intensity import voi_luts, windows
from inference.imaging.projections import Stance, letters_of, stance_of
from inference.imaging.study import DisplaySet, Kind, Study, Window
from inference.imaging.supplement import Supplement
from inference.imaging.tables import Table
from inference.imaging.volume import Cine, Picture, Volume

_MOST_CUTS = 12  # planes in which one exhibit is kept cut


@dataclass(frozen=True, eq=False)
class Exhibit:
    """The pictures of one display set.

    native    as acquired
    volume    where the pictures form one; then it can be cut along the patient
    inverted  stored low values are bright (MONOCHROME1)
    windows   that the file asks for
    stance    how a projection is turned before it is seen
    letters   which way columns and rows of a projection grow
    lut       VOI LUT that the file asks for before any window; radiographs rely on it
    supplement  which values are colours
    """

    native: Slices
    caption: Caption = field(default_factory=Caption)
    volume: Volume | None = None
    unit: str = ""
    inverted: bool = False
    study_uid: str = ""
    display_set_uid: str = ""
    series_uid: str = ""
    frame_of_reference_uid: str = ""
    modality: str = ""
    windows: tuple[Window, ...] = ()
    padding: float | None = None
    lut: Table | None = None
    supplement: Supplement | None = None
    stance: Stance = field(default_factory=Stance)
    letters: tuple[str, str] = ("", "")
    _cuts: dict[Cut, Slices] = field(default_factory=dict, repr=False)

    def slices(self, plane: Cut) -> Slices:
        """The pictures in `plane`; as acquired where nothing else is possible."""
        if plane is Plane.NATIVE or self.volume is None:
            return self.native
        if plane not in self._cuts:
            while len(self._cuts) >= _MOST_CUTS:  # a plane that is turned leaves a trail of them
                self._cuts.pop(next(iter(self._cuts)))
            self._cuts[plane] = slices_of(self.volume, plane, self._outside)
        return self._cuts[plane]

    def picture(self, index: int) -> int:
        """The place in its display set of picture `index`, as it was acquired."""
        loop = self.native.facts.pictures if isinstance(self.native, CineSlices) else ()
        return loop[index] if 0 <= index < len(loop) else index

    @cached_property
    def _outside(self) -> float:
        return outside_of(self.volume) if self.volume is not None else 0.0

    @cached_property
    def is_colour(self) -> bool:
        """RGB pictures; they are not windowed."""
        if self.volume is not None:
            return False
        pixels = self.sample()
        return pixels is not None and pixels.ndim == 3

    def sample(self) -> Pixels | None:
        """Pixels that stand for all of them, to find a window from; None where nothing has been read yet."""
        if self.volume is not None:
            voxels: Pixels = self.volume.voxels
            return voxels[:: max(1, len(voxels) // 24)]
        pictures = (self.native.pixels(index) for index in range(self.native.count))
        return next((pixels for pixels in pictures if pixels is not None), None)

    def middle(self, plane: Cut) -> int:
        """The slice to begin with."""
        return self.slices(plane).count // 2

    def shares_space_with(self, other: Exhibit) -> bool:
        """Whether a position in the other means the same position here."""
        if self.volume is not None and self.volume is other.volume:
            return True
        return self.is_placed_in(other.frame_of_reference_uid, other.series_uid)

    def is_placed_in(self, frame_of_reference_uid: str, series_uid: str) -> bool:
        """Whether positions here are positions in that frame of reference, or in that very series."""
        if self.series_uid and self.series_uid == series_uid:
            return True
        return bool(frame_of_reference_uid) and frame_of_reference_uid == self.frame_of_reference_uid


def volume_exhibit(
    volume: Volume, study: Study | None = None, display_set: DisplaySet | None = None, badge: str = ""
) -> Exhibit:
    """A volume on show."""
    return _exhibit(IndexSlices(volume.voxels, volume.affine_lps), study, display_set, badge,
                    {"volume": volume, "unit": volume.unit, "padding": volume.padding,
                     "supplement": volume.supplement})  # fmt: skip


def picture_exhibit(
    picture: Picture,
    study: Study | None = None,
    display_set: DisplaySet | None = None,
    badge: str = "",
    index: int = 0,
) -> Exhibit:
    """A still, or the first picture that was read of a stack."""
    count = display_set.shape[0] if display_set else 1
    slices = PictureSlices(count, (picture.pixels.shape[0], picture.pixels.shape[1]), {index: picture})
    more = {"unit": picture.unit, "inverted": picture.inverted, "padding": picture.padding,
            "supplement": picture.supplement}  # fmt: skip
    if display_set is not None and display_set.kind is Kind.STILL and not picture.is_colour:
        more["lut"] = next(iter(voi_luts(display_set, index)), None)
    return _exhibit(slices, study, display_set, badge, more)


def cine_exhibit(
    cine: Cine | Reel, study: Study | None = None, display_set: DisplaySet | None = None, badge: str = ""
) -> Exhibit:
    """A loop on show."""
    facts = cine.facts
    return _exhibit(
        CineSlices(cine), study, display_set, badge, {"unit": facts.unit, "supplement": facts.supplement}
    )


def _exhibit(
    native: Slices,
    study: Study | None,
    display_set: DisplaySet | None,
    badge: str,
    more: dict[str, object],
) -> Exhibit:
    where: dict[str, object] = {}
    if display_set is not None:
        where = {
            "study_uid": display_set.study_uid,
            "display_set_uid": display_set.uid,
            "series_uid": display_set.series_uid,
            "frame_of_reference_uid": display_set.frame_of_reference_uid,
            "modality": display_set.modality,
            "windows": windows(display_set),
            "inverted": display_set.first.is_inverted,
            "stance": stance_of(display_set),
            "letters": letters_of(display_set.first),
        }
    caption = caption_of(study, display_set, badge)
    return Exhibit(native, caption, **{**where, **more})  # type: ignore[arg-type] # the keys are fields of Exhibit
