"""A study as its headers tell it: frozen values, no pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

Triple = tuple[float, float, float]


class Kind(StrEnum):
    """What one view can do with a display set."""

    STILL = "still"  # one picture
    STACK = "stack"  # pictures that do not form a regular volume
    VOLUME = "volume"  # slices on one regular grid
    CINE = "cine"  # one loop in time
    CINE_STACK = "cine stack"  # slice positions x phases
    DOCUMENT = "document"  # no pixels: report, presentation state, plan


@dataclass(frozen=True)
class Window:
    """Grey-scale window in the unit of the rescaled pixels. `shape` as in PS3.3 C.11.2.1."""

    centre: float
    width: float
    title: str = ""
    shape: str = "linear"  # "linear", "linear exact", "sigmoid"


@dataclass(frozen=True)
class Frame:
    """What places one picture of a file and sets it apart from others. None where the file is silent."""

    position_lps_mm: Triple | None = None  # centre of the first voxel
    row_lps: Triple | None = None  # direction of growing column index
    column_lps: Triple | None = None  # direction of growing row index
    spacing_mm: tuple[float, float] | None = None  # (between rows, between columns)
    slice_thickness_mm: float | None = None
    image_type: tuple[str, ...] = ()
    stack: str = ""
    echo_number: int | None = None
    echo_time_ms: float | None = None
    inversion_time_ms: float | None = None
    b_value: float | None = None
    gradient: Triple | None = None  # direction of diffusion weighting
    acquisition_number: int | None = None
    temporal_position: int | None = None
    trigger_time_ms: float | None = None
    acquired_at_s: float | None = None  # seconds after midnight


@dataclass(frozen=True)
class Instance:
    """One DICOM file, as its header tells. Empty text and None where the header is silent or unreadable."""

    path: Path
    sop_instance_uid: str
    sop_class_uid: str
    series_uid: str
    study_uid: str
    transfer_syntax_uid: str
    modality: str = ""
    instance_number: int | None = None
    rows: int = 0
    columns: int = 0
    frames: int = 1
    samples_per_pixel: int = 1
    photometric: str = ""
    position_lps_mm: Triple | None = None  # centre of the first voxel
    row_lps: Triple | None = None  # direction of growing column index
    column_lps: Triple | None = None  # direction of growing row index
    spacing_mm: tuple[float, float] | None = None  # (between rows, between columns)
    slice_thickness_mm: float | None = None
    image_type: tuple[str, ...] = ()
    echo_number: int | None = None
    echo_time_ms: float | None = None
    repetition_time_ms: float | None = None
    inversion_time_ms: float | None = None
    b_value: float | None = None
    acquisition_number: int | None = None
    temporal_position: int | None = None
    trigger_time_ms: float | None = None
    contrast_agent: str = ""
    windows: tuple[Window, ...] = ()
    frame_of_reference_uid: str = ""
    has_pixels: bool = True
    warnings: tuple[str, ...] = ()
    spacing_note: str = ""  # where not plain patient mm, such as "mm at the detector"
    patient_orientation: tuple[str, ...] = ()  # letters of the row and column directions of a projection
    laterality: str = ""
    view: str = ""  # of a projection, such as "PA" or "MLO"
    gradient: Triple | None = None  # direction of diffusion weighting
    acquired_at_s: float | None = None  # seconds after midnight
    is_loop: bool = False  # its frames follow each other in time
    concatenation_uid: str = ""  # one multi-frame image in several files
    document_title: str = ""
    frame_headers: tuple[Frame, ...] = ()  # one per frame where the frames have places or keys of their own
    lut_shape: str = ""  # "INVERSE" where the file wants low values bright

    @property
    def is_inverted(self) -> bool:
        """Low values are bright; said once or twice, it is done once."""
        return self.photometric == "MONOCHROME1" or self.lut_shape == "INVERSE"


@dataclass(frozen=True)
class DisplaySet:
    """What one view can show. `instances` are in display order: slices ascend along +(row x column).

    uid         stable: the series uid, with a suffix where the series was split
    shape       (slices or frames, rows, columns)
    spacing_mm  (between slices, rows, columns) where the files place the pixels; None otherwise
    plane       "axial", "coronal", "sagittal", "oblique", or "" where nothing is placed
    frame_index (instance, frame) of each picture, in display order; frames count from 0
    phases      pictures per slice position for CINE_STACK (pictures are slice by slice; shape[0] counts them
                all), else 1
    view        standard view that a reader named, such as "A4C"; empty where nobody did
    """

    uid: str
    series_uid: str
    study_uid: str
    kind: Kind
    title: str
    modality: str
    instances: tuple[Instance, ...]
    shape: tuple[int, int, int]
    spacing_mm: Triple | None = None
    plane: str = ""
    frame_index: tuple[tuple[int, int], ...] = ()
    phases: int = 1
    split_by: str = ""  # what set it apart within its series, such as "b 1000" or "echo 2"
    frame_of_reference_uid: str = ""
    warnings: tuple[str, ...] = ()
    view: str = ""

    @property
    def first(self) -> Instance:
        """The instance whose header speaks for the set."""
        return self.instances[0]


@dataclass(frozen=True)
class Series:
    """One DICOM series; it may split into several display sets and is never merged with another."""

    uid: str
    study_uid: str
    number: int | None
    modality: str
    description: str
    protocol: str
    body_part: str
    instances: tuple[Instance, ...]
    display_sets: tuple[DisplaySet, ...]

    @property
    def title(self) -> str:
        """What the reader calls it: in words of the file, else by number, else by what was taken of what."""
        if self.description or self.protocol:
            return self.description or self.protocol
        if self.number is not None:
            return f"Series {self.number}"
        return f"{self.modality} {self.body_part.lower()}".strip() or "Unnamed series"


@dataclass(frozen=True)
class Patient:
    """Who was examined; plain untrusted text."""

    name: str = ""  # "Family, Given"
    id: str = ""
    sex: str = ""
    birth_date: str = ""  # ISO, or as written where it cannot be parsed
    age: str = ""  # at the study date, as "031Y"


@dataclass(frozen=True)
class Refusal:
    """A file that is not shown, and why."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Study:
    """One DICOM study."""

    uid: str
    patient: Patient
    date: str  # ISO, or as written
    time: str
    description: str
    accession: str
    institution: str
    series: tuple[Series, ...]

    @property
    def display_sets(self) -> tuple[DisplaySet, ...]:
        """All display sets, series by series."""
        return tuple(d for s in self.series for d in s.display_sets)

    def display_set(self, uid: str) -> DisplaySet:
        """The display set called `uid`; ValueError if there is none."""
        for display_set in self.display_sets:
            if display_set.uid == uid:
                return display_set
        raise ValueError(f"no display set {uid!r}")

    def series_of(self, display_set: DisplaySet) -> Series:
        """The series that a display set belongs to."""
        return next(s for s in self.series if s.uid == display_set.series_uid)


@dataclass(frozen=True)
class Scan:
    """What a folder, file, archive or DICOMDIR held: studies, and each file not shown with its reason."""

    studies: tuple[Study, ...]
    refused: tuple[Refusal, ...] = ()  # looks like DICOM, or was named as such, but cannot be opened
    skipped: tuple[Refusal, ...] = ()  # not DICOM, not a plain file, or outside the folder
    warnings: tuple[str, ...] = field(default=())
