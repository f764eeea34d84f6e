"""Statistics of regions against an independent count."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path as Outline
from PySide6.QtCore import QPointF, QSizeF

from app.viewer.exhibit import volume_exhibit
from app.viewer.look import Look, Plane, Slab
from app.viewer.measurements.ground import Ground, to_pixels
from app.viewer.measurements.making import Sheet, made
from app.viewer.measurements.measurement import Kind
from app.viewer.measurements.results import results
from app.viewer.measurements.shaping import shaped
from app.viewer.measurements.statistics import region_mask, region_statistics
from app.viewer.placing import screen_transform, to_pixel
from app.viewer.slice_picture import SlicePicture
from inference.imaging.study import Window
from inference.imaging.volume import Volume
from tests.app.viewer.patients import OBLIQUE, affine, placed_volume, study_of

SIZE = QSizeF(500, 400)
RNG = np.random.default_rng(3)
PICTURE = RNG.integers(-1000, 2000, (60, 80)).astype(np.int16)


def box(top, left, bottom, right):
    return np.array([(top, left), (top, right), (bottom, right), (bottom, left)], float)


def counted(values):
    return pytest.approx((values.mean(), values.std(), values.min(), values.max(), values.size))


def told(found):
    return (found.mean, found.sd, found.minimum, found.maximum, found.pixels)


def test_a_rectangle_counts_the_pixels_whose_centres_lie_inside():
    found = region_statistics(PICTURE, Kind.RECTANGLE, box(9.5, 19.5, 29.5, 49.5))
    assert told(found) == counted(PICTURE[10:30, 20:50].astype(float))


def test_an_ellipse_counts_as_its_equation_says():
    centre, a, b = np.array([30.2, 40.7]), 12.3, 20.9
    points = centre + np.array([(-a, 0), (a, 0), (0, -b), (0, b)])
    rows, columns = np.indices(PICTURE.shape)
    expected = ((rows - centre[0]) / a) ** 2 + ((columns - centre[1]) / b) ** 2 <= 1
    assert np.array_equal(region_mask(Kind.ELLIPSE, points, PICTURE.shape), expected)


def test_a_freehand_line_counts_as_another_library_does():
    angle = np.linspace(0, 2 * np.pi, 23)[:-1]
    reach = RNG.uniform(8, 25, len(angle))
    line = np.column_stack([30.13 + reach * np.sin(angle), 40.71 + reach * np.cos(angle)])
    spots = np.argwhere(np.ones(PICTURE.shape))
    expected = Outline(line).contains_points(spots).reshape(PICTURE.shape)
    assert np.array_equal(region_mask(Kind.FREEHAND, line, PICTURE.shape), expected)


def test_padding_and_what_is_no_number_are_left_out_and_counted():
    picture = np.full((10, 10), 5.0, np.float32)
    picture[2, 2:5], picture[3, 3] = -2000, np.nan
    found = region_statistics(picture, Kind.RECTANGLE, box(1, 1, 8, 8), padding=-2000)
    assert (found.mean, found.sd, found.pixels, found.left_out) == (5.0, 0.0, 60, 4)


@pytest.mark.parametrize("picture", [np.zeros((10, 10, 3)), np.full((10, 10), -1)])
def test_colour_and_nothing_but_padding_have_no_statistics(picture):
    assert region_statistics(picture, Kind.RECTANGLE, box(1, 1, 8, 8), padding=-1) is None


def test_a_region_beside_the_picture_holds_nothing():
    assert region_statistics(PICTURE, Kind.RECTANGLE, box(100, 100, 120, 120)) is None


LOOKS = st.builds(
    Look,
    plane=st.just(Plane.NATIVE),
    slice_index=st.just(5),
    window=st.just(Window(0, 300)),
    quarter_turns=st.integers(0, 3),
    flip_across=st.booleans(),
    flip_down=st.booleans(),
    zoom=st.floats(0.4, 6),
    pan_mm=st.tuples(st.floats(-20, 20), st.floats(-20, 20)),
)


def sheet_of(volume: Volume, look: Look) -> Sheet:
    study, shown = study_of(volume)
    shown = type(shown)(**{**vars(shown), "frame_index": tuple((0, k) for k in range(volume.shape[0]))})
    exhibit = volume_exhibit(volume, study, shown)
    plane = exhibit.slices(look.plane).plane(look.slice_index)
    return Sheet(exhibit, look, plane, SlicePicture().pixels(exhibit, look), Ground(shown))


@settings(max_examples=25, deadline=None)
@given(LOOKS, st.sampled_from([Kind.ELLIPSE, Kind.RECTANGLE]))
def test_a_region_says_the_same_however_the_picture_is_turned_flipped_zoomed_and_moved(look, kind):
    volume = placed_volume(affine(OBLIQUE, spacing=(3.0, 1.7, 0.9)), (12, 40, 60))
    upright = sheet_of(volume, Look(slice_index=5))
    pixels = np.array([(8.0, 10.0), (8.0, 40.0), (30.0, 40.0), (30.0, 10.0)])
    if kind is Kind.ELLIPSE:
        pixels = np.array([(19.0, 10.0), (19.0, 40.0), (8.0, 25.0), (30.0, 25.0)])
    first = made(upright, kind, pixels)
    transform = screen_transform(upright.plane, look, SIZE)
    corners = [QPointF(*_spot(transform, p)) for p in ((8.0, 10.0), (30.0, 40.0))]
    drawn = shaped(kind, np.array([(c.x(), c.y()) for c in corners]))
    again = made(
        sheet_of(volume, look), kind, np.array([to_pixel(transform, QPointF(x, y)) for x, y in drawn])
    )
    assert told(again.statistics) == pytest.approx(told(first.statistics), rel=1e-6)
    assert [r.value for r in results(again)] == pytest.approx([r.value for r in results(first)], rel=1e-5)


def _spot(transform, pixel):
    x, y = pixel[1] + 0.5, pixel[0] + 0.5
    mapped = transform.map(QPointF(x, y))
    return mapped.x(), mapped.y()


def test_a_region_on_an_oblique_anisotropic_slice_equals_numpy():
    spacing = (3.0, 1.7, 0.9)
    volume = placed_volume(affine(OBLIQUE, spacing=spacing), (12, 40, 60))
    sheet = sheet_of(volume, Look(slice_index=7))
    ends = np.array([(20.0, 15.0), (20.0, 45.0), (8.0, 30.0), (32.0, 30.0)])
    found = made(sheet, Kind.ELLIPSE, ends)
    rows, columns = np.indices((40, 60))
    inside = ((rows - 20) / 12) ** 2 + ((columns - 30) / 15) ** 2 <= 1
    assert told(found.statistics) == counted(volume.voxels[7][inside].astype(float))
    assert results(found)[0].value == pytest.approx(np.pi * 12 * spacing[1] * 15 * spacing[2])
    assert np.allclose(volume.to_index(found.array)[:, 1:], ends)
    assert np.allclose(to_pixels(found, sheet.plane), ends)


def test_a_region_on_a_slab_says_so_and_measures_it():
    volume = placed_volume(affine(OBLIQUE), (12, 20, 24))
    sheet = sheet_of(volume, Look(slice_index=5, slab_mm=9.0, slab=Slab.MAXIMUM))
    found = made(sheet, Kind.RECTANGLE, box(4, 4, 10, 10)).statistics
    assert found.basis == "MIP 9 mm"
    assert found.maximum == volume.voxels[4:7, 4:11, 4:11].max()
