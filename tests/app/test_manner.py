"""How a viewport shows a series, as text and back."""

from __future__ import annotations

import pytest

from app.manner import AS_ACQUIRED, Manner, ViewKind, manner_from
from app.viewer.look import Plane, Slab


@pytest.mark.parametrize(
    "manner",
    [
        AS_ACQUIRED,
        Manner(ViewKind.LOOP),
        Manner(ViewKind.SAGITTAL, 7.5, Slab.MINIMUM),
        Manner(ViewKind.VOLUME, preset="mip"),
        Manner(ViewKind.CORONAL, turned_deg=(10.0, -22.5, 0.0), fused="1.2.3"),
    ],
)
def test_a_manner_is_told_and_understood_again(manner):
    assert manner_from(manner.told()) == manner


def test_only_cuts_have_a_plane_of_the_patient():
    assert {kind: kind.plane for kind in ViewKind if kind.plane is not Plane.NATIVE} == {
        ViewKind.AXIAL: Plane.AXIAL,
        ViewKind.CORONAL: Plane.CORONAL,
        ViewKind.SAGITTAL: Plane.SAGITTAL,
    }


@pytest.mark.parametrize("turned", [[1, 2], [1, 2, 181], [1, 2, float("nan")], "abc", [1, 2, {}]])
def test_a_plane_that_is_turned_by_no_angles_is_refused(turned):
    with pytest.raises((ValueError, TypeError)):
        manner_from({"view": "axial", "turned_deg": turned})


def test_a_manner_is_said_in_words():
    assert Manner(ViewKind.CORONAL, 10.0, Slab.MAXIMUM, turned_deg=(0.0, 30.0, 0.0)).words == (
        "coronal turned by 30° MIP 10 mm"
    )
    assert Manner(ViewKind.AXIAL, fused="1.2").words == "axial fused"


def test_a_manner_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="sideways"):
        manner_from({"view": "sideways"})
