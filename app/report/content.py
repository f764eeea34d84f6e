"""What a report says, as values: the same content is dressed as PDF, JSON, tables and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from app.contours import Contour, Outlines
from app.painting.segmentation import Segmentation
from app.report.measures import is_measure, measure_words, outcome_words, value_words
from app.viewer.look import Look
from app.viewer.measurements.measurement import Measurement
from explain.attribution import Attribution, UnitScores
from inference.imaging.objects.presentations import Area
from inference.imaging.segments import SegmentMap
from inference.imaging.study import Study
from inference.prediction import Finding, Prediction, State

NOT_FOR_DIAGNOSIS = "not for diagnostic use"


@dataclass(frozen=True)
class Failure:
    """An explanation that was asked for and could not be given."""

    method: str
    target: str
    message: str
    hint: str


@dataclass(frozen=True, eq=False)
class KeyPicture:
    """A picture that leaves with the report. `attribution` is its place in the review's attributions."""

    file_name: str
    title: str
    caption: str
    png: bytes
    attribution: int | None = None


@dataclass(frozen=True)
class Viewed:
    """How the reader looks at a series.

    area  what of its pictures fills the view; None for the whole of them
    """

    display_set_uid: str
    look: Look
    area: Area | None = None


@dataclass(frozen=True, eq=False)
class ReaderWork:
    """What a reader did with the pictures of a study, with or without a model.

    contours  of loops, that the reader changed
    views     how the series are looked at
    reader    who it was; empty where the settings do not say
    segments  that the reader drew
    """

    study: Study
    measurements: tuple[Measurement, ...] = ()
    contours: tuple[Contour, ...] = ()
    views: tuple[Viewed, ...] = ()
    reader: str = ""
    segments: tuple[Segmentation, ...] = ()


@dataclass(frozen=True, eq=False)
class Review:
    """One study as one model read it, with its reasons.

    edited  the same measures with contours that the reader changed; their reasons say so
    measurements  what the reader measured on the pictures
    masks, outlines  what the model drew beside its answer
    contours, views, reader, segments  as in `ReaderWork`
    """

    study: Study
    prediction: Prediction
    attributions: tuple[Attribution, ...]
    failures: tuple[Failure, ...]
    pictures: tuple[KeyPicture, ...]
    created: str
    edited: tuple[Finding, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    masks: tuple[SegmentMap, ...] = ()
    outlines: Outlines | None = None
    contours: tuple[Contour, ...] = ()
    views: tuple[Viewed, ...] = ()
    reader: str = ""
    segments: tuple[Segmentation, ...] = ()

    @property
    def work(self) -> ReaderWork:
        """What the reader did."""
        return ReaderWork(
            self.study, self.measurements, self.contours, self.views, self.reader, self.segments
        )

    @property
    def notice(self) -> str:
        """The line that every page and picture carries."""
        return f"{self.prediction.card.title} {self.prediction.card.version} · {self.prediction.card.caveat}"


def now_utc() -> str:
    """The time in ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def study_line(study: Study) -> str:
    """Modality, description and date in one line."""
    modalities = "/".join(sorted({s.modality for s in study.series if s.modality}))
    return " · ".join(part for part in (modalities, study.description, study.date) if part)


def patient_line(study: Study) -> str:
    """Name, identity, sex and age in one line."""
    patient = study.patient
    number = "" if patient.id == patient.name else patient.id
    who = (patient.name or "name not given", number, patient.sex, patient.age or patient.birth_date)
    return " · ".join(part for part in who if part)


def chosen_finding(prediction: Prediction) -> Finding | None:
    """The finding that a reader asks about first: the first measure, else the diagnosis of largest margin."""
    scored = [f for f in prediction.findings if f.margin is not None]
    measures = [f for f in scored if f.target.group == "measure"]
    diagnoses = [f for f in scored if f.target.group == "diagnosis"]
    return measures[0] if measures else max(diagnoses, key=lambda f: f.margin or 0.0, default=None)


def ordered(findings: tuple[Finding, ...]) -> list[Finding]:
    """Findings first, then measures, then by falling margin; without a score last, in the model's order.

    Margins in different units say nothing about each other: measures keep the order of the card.
    """
    return sorted(findings, key=_rank)


def _rank(finding: Finding) -> tuple[int, float]:
    if finding.score is None:
        return 3, 0.0
    if is_measure(finding.target):
        return 1, 0.0
    return (0 if finding.state is State.FINDING else 2), -(finding.margin or 0.0)


def score_reach(findings: Sequence[Finding]) -> float:
    """Half the width of the scale of all bars: every score fits, a far threshold stands at the end."""
    scores = [abs(f.score) for f in findings if f.score is not None]
    widest = max(scores, default=0.0)
    thresholds = [abs(f.target.threshold) for f in findings if f.score is not None]
    return max([widest, *(t for t in thresholds if t <= 2 * widest)], default=0.0) or 1.0


def state_words(finding: Finding) -> str:
    """The state as a sentence part, with its reason where there is one."""
    said = outcome_words(finding)
    return f"{said}: {finding.reason}" if finding.reason else said


def target_title(finding: Finding) -> str:
    """The target's title; the levels of the priority say that they are levels."""
    title = finding.target.title
    is_bare_level = finding.target.group == "priority" and "priority" not in title.lower()
    return f"Priority: {title.lower()}" if is_bare_level else title


def score_words(finding: Finding) -> str:
    """Score against its threshold with the unit, such as "+1.90 (threshold +0.40) logit"."""
    if finding.score is None:
        return ""
    if finding.target.group == "priority":
        return f"{finding.score:+.2f} {finding.target.unit}"
    if is_measure(finding.target):
        return measure_words(finding)
    return f"{finding.score:+.2f} (threshold {finding.target.threshold:+.2f}) {finding.target.unit}"


def explained_words(attribution: Attribution) -> str:
    """The score that an explanation explains, with its unit."""
    if is_measure(attribution.target):
        return value_words(Finding(attribution.target, State.FINDING, attribution.score))
    return f"{attribution.score:+.2f} {attribution.target.unit}"


def by_series(attribution: Attribution) -> list[tuple[str, float]]:
    """Title and total of every series (view) that the explanation covers, largest first."""
    return sorted(((u.place.title, u.total) for u in attribution.units), key=lambda row: -abs(row[1]))


def left_out_words(attribution: Attribution) -> str:
    """What the answer is without each view of a study of loops; empty where that was not tried."""
    tried = [u for u in attribution.units if u.left_out is not None and u.place.times_ms is not None]
    if not tried:
        return ""
    answers = (replace(attribution, score=attribution.score - (u.left_out or 0.0)) for u in tried)
    said = (f"{u.place.title} {explained_words(a)}" for u, a in zip(tried, answers, strict=True))
    return f"With one view left out: without {', without '.join(said)}."


def where(unit: UnitScores, element: int) -> str:
    """Where an element lies, in words: series and centre in patient millimetres; of a loop also when."""
    if unit.place.times_ms is not None:
        moment = float(unit.place.times_ms[unit.place.index[element, 0]])
        return f"{unit.place.title}: at {moment:.0f} ms"
    right, back, up = unit.place.centres_lps_mm[element]
    side = f"{'L' if right >= 0 else 'R'} {abs(right):.0f}"
    depth = f"{'P' if back >= 0 else 'A'} {abs(back):.0f}"
    height = f"{'S' if up >= 0 else 'I'} {abs(up):.0f}"
    return f"{unit.place.title}: {side} {depth} {height} mm"
