"""What a model said as a DICOM structured report after template 1500."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset

from app.report.content import Review, state_words
from app.report.dicom_source import (
    NOTICE,
    common,
    described,
    headers_of,
    keep,
    maker_of,
    making,
    parameters_of,
    person_name,
    shortened,
)
from app.report.equipment import MAKER
from app.report.measured import measured_group, own_code, own_scheme, unit_code
from app.report.measures import is_measure
from app.report.segment_codes import measure_code
from app.report.segment_volumes import Volumes, volume_groups
from app.version import application_version
from inference.errors import ExportError
from inference.imaging.study import DisplaySet, Kind
from inference.prediction import Decision, Finding

SERIES_NUMBER = 9000


def write_structured_report(review: Review, path: Path, volumes: Volumes | None = None) -> Path:
    """Write every finding with its state, score, threshold, and what the reader decided."""
    with making("The structured report"):
        dataset = structured_report(review, volumes or [])
    return keep(dataset, path)


def structured_report(review: Review, volumes: Volumes) -> Dataset:
    """The data set of the report; it refers to every picture that the model saw, and to the segments."""
    from highdicom.sr import Comprehensive3DSR, MeasurementReport
    from pydicom.sr.codedict import codes

    evidence = [header for d in _pictures(review) for header in headers_of(d)]
    if not evidence:
        raise ExportError("There is no picture that a report could refer to.", hint="The PDF has it all.")
    maker = maker_of(review.prediction.card)
    groups = [_group(review, f) for f in (*review.prediction.findings, *review.edited)]
    groups += volume_groups(volumes, maker)
    groups += [group for m in review.measurements if (group := measured_group(m, evidence)) is not None]
    content = MeasurementReport(
        observation_context=observers(review.reader),
        procedure_reported=own_code("review", "Review of a study by a model"),
        imaging_measurements=groups,
        title=codes.DCM.ImagingMeasurementReport,
    )
    content[0].ContentSequence.extend(_texts(review))
    dataset = Comprehensive3DSR(
        evidence=[*evidence, *(dataset for dataset, _ in volumes)], content=content[0], is_complete=True,
        is_verified=False, **common(SERIES_NUMBER, maker=maker),
    )  # fmt: skip
    dataset.ManufacturerModelName, dataset.SoftwareVersions = MAKER, application_version()
    dataset.CodingSchemeIdentificationSequence = own_scheme()
    return described(dataset, f"{shortened(review.prediction.card.title)} findings")


def _pictures(review: Review) -> list[DisplaySet]:
    """What the model saw, and what the reader measured on."""
    measured = {m.site.display_set_uid for m in review.measurements}
    shown = [d for d in review.study.display_sets if d.kind is not Kind.DOCUMENT and d.uid in measured]
    return list(dict.fromkeys([*evidence_of(review), *shown]))


def evidence_of(review: Review) -> list[DisplaySet]:
    """What the model saw; all pictures of the study where it saw none."""
    shown = [d for d in review.study.display_sets if d.kind is not Kind.DOCUMENT]
    seen = [d for d in shown if d.uid in review.prediction.seen]
    return seen or shown


def observers(reader: str = "") -> Any:
    """The program, and the reader where the settings name one."""
    from highdicom.sr import ObservationContext

    person, machine = observer_contexts(reader)
    return ObservationContext(observer_person_context=person, observer_device_context=machine)


def observer_contexts(reader: str) -> tuple[Any | None, Any]:
    """(person or None, device)."""
    from highdicom import UID
    from highdicom.sr import (
        DeviceObserverIdentifyingAttributes,
        ObserverContext,
        PersonObserverIdentifyingAttributes,
    )
    from pydicom.sr.codedict import codes

    machine = DeviceObserverIdentifyingAttributes(
        uid=UID(), name=MAKER, manufacturer_name=MAKER, model_name=f"{MAKER} {application_version()}"
    )
    person = PersonObserverIdentifyingAttributes(name=person_name(reader)) if reader else None
    return (
        ObserverContext(codes.DCM.Person, person) if person else None,
        ObserverContext(codes.DCM.Device, machine),
    )


def _group(review: Review, finding: Finding) -> Any:
    """One measurement group: the target, its score where there is one, and its state in words."""
    from highdicom import UID
    from highdicom.sr import (
        AlgorithmIdentification,
        MeasurementsAndQualitativeEvaluations,
        TrackingIdentifier,
    )

    maker = maker_of(review.prediction.card)
    parameters = [f"{name}: {value}" for name, value in parameters_of(maker).items()]
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(UID(), shortened(finding.target.title)),
        finding_type=own_code(finding.target.name, finding.target.title),
        algorithm_id=AlgorithmIdentification(maker.name, maker.version, parameters=parameters),
        measurements=_numbers(finding),
        qualitative_evaluations=_evaluations(finding),
    )


def _numbers(finding: Finding) -> list[Any] | None:
    """Score and threshold; nothing where there is no score."""
    from highdicom.sr import Measurement

    if finding.score is None:
        return None
    kind = "Value" if is_measure(finding.target) else "Score"
    unit = unit_code(finding.target.unit)
    name = measure_code(finding.target) or own_code(kind.lower(), kind)
    numbers = [Measurement(name, finding.score, unit)]
    numbers.append(Measurement(own_code("threshold", "Threshold"), finding.target.threshold, unit))
    for name, value in zip(("Lower end", "Upper end"), finding.interval or (), strict=False):
        numbers.append(Measurement(own_code(name.lower(), f"{name} of the 95 % interval"), value, unit))
    return numbers


def _evaluations(finding: Finding) -> list[Any]:
    from highdicom.sr import QualitativeEvaluation

    said = [
        QualitativeEvaluation(own_code("state", "State"), own_code(finding.state.name, finding.state.value))
    ]
    if finding.decision is not Decision.UNREVIEWED:
        decided = own_code(finding.decision.name, finding.decision.value)
        said.append(QualitativeEvaluation(own_code("decision", "Decision of the reader"), decided))
    if finding.score is not None and finding.reason:
        said.append(QualitativeEvaluation(own_code("origin", "Origin"), own_code("origin", finding.reason)))
    return said


def _texts(review: Review) -> list[Any]:
    """The notice, where the answer comes from, and why targets have no score."""
    from highdicom.sr import RelationshipTypeValues, TextContentItem
    from pydicom.sr.codedict import codes

    prediction = review.prediction
    reasons = [f"{f.target.title}: {state_words(f)}" for f in prediction.findings if f.reason]
    lines = [f"{NOTICE}. {review.notice}", *reasons, *prediction.warnings]
    kind = RelationshipTypeValues.CONTAINS
    return [TextContentItem(codes.DCM.Comment, shortened(line, 1000), kind) for line in dict.fromkeys(lines)]
