"""Studies, answers and a reader's work whose DICOM objects leave the room, known by construction."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from app.contours import Contour, ContourKey, Outlines, editable, outlines_of
from app.report.content import ReaderWork, Review, Viewed
from app.viewer.look import Look
from app.viewer.measurements.measurement import REGIONS, Kind, Measurement, Scale, Site, Space, Statistics
from inference.imaging.objects.presentations import Area
from inference.imaging.read import read_volume
from inference.imaging.scan import scan
from inference.imaging.segments import Segment, SegmentMap
from inference.imaging.study import Study, Window
from inference.imaging.volume import Volume
from inference.models.ventricle_geometry import SliceGeometry
from inference.models.ventricle_reading import measured
from tests.app.report.answers import attribution, prediction
from tests.imaging_fixtures import oblique_affine, write_series
from tests.ventricle_stacks import Heart, heart, write_heart

SHAPE = (6, 24, 32)
SEEN = Area(frozenset(), (4, 2), (36, 19), "true size")  # what fills a view, in part beside the picture
PHASES = 6
WHOLE = {
    "SpecificCharacterSet": "ISO_IR 100", "StudyID": "7", "AccessionNumber": "", "ReferringPhysicianName": "",
    "PatientName": "Müller^Jane", "PositionReferenceIndicator": "", "Manufacturer": "Maker",
    "RescaleIntercept": "0", "RescaleSlope": "1", "RescaleType": "HU",
}  # fmt: skip


def ct_study(folder: Path) -> Study:
    """A small oblique CT."""
    write_series(folder, shape=SHAPE, affine=oblique_affine(), **WHOLE)
    return scan(folder).studies[0]


def add_overlay(header: Dataset, bits: np.ndarray) -> None:
    """Lay graphics over the picture of a file: group 6000."""
    rows, columns = bits.shape
    elements = (
        (0x0010, "US", rows), (0x0011, "US", columns), (0x0040, "CS", "G"), (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1), (0x0102, "US", 0), (0x3000, "OW", np.packbits(bits, bitorder="little").tobytes()),
    )  # fmt: skip
    for element, representation, value in elements:
        header.add_new((0x6000, element), representation, value)


def organs(study: Study) -> SegmentMap:
    """Masks as T3D makes them: both lungs, the liver, a lesion, fluid, and a spleen without a voxel."""
    grid = read_volume(study.display_sets[0])
    labels = np.zeros(grid.shape, np.uint8)
    labels[1:4, 2:12, 3:12], labels[1:4, 2:12, 20:29] = 1, 1
    labels[2:6, 14:22, 4:20], labels[3, 16:18, 8:11], labels[4, 20:22, 24:28] = 4, 9, 10
    names = {1: "Lungs", 4: "Liver", 5: "Spleen", 9: "Focal lesion", 10: "Fluid"}
    segments = tuple(Segment(n, name, (200, 20 * n, 90)) for n, name in names.items())
    return SegmentMap(Volume(labels, grid.affine_lps), segments, "T3D masks", "", grid_series(study))


def grid_series(study: Study) -> str:
    """The series of the first display set."""
    return study.display_sets[0].series_uid


def work_on(study: Study, reader: str = "Jane Doe") -> ReaderWork:
    """Each kind of measurement on slice 2, a key image, and a window, an inversion and a turn."""
    shown = study.display_sets[0]
    grid = read_volume(shown)
    instance = shown.instances[shown.frame_index[2][0]]
    site = Site(study.uid, shown.series_uid, shown.uid, "CT", shown.frame_of_reference_uid,
                instance.sop_instance_uid, 0, 2)  # fmt: skip
    places = {
        Kind.LENGTH: [(3, 4), (9, 20)], Kind.BIDIRECTIONAL: [(3, 4), (9, 20), (8, 8), (4, 16)],
        Kind.ANGLE: [(3, 4), (9, 9), (3, 14)], Kind.COBB: [(3, 4), (4, 12), (9, 4), (12, 12)],
        Kind.ELLIPSE: [(10, 4), (10, 14), (7, 9), (13, 9)],
        Kind.RECTANGLE: [(4, 4), (4, 10), (9, 10), (9, 4)],
        Kind.FREEHAND: [(4, 4), (4, 10), (9, 10), (11, 6)],
        Kind.SPLINE: [(5, 4), (4, 11), (10, 12), (11, 6)], Kind.ARROW: [(6, 6), (12, 12)],
        Kind.TEXT: [(15, 5)], Kind.POINT: [(7, 21)], Kind.KEY_IMAGE: [],
    }  # fmt: skip
    made = []
    for number, (kind, pixels) in enumerate(places.items(), start=1):
        points = [tuple(map(float, grid.to_lps_mm(np.array([2.0, *p])))) for p in pixels]
        region = kind in REGIONS
        grey = Statistics(40.5, 3.25, 30, 51, 17, 0, "HU") if region else None
        words = "a look at this · é" if kind in (Kind.TEXT, Kind.KEY_IMAGE) else ""
        made.append(Measurement(str(number), kind, site, Space.PATIENT, tuple(points), Scale("PixelSpacing"),
                                grey, words, reader, f"2026-03-02T10:00:{number:02d}"))  # fmt: skip
    look = Look(window=Window(-600, 1500, "Lung"), inverted=True, quarter_turns=1, flip_down=True)
    return ReaderWork(study, tuple(made), (), (Viewed(shown.uid, look, SEEN),), reader)


def ct_review(study: Study) -> Review:
    """A model's answer with masks and a map, and a reader's work."""
    work = work_on(study)
    return Review(
        study, prediction(of=study), (attribution(of=study),), (), (), "2026-03-02",
        measurements=work.measurements, masks=(organs(study),), views=work.views, reader=work.reader,
    )  # fmt: skip


def heart_study(folder: Path, **tags: object) -> tuple[Study, Heart, Outlines]:
    """A beating ellipsoid as files, and what a model outlined in it: its true masks."""
    made = heart(np.arange(-40.0, 41.0, 16.0), phases=PHASES, shape=(60, 64))
    write_heart(folder, made, **{**WHOLE, "RescaleType": "US", **tags})
    study = scan(folder).studies[0]
    geometry = made.stack.geometry
    placed = SliceGeometry(geometry.affines_lps, geometry.times_ms, _sources(study, geometry))
    return study, made, outlines_of(measured(made.masks, placed), study.uid, "ventricle")


def _sources(study: Study, geometry: SliceGeometry) -> tuple[tuple[str, int], ...]:
    """(display set, position) of each slice, in one series or in a series each."""
    if len(study.display_sets) == 1:
        return tuple((study.display_sets[0].uid, n) for n in range(len(geometry.along_mm)))
    along = {
        d.uid: float(np.dot(d.first.position_lps_mm or (), geometry.normal_lps)) for d in study.display_sets
    }
    return tuple((uid, 0) for uid in sorted(along, key=lambda uid: along[uid]))


def changed_contours(outlines: Outlines) -> tuple[Contour, ...]:
    """What a reader makes of two of the contours."""
    found = []
    for phase in (0, 3):
        key = ContourKey(outlines.sources[3][0], outlines.sources[3][1], phase)
        contour = editable(key, outlines.lines_of(key))
        assert contour is not None
        found.append(contour.moved(0, contour.controls_lps_mm[0] * 1.02))
    return tuple(found)
