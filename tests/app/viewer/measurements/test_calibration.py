"""By what lengths are measured, on real files."""

from dataclasses import replace

import numpy as np
import pytest

from app.viewer.measurements import calibration as c
from app.viewer.measurements.ground import Ground
from app.viewer.measurements.measurement import Kind, Measurement, Scale, Site, Space
from app.viewer.measurements.results import lines, results
from inference.imaging.scan import scan
from inference.imaging.study import Instance
from inference.imaging.ultrasound import Region

TISSUE = Region(1, 1, (0, 0, 100, 100), (0.5, 0.25))
TRACE = Region(3, 3, (100, 0, 200, 100), None)
SITE = Site("1", "1", "set", "CR", "", "sop", 0, 0)


UNKNOWN = Scale(c.NO_SPACING)


def line(start, end, scale=UNKNOWN, **changes):
    made = Measurement(
        "u", Kind.LENGTH, SITE, Space.PICTURE, ((*start, 0.0), (*end, 0.0)), scale, created="2026"
    )
    return replace(made, **changes)


def instance(**changes) -> Instance:
    return Instance(None, "sop", "class", "series", "study", "", **changes)


@pytest.mark.parametrize(
    ("changes", "source", "spacing"),
    [
        ({"spacing_mm": (0.5, 0.4)}, "PixelSpacing", (0.5, 0.4)),
        ({"spacing_mm": (0.1, 0.1), "spacing_note": "mm at the detector"},
         "ImagerPixelSpacing, at the detector", (0.1, 0.1)),
        ({"spacing_mm": (0.1, 0.1), "spacing_note": "calibrated"}, "PixelSpacing, calibrated", (0.1, 0.1)),
        ({}, c.NO_SPACING, None),
    ],
)  # fmt: skip
def test_every_length_names_what_it_is_measured_by(changes, source, spacing):
    scale = c.gauge_of(instance(**changes), 0).scale(np.array([(0.0, 0.0), (3.0, 4.0)]))
    assert scale == Scale(source, spacing)


def test_a_length_without_a_spacing_is_in_pixels_and_says_why():
    told = line((0, 0), (30, 40))
    assert [(r.value, r.unit) for r in results(told)] == [(50.0, "px")]
    assert lines(told) == ("50.0 px", c.NO_SPACING)


def test_anisotropic_pixels_are_measured_in_both_directions():
    told = line((0, 0), (30, 40), Scale("PixelSpacing", (0.5, 2.0)))
    assert results(told)[0].value == pytest.approx(np.hypot(30 * 2.0, 40 * 0.5))


@pytest.mark.parametrize(
    ("points", "scale"),
    [
        ([(10, 10), (50, 50)], Scale("ultrasound region", (0.5, 0.25))),
        ([(10, 10), (150, 50)], Scale(c.TWO_REGIONS)),
        ([(10, 10), (10, 150)], Scale(c.NO_REGION)),
        ([(150, 10), (150, 50)], Scale(c.NO_REGION_SCALE)),
    ],
)
def test_ultrasound_is_measured_by_the_region_of_its_points(points, scale):
    gauge = c.gauge_of(instance(spacing_mm=(9, 9)), 0, (TISSUE, TRACE))
    assert gauge.scale(np.array(points, float)) == scale


def test_a_real_echo_is_measured_in_its_region_and_in_pixels_beside_it(shared_data):
    study = next(iter(scan([shared_data / "echo_cine"]).studies))
    shown = next(d for d in study.display_sets if d.modality == "US")
    regions = c.read_regions(shown)
    own = regions[shown.first.sop_instance_uid]
    region = next(r for r in own if r.spacing_mm is not None)
    ground = Ground(shown, regions=regions)
    from app.viewer.look import Look
    from app.viewer.picture_plane import unplaced_plane

    plane = unplaced_plane(shown.shape[1:], None)
    middle = np.array([(region.box[0] + region.box[2]) / 2, (region.box[1] + region.box[3]) / 2])
    assert ground.scale(plane, Look(), np.array([middle, middle + 5])).spacing_mm == region.spacing_mm
    outside = np.array([middle, (-0.4, -0.4)])
    assert ground.scale(plane, Look(), outside).spacing_mm is None


def test_a_real_projection_says_what_kind_of_millimetres_it_has(shared_data):
    sources = set()
    for study in scan([shared_data / "xray"]).studies:
        for shown in study.display_sets:
            if shown.frame_index:
                sources.add(c.gauge_of(shown.first, 0).source)
    assert sources
    assert "PixelSpacing" not in sources  # never silently millimetres of the patient


def test_a_line_of_known_length_scales_its_series_and_leaves_again():
    given = line((0, 0), (100, 0), kind=Kind.CALIBRATION, text="50", uid="k")
    measured = line((0, 0), (30, 40))
    assert c.hand_scale([given, measured], "set") == Scale(c.BY_HAND, (0.5, 0.5))
    assert c.hand_scale([measured], "set") is None
    assert c.hand_scale([replace(given, text="much")], "set") is None
