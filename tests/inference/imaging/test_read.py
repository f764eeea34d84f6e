"""Display sets become pixels in the right place, and one bad file never hides the good ones."""

import gc
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.errors import PixelError, ReviewError, SeriesError
from inference.imaging.read import read_cine, read_picture, read_thumbnail, read_volume
from inference.imaging.scan import scan
from inference.imaging.study import Kind
from inference.progress import Cancelled
from tests.imaging_fixtures import axial_affine, oblique_affine, write_file, write_series
from tests.inference.imaging.pixel_files import frames_header, one, pixel_file, scanned

PIXELS = np.random.default_rng(5).integers(-1000, 2000, (6, 8, 10)).astype(np.int16)
RESCALE = {"RescaleSlope": "1", "RescaleIntercept": "0"}


@pytest.mark.parametrize("affine", [axial_affine(), oblique_affine()], ids=["axial", "oblique"])
def test_every_voxel_of_a_volume_is_where_and_what_its_file_says(tmp_path, affine):
    write_series(tmp_path, pixels=PIXELS, affine=affine, **RESCALE)
    volume = read_volume(scanned(tmp_path))
    assert volume.voxels.dtype == np.int16
    assert np.array_equal(volume.voxels, PIXELS)
    assert np.allclose(volume.affine_lps, affine, atol=1e-5)
    assert (volume.unit, volume.warnings) == ("HU", ())


def test_a_slice_that_cannot_be_read_is_blank_and_named(tmp_path):
    paths = write_series(tmp_path, pixels=PIXELS, PixelPaddingValue=-2000, **RESCALE)
    display_set = scanned(tmp_path)
    paths[2].write_bytes(b"gone")
    volume = read_volume(display_set)
    assert (volume.voxels[2] == volume.padding).all()
    assert np.array_equal(volume.voxels[[0, 1, 3, 4, 5]], PIXELS[[0, 1, 3, 4, 5]])
    assert any(paths[2].name in note for note in volume.warnings)


def test_when_all_slices_fail_it_is_an_error(tmp_path):
    paths = write_series(tmp_path, pixels=PIXELS)
    display_set = scanned(tmp_path)
    for path in paths:
        path.unlink()
    with pytest.raises(ReviewError, match="cannot be read"):
        read_volume(display_set)


def test_a_picture_is_the_slice_of_the_volume(tmp_path):
    write_series(tmp_path, pixels=PIXELS, affine=oblique_affine())
    display_set = scanned(tmp_path)
    volume = read_volume(display_set)
    for k in (0, 3, 5):
        picture = read_picture(display_set, k)
        assert np.array_equal(picture.pixels, volume.voxels[k])
        assert np.allclose(picture.affine_lps @ [0, 2, 3, 1], volume.affine_lps @ [k, 2, 3, 1], atol=1e-4)


def test_reading_one_picture_opens_one_file(tmp_path):
    paths = write_series(tmp_path, pixels=PIXELS)
    display_set = scanned(tmp_path)
    for path in paths[1:]:
        path.unlink()
    assert np.array_equal(read_picture(display_set, 0).pixels, PIXELS[0])


def test_cancelling_stops_between_pictures(tmp_path):
    write_series(tmp_path, pixels=PIXELS)
    seen = []

    def stop(fraction: float, _note: str = "") -> None:
        seen.append(fraction)
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_volume(scanned(tmp_path), stop)
    assert seen == sorted(seen)
    assert seen[-1] < 0.9


def test_a_document_has_no_picture(tmp_path):
    write_series(tmp_path, pixels=PIXELS[:1])
    empty = one(next(tmp_path.iterdir()), frames=0)
    with pytest.raises(PixelError, match="holds no pictures"):
        read_picture(empty)


@pytest.mark.parametrize("shape", [(8, 10), (300, 200), (40, 600), (1, 1)])
def test_a_thumbnail_fits_and_keeps_the_proportions(tmp_path, shape):
    pixels = np.add.outer(np.arange(shape[0]), np.arange(shape[1])).astype(np.uint16)
    small = read_thumbnail(one(pixel_file(tmp_path / "a.dcm", pixels)), size=128)
    assert small.dtype == np.uint8
    assert max(small.shape) <= 128
    assert small.shape[0] / small.shape[1] == pytest.approx(shape[0] / shape[1], rel=0.35)


def test_colour_slices_are_no_volume(tmp_path):
    write_series(tmp_path, pixels=np.zeros((3, 8, 10, 3), np.uint8))
    display_sets = [d for study in scan(tmp_path).studies for d in study.display_sets]
    for display_set in display_sets:
        if display_set.kind is Kind.VOLUME:
            with pytest.raises(SeriesError, match="in colour"):
                read_volume(display_set)
        assert read_picture(display_set).is_colour


def test_files_stay_closed_and_unchanged(tmp_path):
    paths = write_series(tmp_path, pixels=PIXELS)
    before = [path.read_bytes() for path in paths]
    read_volume(scanned(tmp_path))
    gc.collect()  # an open file would warn here, and warnings are errors
    assert [path.read_bytes() for path in paths] == before


def real(folder: Path) -> list:
    return [d for study in scan(folder).studies for d in study.display_sets]


def test_an_ultrasound_loop_runs_by_its_frame_time_vector(shared_data):
    cine = read_cine(one(shared_data / "echo_cine/DIRW0007_a4c_acuson_65fr.dcm", frames=65))
    assert cine.frames.shape == (65, 456, 576, 3)
    assert cine.rate_source == "Frame Time Vector"
    assert cine.times_ms[:4] == pytest.approx([0, 33.333, 83.333, 116.666])
    assert cine.warnings == ()


def test_each_slice_of_a_cine_stack_is_a_loop_by_trigger_time(shared_data):
    (display_set,) = real(shared_data / "cardiac_cine/sunnybrook_SCD0002001_sax")
    assert display_set.kind is Kind.CINE_STACK
    first, last = (read_cine(display_set, position=p) for p in (0, 9))
    assert first.frames.shape == last.frames.shape == (20, 256, 256)
    assert first.rate_source == "Trigger Time"
    assert (np.diff(first.times_ms) > 0).all()
    gap_mm = np.linalg.norm(last.affine_lps[:3, 3] - first.affine_lps[:3, 3])
    assert gap_mm == pytest.approx(90, abs=0.5)


def test_one_phase_of_a_cine_stack_is_a_volume(shared_data):
    (display_set,) = real(shared_data / "cardiac_cine/sunnybrook_SCD0002001_sax")
    volume = read_volume(display_set, phase=7)
    assert volume.shape == (10, 256, 256)
    assert np.array_equal(volume.voxels[4], read_cine(display_set, position=4).frames[7])


def test_a_loop_is_no_volume(shared_data):
    with pytest.raises(SeriesError, match="is a loop"):
        read_volume(one(shared_data / "echo_cine/DIRW0007_a4c_acuson_65fr.dcm", frames=65))


def test_radiographs_are_read_with_their_polarity(shared_data):
    for name in ("RG1_chest_cr_j2k_lossy", "RG3_tibia_cr_j2k_lossy", "CR-MONO1-10-chest_nometa"):
        assert read_picture(one(shared_data / f"xray/{name}.dcm")).inverted
    assert not read_picture(one(shared_data / "xray/nih_chest_dx_1024.dcm")).inverted


WARNED = {
    "J2K_pixelrep_mismatch.dcm": "its header calls the pixels signed",
    "MR_truncated.dcm": "99% of the picture is there",
    "badVR.dcm": "one frame is assumed",
    "emri_small_jpeg_2k_lossless_too_short.dcm": "ends without its end mark",
    "derived/ct_truncated_60pct.dcm": "60% of the picture is there",
    "derived/echo_cut_after_few_frames.dcm": "part of picture 4 may be wrong|cut short",
}
CORRECT = ["SC_rgb_small_odd_jpeg.dcm", "bad_sequence.dcm", "explicit_VR-UN.dcm"]
REFUSED = [
    "ExplVR_BigEndNoMeta.dcm", "UN_sequence.dcm", "meta_missing_tsyntax.dcm", "no_meta.dcm",
    "no_meta_group_length.dcm", "rtplan_truncated.dcm", "derived/ct_header_cut_mid_element.dcm",
    "derived/j2k_codestream_cut.dcm", "derived/preamble_only.dcm", "derived/text_renamed.dcm",
    "derived/zero_bytes.dcm",
]  # fmt: skip


@pytest.mark.parametrize("name", WARNED)
def test_a_damaged_file_opens_with_a_warning(shared_data, name):
    picture = read_picture(one(shared_data / "malformed" / name, frames=65), 3 if "echo" in name else 0)
    text = " ".join(picture.warnings)
    assert any(part in text for part in WARNED[name].split("|"))


@pytest.mark.parametrize("name", CORRECT)
def test_an_odd_header_does_not_cost_the_picture(shared_data, name):
    assert read_picture(one(shared_data / "malformed" / name)).pixels.std() > 0


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_without_a_picture_is_refused_by_name(shared_data, name):
    with pytest.raises(ReviewError, match=Path(name).name):
        read_picture(one(shared_data / "malformed" / name))


def test_all_files_of_malformed_are_accounted_for(shared_data):
    folder = shared_data / "malformed"
    found = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.suffix == ".dcm"}
    assert found == {*WARNED, *CORRECT, *REFUSED}


SEEDS = [
    "objects/pmap_and_enhanced/CT_small.dcm",
    "objects/pmap_and_enhanced/emri_small.dcm",
    "compressed/JLSL_08_07_0_1F.dcm",
    "compressed/emri_small_RLE.dcm",
]


def test_any_damage_gives_a_picture_or_a_sentence(tmp_path, shared_data):
    rng = np.random.default_rng(11)
    path = tmp_path / "mutant.dcm"
    for seed in SEEDS:
        original = np.frombuffer((shared_data / seed).read_bytes(), np.uint8)
        for _ in range(60):
            raw = original.copy()
            raw[rng.integers(132, len(raw), 20)] = rng.integers(0, 256, 20)
            path.write_bytes(raw.tobytes()[: rng.integers(200, len(raw) + 1)])
            assert path.name in said_of(path)


def said_of(path: Path) -> str:
    """The sentence of a refusal; the file's name where there is a picture."""
    try:
        read_picture(one(path))
    except ReviewError as error:
        return str(error)
    return path.name


def test_headers_of_every_kind_are_understood_alike_by_the_quick_and_the_thorough_way(tmp_path):
    header = frames_header((8, 10), "i2", RescaleSlope="2", RescaleIntercept="-7", PixelPaddingValue=-500)
    header.PixelData = PIXELS[0].tobytes()
    quick = read_picture(one(write_file(tmp_path / "quick.dcm", header)))
    header.VOILUTSequence = Sequence([Dataset()])  # has the whole header parsed
    thorough = read_picture(one(write_file(tmp_path / "thorough.dcm", header)))
    assert np.array_equal(quick.pixels, thorough.pixels)
    assert (quick.unit, quick.padding, quick.inverted) == (thorough.unit, thorough.padding, thorough.inverted)


@pytest.mark.parametrize(("modality", "bright"), [("MR", True), ("CT", False)])
def test_a_thumbnail_of_a_scan_brought_to_fewer_bits_is_not_black(tmp_path, modality, bright):
    pixels = np.tile(np.linspace(0, 200, 16).astype(np.int16), (3, 16, 1))
    write_series(tmp_path, pixels=pixels, Modality=modality, WindowCenter="514", WindowWidth="1028",
                 RescaleIntercept=None, RescaleSlope=None)  # fmt: skip
    (study,) = scan(tmp_path).studies
    assert (read_thumbnail(study.display_sets[0]).max() > 200) == bright
