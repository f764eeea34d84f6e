import numpy as np
import pytest
from PIL import Image

from inference.errors import FileError
from training.ventricle_cases import NEVER, by_patient, diastole_of, read_labelled

SUNNYBROOK = "labelled/sunnybrook_lv_segnetcmr"


def write(folder, patient, number, *, split="Train", radius=6, part="Part1"):
    """One picture with a round cavity."""
    row, column = np.indices((64, 64))
    mask = (row - 30) ** 2 + (column - 34) ** 2 < radius**2
    for kind, pixels in (("Images", 40 + 150 * mask), ("Labels", 255 * mask)):
        path = folder / split / kind / part / f"{patient}-IM-0001-{number:04d}.dcm.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.stack([pixels.astype(np.uint8)] * 3, -1)).save(path)


@pytest.fixture
def folder(tmp_path):
    for patient, split in (("SC-HF-I-01", "Train"), ("SC-N-03", "Train"), ("SC-HYP-09", "Test")):
        for position in range(3):
            write(tmp_path, patient, 20 * position + 20, split=split, radius=9)
            write(tmp_path, patient, 20 * position + 7, split=split, radius=6)
    return tmp_path


def test_pictures_come_with_their_masks_positions_and_phases(folder):
    cases = read_labelled(folder)
    assert len(cases) == 18
    assert {(c.position, c.phase) for c in cases} == {(p, f) for p in range(3) for f in (6, 19)}
    assert all((c.picture[c.mask] == 190).all() and (c.picture[~c.mask] == 40).all() for c in cases)


def test_the_wider_phase_is_diastole(folder):
    assert {diastole_of(own) for own in by_patient(read_labelled(folder)).values()} == {19}


def test_patients_to_be_tried_on_later_are_left_out_by_name(folder):
    write(folder, NEVER[0], 27, split="Test", part="Part3")
    assert NEVER[0] not in by_patient(read_labelled(folder))
    assert NEVER[0] in by_patient(read_labelled(folder, without=()))


def test_a_patient_in_both_splits_stops_the_run(folder):
    write(folder, "SC-N-03", 27, split="Test")
    with pytest.raises(FileError, match=r"in Train and in Test: SC-N-03"):
        read_labelled(folder)


def test_a_missing_folder_says_how_to_name_it(tmp_path):
    with pytest.raises(FileError, match="no labelled pictures in") as caught:
        read_labelled(tmp_path / "nowhere")
    assert "--data" in caught.value.hint


def test_a_picture_without_its_mask_is_named(folder):
    path = sorted(folder.glob("Train/Labels/*/*.png"))[0]
    path.unlink()
    with pytest.raises(FileError, match=path.name):
        read_labelled(folder)


def test_a_name_without_a_patient_is_refused(folder):
    path = sorted(folder.glob("Train/Images/*/*.png"))[0]
    path.rename(path.with_name("unnamed.png"))
    with pytest.raises(FileError, match=r"unnamed\.png does not name its patient"):
        read_labelled(folder)


@pytest.mark.slow
def test_the_real_folder_keeps_its_patients_apart(shared_data):
    cases = read_labelled(shared_data / SUNNYBROOK)
    patients = {split: {c.patient for c in cases if c.split == split} for split in ("train", "test")}
    assert (len(patients["train"]), len(patients["test"])) == (29, 14)
    assert not patients["train"] & patients["test"]
    assert not set(NEVER) & (patients["train"] | patients["test"])
