import numpy as np
import pytest

from inference.models.cardiac_views import APEX_LPS, LONG_AXIS_DEG, Plane, angle_about, assigned, view_in_name


def long_axis(degrees, axis=APEX_LPS):
    """Normal of the plane at an angle about the axis."""
    anterior = np.array([0, 0, 1.0]) - axis[2] * axis
    anterior /= np.linalg.norm(anterior)
    lateral = np.cross(anterior, axis)
    across = np.cos(np.radians(degrees)) * lateral + np.sin(np.radians(degrees)) * anterior
    return np.cross(across, axis)


def plane(key, normal, positions=1, description="", depth=0.0):
    return Plane(key, normal, normal * depth, positions, description)


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("cine_tf2d_4ch", "4CH"),
        ("FIESTA VLA", "2CH"),
        ("bFFE LVOT BH", "3CH"),
        ("SHORT AXIS", "SAX"),
        ("Cine_SA_b3", "SAX"),
        ("RVOT 2ch", ""),
        ("cine", ""),
        ("sax and 4ch", ""),
    ],
)
def test_names_of_vendors_are_understood(name, view):
    assert view_in_name(name) == view


@pytest.mark.parametrize("view", LONG_AXIS_DEG)
@pytest.mark.parametrize("off", [-20, 0, 20])
@pytest.mark.parametrize("side", [1, -1])
def test_a_view_without_a_name_is_told_by_its_angle(view, off, side):
    planes = [plane("sax", APEX_LPS, 9), plane("lax", side * long_axis(LONG_AXIS_DEG[view] + off))]
    assert assigned(planes) == {"sax": "SAX", "lax": view}


def test_single_loops_side_by_side_are_the_short_axis():
    planes = [plane(str(n), APEX_LPS, depth=10.0 * n) for n in range(6)]
    assert set(assigned(planes).values()) == {"SAX"}


def test_the_axis_is_that_of_the_patient_not_of_the_average():
    axis = np.array([0.577, -0.05, -0.815])
    planes = [plane("sax", -axis, 10), plane("a", long_axis(30, axis)), plane("b", long_axis(150, axis))]
    assert assigned(planes) == {"sax": "SAX", "a": "4CH", "b": "3CH"}


def test_a_stack_across_the_chest_is_no_short_axis():
    assert assigned([plane("axial", np.array([0, 0, 1.0]), 12), plane("4", long_axis(30))]) == {
        "axial": "",
        "4": "4CH",
    }


def test_a_wrong_name_does_not_make_a_stack_a_long_axis_view():
    assert assigned([plane("x", APEX_LPS, 10, "4ch")]) == {"x": "SAX"}


def test_the_angle_of_a_plane_does_not_depend_on_its_side():
    normal = long_axis(70)
    assert angle_about(APEX_LPS, normal) == pytest.approx(70)
    assert angle_about(APEX_LPS, -normal) == pytest.approx(70)
