"""A phantom is what its seed, its lesions and its labels say, in the place that its affines say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from training.phantoms.brain import as_case, brain_case, brain_pair, draw_head, rigid_between, scan_head
from training.phantoms.lesions import KINDS, draw_lesion
from training.phantoms.protocol import isotropic_plan

pytestmark = pytest.mark.usefixtures("anatomy")

COARSE = (2.0, 2.2)
BRIGHT = {  # kind: the sequence that shows it, and how much brighter than the same head without it
    "high-grade glioma": ("T2", 1.15),
    "low-grade glioma": ("FLAIR", 1.4),
    "metastases": ("T1C", 1.1),
    "meningioma": ("T1C", 1.4),
    "abscess": ("DWI", 1.5),
    "stroke": ("DWI", 1.8),
    "multiple sclerosis": ("FLAIR", 1.3),
    "haemorrhage": ("T1", 1.2),
    "resection": ("T2", 1.3),
    "small vessel disease": ("FLAIR", 1.3),
}


def series(case, sequence):
    return next(s for s in case.series if s.sequence == sequence)


def inside(volume, mask, value=1):
    """Values of a volume at the voxels of a mask, by their places in the patient."""
    points = mask.to_lps_mm(np.argwhere(mask.voxels == value))
    index = volume.to_index(points).T
    found = np.all((index >= 0) & (index < np.array(volume.shape)[:, None]), axis=0)
    return map_coordinates(volume.voxels.astype(np.float32), index[:, found], order=1, mode="nearest")


def centre(mask, value=1):
    return mask.to_lps_mm(np.argwhere(mask.voxels == value).mean(axis=0))


def test_the_same_seed_is_the_same_case():
    first, second = (brain_case(3, pixel_mm=COARSE) for _ in range(2))
    assert first.report == second.report
    assert first.labels == second.labels
    for one, other in zip(first.series, second.series, strict=True):
        assert np.array_equal(one.volume.voxels, other.volume.voxels)
        assert np.array_equal(one.volume.affine_lps, other.volume.affine_lps)


def test_another_seed_is_another_head(case_of):
    assert not np.array_equal(case_of(seed=7).build.size, case_of(seed=8).build.size)


@pytest.mark.parametrize("kind", BRIGHT)
def test_a_lesion_is_bright_where_its_mask_lies_on_the_sequence_that_shows_it(kind, case_of):
    sequence, ratio = BRIGHT[kind]
    ill, well = case_of(kind, seed=11), case_of(seed=11)
    (mask,) = ill.masks
    with_lesion = inside(series(ill, sequence).volume, mask)
    without = inside(series(well, sequence).volume, mask)
    assert with_lesion.mean() > ratio * without.mean()


def test_a_subdural_haematoma_lies_between_brain_and_skull_of_its_side(case_of):
    case = case_of("subdural", seed=11)
    (lesion,) = case.lesions
    head = np.linalg.inv(case.pose) @ np.append(centre(case.masks[0]), 1)
    assert np.sign(head[0]) == lesion.side
    assert abs(head[0]) > 40
    assert np.sign(case.shift_mm) == -lesion.side


def test_hydrocephalus_widens_the_ventricles_and_atrophy_the_sulci(case_of):
    plain, wide, old = (case_of(*k, seed=11) for k in ((), ("hydrocephalus",), ("atrophy",)))
    assert wide.build.ventricle_mm > plain.build.ventricle_mm + 5
    assert old.build.sulci > plain.build.sulci + 2
    (ventricles,) = wide.masks
    t2 = (
        inside(series(wide, "T2").volume, ventricles).mean()
        / inside(series(plain, "T2").volume, ventricles).mean()
    )
    assert t2 > 1.2


@pytest.mark.parametrize("plane", ["axial", "sagittal", "coronal"])
def test_every_series_however_tilted_shows_the_lesion_in_its_true_place(plane):
    plan = replace(isotropic_plan("DWI"), plane=plane, shape=(48, 120, 128), spacing_mm=(4.0, 2.1, 2.0))
    plans = [replace(plan, tilt_deg=tilt) for tilt in ((20.0, 0.0, 0.0), (-18.0, 10.0, 25.0))]
    case = brain_case(2, lesions=("abscess",), series=plans)
    truth = centre(case.masks[0])
    for s in case.series:
        index = np.indices(s.volume.shape).reshape(3, -1).T
        near = np.linalg.norm(s.volume.to_lps_mm(index) - truth, axis=1) < 20
        values = s.volume.voxels.reshape(-1)[near].astype(float)
        pus = index[near][values > 0.6 * values.max()]
        assert np.linalg.norm(s.volume.to_lps_mm(pus).mean(axis=0) - truth) < 1.5


def test_a_series_lies_where_plan_and_pose_put_it(case_of):
    case = case_of("abscess")
    for s in case.series:
        assert np.allclose(s.volume.affine_lps, case.pose @ s.plan.affine_lps)
        slice_axis, row_axis, column_axis = s.volume.directions_lps.T
        assert np.allclose(slice_axis, np.cross(column_axis, row_axis))  # ascending along row x column


def test_some_series_are_oblique_some_sagittal_or_coronal_and_some_volumetric():
    from training.phantoms.protocol import draw_protocol

    plans = [p for seed in range(60) for p in draw_protocol(np.random.default_rng(seed), None, COARSE)]
    assert {p.plane for p in plans} == {"axial", "sagittal", "coronal"}
    assert any(abs(p.tilt_deg[0]) > 10 for p in plans)
    assert any(p.is_3d for p in plans)
    assert {p.sequence for p in plans} == {"T1", "T2", "FLAIR", "T1C", "DWI"}


def test_labels_referral_and_priority_follow_the_lesions(case_of):
    stroke, normal, tumour = (case_of(*k, seed=11) for k in (("stroke",), (), ("high-grade glioma",)))
    assert stroke.labels["large-vessel stroke"]
    assert stroke.referral["stroke neurology"]
    assert stroke.priority == "high"
    assert not any(normal.labels.values())
    assert not any(normal.referral.values())
    assert normal.priority == "none"
    assert tumour.labels["mass effect"]
    assert tumour.labels["oedema"]
    assert tumour.referral["neuro-oncology"]


def test_a_report_names_what_is_there_and_denies_only_what_is_not():
    for seed in range(6):
        case = brain_case(seed, series=("DWI",), pixel_mm=(4.0, 4.2))
        assert ("Normal MRI" in case.report) == (not case.lesions)
        assert not (case.labels["midline shift"] and "midline structures are in place" in case.report)
        assert not (case.labels["oedema"] and "No oedema" in case.report)
        assert "enhance" not in case.report or "multiple sclerosis" in case.report


def test_a_stable_pair_has_its_lesion_in_the_same_place_of_a_differently_laid_head():
    pre, post = brain_pair(5, "stable", series=("T1",), pixel_mm=COARSE)
    moved = rigid_between(pre, post)
    assert not np.allclose(moved, np.eye(4), atol=0.5)
    assert np.array_equal(pre.masks[0].voxels, post.masks[0].voxels)
    assert np.allclose((moved @ np.append(centre(pre.masks[0]), 1))[:3], centre(post.masks[0]))
    assert pre.labels == post.labels


def test_a_pair_changes_as_it_says():
    size = {}
    for change in ("grown", "shrunk", "resected", "new"):
        pre, post = brain_pair(5, change, series=("T1",), pixel_mm=COARSE)
        size[change] = (post.masks[0].voxels == 1).sum() / (pre.masks[0].voxels == 1).sum()
        if change == "resected":
            assert post.labels["resection cavity"]
            assert not post.labels["high-grade glioma"]
        assert len(post.lesions) == len(pre.lesions) + (change == "new")
    assert size["grown"] > 1.8
    assert size["shrunk"] < 0.5
    assert size["new"] == pytest.approx(1, abs=0.05)


def test_a_new_lesion_changes_the_head_only_near_itself():
    from training.phantoms.anatomy import warp_of

    before = draw_head(5, ("low-grade glioma",))
    plaques = draw_lesion("multiple sclerosis", np.random.default_rng(0), warp_of(before.build))
    after = replace(before, lesions=(*before.lesions, plaques))
    pre, post = (
        scan_head(h, np.random.default_rng(9), series=("FLAIR",), pixel_mm=COARSE) for h in (before, after)
    )
    volume, mask = post.series[0].volume, post.masks[1]
    change = np.abs(volume.voxels.astype(float) - pre.series[0].volume.voxels)
    index = mask.to_index(volume.to_lps_mm(np.argwhere(change > 0.25 * change.max())))
    lesion = np.argwhere(mask.voxels > 0)
    nearest = [np.linalg.norm(lesion - i, axis=1).min() * mask.spacing_mm[0] for i in index]
    assert max(nearest) < 6
    assert (change == 0).mean() > 0.9


def test_every_kind_can_be_drawn_and_leaves_a_mask(case_of):
    for kind in KINDS:
        case = case_of(kind, seed=11)
        assert (case.masks[0].voxels == 1).sum() > 30, kind
        assert sum(case.labels.values()) >= 1, kind


def test_a_series_of_256_slices_can_be_asked_for():
    case = brain_case(1, lesions=(), series=(isotropic_plan(side=64, spacing_mm=4.0),))
    assert case.series[0].volume.shape == (64, 64, 64)
    assert isotropic_plan().shape == (256, 256, 256)


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="no lesion 'flu'"):
        brain_case(1, lesions=("flu",))
    with pytest.raises(ValueError, match="no sequence 'T9'"):
        brain_case(1, series=("T9",))
    with pytest.raises(ValueError, match="no change 'worse'"):
        brain_pair(1, "worse")


def test_training_gets_every_series_and_answer(case_of):
    phantom = case_of("stroke", seed=11)
    case = as_case(phantom, "test")
    assert [s.description for s in case.series] == [s.description for s in phantom.series]
    assert case.labels == phantom.labels
    assert (case.split, case.patient, case.priority) == ("test", "PHANTOM-000011", "high")
