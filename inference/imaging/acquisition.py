"""How a picture was made, in the words of a corner text: "120 kVp", "FA 90°". Silence where unsaid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pydicom.dataset import Dataset

from inference.errors import ReviewError
from inference.imaging.layout import number, quietly
from inference.imaging.objects.items import code, first, first_text, items, text, texts
from inference.imaging.objects.opening import read_object
from inference.imaging.projections import VIEW_BY_CODE
from inference.imaging.study import DisplaySet
from inference.imaging.values import iso_time

MOST_FRAMES = 500  # of one file
LONGEST = 64  # characters of one text
_FAR_OFF = 5.0  # times: more than a pitch explains
_STRONGEST_T = 30.0  # a field above this was written in gauss

Facts = Mapping[str, str]
Parts = Sequence[Dataset]  # the data set, then its functional groups: the first that says anything is heard


@dataclass(frozen=True)
class Acquisition:
    """Facts by picture of a display set, as far as its files have been asked."""

    pictures: Mapping[int, Facts] = field(default_factory=dict)

    @cached_property
    def shared(self) -> Facts:
        """What all of them say alike."""
        every = list(self.pictures.values())
        if not every:
            return {}
        return {name: words for name, words in every[0].items() if all(f.get(name) == words for f in every)}

    def at(self, picture: int | None) -> Facts:
        """Of one picture; what is shared where it is made of several, or has not been asked."""
        return self.shared if picture is None else self.pictures.get(picture, self.shared)

    def joined(self, other: Acquisition) -> Acquisition:
        """With what other files say."""
        return Acquisition({**self.pictures, **other.pictures})


def ends_and_middle(display_set: DisplaySet) -> tuple[int, ...]:
    """Three files that speak for all until each is asked itself."""
    last = len(display_set.instances) - 1
    return tuple(dict.fromkeys((0, last // 2, last)))


def acquisition_of(display_set: DisplaySet, files: Sequence[int]) -> Acquisition:
    """What some files of a display set say; those that cannot be read say nothing. For a pool thread."""
    found: dict[int, Facts] = {}
    for file in files:
        pictures = [(n, frame) for n, (own, frame) in enumerate(display_set.frame_index) if own == file]
        facts = _of_file(display_set, file, [frame for _n, frame in pictures][:MOST_FRAMES])
        found |= {n: facts[frame] for n, frame in pictures if frame in facts}
    return Acquisition(found)


def facts_from(header: Dataset, frame: int = 0) -> Facts:
    """What one header says about one of its frames."""
    with quietly():
        parts = _parts(header, frame)
        said = {name: make(parts) for name, make in _FACTS.items()}
    return {name: _short(words) for name, words in said.items() if words}


def fact_names() -> tuple[str, ...]:
    """Everything that can be told."""
    return tuple(_FACTS)


def _of_file(display_set: DisplaySet, file: int, frames: Sequence[int]) -> dict[int, Facts]:
    try:
        header = read_object(display_set.instances[file].path, "a picture")
    except ReviewError:
        return {}
    if "PerFrameFunctionalGroupsSequence" not in header:
        return dict.fromkeys(frames, facts_from(header))
    return {frame: facts_from(header, frame) for frame in frames}


def _parts(header: Dataset, frame: int) -> list[Dataset]:
    """The data set and the items of its functional groups, those of the frame before those of all frames."""
    groups = items(header, "PerFrameFunctionalGroupsSequence")[frame : frame + 1]
    groups += items(header, "SharedFunctionalGroupsSequence")[:1]
    return [header, *(part for group in groups for part in _items_within(group))]


def _items_within(group: Dataset) -> list[Dataset]:
    """The macros of a group, each of which is a sequence of one item."""
    found = (first(group, keyword) for keyword in group.dir())
    return [item for item in found if item is not None]


def _number(parts: Parts, *keywords: str) -> float | None:
    found = (number(part, keyword) for keyword in keywords for part in parts)
    return next((value for value in found if value is not None), None)


def _said(form: str, *keywords: str, times: float = 1.0) -> Callable[[Parts], str]:
    def say(parts: Parts) -> str:
        value = _number(parts, *keywords)
        return form.format(plain(value * times)) if value else ""

    return say


def _text(*keywords: str) -> Callable[[Parts], str]:
    return lambda parts: next((said for part in parts if (said := first_text(part, *keywords))), "")


def plain(value: float) -> str:
    """At most two decimals, and never an exponent."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 100 else f"{value:.0f}"


def _exposure(parts: Parts) -> str:
    """As the file gives it, else current times time, which also judges a number in another unit."""
    given = _number(parts, "ExposureInmAs", "Exposure")
    micro = _number(parts, "ExposureInuAs")
    current, time = _number(parts, "XRayTubeCurrentInmA", "XRayTubeCurrent"), _number(parts, "ExposureTime")
    made = current * time / 1000 if current and time else 0.0
    mas = given or (micro / 1000 if micro else 0.0) or made
    if made and not 1 / _FAR_OFF <= mas / made <= _FAR_OFF:
        mas = made
    return f"{plain(mas)} mAs" if mas else ""


def _field(parts: Parts) -> str:
    tesla = _number(parts, "MagneticFieldStrength")
    if not tesla:
        return ""
    return f"{plain(tesla / 10_000 if tesla > _STRONGEST_T else tesla)} T"


def _sequence(parts: Parts) -> str:
    """The name that the scanner gave it, without the star of Siemens, else its kind."""
    named = _text("PulseSequenceName", "SequenceName")(parts).lstrip("*")
    kinds = next((found for part in parts if (found := texts(part, "ScanningSequence"))), ())
    return named or "/".join(kinds)


def _thermal(parts: Parts) -> str:
    """The index for soft tissue, bone or skull, as they are given."""
    kinds = (
        ("TIS", "SoftTissueThermalIndex"),
        ("TIB", "BoneThermalIndex"),
        ("TIC", "CranialThermalIndex"),
    )
    given = ((name, _number(parts, keyword)) for name, keyword in kinds)
    return " ".join(f"{name} {plain(value)}" for name, value in given if value is not None)


def _probe(parts: Parts) -> str:
    return next((" ".join(said) for part in parts if (said := texts(part, "TransducerData"))), "")


def _view(parts: Parts) -> str:
    """As a reader calls it, else as the file describes it."""
    named = _text("ViewPosition")(parts)
    coded = next((view for part in parts if (view := code(part, "ViewCodeSequence"))), None)
    return named or (VIEW_BY_CODE.get(coded.value, coded.meaning) if coded else "")


def _laterality(parts: Parts) -> str:
    """Of the picture before that of the series."""
    side = _text("ImageLaterality", "FrameLaterality", "Laterality")(parts).upper()
    return {"R": "right", "L": "left", "B": "both sides"}.get(side, "")


def _anode(parts: Parts) -> str:
    made = (_text("AnodeTargetMaterial")(parts), _text("FilterMaterial")(parts))
    return " / ".join(words.capitalize() for words in made if words)


def _c_arm(parts: Parts) -> str:
    """ "LAO 30° CRA 20°": which way the detector looks."""
    angles = (
        (_number(parts, "PositionerPrimaryAngle"), "LAO", "RAO"),
        (_number(parts, "PositionerSecondaryAngle"), "CRA", "CAU"),
    )
    given = (
        f"{up if value >= 0 else down} {abs(value):.0f}°" for value, up, down in angles if value is not None
    )
    return " ".join(given)


def _drug(parts: Parts) -> Dataset | None:
    return first(parts[0], "RadiopharmaceuticalInformationSequence")


def _radionuclide(parts: Parts) -> str:
    drug = _drug(parts)
    nuclide = code(drug, "RadionuclideCodeSequence")
    said = (nuclide.meaning.lstrip("^") if nuclide else "", text(drug, "Radiopharmaceutical"))
    return " ".join(dict.fromkeys(words for words in said if words))


def _activity(parts: Parts) -> str:
    drug = _drug(parts)
    activity = number(drug, "RadionuclideTotalDose") if drug is not None else None
    if not activity:
        return ""
    mbq = activity / 1e6 if activity > 1e5 else activity  # some write megabecquerels
    return f"{plain(mbq)} MBq"


def _suv(parts: Parts) -> str:
    kind = text(parts[0], "SUVType").upper()
    return f"SUV{kind.lower()}" if kind else "SUVbw" if text(parts[0], "Units").upper() == "GML" else ""


_FACTS: dict[str, Callable[[Parts], str]] = {
    "kVp": _said("{} kVp", "KVP"),
    "mAs": _exposure,
    "tube current": _said("{} mA", "XRayTubeCurrentInmA", "XRayTubeCurrent"),
    "kernel": lambda parts: f"kernel {words}" if (words := _text("ConvolutionKernel")(parts)) else "",
    "pitch": _said("pitch {}", "SpiralPitchFactor"),
    "gantry tilt": _said("tilt {}°", "GantryDetectorTilt"),
    "CTDIvol": _said("CTDIvol {} mGy", "CTDIvol"),
    "TR": _said("TR {}", "RepetitionTime"),
    "TE": _said("TE {}", "EffectiveEchoTime", "EchoTime"),
    "TI": _said("TI {}", "InversionTime"),
    "flip angle": _said("FA {}°", "FlipAngle"),
    "sequence": _sequence,
    "field strength": _field,
    "b-value": _said("b {}", "DiffusionBValue"),
    "trigger time": _said("{} ms after R", "NominalCardiacTriggerDelayTime", "TriggerTime"),
    "heart rate": _said("{} bpm", "HeartRate"),
    "mechanical index": _said("MI {}", "MechanicalIndex"),
    "thermal index": _thermal,
    "depth": _said("depth {} cm", "DepthOfScanField", times=0.1),
    "frame rate": _said("{} fps", "RecommendedDisplayFrameRate", "CineRate"),
    "probe": _probe,
    "view": _view,
    "laterality": _laterality,
    "exposure index": _said("EI {}", "ExposureIndex"),
    "compression": _said("force {} N", "CompressionForce"),
    "compressed thickness": _said("compressed to {} mm", "BodyPartThickness"),
    "anode and filter": _anode,
    "organ dose": _said("organ dose {} mGy", "OrganDose", times=100.0),  # the standard counts in decigrays
    "C-arm": _c_arm,
    "radionuclide": _radionuclide,
    "activity": _activity,
    "SUV type": _suv,
    "body part": _text("BodyPartExamined"),
    "scanner": _text("ManufacturerModelName"),
    "acquired at": lambda parts: iso_time(_text("AcquisitionTime", "ContentTime")(parts)),
}


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
