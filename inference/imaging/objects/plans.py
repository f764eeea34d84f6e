"""RT plans as a reader sums them up: prescription, fractions, beams, approval. Nothing is calculated anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset

from inference.imaging.layout import number, whole
from inference.imaging.objects.items import first, first_text, items, name, text
from inference.imaging.objects.kinds import PLANS
from inference.imaging.objects.opening import opening, read_object
from inference.imaging.values import iso_date

WHAT = "an RT plan"
MOST_BEAMS = 200
_UNITS = {"PHOTON": "MV", "ELECTRON": "MeV", "PROTON": "MeV", "ION": "MeV/u"}
_TURNS = {"CW": "clockwise", "CC": "counter-clockwise"}


@dataclass(frozen=True)
class Prescription:
    """What a dose reference of the plan asks for, or allows.

    doses  (what, Gy), such as ("prescribed", 50.0) or ("at most", 20.0)
    """

    title: str
    kind: str
    doses: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Fractions:
    """One fraction group; None where the plan is silent."""

    planned: int | None
    beams: int
    applications: int


@dataclass(frozen=True)
class Beam:
    """One beam. Energies in `energy_unit`, dose of one fraction at the point that the plan names.

    gantry_deg  at the beginning and at the end; alike for a beam at rest
    """

    number: int
    title: str
    kind: str
    radiation: str
    machine: str
    energies: tuple[float, ...]
    energy_unit: str
    gantry_deg: tuple[float, ...]
    turns: str
    control_points: int
    meterset: float | None
    meterset_unit: str
    dose_gy: float | None


@dataclass(frozen=True, eq=False)
class RtPlan:
    """A plan as its file says it."""

    title: str
    written: str
    intent: str
    approval: str
    prescriptions: tuple[Prescription, ...]
    fractions: tuple[Fractions, ...]
    beams: tuple[Beam, ...]
    applications: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def read_plan(path: Path) -> RtPlan:
    """The plan of a file, of photons, electrons, ions or brachytherapy. FileError where it is none."""
    header = read_object(path, WHAT, PLANS)
    with opening(path, WHAT):
        told = items(header, "BeamSequence") or items(header, "IonBeamSequence")
        given = _given(header)
        title = " · ".join(
            dict.fromkeys(p for p in (text(header, "RTPlanLabel"), text(header, "RTPlanName")) if p)
        )
        return RtPlan(
            title=title or text(header, "SeriesDescription") or "RT Plan",
            written=iso_date(text(header, "RTPlanDate")),
            intent=text(header, "PlanIntent").lower().replace("_", " "),
            approval=_approval(header),
            prescriptions=tuple(_prescriptions(header)),
            fractions=tuple(_fractions(group) for group in items(header, "FractionGroupSequence")),
            beams=tuple(_beam(beam, given) for beam in told[:MOST_BEAMS]),
            applications=tuple(_application(setup) for setup in items(header, "ApplicationSetupSequence")),
            warnings=_warnings(header, len(told)),
        )


def _warnings(header: Dataset, beams: int) -> tuple[str, ...]:
    """What does not go together in the file."""
    groups = items(header, "FractionGroupSequence")
    referenced = {
        whole(r, "ReferencedBeamNumber", -1) for g in groups for r in items(g, "ReferencedBeamSequence")
    }
    said = []
    if beams > MOST_BEAMS:
        said.append(f"The first {MOST_BEAMS} of {beams:,} beams are listed.")
    if groups and beams and len(referenced) < beams:
        said.append(
            f"{beams - len(referenced)} of {beams} beams belong to no fraction, such as set-up fields."
        )
    return tuple(said)


def _approval(header: Dataset) -> str:
    """Such as "approved by Doe, J on 2026-01-02"; what the file does not say is said to be missing."""
    status = text(header, "ApprovalStatus").lower()
    if not status:
        return "approval status not given"
    who, day = name(header, "ReviewerName"), iso_date(text(header, "ReviewDate"))
    return " ".join(part for part in (status, f"by {who}" * bool(who), f"on {day}" * bool(day)) if part)


def _prescriptions(header: Dataset) -> Iterator[Prescription]:
    asked = (
        ("TargetPrescriptionDose", "prescribed"),
        ("TargetMinimumDose", "at least"),
        ("TargetMaximumDose", "at most"),
        ("DeliveryMaximumDose", "at most delivered"),
        ("OrganAtRiskMaximumDose", "organ at risk at most"),
        ("OrganAtRiskLimitDose", "organ at risk limit"),
    )
    for item in items(header, "DoseReferenceSequence"):
        doses = [(words, number(item, keyword)) for keyword, words in asked]
        known = tuple((words, dose) for words, dose in doses if dose is not None)
        kind = text(item, "DoseReferenceType").lower().replace("_", " ")
        which = (
            text(item, "DoseReferenceDescription")
            or f"Dose reference {whole(item, 'DoseReferenceNumber', 0)}"
        )
        yield Prescription(which, kind, known)


def _fractions(group: Dataset) -> Fractions:
    planned = number(group, "NumberOfFractionsPlanned")
    return Fractions(
        None if planned is None else int(planned),
        whole(group, "NumberOfBeams", 0),
        whole(group, "NumberOfBrachyApplicationSetups", 0),
    )


def _given(header: Dataset) -> dict[int, Dataset]:
    """By beam number, what a fraction gets of it."""
    groups = items(header, "FractionGroupSequence")
    named = (item for group in groups for item in items(group, "ReferencedBeamSequence"))
    return {whole(item, "ReferencedBeamNumber", -1): item for item in named}


def _beam(beam: Dataset, given: dict[int, Dataset]) -> Beam:
    points = items(beam, "ControlPointSequence") or items(beam, "IonControlPointSequence")
    radiation, which = text(beam, "RadiationType").upper(), whole(beam, "BeamNumber", 0)
    energies = (number(point, "NominalBeamEnergy") for point in points)
    angles = [a for a in (number(point, "GantryAngle") for point in points) if a is not None]
    ways = {text(point, "GantryRotationDirection").upper() for point in points}
    use = given.get(which, Dataset())
    return Beam(
        number=which,
        title=first_text(beam, "BeamName", "BeamDescription"),
        kind=text(beam, "BeamType").lower(),
        radiation=radiation.lower(),
        machine=text(beam, "TreatmentMachineName"),
        energies=tuple(dict.fromkeys(energy for energy in energies if energy is not None)),
        energy_unit=_UNITS.get(radiation, "MeV"),
        gantry_deg=(angles[0], angles[-1]) if angles else (),
        turns=next((words for way, words in _TURNS.items() if way in ways), ""),
        control_points=len(points),
        meterset=number(use, "BeamMeterset"),
        meterset_unit=text(beam, "PrimaryDosimeterUnit"),
        dose_gy=number(use, "BeamDose"),
    )


def _application(setup: Dataset) -> str:
    """One brachytherapy application, in words."""
    source = first(setup, "ChannelSequence")
    channels = len(items(setup, "ChannelSequence"))
    kind = text(setup, "ApplicationSetupType").lower().replace("_", " ")
    total = number(setup, "TotalReferenceAirKerma")
    parts = (
        kind,
        f"{channels} channels" if channels != 1 else "1 channel",
        text(source, "SourceApplicatorType").lower(),
        f"air kerma {total:g} µGy at 1 m" if total else "",
    )
    return " · ".join(part for part in parts if part)


def plan_text(plan: RtPlan) -> str:
    """The plan as paragraphs, to be read and copied."""
    parts = [("PRESCRIPTION", [_prescription_line(p) for p in plan.prescriptions])]
    parts.append(("FRACTIONS", [_fractions_line(f) for f in plan.fractions]))
    parts.append(("BEAMS", [_beam_lines(b) for b in plan.beams]))
    parts.append(("BRACHYTHERAPY", list(plan.applications)))
    said = [f"{heading}\n" + "\n".join(lines) for heading, lines in parts if lines]
    return "\n\n".join(said) or "The plan names neither a prescription nor beams."


def _prescription_line(p: Prescription) -> str:
    doses = ", ".join(f"{words} {dose:.4g} Gy" for words, dose in p.doses) or "no dose given"
    return f"{p.title}{f' ({p.kind})' if p.kind else ''}: {doses}"


def _fractions_line(f: Fractions) -> str:
    planned = "number of fractions not given" if f.planned is None else _counted(f.planned, "fraction")
    what = [_counted(f.beams, "beam")] if f.beams else []
    what += [_counted(f.applications, "brachytherapy application")] if f.applications else []
    return ", ".join((planned, *what))


def _beam_lines(b: Beam) -> str:
    """What it is, and below how much of it."""
    reach = (min(b.energies), max(b.energies)) if b.energies else ()
    energy = f"{reach[0]:g}" if reach and reach[0] == reach[1] else "–".join(f"{e:g}" for e in reach)
    what = " ".join(
        p for p in (f"{b.radiation}s" * bool(b.radiation), f"{energy} {b.energy_unit}" * bool(energy)) if p
    )
    first_line = " · ".join(
        p for p in (f"{b.number}. {b.title}".strip(), what, b.kind, _gantry(b), b.machine) if p
    )
    meterset = "" if b.meterset is None else f"{b.meterset:.4g} {b.meterset_unit}".strip()
    dose = "" if b.dose_gy is None else f"{b.dose_gy:.4g} Gy at its point"
    amount = " · ".join(p for p in (meterset, dose) if p)
    return f"{first_line}\n    {amount} per fraction" if amount else first_line


def _gantry(b: Beam) -> str:
    if not b.gantry_deg:
        return ""
    begin, end = b.gantry_deg
    if begin == end and not b.turns:
        return f"gantry {begin:g}°"
    return " ".join(p for p in (f"gantry {begin:g}° to {end:g}°", b.turns) if p)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
