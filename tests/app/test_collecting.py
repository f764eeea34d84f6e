"""What is there from the start is no work for a full collection; what comes later still is."""

from __future__ import annotations

import gc
import subprocess
import sys

PROBE = """
import gc
from app.collecting import set_aside, set_aside_too
before = [[n] for n in range(1000)]
set_aside_too()
assert gc.get_freeze_count() == 0  # nobody has set anything aside
set_aside()
assert not any(one is before[7] for one in gc.get_objects())
later = [[n] for n in range(1000)]
ring = []
ring.append(ring)
mark = id(ring)
del ring
gc.collect()
assert mark not in map(id, gc.get_objects())  # rubbish that comes later still goes
assert any(one is later[7] for one in gc.get_objects())
set_aside_too()
assert not any(one is later[7] for one in gc.get_objects())
"""


def test_only_what_comes_after_the_start_is_looked_through():
    subprocess.run([sys.executable, "-c", PROBE], check=True)
    assert gc.get_freeze_count() == 0  # no test of the window leaves its rubbish for ever
