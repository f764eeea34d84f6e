"""What is open, gathered for what leaves the room: an answer, what a model drew, what the reader did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSizeF

from app.comparison import Comparison
from app.contours import Contour, Outlines, edited_findings
from app.painting.segmentation import Segmentation
from app.viewer.hanging import Hanging
from app.viewer.look import Look, Plane
from app.viewer.measurements.measurement import Measurement
from app.viewer.presenting import area_seen, dots_per_mm
from app.viewer.slice_view import SliceView
from app.workbench.comparing import Comparing
from app.workbench.outlining import Outlining
from app.workbench.segmenting import Segmenting
from app.workbench.services import Services
from explain.attribution import Attribution
from inference.imaging.objects.presentations import Area
from inference.imaging.segments import SegmentMap
from inference.imaging.study import Study
from inference.prediction import Finding, Prediction
from inference.progress import Report

if TYPE_CHECKING:
    from app.report.content import ReaderWork, Review


@dataclass(frozen=True, eq=False)
class Seen:
    """How a series is looked at, and what of its pictures fills the view."""

    display_set_uid: str
    look: Look
    area: Area


@dataclass(frozen=True, eq=False)
class Done:
    """What the reader did with the open study.

    seen  how the series on show are looked at, where they are shown as they were acquired
    """

    study: Study
    measurements: tuple[Measurement, ...] = ()
    contours: tuple[Contour, ...] = ()
    seen: tuple[Seen, ...] = ()
    reader: str = ""
    segments: tuple[Segmentation, ...] = ()

    def as_work(self) -> ReaderWork:
        """The same for what is written; on a pool thread, which bears the slow import."""
        from app.report.content import ReaderWork, Viewed

        views = tuple(Viewed(seen.display_set_uid, seen.look, seen.area) for seen in self.seen)
        return ReaderWork(self.study, self.measurements, self.contours, views, self.reader, self.segments)


@dataclass(frozen=True, eq=False)
class Matter:
    """What a report of the open study can be made of.

    masks, outlines  what the model drew beside its answer, where that is here already
    """

    study: Study
    prediction: Prediction
    attributions: tuple[Attribution, ...]
    done: Done
    comparison: Comparison | None = None
    edited: tuple[Finding, ...] = ()
    masks: tuple[SegmentMap, ...] = ()
    outlines: Outlines | None = None


class Gathering:
    """Asks everybody who holds a part of it. Changes nothing."""

    def __init__(
        self, services: Services, hanging: Hanging, *, comparing: Comparing, outlining: Outlining,
        segmenting: Segmenting,
    ) -> None:  # fmt: skip
        self._services, self._hanging = services, hanging
        self._comparing, self._outlining, self._segmenting = comparing, outlining, segmenting

    def done(self) -> Done | None:
        """What the reader did; None without an open study."""
        sitting = self._services.workspace.sitting
        study = sitting.current
        if study is None:
            return None
        own = {d.uid for d in study.display_sets}
        measured = tuple(m for m in sitting.desk.measurements.values() if m.site.study_uid == study.uid)
        contours = tuple(c for key, c in sitting.desk.contours.items() if key.display_set_uid in own)
        views = (v for v in self._hanging.slice_views() if v.look.plane is Plane.NATIVE)
        seen = {v.exhibit.display_set_uid: _seen(v) for v in views if v.exhibit.display_set_uid in own}
        reader = self._services.remembered.settings.reader
        drawn = tuple(s for s in sitting.desk.segmentations.values() if s.study_uid == study.uid)
        return Done(study, measured, contours, tuple(seen.values()), reader, drawn)

    @property
    def awaited(self) -> tuple[str, ...]:
        """The models that are still drawing masks or contours in the open study."""
        return (*self._segmenting.awaited, *self._outlining.read.awaited)

    @property
    def has_masks(self) -> bool:
        """Whether a model has drawn something in the open study."""
        current = self._services.workspace.sitting.current
        outlined = current is not None and self._outlining.read.of_study(current.uid) is not None
        return outlined or self._segmenting.reading is not None

    def matter(self) -> Matter | None:
        """The answer on show with all that belongs to it; None where no model has answered."""
        sitting, done = self._services.workspace.sitting, self.done()
        if done is None:
            return None
        study = done.study
        spoken = [p for p in sitting.predictions if p.study_uid == study.uid]
        chosen = sitting.chosen[0] if sitting.chosen else None
        prediction = chosen if chosen in spoken else next(iter(spoken), None)
        if prediction is None:
            return None
        mine = (study.uid, prediction.card.key)
        reading = self._segmenting.reading
        is_mine = reading is not None and (reading.study_uid, reading.model_key) == mine
        return Matter(
            study,
            prediction,
            tuple(a for a in sitting.attributions if (a.study_uid, a.model_key) == mine),
            done,
            self._comparing.comparison,
            edited_findings(prediction, self._outlining.edited(*mine)),
            (reading.segments,) if reading is not None and is_mine else (),
            self._outlining.read.of_model(*mine),
        )


def _seen(view: SliceView) -> Seen:
    area = area_seen(view.look, view.plane, QSizeF(view.size()), dots_per_mm(view))
    return Seen(view.exhibit.display_set_uid, view.look, area)


def review_of(matter: Matter, report: Report) -> Review:
    """The review of what is open, with what the model drew and what the reader changed and measured."""
    from app.report.contour_pictures import with_contours_drawn
    from app.report.review import assemble

    review = assemble(
        matter.study, matter.prediction, matter.attributions, edited=matter.edited, report=report
    )
    work = matter.done.as_work()
    whole = replace(
        review, measurements=work.measurements, contours=work.contours, views=work.views,
        reader=work.reader, masks=matter.masks, outlines=matter.outlines, segments=work.segments,
    )  # fmt: skip
    return with_contours_drawn(whole)
