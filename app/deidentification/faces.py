"""Whether a face could be rendered from a series: by its words first, then by how it was cut."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from pydicom.dataset import Dataset

from inference.imaging.study import Kind, Series, Study

SLICED = frozenset({"CT", "MR", "PT"})  # modalities whose slices together form a surface
HEAD = re.compile(
    r"head|brain|skull|\bfaci?|maxill|mandib|\bdental|orbit|sinus|\bneck|cervical|c spine|cereb|crani|hippoc|"
    r"pituit|mprage|flair|schädel|kopf|hirn|whole ?body|vertex",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(
    r"chest|thora|lung|abdom|pelvi|liver|kidney|renal|prostat|breast|heart|cardi|myocard|lumbar|knee|\bhip|"
    r"ankle|foot|shoulder|elbow|wrist|hand\b|\barm\b|\bleg\b|femur|tibia|extremit|lvot|chamber|"
    r"\b[234] ?ch\b|\b[sl]ax\b|(short|long) ?axis",
    re.IGNORECASE,
)
_NAMES = ("BodyPartExamined", "StudyDescription", "SeriesDescription", "ProtocolName", "ReceiveCoilName")
_FACE_MM = 120.0  # a smaller field holds no whole face
_TRUNK_MM = 280.0  # a field this large that beats with the heart is of the chest
_TILTED = 0.4  # of the normal towards left and up at once; heads are tilted forwards, or turned


class Face(StrEnum):
    """What the headers let expect."""

    LIKELY = "of a head"
    UNKNOWN = "of a region that is not known"
    NONE = "no head"


@dataclass(frozen=True)
class Facts:
    """What is known of a series. None where the headers are silent.

    words       region, descriptions, protocol, coil
    position    how the patient lay, such as "HFS"
    normal_lps  (3,) unit vector across the slices
    field_mm    longer side of a slice
    beats       pictures of each slice follow the heartbeat, or time
    said        the file itself says that a face can be recognised
    """

    modality: str
    words: str
    position: str = ""
    normal_lps: tuple[float, ...] | None = None
    field_mm: float | None = None
    beats: bool = False
    said: bool = False


def face_in(facts: Facts) -> Face:
    """What to expect of a series. Words that name the head come before all that speaks against it."""
    if facts.said:
        return Face.LIKELY
    if facts.modality.upper() not in SLICED:
        return Face.NONE
    words = facts.words.replace("_", " ").replace("-", " ")
    if HEAD.search(words):
        return Face.LIKELY
    return Face.NONE if ELSEWHERE.search(words) or _is_cut_elsewhere(facts) else Face.UNKNOWN


def _is_cut_elsewhere(facts: Facts) -> bool:
    """Without a word: too small for a face, or, of MR, as a heart or a leg is examined and no head is."""
    if facts.field_mm is not None and facts.field_mm < _FACE_MM:
        return True
    if facts.modality.upper() != "MR":
        return False
    feet_first = facts.position.upper().startswith("FF")  # a head lies in its coil head first
    tilted = (
        facts.normal_lps is not None and min(abs(facts.normal_lps[0]), abs(facts.normal_lps[2])) > _TILTED
    )
    return feet_first or tilted or (facts.beats and (facts.field_mm or 0.0) >= _TRUNK_MM)


def facts_of_file(dataset: Dataset) -> Facts:
    """From one file, as a scanner wrote it."""
    plane, pixels = _group(dataset, "PlaneOrientationSequence"), _group(dataset, "PixelMeasuresSequence")
    regions = [*(dataset.get("AnatomicRegionSequence") or ())]
    regions += [*(_group(dataset, "FrameAnatomySequence").get("AnatomicRegionSequence") or ())]
    words = [str(dataset.get(name, "") or "") for name in _NAMES]
    words += [str(region.get("CodeMeaning", "") or "") for region in regions]
    spacing = _numbers(pixels.get("PixelSpacing"))
    size = _numbers([dataset.get("Rows") or 0, dataset.get("Columns") or 0])
    directions = _numbers(plane.get("ImageOrientationPatient"))
    return Facts(
        modality=str(dataset.get("Modality", "") or ""),
        words=" ".join(words),
        position=str(dataset.get("PatientPosition", "") or ""),
        normal_lps=_normal(directions[:3], directions[3:]) if len(directions) == 6 else None,
        field_mm=max(size[0] * spacing[0], size[1] * spacing[1]) if len(size) == len(spacing) == 2 else None,
        beats=sum(_numbers([dataset.get("CardiacNumberOfImages") or 0])) > 1,
        said=str(dataset.get("RecognizableVisualFeatures", "") or "").upper() == "YES",
    )


def facts_of_series(study: Study, series: Series) -> Facts:
    """The same from what is known of an open study."""
    first = series.instances[0] if series.instances else None
    frame = first.frame_headers[0] if first and first.frame_headers else first
    normal = field = None
    if first is not None and frame is not None:
        if frame.row_lps and frame.column_lps:
            normal = _normal(frame.row_lps, frame.column_lps)
        if frame.spacing_mm:
            field = max(first.rows * frame.spacing_mm[0], first.columns * frame.spacing_mm[1])
    words = " ".join((series.body_part, series.description, series.protocol, study.description))
    beats = any(d.kind in (Kind.CINE, Kind.CINE_STACK) for d in series.display_sets)
    return Facts(series.modality, words, "", normal, field, beats)


def cautions_of_faces(study: Study) -> tuple[str, ...]:
    """What to beware of before a study is copied, in sentences; "may" where the region is not known."""
    found = [face_in(facts_of_series(study, series)) for series in study.series]
    said = []
    if Face.LIKELY in found:
        said.append("From slices of a head a face can be rendered. This export does not remove faces.")
    if unknown := found.count(Face.UNKNOWN):
        said.append(unknown_words(unknown))
    return tuple(said)


def unknown_words(series: int) -> str:
    """That nothing says whether some series show a head."""
    which = "one series shows" if series == 1 else f"{series} series show"
    return (
        f"No header says what part of the body {which}: if it is the head, a face can be rendered. "
        "This export does not remove faces."
    )


def _group(dataset: Dataset, name: str) -> Dataset:
    """What all frames share, or what the first has; the file itself where it is no enhanced one."""
    for groups in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        items = dataset.get(groups) or ()
        if items and items[0].get(name):
            found: Dataset = items[0][name].value[0]
            return found
    return dataset


def _numbers(values: Sequence[object] | None) -> list[float]:
    try:
        found = [float(str(value)) for value in values or ()]
    except ValueError:
        return []
    return found if np.isfinite(found).all() else []


def _normal(row: Sequence[float], column: Sequence[float]) -> tuple[float, ...] | None:
    across = np.cross(row, column)
    length = float(np.linalg.norm(across))
    return tuple(float(n) for n in across / length) if length > 0 else None
