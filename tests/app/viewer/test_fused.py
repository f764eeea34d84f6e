"""A fused volume is seen where it lies in the patient, whichever way the picture cuts it."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFont
from scipy.spatial.transform import Rotation

from app.viewer import placing
from app.viewer.colour_maps import colour_table
from app.viewer.exhibit import picture_exhibit, volume_exhibit
from app.viewer.fused import Fused, FusionLook, first_look, sampled, value_at
from app.viewer.layers.fusion import FusionLayer, coloured
from app.viewer.look import Look, Oblique, Plane, Slab
from app.viewer.slice_view import SliceView
from inference.imaging.study import Window
from inference.imaging.volume import Picture, Volume
from tests.app.viewer.patients import OBLIQUE, SLOPE, affine, placed_volume

TURN = Rotation.from_euler("xyz", (15, -20, 35), degrees=True).as_matrix()
PET_SPACING = (4.0, 3.0, 3.0)


@pytest.fixture
def pet() -> Volume:
    """Coarser and askew, round the same place as the volume below it."""
    return placed_volume(affine(OBLIQUE, PET_SPACING, (-45.0, 12.0, 5.0)), (14, 18, 16))


def fused(volume, matrix=None, unit=""):
    exhibit = volume_exhibit(Volume(volume.voxels, volume.affine_lps, unit))
    return Fused(exhibit, np.eye(4) if matrix is None else matrix, "PT · WB", "here")


def cuts(volume):
    middle = volume.to_lps_mm((np.array(volume.shape) - 1) / 2)
    turned = Oblique(*(tuple(axis) for axis in TURN.T), tuple(middle), Plane.CORONAL)
    return [Plane.NATIVE, Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL, turned]


def centres(plane, shape, times):
    """Places in the patient of samples that are each `times` pixels large."""
    rows, columns = np.meshgrid(*map(np.arange, shape), indexing="ij")
    middle = (times - 1) / 2
    return (
        plane.origin_lps_mm
        + (rows * times + middle)[..., None] * plane.down_lps_mm
        + (columns * times + middle)[..., None] * plane.across_lps_mm
    )


@pytest.mark.parametrize("which", range(5))
def test_values_are_those_at_the_same_place_in_every_cut(upright, pet, which):
    exhibit = volume_exhibit(upright)
    slices = exhibit.slices(cuts(upright)[which])
    plane = slices.plane(slices.count // 2)
    values, times = sampled(fused(pet), plane, 0.0, Slab.MEAN)
    points = centres(plane, values.shape, times)
    index = pet.to_index(points)
    well_inside = np.all((index >= 0) & (index <= np.array(pet.shape) - 1), axis=-1)
    assert well_inside.sum() > 20
    assert np.allclose(values[well_inside], (points @ SLOPE)[well_inside], atol=1e-2)
    outside = np.any((index < -0.51) | (index > np.array(pet.shape) - 0.49), axis=-1)
    assert np.isnan(values[outside]).all()


def test_a_registration_moves_the_fused_volume(upright, pet):
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("z", 8, degrees=True).as_matrix()
    matrix[:3, 3] = (2.0, -3.0, 1.0)
    plane = volume_exhibit(upright).slices(Plane.AXIAL).plane(5)
    values, times = sampled(fused(pet, matrix), plane, 0.0, Slab.MEAN)
    there = centres(plane, values.shape, times) @ matrix[:3, :3].T + matrix[:3, 3]
    known = np.isfinite(values)
    index = pet.to_index(there)
    known &= np.all((index >= 0) & (index <= np.array(pet.shape) - 1), axis=-1)
    assert known.sum() > 20
    assert np.allclose(values[known], (there @ SLOPE)[known], atol=1e-2)
    point = upright.to_lps_mm(np.array([5.0, 9.0, 11.0]))
    told = (matrix[:3, :3] @ point + matrix[:3, 3]) @ SLOPE
    assert value_at(fused(pet, matrix), point) == pytest.approx(told, abs=1e-2)


@pytest.mark.parametrize("slab", list(Slab))
def test_a_slab_is_a_slab_of_both(upright, pet, slab):
    plane = volume_exhibit(upright).slices(Plane.AXIAL).plane(5)
    thin, _ = sampled(fused(pet), plane, 0.0, slab)
    thick, _ = sampled(fused(pet), plane, 9.0, slab)  # three layers of three millimetres
    both = np.isfinite(thin) & np.isfinite(thick)
    away = {Slab.MEAN: 0.0, Slab.MAXIMUM: 3.0, Slab.MINIMUM: -3.0}[slab]
    index = pet.to_index(centres(plane, thin.shape, 1 if thin.shape == plane.shape else 2))
    both &= np.all((index >= 2) & (index <= np.array(pet.shape) - 3), axis=-1)
    assert both.sum() > 10
    assert np.allclose((thick - thin)[both], away * SLOPE[2], atol=2e-2)


def test_the_edge_slice_of_the_same_grid_is_not_lost(upright):
    plane = volume_exhibit(upright).slices(Plane.NATIVE).plane(0)
    values, times = sampled(fused(upright), plane, 0.0, Slab.MEAN)
    assert times == 1
    assert np.allclose(values, upright.voxels[0], atol=1e-3)


def test_nothing_is_drawn_at_the_low_end_and_beside_the_volume():
    values = np.array([[np.nan, 0.0, 3.5, 7.0, 50.0]], np.float32)
    look = FusionLook(Window(3.5, 7.0, "", "linear exact"), "Hot iron", 0.6)
    picture = coloured(values, look)
    assert picture[0, :, 3].tolist() == [0, 0, 153, 153, 153]
    table = colour_table("Hot iron")
    assert picture[0, 2, :3].tolist() in [table[127].tolist(), table[128].tolist()]
    assert picture[0, 4, :3].tolist() == table[255].tolist()


def test_emission_has_its_usual_window_and_colours(pet):
    suv = Volume(pet.voxels, pet.affine_lps, "SUVbw")
    exhibit = volume_exhibit(suv)
    look = first_look(type(exhibit)(exhibit.native, volume=suv, unit="SUVbw", modality="PT"))
    assert look.colours == "Hot iron"
    assert (look.window.centre - look.window.width / 2, look.window.width) == (0.0, 7.0)


@pytest.fixture
def view(qtbot, upright):
    grey = Volume(np.full(upright.shape, -1000.0, np.float32), upright.affine_lps, "HU")
    made = SliceView(volume_exhibit(grey), Look(Plane.AXIAL, 6, Window(0.0, 100.0)))
    qtbot.addWidget(made)
    made.resize(500, 400)
    return made


def test_what_is_on_the_screen_is_the_fused_value_at_that_place(view, upright):
    hot = np.zeros(upright.shape, np.float32)
    hot[5:8, 8:12, 4:8] = 10.0
    layer = FusionLayer(
        fused(Volume(hot, upright.affine_lps), unit="SUVbw"),
        FusionLook(Window(5.0, 10.0, "", "linear exact"), "", 1.0),
        QFont(),
    )
    view.layers.insert(0, layer)
    image = view.grab().toImage()
    scene = view.scene()

    def colour(voxel):
        spot = placing.to_screen(
            scene.transform, scene.plane.to_pixels(upright.to_lps_mm(np.array(voxel)))[:2]
        )
        return QColor(image.pixel(spot.toPoint())).red()

    assert colour([6, 10, 6]) > 240
    assert colour([6, 15, 15]) < 5
    layer.look = FusionLook(layer.look.window, "", 0.5)
    image = view.grab().toImage()
    assert 110 < colour([6, 10, 6]) < 145
    layer.look = FusionLook(layer.look.window, "", 0.5, shown=False)
    image = view.grab().toImage()
    assert colour([6, 10, 6]) < 5


def test_the_probe_tells_both_values(view, upright):
    warm = Volume(np.full(upright.shape, 4.25, np.float32), upright.affine_lps)
    layer = FusionLayer(fused(warm, unit="SUVbw"), FusionLook(), QFont())
    scene = view.scene()
    assert layer.told_at(scene, np.array([10.0, 10.0])) == "4.25 SUVbw"
    assert layer.told_at(scene, np.array([-40.0, 10.0])) == ""


def test_a_slice_that_forms_no_volume_can_be_fused_too(qtbot, upright, pet):
    picture = Picture(upright.voxels[6], affine_lps=_of_slice(upright, 6))
    view = SliceView(picture_exhibit(picture), Look())
    qtbot.addWidget(view)
    view.resize(400, 400)
    values, times = sampled(fused(pet), view.plane, 0.0, Slab.MEAN)
    native = volume_exhibit(upright).slices(Plane.NATIVE).plane(6)
    same, _ = sampled(fused(pet), native, 0.0, Slab.MEAN)
    assert times >= 1
    assert np.allclose(values, same, equal_nan=True, atol=1e-3)


def _of_slice(volume, k):
    made = volume.affine_lps.copy()
    made[:3, 3] += k * made[:3, 0]
    return made
