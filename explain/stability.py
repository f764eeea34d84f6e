"""Whether the strongest blocks are the same ones from other masks. Free of torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from explain.attribution import Check

Numbers = NDArray[np.float64]


def top_stability(
    effects: Numbers, replicates: Sequence[Numbers], significant: NDArray[np.bool_], count: int = 3
) -> Check:
    """Mean overlap (Jaccard) of the strongest blocks with those of partial estimates.

    replicates  per unit (estimates, elements); a unit with fewer estimates repeats its last one
    """
    count = min(count, max(1, int((significant & (effects > 0)).sum())), len(effects))
    most = max(len(r) for r in replicates)
    partial = np.concatenate([r[np.minimum(np.arange(most), len(r) - 1)] for r in replicates], axis=1)
    full = _top(effects, count)
    overlap = float(np.mean([_jaccard(full, _top(row, count)) for row in partial]))
    verdict = "pass" if overlap >= 0.6 else "amber" if overlap >= 0.3 else "fail"
    return Check("top-3 stability", overlap, verdict, _sentence(verdict, overlap, count))


def _sentence(verdict: str, overlap: float, count: int) -> str:
    what = "the strongest block" if count == 1 else f"the {count} strongest blocks"
    if verdict == "pass":
        return f"{what} found again with other masks: {overlap:.0%} overlap"
    return f"{what} change with the masks: {overlap:.0%} overlap; do not rely on their order"


def _top(effects: Numbers, count: int) -> frozenset[int]:
    return frozenset(int(e) for e in np.argsort(-effects, kind="stable")[:count])


def _jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / len(one | other)
