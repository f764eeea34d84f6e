"""The pixels of the series seen last, kept in memory up to a limit."""

from __future__ import annotations

from collections import OrderedDict

from app.viewer.reel import Reel
from inference.imaging.volume import Cine, Volume

LIMIT_BYTES = 2 << 30
Whole = Volume | Cine | Reel


class Shelf:
    """Volumes and loops by the uid of their display set; the one not asked for longest leaves first."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._kept: OrderedDict[str, Whole] = OrderedDict()

    def get(self, uid: str) -> Whole | None:
        """The pixels of a display set, if they are still here."""
        if uid in self._kept:
            self._kept.move_to_end(uid)
        return self._kept.get(uid)

    def keep(self, uid: str, pixels: Whole) -> None:
        """Keep the pixels of a display set; the newest always stays."""
        self._kept[uid] = pixels
        self._kept.move_to_end(uid)
        while len(self._kept) > 1 and self._bytes() > self._limit:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Let go of everything."""
        self._kept.clear()

    def _bytes(self) -> int:
        return sum(map(_bytes, self._kept.values()))


def _bytes(pixels: Whole) -> int:
    if isinstance(pixels, Reel):
        return pixels.nbytes
    return (pixels.voxels if isinstance(pixels, Volume) else pixels.frames).nbytes
