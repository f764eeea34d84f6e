"""Compressed pictures, decoded in processes that can be ended.

C decoders hold Python's lock, can hang, and can abort the process. So each runs in a worker
(`decode_worker.py`), started when first needed, kept warm, given a deadline, and replaced when it dies.
The decoder of each picture is chosen here, by what the codestream is rather than by what the file calls it.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from inference.errors import PixelError
from inference.imaging.codestream import Codestream, Coding, inspect
from inference.imaging.decode_worker import receive, send
from inference.imaging.layout import Layout

DEADLINE_S = 30.0  # for one picture; the largest radiograph takes about one second
WORKERS = max(2, min(4, (os.cpu_count() or 2) - 1))
RLE = "1.2.840.10008.1.2.5"
EXTENDED_12 = "1.2.840.10008.1.2.4.51"
LOSSLESS = "1.2.840.10008.1.2.4.57"
_WORKER = Path(__file__).with_name("decode_worker.py")
_HINT = (
    "The other pictures are not affected. Export this one again from the archive, uncompressed if possible."
)


@dataclass(frozen=True, eq=False)
class Decoded:
    """One picture as stored, before any rescale or colour conversion.

    pixels       (rows, columns[, samples]); sign and unused bits not yet looked at unless `is_signed`
    photometric  what the samples are now; decoders undo some colour transforms on the way
    """

    pixels: NDArray[Any]
    photometric: str
    precision: int
    is_signed: bool
    warnings: tuple[str, ...] = ()


def decode(data: bytes, syntax: str, layout: Layout, name: str, *, deadline_s: float = DEADLINE_S) -> Decoded:
    """Decode one picture of the file called `name` in a worker. PixelError where that fails."""
    stream = (
        Codestream(Coding.RLE) if syntax == RLE else inspect(data, labelled_rgb=layout.photometric == "RGB")
    )
    decoder = _decoder(stream, name)
    facts = _facts(stream, decoder, layout)
    pixels = _in_worker({**facts, "deadline_s": deadline_s}, data, name)
    notes = _warnings(stream, pixels, layout, name)
    return Decoded(
        pixels,
        _photometric_after(stream, layout),
        stream.precision or layout.bits_stored,
        stream.signed,
        notes,
    )


def _decoder(stream: Codestream, name: str) -> str:
    """The decoder for a codestream; measured fastest among those that are right and licensed for it."""
    if stream.coding == Coding.JPEG_LS and not stream.complete:  # its decoder takes seconds to say no
        raise PixelError(f"{name}: the compressed picture is cut short and cannot be shown.", hint=_HINT)
    if stream.coding == Coding.JPEG:
        return "jpeg" if stream.precision == 8 else "gdcm"
    chosen = {
        Coding.JPEG_LOSSLESS: "gdcm",
        Coding.JPEG_LS: "jpeg ls",
        Coding.JPEG_2000: "jpeg 2000",
        Coding.RLE: "rle",
    }.get(stream.coding)
    if chosen is None:
        raise PixelError(f"{name}: the compressed picture is damaged or of an unknown kind.", hint=_HINT)
    return chosen


def _facts(stream: Codestream, decoder: str, layout: Layout) -> dict[str, Any]:
    """What the decoder must be told. The codestream's own size is believed over the header's."""
    return {
        "decoder": decoder,
        "syntax": LOSSLESS if stream.coding == Coding.JPEG_LOSSLESS else EXTENDED_12,
        "photometric": layout.photometric if layout.samples > 1 else "MONOCHROME2",
        "rows": stream.rows or layout.rows,
        "columns": stream.columns or layout.columns,
        "samples": stream.samples or layout.samples,
        "bits_allocated": max(8, layout.bits_allocated, 16 if stream.precision > 8 else 8),
        "bits_stored": stream.precision or layout.bits_stored,
        "signed": layout.signed,
        "untransformed": stream.stored_rgb and not stream.told_rgb and stream.samples == 3,
    }


def _photometric_after(stream: Codestream, layout: Layout) -> str:
    """What the samples are once decoded."""
    if stream.coding == Coding.JPEG and stream.precision == 8 and stream.samples == 3:
        return "RGB"  # as it stood, or transformed by the decoder
    if layout.photometric in ("YBR_ICT", "YBR_RCT"):
        return "RGB"
    if layout.photometric == "YBR_FULL_422":
        return "YBR_FULL"  # decoders spread the shared colour
    return layout.photometric


def _warnings(stream: Codestream, pixels: NDArray[Any], layout: Layout, name: str) -> tuple[str, ...]:
    notes = []
    if not stream.complete:
        notes.append(f"{name}: the compressed picture is cut short; part of what is shown may be wrong.")
    if pixels.shape[:2] != (layout.rows, layout.columns):
        rows, columns = pixels.shape[:2]
        notes.append(
            f"{name}: the picture is {columns} x {rows}, its header says {layout.columns} x {layout.rows}."
        )
    return tuple(notes)


class Worker:
    """One decoding process and the pipes to it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._ended = False

    @property
    def id(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """It can be asked."""
        return not self._ended and self._process.poll() is None

    def _end(self) -> None:
        self._ended = True
        self._process.kill()

    def ask(self, facts: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes] | None:
        """The answer; None where the worker died of the question or had to be ended."""
        clock = threading.Timer(facts["deadline_s"], self._end)
        clock.daemon = True
        clock.start()
        try:
            send(cast(BinaryIO, self._process.stdin), facts, data)
            answer = receive(cast(BinaryIO, self._process.stdout))
        except (OSError, ValueError):
            return None
        finally:
            clock.cancel()
        whole = answer is not None and len(answer[1]) == answer[0]["size"]
        return answer if whole else None

    def close(self) -> None:
        """End the process and leave no zombie."""
        self._end()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                cast(BinaryIO, pipe).close()
        self._process.wait()


class _Pool:
    """Warm workers. A thread takes one, asks, and gives it back; a worker that died is not given back."""

    def __init__(self, size: int) -> None:
        self._free = threading.BoundedSemaphore(size)
        self._lock = threading.Lock()
        self._idle: list[Worker] = []

    def ask(self, facts: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes] | None:
        """Ask any worker."""
        with self._free:
            worker = self._take()
            answer = None
            try:
                answer = worker.ask(facts, data)
            finally:
                self._give_back(worker, keep=answer is not None)
            return answer

    def _take(self) -> Worker:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.alive:
                    return worker
                worker.close()
        return Worker()

    def _give_back(self, worker: Worker, *, keep: bool) -> None:
        if keep and worker.alive:
            with self._lock:
                self._idle.append(worker)
        else:
            worker.close()

    def ids(self) -> tuple[int, ...]:
        """Process ids of the warm workers."""
        with self._lock:
            return tuple(worker.id for worker in self._idle)

    def close(self) -> None:
        """End the warm workers; the next question starts new ones."""
        with self._lock:
            workers, self._idle = self._idle, []
        for worker in workers:
            worker.close()


_pool = _Pool(WORKERS)


def worker_ids() -> tuple[int, ...]:
    """Process ids of the warm workers."""
    return _pool.ids()


def close_workers() -> None:
    """End the warm workers; they come back when needed."""
    _pool.close()


def _forget_workers() -> None:
    """In a forked child: the workers belong to the parent."""
    global _pool
    _pool = _Pool(WORKERS)


atexit.register(close_workers)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_workers)


def ask_worker(facts: dict[str, Any], data: bytes) -> NDArray[Any] | str | None:
    """What a decoder makes of `data`; a reason against it, or None where its process had to be ended."""
    answer = _pool.ask(facts, data)
    if answer is None:
        return None
    reply, payload = answer
    if "reason" in reply:
        return str(reply["reason"])
    return np.frombuffer(payload, reply["dtype"]).reshape(reply["shape"])


def _in_worker(facts: dict[str, Any], data: bytes, name: str) -> NDArray[Any]:
    answer = ask_worker(facts, data)
    if answer is None:
        raise PixelError(f"{name}: the decoder stopped at this picture and was ended.", hint=_HINT)
    if isinstance(answer, str):
        raise PixelError(f"{name}: the picture cannot be decoded ({answer}).", hint=_HINT)
    return answer
