"""What one header says about its patient, study and series, and how it wants to be windowed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from inference.imaging import tags
from inference.imaging.elements import Elements
from inference.imaging.study import Patient, Window
from inference.imaging.values import Values, age_at, iso_date, iso_time

_SHAPES = {"SIGMOID": "sigmoid", "LINEAR_EXACT": "linear exact"}
_STUDY_TAGS = (
    tags.CHARACTER_SET,
    tags.STUDY_DATE,
    tags.STUDY_TIME,
    tags.STUDY_DESCRIPTION,
    tags.ACCESSION,
    tags.INSTITUTION,
    tags.PATIENT_NAME,
    tags.PATIENT_ID,
    tags.SEX,
    tags.BIRTH_DATE,
    tags.AGE,
)
_SERIES_TAGS = (
    tags.CHARACTER_SET,
    tags.SERIES_NUMBER,
    tags.MODALITY,
    tags.SERIES_DESCRIPTION,
    tags.PROTOCOL,
    tags.BODY_PART,
)
_NOTHING = frozenset({"none", "null", "n/a", "na", "nan", "unknown", "undefined", "unnamed", "-", "?"})
_Raw = tuple[tuple[int, tuple[str, bytes]], ...]


@dataclass(frozen=True)
class StudyFacts:
    """What one file says about its study."""

    patient: Patient
    date: str
    time: str
    description: str
    accession: str
    institution: str


@dataclass(frozen=True)
class SeriesFacts:
    """What one file says about its series."""

    number: int | None
    modality: str
    description: str
    protocol: str
    body_part: str


def study_facts(values: Values) -> StudyFacts:
    """The patient and the study; decoded once for all files that say the same."""
    return _study(_raw(values, _STUDY_TAGS), little=values.elements.little)


def series_facts(values: Values) -> SeriesFacts:
    """The series; decoded once for all files that say the same."""
    return _series(_raw(values, _SERIES_TAGS), little=values.elements.little)


def windows(values: Values) -> tuple[Window, ...]:
    """The windows that the file offers, the first one being its default."""
    centres, widths = values.numbers(tags.WINDOW_CENTRE), values.numbers(tags.WINDOW_WIDTH)
    if not centres or not widths:
        return ()
    titles = (*values.texts(tags.WINDOW_TITLE), *[""] * len(centres))
    shape = _SHAPES.get(values.text(tags.VOI_FUNCTION).upper(), "linear")
    offers = zip(centres, widths, titles, strict=False)
    return tuple(Window(centre, width, title, shape) for centre, width, title in offers)


def words_of(text: str) -> str:
    """A description as it is read: scanners join its parts with carets, converters write "None"."""
    words = " ".join(part.strip() for part in text.split("^") if part.strip())
    return "" if words.lower() in _NOTHING else words


def _raw(values: Values, wanted: tuple[int, ...]) -> _Raw:
    stored = values.elements.values
    return tuple((tag, stored[tag]) for tag in wanted if tag in stored)


@lru_cache(maxsize=256)
def _study(raw: _Raw, *, little: bool) -> StudyFacts:
    values = Values.of(Elements(values=dict(raw), little=little))
    day, birth = values.text(tags.STUDY_DATE), values.text(tags.BIRTH_DATE)
    patient = Patient(
        name=values.name(tags.PATIENT_NAME),
        id=values.text(tags.PATIENT_ID),
        sex=values.text(tags.SEX),
        birth_date=iso_date(birth),
        age=age_at(birth, day, values.text(tags.AGE)),
    )
    return StudyFacts(
        patient=patient,
        date=iso_date(day),
        time=iso_time(values.text(tags.STUDY_TIME)),
        description=words_of(values.text(tags.STUDY_DESCRIPTION)),
        accession=values.text(tags.ACCESSION),
        institution=values.text(tags.INSTITUTION),
    )


@lru_cache(maxsize=1024)
def _series(raw: _Raw, *, little: bool) -> SeriesFacts:
    values = Values.of(Elements(values=dict(raw), little=little))
    return SeriesFacts(
        number=values.whole(tags.SERIES_NUMBER),
        modality=values.text(tags.MODALITY),
        description=words_of(values.text(tags.SERIES_DESCRIPTION)),
        protocol=words_of(values.text(tags.PROTOCOL)),
        body_part=words_of(values.text(tags.BODY_PART)),
    )
