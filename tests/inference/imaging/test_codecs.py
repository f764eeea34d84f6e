"""Every compressed picture is decoded exactly, and nothing a decoder does reaches the window."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.errors import PixelError
from inference.imaging.codecs import close_workers, decode, worker_ids
from inference.imaging.layout import Layout
from inference.imaging.read import read_picture
from tests.inference.imaging.pixel_files import one

CT = "CTImage_1.2.840.10008.1.2.{}.dcm"
LOSSLESS = [
    "1.99_DeflatedExplicitVRLittleEndian",
    "2_BigEndianExplicit",
    "4.57_JPEGProcess14",
    "4.70_JPEGProcess14SV1",
    "4.80_JPEGLSLossless",
    "4.90_JPEG2000LosslessOnly",
    "5_RLELossless",
]
LOSSY = {  # with the mean error that its loss explains
    "4.50_JPEGProcess1": 40,
    "4.51_JPEGProcess2_4": 20,
    "4.53_JPEGProcess6_8": 20,
    "4.55_JPEGProcess10_12": 20,
    "4.81_JPEGLSLossy": 3,
    "4.91_JPEG2000": 30,
}
COLOUR = ["HTJ2K_08_RGB", "HTJ2KLossless_08_RGB", "US1_J2KI", "JLSN_RGB_ILV0"]
GREY = Layout(16, 24, 1, 1, 8, 8, 7, signed=False, planar=False, photometric="MONOCHROME2")
BASELINE = "1.2.840.10008.1.2.4.50"


@pytest.fixture(scope="module")
def compressed(shared_data) -> Path:
    return shared_data / "compressed"


@pytest.fixture(scope="module")
def reference(compressed) -> np.ndarray:
    return read_picture(one(compressed / CT.format("1_LittleEndianExplicit"))).pixels


def jpeg(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=98)
    return stream.getvalue()


def gradient() -> np.ndarray:
    return (np.add.outer(np.arange(16), np.arange(24)) * 6).astype(np.uint8)


@pytest.mark.parametrize("name", LOSSLESS)
def test_a_lossless_picture_equals_the_uncompressed_one(compressed, reference, name):
    picture = read_picture(one(compressed / CT.format(name)))
    assert np.array_equal(picture.pixels, reference)
    assert picture.warnings == ()


@pytest.mark.parametrize(("name", "tolerance_hu"), LOSSY.items())
def test_a_lossy_picture_is_close_to_the_uncompressed_one(compressed, reference, name, tolerance_hu):
    picture = read_picture(one(compressed / CT.format(name)))
    inside = reference > -1500  # the padded corners do not survive the loss
    assert np.abs(picture.pixels - reference.astype(float))[inside].mean() < tolerance_hu
    assert picture.warnings == ()


@pytest.mark.parametrize("name", ["RLE", "jpeg_2k_lossless", "jpeg_ls_lossless", "big_endian"])
def test_every_frame_of_a_compressed_file_equals_the_plain_one(compressed, shared_data, name):
    plain = one(shared_data / "objects/pmap_and_enhanced/emri_small.dcm", frames=10)
    other = one(compressed / f"emri_small_{name}.dcm", frames=10)
    for index in (0, 4, 9):
        assert np.array_equal(read_picture(other, index).pixels, read_picture(plain, index).pixels)


@pytest.mark.parametrize("name", [*COLOUR, "OBXXXX1A_rle_2frame"])
def test_colour_pictures_come_out_as_rgb(compressed, name):
    picture = read_picture(one(compressed / f"{name}.dcm"))
    assert picture.is_colour
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels.reshape(-1, 3).std(axis=0).min() > 5


def test_lossy_and_lossless_colours_agree(compressed):
    one_, other = (
        read_picture(one(compressed / f"{name}_08_RGB.dcm")).pixels.astype(int)
        for name in ("HTJ2K", "HTJ2KLossless")
    )
    assert np.abs(one_ - other).mean() < 3


def test_seven_bits_are_decoded(compressed):
    picture = read_picture(one(compressed / "JLSL_08_07_0_1F.dcm"))
    assert picture.pixels.max() == 127


def test_pictures_are_decoded_in_warm_workers():
    close_workers()
    for _ in range(3):
        decode(jpeg(gradient()), BASELINE, GREY, "a.dcm")
    assert len(worker_ids()) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs POSIX signals")
def test_a_hanging_decoder_is_ended_at_its_deadline_and_the_next_picture_comes():
    decode(jpeg(gradient()), BASELINE, GREY, "a.dcm")
    for worker in worker_ids():
        os.kill(worker, signal.SIGSTOP)  # as a decoder that never returns
    for _ in worker_ids():
        with pytest.raises(PixelError, match=r"slow\.dcm: the decoder stopped"):
            decode(jpeg(gradient()), BASELINE, GREY, "slow.dcm", deadline_s=0.3)
    pixels = decode(jpeg(gradient()), BASELINE, GREY, "b.dcm").pixels
    assert np.abs(pixels.astype(int) - gradient()).max() < 6


@pytest.mark.skipif(not hasattr(signal, "SIGABRT"), reason="needs POSIX signals")
def test_an_aborting_decoder_costs_one_picture_and_leaves_no_zombie():
    close_workers()
    decode(jpeg(gradient()), BASELINE, GREY, "a.dcm")
    (worker,) = worker_ids()
    os.kill(worker, signal.SIGSTOP)
    threading.Timer(0.2, lambda: (os.kill(worker, signal.SIGABRT), os.kill(worker, signal.SIGCONT))).start()
    with pytest.raises(PixelError, match="the decoder stopped"):
        decode(jpeg(gradient()), BASELINE, GREY, "bad.dcm")
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    decode(jpeg(gradient()), BASELINE, GREY, "b.dcm")


def test_a_worker_that_died_while_idle_is_replaced_unnoticed():
    decode(jpeg(gradient()), BASELINE, GREY, "a.dcm")
    for worker in worker_ids():
        os.kill(worker, signal.SIGTERM)
    time.sleep(0.1)
    decode(jpeg(gradient()), BASELINE, GREY, "a.dcm")


def test_damaged_data_are_refused_with_the_files_name():
    with pytest.raises(PixelError, match=r"bad\.dcm: .* damaged"):
        decode(b"not a picture at all", BASELINE, GREY, "bad.dcm")


@pytest.mark.parametrize("share", [0.95, 0.7, 0.5])
def test_a_cut_codestream_is_shown_with_a_warning(share):
    data = jpeg(np.tile(gradient(), (20, 20)))
    decoded = decode(data[: int(len(data) * share)], BASELINE, GREY, "cut.dcm")
    assert any("cut short" in note for note in decoded.warnings)


@pytest.mark.parametrize("name", [*LOSSLESS[2:], *LOSSY, *COLOUR])
@pytest.mark.parametrize("share", [0.95, 0.6])
def test_a_cut_file_is_never_shown_without_a_word(compressed, tmp_path, name, share):
    source = compressed / (CT.format(name) if name[0] in "45" else f"{name}.dcm")
    raw = source.read_bytes()
    head = raw.index(b"\xe0\x7f\x10\x00")
    path = tmp_path / "cut.dcm"
    path.write_bytes(raw[: head + int((len(raw) - head) * share)])
    try:
        notes = read_picture(one(path)).warnings
    except PixelError as error:
        notes = (str(error),)
    assert any("cut.dcm" in note for note in notes)


def test_a_label_that_lies_about_the_codec_is_seen_through(compressed, reference):
    raw = (compressed / CT.format("4.80_JPEGLSLossless")).read_bytes()
    start = raw.index(b"\xff\xd8")
    layout = Layout(512, 512, 1, 1, 16, 16, 15, signed=True, planar=False, photometric="MONOCHROME2")
    decoded = decode(raw[start:], "1.2.840.10008.1.2.4.90", layout, "lying.dcm")
    assert np.array_equal(decoded.pixels.view(np.int16), reference + 1024)


def test_decoding_works_from_a_daemonic_child_and_nothing_stays_behind(compressed):
    code = f"""
import multiprocessing, sys
sys.path.insert(0, {str(Path.cwd())!r})
from pathlib import Path
def work(queue):
    from inference.imaging.read import read_picture
    from inference.imaging.codecs import worker_ids
    from tests.inference.imaging.pixel_files import one
    read_picture(one(Path({str(compressed / CT.format("4.80_JPEGLSLossless"))!r})))
    queue.put(worker_ids()[0])
if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=work, args=(queue,), daemon=True)
    child.start()
    print(queue.get(timeout=60))
    child.join()
"""
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert gone(int(answer.stdout))


def gone(process: int) -> bool:
    """Whether a process ends within five seconds."""
    for _ in range(50):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_many_threads_share_the_workers():
    errors = []

    def ask() -> None:
        try:
            for _ in range(5):
                decode(jpeg(gradient()), BASELINE, GREY, "a.dcm")
        except PixelError as error:
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_reading_pixels_imports_neither_torch_nor_qt():
    code = "import sys, inference.imaging.read; print(*{name.split('.')[0] for name in sys.modules})"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "PySide6", "vtk", "vtkmodules", "SimpleITK"} & set(answer.stdout.split())
