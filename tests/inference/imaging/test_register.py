from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from inference.errors import ComparisonError
from inference.imaging.nifti import read_nifti
from inference.imaging.register import register
from inference.imaging.register_similarity import normalised_mutual_information, otsu
from inference.imaging.resample import resample
from inference.imaging.volume import Volume
from inference.progress import Cancelled


def head(size: int = 44, spacing_mm: float = 4.0) -> Volume:
    """An ellipsoid with some inner structure, off centre."""
    rng = np.random.default_rng(7)
    k, j, i = np.meshgrid(*[np.linspace(-1, 1, size)] * 3, indexing="ij")
    skull = (k / 0.75) ** 2 + (j / 0.8) ** 2 + (i / 0.6) ** 2 < 1
    texture = ndimage.gaussian_filter(rng.normal(size=(size,) * 3), 3)
    voxels = np.where(skull, 200 + 60 * texture / texture.std(), 0) + rng.normal(0, 3, (size,) * 3)
    affine = np.zeros((4, 4))
    affine[2, 0] = affine[1, 1] = affine[0, 2] = spacing_mm
    affine[:3, 3], affine[3, 3] = -spacing_mm * size / 2, 1
    return Volume(np.clip(voxels, 0, None).astype(np.float32), affine)


def movement(degrees: float = 8.0) -> np.ndarray:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s, 0, 6.0], [s, c, 0, -5.0], [0, 0, 1, 4.0], [0, 0, 0, 1]])


def moved(volume: Volume, matrix: np.ndarray, *, contrast: float = 1.0) -> Volume:
    """The same head after the patient moved by `matrix`, perhaps in another contrast."""
    seen = resample(volume, volume.shape, np.linalg.inv(matrix) @ volume.affine_lps)
    voxels = seen.voxels if contrast > 0 else np.where(seen.voxels > 50, 400 - seen.voxels, seen.voxels)
    return Volume(voxels, volume.affine_lps)


def landmarks_mm(volume: Volume) -> np.ndarray:
    index = np.stack(np.meshgrid(*[(12, 22, 32)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    return volume.to_lps_mm(index)


@pytest.mark.parametrize("contrast", [1.0, -1.0], ids=["same contrast", "other contrast"])
def test_a_known_movement_is_found_to_a_millimetre(contrast):
    fixed = head()
    found = register(fixed, moved(fixed, movement(), contrast=contrast))
    places = np.c_[landmarks_mm(fixed), np.ones(27)]
    apart_mm = np.linalg.norm((places @ (found.moving_from_fixed_lps - movement()).T)[:, :3], axis=1)
    assert apart_mm.max() < 1.0
    assert found.trustworthy
    assert found.similarity_after > found.similarity_before


def test_the_same_pair_gives_the_same_answer():
    fixed = head(32)
    moving = moved(fixed, movement(3))
    one, two = (register(fixed, moving).moving_from_fixed_lps for _ in range(2))
    assert np.allclose(one, two, atol=1e-4)


def test_two_strangers_are_not_called_aligned():
    fixed = head(32)
    noise = np.random.default_rng(1).normal(100, 20, fixed.shape).astype(np.float32)
    found = register(fixed, Volume(noise, fixed.affine_lps))
    assert not found.trustworthy
    assert found.quality.startswith("Not reliably aligned")


def test_an_empty_volume_is_refused():
    blank = Volume(np.zeros((8, 8, 8), np.float32), np.diag([2.0, 2.0, 2.0, 1.0]))
    with pytest.raises(ComparisonError, match="too small or empty"):
        register(blank, blank)


def test_cancelling_stops_in_the_middle():
    fixed = head(32)
    calls = []

    def stop(fraction: float, _note: str = "") -> None:
        calls.append(fraction)
        if fraction > 0.1:
            raise Cancelled

    with pytest.raises(Cancelled):
        register(fixed, moved(fixed, movement(3)), stop)
    assert calls[-1] < 0.7


def test_mutual_information_knows_same_from_unrelated():
    rng = np.random.default_rng(0)
    a = rng.normal(size=20_000)
    assert normalised_mutual_information(a, -a) > 0.99
    assert normalised_mutual_information(a, rng.normal(size=20_000)) < 0.02


def test_the_threshold_lies_between_two_groups():
    values = np.r_[np.random.default_rng(0).normal(10, 1, 500), np.random.default_rng(1).normal(50, 1, 500)]
    assert 13 < otsu(values) < 47


def given_movement(path: Path) -> np.ndarray:
    """The published movement from the common space into one examination."""
    lines = path.read_text().splitlines()
    numbers = np.array([float(word) for word in lines[3].split()[1:]])
    centre = np.array([float(word) for word in lines[4].split()[1:]])
    matrix = np.eye(4)
    matrix[:3, :3] = numbers[:9].reshape(3, 3)
    matrix[:3, 3] = numbers[9:] + centre - matrix[:3, :3] @ centre
    return matrix


@pytest.mark.slow
def test_two_real_examinations_agree_with_the_published_alignment(shared_data):
    folder = shared_data / "brain_pre_post" / "ms_longitudinal_patient01_nifti"
    fixed, moving = (read_nifti(folder / f"study{n}_FLAIR.nii.gz") for n in (1, 2))
    one, two = (given_movement(folder / f"study{n}_FLAIR_to_common_space.txt") for n in (1, 2))
    found = register(fixed, moving)
    index = np.stack(np.meshgrid((7, 18, 28), (80, 160, 240), (80, 160, 240), indexing="ij"), -1).reshape(
        -1, 3
    )
    places = np.c_[fixed.to_lps_mm(index), np.ones(27)]
    difference = found.moving_from_fixed_lps - two @ np.linalg.inv(one)
    assert found.trustworthy
    assert np.linalg.norm((places @ difference.T)[:, :3], axis=1).max() < 1.0
