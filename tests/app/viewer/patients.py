"""Small patients whose every voxel says where it is, and explanations whose answer is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from explain.attribution import Attribution, Check, Evidence, UnitScores
from inference.card import Target
from inference.imaging.study import DisplaySet, Instance, Kind, Patient, Series, Study
from inference.imaging.volume import Volume
from inference.place import Place

SLOPE = np.array([3.0, -2.0, 5.0])  # per millimetre along LPS


def affine(rotation: Rotation, spacing=(3.0, 1.5, 1.0), origin=(-40.0, 20.0, 10.0)) -> np.ndarray:
    """(k, j, i, 1) -> LPS: axial, then turned by `rotation`."""
    made = np.eye(4)
    axes = np.array([(0, 0, 1), (0, 1, 0), (1, 0, 0)], float).T  # slice up, rows back, columns left
    made[:3, :3] = rotation.as_matrix() @ axes * spacing
    made[:3, 3] = origin
    return made


def placed_volume(affine_lps: np.ndarray, shape=(12, 20, 24)) -> Volume:
    """Every voxel holds SLOPE times its place in the patient."""
    index = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    points = index @ affine_lps[:3, :3].T + affine_lps[:3, 3]
    return Volume((points @ SLOPE).astype(np.float32), affine_lps)


UPRIGHT = Rotation.identity()
OBLIQUE = Rotation.from_euler("xyz", (12, -25, 33), degrees=True)


def study_of(
    volume: Volume, uid: str = "1", frame: str = "F", modality: str = "MR"
) -> tuple[Study, DisplaySet]:
    """A study of one series whose headers fit `volume`."""
    instance = Instance(
        Path("nowhere"),
        "sop",
        "class",
        f"series{uid}",
        f"study{uid}",
        "",
        modality=modality,
        slice_thickness_mm=3.0,
        echo_time_ms=96.0,
        repetition_time_ms=4200.0,
    )
    shown = DisplaySet(
        uid=f"set{uid}",
        series_uid=f"series{uid}",
        study_uid=f"study{uid}",
        kind=Kind.VOLUME,
        title=f"T2 {uid}",
        modality=modality,
        instances=(instance,),
        shape=volume.shape,
        spacing_mm=volume.spacing_mm,
        frame_index=tuple((k, 0) for k in range(volume.shape[0])),
        frame_of_reference_uid=frame,
    )
    series = Series(
        f"series{uid}", f"study{uid}", 3, modality, shown.title, "", "BRAIN", (instance,), (shown,)
    )
    patient = Patient("Volunteer, A", "000-001", "F", "1995-01-01", "031Y")
    study = Study(f"study{uid}", patient, "2026-03-02", "10:11:12", "MR brain", "A1", "Hospital", (series,))
    return study, shown


def explanation(volume: Volume, shown: DisplaySet, *, holds: bool = True, signed: bool = True) -> Attribution:
    """Blocks of 4 x 5 x 6 voxels; the strongest for is element 5, the strongest against element 9."""
    block = np.array((4, 5, 6))
    grid = tuple(int(n) for n in np.array(volume.shape) // block)
    placed = volume.affine_lps.copy()
    placed[:3, :3] = placed[:3, :3] * block
    placed[:3, 3] = volume.to_lps_mm((block - 1) / 2)
    index = np.array(list(np.ndindex(*grid)))
    place = Place(shown.uid, shown.series_uid, shown.title, shown.frame_of_reference_uid, grid, index, placed)
    scores = np.linspace(0.001, 0.01, len(index)).astype(np.float32)
    scores[[5, 9, 20]] = 2.0, -1.0 if signed else 1.0, 0.5
    significant = np.ones(len(index), bool)
    significant[20] = False
    check = Check("completeness", 0.0, "pass" if holds else "fail", "sums up" if holds else "does not sum up")
    unit = UnitScores(place, scores, float(scores.sum()), None, significant)
    target = Target("tumour", "Enhancing tumour")
    return Attribution(
        shown.study_uid, "prima", "0" * 64, "phantoms", target, "LIME", "logit", 3.7, 0.4, (unit,),
        Evidence((check,)), signed, True, 0,
    )  # fmt: skip
