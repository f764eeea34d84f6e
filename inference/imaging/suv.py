"""Standardised uptake of PET: body weight, dose and decay turn Bq/ml into SUVbw, or a reason why not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from pydicom.dataset import Dataset

from inference.errors import ReviewError
from inference.imaging.layout import number, quietly
from inference.imaging.modality import Modality
from inference.imaging.objects.items import first, text, texts
from inference.imaging.objects.opening import read_object
from inference.imaging.study import DisplaySet
from inference.imaging.values import as_date, as_seconds

UNIT = "SUVbw"
LONGEST = timedelta(hours=24)  # between injection and scan; a longer wait is a wrong date
_PHILIPS_SUV = (0x7053, "Philips PET Private Group", 0x00)
_NOT = "SUV cannot be computed: {}; the values are in {}."


@dataclass(frozen=True)
class Uptake:
    """What stored activity is multiplied by; without a `factor` there is no SUV, and `reason` says why."""

    factor: float | None = None
    reason: str = ""


def uptake_of(display_set: DisplaySet) -> Uptake:
    """How the values of a display set become SUVbw; neither factor nor reason for what is no PET."""
    if display_set.modality != "PT" or not display_set.first.has_pixels:
        return Uptake()
    path = display_set.first.path
    try:
        return _known(path, path.stat().st_mtime_ns)
    except (OSError, ReviewError):
        return Uptake()  # the pictures cannot be read either, and say so themselves


@lru_cache(maxsize=256)
def _known(path: Path, _changed: int) -> Uptake:
    with quietly():
        return uptake_from(read_object(path, "a PET picture"))


def in_suv(modality: Modality, uptake: Uptake) -> Modality:
    """How stored values become uptake; as they were where there is no factor."""
    factor = uptake.factor
    if factor is None or modality.table is not None:
        return modality
    slope, intercept = modality.slope * factor, modality.intercept * factor
    return replace(modality, slope=slope, intercept=intercept, unit=UNIT, room=None)


def uptake_from(header: Dataset) -> Uptake:
    """The factor from one PET header, after the vendor-neutral rules of QIBA."""
    units = text(header, "Units").upper()
    if units == "GML":
        kind = text(header, "SUVType").upper() or "BW"
        return Uptake(1.0) if kind == "BW" else Uptake(reason=f"The values are SUV of another kind ({kind}).")
    if units == "CNTS":
        factor = _philips_factor(header)
        return Uptake(factor) if factor else _none("the file counts events and gives no factor", "counts")
    if units != "BQML":
        return _none(f"the unit is {units.lower() or 'not given'}", units or "no unit")
    return _from_activity(header)


def _from_activity(header: Dataset) -> Uptake:
    """Weight in grams over the dose that was left when the scan began."""
    weight_kg = number(header, "PatientWeight")
    drug = first(header, "RadiopharmaceuticalInformationSequence")
    dose_bq = number(drug, "RadionuclideTotalDose") if drug is not None else None
    half_life_s = number(drug, "RadionuclideHalfLife") if drug is not None else None
    corrected = {word.upper() for word in texts(header, "CorrectedImage")}
    decay = text(header, "DecayCorrection").upper()
    missing = (
        (not weight_kg or weight_kg <= 0, "the body weight is missing"),
        (not dose_bq or dose_bq <= 0, "the injected dose is missing"),
        (not half_life_s or half_life_s <= 0, "the half-life is missing"),
        (not {"ATTN", "DECY"} <= corrected, "attenuation or decay was not corrected"),
        (decay not in ("START", "ADMIN"), "the file does not say to which time decay was corrected"),
    )
    why = next((words for is_so, words in missing if is_so), "")
    if why or not (weight_kg and dose_bq and half_life_s and drug is not None):
        return _none(why, "Bq/ml")
    if decay == "ADMIN":
        return Uptake(1000 * weight_kg / dose_bq)
    waited = _waited(header, drug)
    if waited is None:
        return _none("the time of injection or of the scan is missing", "Bq/ml")
    if not timedelta(0) <= waited <= LONGEST:
        return _none("the injection is not within a day before the scan", "Bq/ml")
    left_bq = dose_bq * 2.0 ** (-waited.total_seconds() / half_life_s)
    return Uptake(1000 * weight_kg / left_bq)


def _waited(header: Dataset, drug: Dataset) -> timedelta | None:
    """From the injection to the time that decay was corrected to."""
    series = _moment(text(header, "SeriesDate"), text(header, "SeriesTime"))
    acquired = _moment(text(header, "AcquisitionDate"), text(header, "AcquisitionTime"))
    begun = series
    if acquired is not None and (series is None or series > acquired):
        begun = acquired  # the series was made anew after the scan; its own time says nothing
    if begun is None:
        return None
    whole = text(drug, "RadiopharmaceuticalStartDateTime")
    injected = _moment(whole[:8], whole[8:]) if len(whole) >= 12 else None
    if injected is None:
        clock = text(drug, "RadiopharmaceuticalStartTime")
        injected = _moment(begun.strftime("%Y%m%d"), clock)
        if injected is not None and injected > begun:
            injected -= timedelta(days=1)  # injected before midnight, scanned after
    return None if injected is None else begun - injected


def _moment(day: str, clock: str) -> datetime | None:
    date = as_date(day)
    seconds = as_seconds(clock.split("+")[0].split("-")[0])
    if date is None or seconds is None:
        return None
    return datetime(date.year, date.month, date.day) + timedelta(seconds=seconds)


def _philips_factor(header: Dataset) -> float | None:
    """The factor to SUV that Philips writes into a private element."""
    group, creator, element = _PHILIPS_SUV
    try:
        value = header.private_block(group, creator)[element].value
        factor = float(value.decode("ascii").strip("\0 ") if isinstance(value, bytes) else value)
    except Exception:  # noqa: BLE001 - untrusted bytes: an element that cannot be read is not there
        return None
    return factor if factor > 0 else None


def _none(why: str, unit: str) -> Uptake:
    return Uptake(reason=_NOT.format(why, unit))
