import numpy as np
import pytest

from inference.models.ventricle_geometry import SliceGeometry
from tests.ventricle_stacks import affine_at, heart


def geometry(along_mm, **kw):
    return SliceGeometry(np.stack([affine_at(mm, **kw) for mm in along_mm]), np.zeros(1))


def test_a_slice_stands_for_half_the_way_to_each_neighbour():
    assert geometry([0, 8, 16, 30]).slabs_mm.tolist() == pytest.approx([8, 8, 11, 14])


def test_the_slabs_fill_the_stack_whatever_the_gaps():
    along = [0, 5, 17, 25, 40]
    assert geometry(along).slabs_mm.sum() == pytest.approx(40 + 2.5 + 7.5)


def test_the_base_is_where_the_apex_is_not():
    assert geometry([0, 8]).base_first
    assert not geometry([0, 8], apex_last=False).base_first


def test_positions_that_do_not_ascend_are_refused():
    with pytest.raises(ValueError, match="must ascend"):
        geometry([8, 0])


def test_a_pixel_lies_where_its_affine_says():
    made = heart().stack.geometry
    placed = made.to_lps_mm(3, np.array([[10.0, 20.0]]))[0]
    assert np.allclose(placed, (made.affines_lps[3] @ [0, 10, 20, 1])[:3])
