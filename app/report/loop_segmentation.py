"""The cavity of a beating heart as a segmentation: one segment per phase, each frame on its own picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from app.contours import ContourKey, Outlines
from app.report.dicom_source import common, described, device, headers_of, keep, making, shortened
from app.report.equipment import Maker
from app.report.segmentation import SERIES_NUMBER, description
from inference.errors import ExportError
from inference.imaging.objects.contour_masks import filled
from inference.imaging.placement import affine_of_picture, plane_of
from inference.imaging.segments import Segment
from inference.imaging.study import DisplaySet, Instance, Kind, Study

CAVITY = "left ventricular cavity"
RGB = (240, 220, 110)
_Mask = NDArray[np.bool_]
_Place = tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Shot:
    """One picture of a loop: its file, its frame from 0, and its place."""

    instance: Instance
    frame: int
    affine_lps: NDArray[np.float64]


def write_loop_segmentation(outlines: Outlines, study: Study, path: Path, maker: Maker) -> Path:
    """Write what a model outlined, on the pixels that it outlined."""
    with making("The segmentation of the loop"):
        dataset = loop_segmentation(outlines, study, maker)
    return keep(dataset, path)


def loop_segmentation(outlines: Outlines, study: Study, maker: Maker) -> Dataset:
    """The data set. ExportError where a picture of the loop is not placed or nothing was outlined."""
    from highdicom.seg import Segmentation

    shots = shots_of(outlines, study)
    phases = outlined_phases(outlines)
    if not phases:
        raise ExportError("There is no contour to write.", hint="The model saw no cavity in these pictures.")
    headers = _headers(shots, study)
    masks = np.stack(
        [np.stack([mask_of(outlines, shots[n][p], n, p) for p in phases], -1) for n in range(len(shots))]
    )
    names = [phase_name(outlines, p) for p in phases]
    dataset = Segmentation(
        source_images=[headers[shots[0][phases[0]].instance.sop_instance_uid]],
        pixel_array=masks.astype(np.uint8),
        segmentation_type="BINARY",
        segment_descriptions=[
            description(n, Segment(n, name, RGB), maker, CAVITY) for n, name in enumerate(names, start=1)
        ],
        content_label="SEGMENTATION",
        content_description="Left ventricular cavity by phase",
        **_planes([shots[n][phases[0]].affine_lps for n in range(len(shots))], outlines),
        **common(SERIES_NUMBER, maker=maker),
        **device(),
    )
    order = {_rounded(loop[phases[0]].affine_lps[:3, 3]): n for n, loop in enumerate(shots)}
    _refer(dataset, lambda place, segment: shots[order[place]][phases[segment - 1]], headers)
    return described(dataset, "Left ventricular cavity by phase")


def outlined_phases(outlines: Outlines) -> list[int]:
    """The phases in which anything was outlined; segment n is the n-th of them."""
    return [p for p in range(len(outlines.times_ms)) if any(loop[p] for loop in outlines.lines)]


def phase_name(outlines: Outlines, phase: int) -> str:
    """How a phase is called, such as "LV cavity, 0 ms, end-diastole"."""
    curve = outlines.curve({})
    end = {curve.diastole: ", end-diastole", curve.systole: ", end-systole"}.get(phase, "")
    return shortened(f"LV cavity, {outlines.times_ms[phase] - outlines.times_ms[0]:.0f} ms{end}")


def shots_of(outlines: Outlines, study: Study) -> list[list[Shot]]:
    """[slice][phase] the pictures that a model outlined."""
    sets = {d.uid: d for d in study.display_sets}
    return [
        [shot_of(sets.get(uid), ContourKey(uid, position, phase)) for phase in range(len(outlines.times_ms))]
        for uid, position in outlines.sources
    ]


def shot_of(display_set: DisplaySet | None, key: ContourKey) -> Shot:
    """The picture that a contour was drawn on. ExportError where it is not there or not placed."""
    if display_set is None:
        raise ExportError("The loop of a contour is not in the study.", hint="Open the study that holds it.")
    phases = display_set.phases if display_set.kind is Kind.CINE_STACK else len(display_set.frame_index)
    picture = key.position * phases + min(key.phase, phases - 1)
    if not 0 <= picture < len(display_set.frame_index):
        raise ExportError("The loop has fewer pictures than contours.", hint="Run the model again.")
    number, frame = display_set.frame_index[picture]
    instance = display_set.instances[number]
    affine = affine_of_picture(instance, frame)
    if affine is None:
        raise ExportError(
            "The files do not say where the slices of the loop lie.",
            hint="The volumes are in the report; outlines need a place in the patient.",
        )
    return Shot(instance, frame, affine)


def mask_of(outlines: Outlines, shot: Shot, slice_number: int, phase: int) -> _Mask:
    """(rows, columns) the pixels inside the lines of one picture: those that the model had marked."""
    mask = np.zeros((shot.instance.rows, shot.instance.columns), bool)
    back = np.linalg.inv(shot.affine_lps)
    for line in outlines.lines[slice_number][phase]:
        corners = (np.c_[line, np.ones(len(line))] @ back.T)[:, 1:3]
        mask ^= filled(corners, mask.shape)
    return mask


def _headers(shots: list[list[Shot]], study: Study) -> Mapping[str, Dataset]:
    """The headers of all pictures by UID, in the frame of reference of the first."""
    wanted = {shot.instance.sop_instance_uid for loop in shots for shot in loop}
    sets = [d for d in study.display_sets if any(i.sop_instance_uid in wanted for i in d.instances)]
    found = {str(h.SOPInstanceUID): h for d in sets for h in headers_of(d)}
    first = found[shots[0][0].instance.sop_instance_uid]
    if not first.get("FrameOfReferenceUID"):
        raise ExportError(
            "The pictures name no frame of reference, so a segmentation has nothing to be placed in.",
            hint="The volumes are in the report.",
        )
    return found


def _planes(affines: list[NDArray[np.float64]], outlines: Outlines) -> dict[str, Any]:
    from highdicom import PixelMeasuresSequence, PlaneOrientationSequence, PlanePositionSequence

    planes = [plane_of(affine) for affine in affines]
    first, slab_mm = planes[0], float(np.median(outlines.slabs_mm))
    return {
        "pixel_measures": PixelMeasuresSequence(first.spacing_mm, slab_mm, slab_mm),
        "plane_orientation": PlaneOrientationSequence("PATIENT", [*first.row_lps, *first.column_lps]),
        "plane_positions": [PlanePositionSequence("PATIENT", plane.position_lps_mm) for plane in planes],
    }


def _rounded(position_lps_mm: Iterable[float]) -> _Place:
    """A position as a key."""
    return tuple(round(float(value), 2) for value in position_lps_mm)


def _refer(dataset: Dataset, shot_at: Callable[[_Place, int], Shot], headers: Mapping[str, Dataset]) -> None:
    """Let every frame name the picture that it was drawn on, and the object all of them."""
    from highdicom.sr import CodedConcept
    from pydicom.sr.codedict import codes

    used: dict[str, Dataset] = {}
    for item in dataset.PerFrameFunctionalGroupsSequence:
        place = _rounded(item.PlanePositionSequence[0].ImagePositionPatient)
        shot = shot_at(place, int(item.SegmentIdentificationSequence[0].ReferencedSegmentNumber))
        header = headers[shot.instance.sop_instance_uid]
        used[shot.instance.sop_instance_uid] = header
        source = reference(header, shot.frame + 1 if shot.instance.frames > 1 else 0)
        source.SpatialLocationsPreserved = "YES"
        source.PurposeOfReferenceCodeSequence = [
            CodedConcept.from_code(codes.DCM.SourceImageForImageProcessingOperation)
        ]
        derivation = Dataset()
        derivation.DerivationCodeSequence = [CodedConcept("113076", "DCM", "Segmentation")]
        derivation.SourceImageSequence = [source]
        item.DerivationImageSequence = [derivation]
    dataset.ReferencedSeriesSequence = referenced_series(list(used.values()))
    if "SourceImageSequence" in dataset:
        dataset.SourceImageSequence = [reference(header) for header in used.values()]


def reference(header: Dataset, frame: int = 0) -> Dataset:
    """An item that names a picture, and a frame of it from 1."""
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = header.SOPClassUID, header.SOPInstanceUID
    if frame:
        item.ReferencedFrameNumber = frame
    return item


def referenced_series(headers: list[Dataset]) -> list[Dataset]:
    """The Referenced Series Sequence of some pictures."""
    series: dict[str, Dataset] = {}
    for header in headers:
        uid = str(header.SeriesInstanceUID)
        if uid not in series:
            series[uid] = Dataset()
            series[uid].SeriesInstanceUID = uid
            series[uid].ReferencedInstanceSequence = []
        series[uid].ReferencedInstanceSequence.append(reference(header))
    return list(series.values())
