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


def test_a_manner_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="sideways"):
        manner_from({"view": "sideways"})
