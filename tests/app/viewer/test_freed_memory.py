"""What large scenes leave goes back to the system."""

import sys
import threading
from pathlib import Path

import pytest

from app.viewer.freed_memory import give_back


def resident_bytes():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_many_small_pieces_of_another_thread_go_back():
    def work():
        pieces = [bytearray(60_000) for _ in range(2000)]
        pieces[-1] = bytes(60_001)  # stays at the end, so that the allocator cannot shrink by itself
        kept.append(pieces[-1])

    kept, before = [], resident_bytes()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    give_back()
    assert resident_bytes() - before < 30_000_000
