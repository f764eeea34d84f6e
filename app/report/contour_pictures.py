"""The ventricle as it was outlined: a few slices at end-diastole and at end-systole, contours and volumes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from app.contours import Edits, Outlines, Points
from app.report.canvas import draw, png
from app.report.content import Failure, KeyPicture, Review
from app.viewer.exhibit import Exhibit, cine_exhibit
from app.viewer.layers.contours import ContourLayer, Drawn
from app.viewer.look import Look
from app.viewer.window_presets import default_window
from inference.errors import ReviewError
from inference.imaging.read import read_cine
from inference.imaging.study import Kind, Study
from inference.models.ventricle_geometry import APEX_LPS

CONTOURS = "contours-"  # how the names of their pictures begin
NAMES = ("basal", "mid-ventricular", "apical")
SHARES = (0.2, 0.5, 0.8)  # of the way from the base to the apex
ROOM = 2.2  # of the cavity's width, that a picture shows around it
_LARGEST_ZOOM = 6.0


@dataclass(frozen=True)
class _Moment:
    """An end of the beat."""

    key: str
    title: str
    phase: int


def with_contours_drawn(review: Review) -> Review:
    """The review with pictures of its contours; what cannot be drawn is named and costs nothing else."""
    if review.outlines is None or any(p.file_name.startswith(CONTOURS) for p in review.pictures):
        return review
    try:
        pictures = contour_pictures(review)
    except ReviewError as error:
        failure = Failure("pictures of the contours", "left ventricle", str(error), error.hint)
        return replace(review, failures=(*review.failures, failure))
    return replace(review, pictures=(*review.pictures, *pictures))


def contour_pictures(review: Review) -> tuple[KeyPicture, ...]:
    """Up to three slices from base to apex at end-diastole, then the same at end-systole."""
    outlines = review.outlines
    if outlines is None:
        return ()
    edits = {contour.key: contour for contour in review.contours}
    ends, shown = _moments(outlines, edits), _slices(outlines, edits)
    width_mm = max((_width_mm(_points(outlines, edits, number)) for _, number in shown), default=0.0)
    made: dict[tuple[str, int], KeyPicture] = {}
    for name, number in shown:
        exhibit = _exhibit(review.study, outlines.sources[number])
        for moment in ends:
            drawn = _Slice(exhibit, Drawn(outlines, edits), name, number, width_mm)
            made[moment.key, number] = drawn.picture(moment, review.notice)
    return tuple(made[moment.key, number] for moment in ends for _, number in shown)


def volumes_words(review: Review) -> str:
    """The volumes at both ends as the contours on the pictures make them; empty without contours."""
    if review.outlines is None:
        return ""
    edits = {contour.key: contour for contour in review.contours}
    curve = review.outlines.curve(edits)
    said = (
        f"{moment.title} at {curve.times_ms[moment.phase]:.0f} ms: {curve.volume_ml[moment.phase]:.0f} mL"
        for moment in _moments(review.outlines, edits)
    )
    own = any(map(review.outlines.holds, edits))
    who = "Orange: contours of the model; green: changed by the reader." if own else "Contours of the model."
    return f"{'; '.join(said)}. {who}"


@dataclass(frozen=True, eq=False)
class _Slice:
    """One slice position with what was drawn there; `width_mm` of the widest cavity gives all one scale."""

    exhibit: Exhibit
    drawn: Drawn
    name: str
    number: int
    width_mm: float

    def picture(self, moment: _Moment, notice: str) -> KeyPicture:
        """The slice at one end of the beat."""
        uid, position = self.drawn.outlines.sources[self.number]
        layer = ContourLayer(position)
        layer.drawn = self.drawn
        image = draw(self.exhibit, self._look(moment.phase), notice=notice, over=(layer,))
        where = f"{self.name}, slice {self.number + 1} of {len(self.drawn.outlines.sources)}"
        own = any(key.display_set_uid == uid and key.position == position and key.phase == moment.phase
                  for key in self.drawn.edits)  # fmt: skip
        who = "contour changed by the reader" if own else "contour of the model"
        caption = f"{moment.title}, {where}; {who}."
        name = f"{CONTOURS}{moment.key}-{self.name.partition('-')[0]}.png"
        return KeyPicture(name, f"{moment.title} · {self.name}", caption, png(image))

    def _look(self, phase: int) -> Look:
        """Centred on the cavity and enlarged; as a whole where it is not outlined."""
        exhibit = self.exhibit
        phase = min(phase, exhibit.native.count - 1)
        look = Look(slice_index=phase, window=default_window(exhibit), inverted=exhibit.inverted)
        points = _points(self.drawn.outlines, self.drawn.edits, self.number)
        plane = exhibit.native.plane(phase)
        if not len(points) or not plane.placed:
            return look
        pixels = plane.to_pixels(points)[:, :2]
        spacing_mm, shape = np.array(plane.spacing_mm), np.array(plane.shape)
        whole_mm = float((shape * spacing_mm).max())
        zoom = min(max(whole_mm / (ROOM * max(self.width_mm, 1.0)), 1.0), _LARGEST_ZOOM)
        middle = (pixels.min(axis=0) + pixels.max(axis=0)) / 2
        down_mm, right_mm = ((shape - 1) / 2 - middle) * spacing_mm
        return replace(look, zoom=zoom, pan_mm=(float(right_mm), float(down_mm)))


def _moments(outlines: Outlines, edits: Edits) -> tuple[_Moment, _Moment]:
    curve = outlines.curve(edits)
    diastole = _Moment("diastole", "End-diastole", curve.diastole)
    return diastole, _Moment("systole", "End-systole", curve.systole)


def _slices(outlines: Outlines, edits: Edits) -> list[tuple[str, int]]:
    """(name, slice) from base to apex, of the slices that are outlined at end-diastole."""
    phase = outlines.curve(edits).diastole
    held = [n for n in range(len(outlines.sources)) if outlines.lines[n][phase]]
    held = held or [n for n in range(len(outlines.sources)) if any(outlines.lines[n])]
    if len(held) > 1:
        first, last = (_points(outlines, edits, n).mean(axis=0) for n in (held[0], held[-1]))
        held = held if float((last - first) @ APEX_LPS) > 0 else held[::-1]
    if len(held) < len(NAMES):
        return [("left ventricle", n) for n in held]
    places = (held[round(share * (len(held) - 1))] for share in SHARES)
    return list(dict(zip(NAMES, places, strict=True)).items())


def _points(outlines: Outlines, edits: Edits, number: int) -> Points:
    """(n, 3) all points of the contours of one slice through the beat."""
    source = outlines.sources[number]
    own = [c.line_lps_mm for key, c in edits.items() if (key.display_set_uid, key.position) == source]
    lines = [line for phase in outlines.lines[number] for line in phase] + own
    return np.concatenate(lines) if lines else np.zeros((0, 3))


def _width_mm(points: Points) -> float:
    """From side to side of what the points enclose."""
    return 2 * float(np.linalg.norm(points - points.mean(axis=0), axis=1).max()) if len(points) else 0.0


def _exhibit(study: Study, source: tuple[str, int]) -> Exhibit:
    uid, position = source
    display_set = study.display_set(uid)
    place = position if display_set.kind is Kind.CINE_STACK else 0
    return cine_exhibit(read_cine(display_set, position=place), study, display_set)
