"""Index ten thousand files against a plain loop of pydicom over the same files."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.imaging.scan import scan
from tests.benchmarks.row import Row
from tests.imaging_fixtures import ROOT, axial_affine, slice_dataset, write_file

FILES, SLICES = 10_000, 100
HOLD = 0.5
_SERIES, _SLICE = b"777777", b"888888"  # placeholders of fixed length in the template


def rows() -> list[Row]:
    """Seconds for a whole scan (list, read, group) beside seconds for the loop."""
    with tempfile.TemporaryDirectory() as folder:
        paths = write_files(Path(folder), FILES)
        for path in paths:
            path.stat()  # both find the same warm file system
        peer_s = _seconds(lambda: [dcmread(path, stop_before_pixels=True) for path in paths])
        ours_s = _seconds(lambda: scan(Path(folder)))
    ratio = ours_s / peer_s
    return [
        Row(
            what=f"index {FILES} files (headers only)",
            ours=f"{ours_s:.2f} s",
            peer=f"pydicom dcmread(stop_before_pixels=True) loop {peer_s:.2f} s",
            ratio=ratio,
            hold=f"<= {HOLD}x",
            holds=ratio <= HOLD,
            note="ours also groups them into studies, series and display sets",
        )
    ]


def write_files(folder: Path, count: int) -> list[Path]:
    """`count` CT slices in series of a hundred, with headers as long as a scanner's and tiny pixels."""
    template = _template(folder / "template.dcm")
    paths = []
    for number in range(count):
        series, k = divmod(number, SLICES)
        data = template.replace(_SERIES, b"%06d" % (series + 100000)).replace(_SLICE, b"%06d" % (k + 100000))
        path = folder / f"{series:03d}" / f"{number:06d}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        paths.append(path)
    return paths


def _template(path: Path) -> bytes:
    d = slice_dataset(axial_affine(), 0, np.zeros((4, 4), np.int16))
    d.SeriesInstanceUID = f"{ROOT}.{_SERIES.decode()}"
    d.SOPInstanceUID = f"{ROOT}.{_SERIES.decode()}.{_SLICE.decode()}"
    d.ImagePositionPatient = ["-10", "-20", _SLICE.decode()]
    d.InstanceNumber = _SLICE.decode()
    for number in range(60):  # what scanners add: parameters, private blocks, references
        d.add_new(0x00431001 + number, "LO", f"parameter {number}")
    d.add_new(0x00430010, "LO", "GEMS_PARM_01")
    d.KVP, d.ExposureTime, d.Manufacturer, d.StationName = "120", "800", "Maker", "CT1"
    d.ReferencedImageSequence = Sequence([_reference(k) for k in range(3)])
    write_file(path, d)
    data = path.read_bytes()
    path.unlink()
    return data


def _reference(number: int) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = (
        "1.2.840.10008.5.1.4.1.1.2",
        f"{ROOT}.9.{number}",
    )
    return item


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
