"""What each segment holds, as groups of a structured report that name the segment (template 1411)."""

from __future__ import annotations

from typing import Any

from pydicom.dataset import Dataset

from app.report.dicom_source import parameters_of, shortened
from app.report.equipment import Maker
from app.report.measured import unit_code

Volumes = list[tuple[Dataset, dict[int, float]]]
"""(segmentation, its volumes in mL by number of the segment)."""


def volume_groups(found: Volumes, maker: Maker) -> list[Any]:
    """One group per segment that holds anything."""
    return [
        _group(dataset, item, volume_ml, maker)
        for dataset, volumes in found
        for item in dataset.SegmentSequence
        if (volume_ml := volumes.get(int(item.SegmentNumber), 0.0)) > 0
    ]


def _group(dataset: Dataset, segment: Dataset, volume_ml: float, maker: Maker) -> Any:
    from highdicom.sr import (
        AlgorithmIdentification,
        CodedConcept,
        Measurement,
        ReferencedSegment,
        TrackingIdentifier,
        VolumetricROIMeasurementsAndQualitativeEvaluations,
    )
    from pydicom.sr.codedict import codes

    parameters = [f"{name}: {value}" for name, value in parameters_of(maker).items()]
    kind = segment.SegmentedPropertyTypeCodeSequence[0]
    return VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(segment.TrackingUID, shortened(segment.SegmentLabel)),
        referenced_segment=ReferencedSegment.from_segmentation(dataset, int(segment.SegmentNumber)),
        finding_type=CodedConcept(kind.CodeValue, kind.CodingSchemeDesignator, kind.CodeMeaning),
        algorithm_id=AlgorithmIdentification(maker.name, maker.version, parameters=parameters),
        measurements=[
            Measurement(CodedConcept.from_code(codes.SCT.Volume), round(volume_ml, 4), unit_code("mL"))
        ],
    )
