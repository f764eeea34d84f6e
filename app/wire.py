"""What the window and the process that runs models say to each other, over two byte streams.

A message is its length (8 bytes, little endian) and a pickle. Only our own two processes hold the streams;
nothing that comes from a file is unpickled here.
"""

from __future__ import annotations

import pickle
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

from inference.errors import ReviewError

LENGTH = struct.Struct("<Q")


@dataclass(frozen=True)
class Call:
    """Run `function` ("module:name"); `arguments` is a pickled (args, kwargs)."""

    number: int
    function: str
    arguments: bytes


@dataclass(frozen=True)
class Cancel:
    """Stop this call and every one before it."""

    number: int


@dataclass(frozen=True)
class Progress:
    """How far the call is."""

    number: int
    fraction: float
    note: str


@dataclass(frozen=True)
class Answer:
    """What the call returned, pickled."""

    number: int
    value: bytes


@dataclass(frozen=True)
class Failure:
    """What the call raised, in words; `log` says where, for the log alone."""

    number: int
    error: ReviewError
    log: str


@dataclass(frozen=True)
class Stopped:
    """The call was cancelled."""

    number: int


@dataclass(frozen=True)
class Gone:
    """The process ended; nothing more will come. Negative codes are signals."""

    code: int


class Wire:
    """Messages over two byte streams. Several threads may send, one may receive."""

    def __init__(self, incoming: IO[bytes], outgoing: IO[bytes]) -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self._sending = threading.Lock()

    def send(self, message: Any) -> None:
        """Send one message; OSError or ValueError where the other side is gone."""
        body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
        with self._sending:
            self._outgoing.write(LENGTH.pack(len(body)))
            self._outgoing.write(body)
            self._outgoing.flush()

    def receive(self) -> Any:
        """Wait for the next message; EOFError where the other side is gone."""
        (length,) = LENGTH.unpack(self._exactly(LENGTH.size))
        return pickle.loads(self._exactly(length))

    def close(self) -> None:
        """Say goodbye: the other side sees the end of its stream."""
        with suppress(OSError, ValueError):  # the other side may be gone first
            self._outgoing.close()

    def _exactly(self, count: int) -> bytes:
        data = self._incoming.read(count)
        if data is None or len(data) < count:
            raise EOFError
        return data
