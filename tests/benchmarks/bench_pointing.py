"""Do the three strongest blocks of LIME lie on the lesion? Held-out phantoms, whose lesions are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from explain.encodings import EncodingCache
from explain.lime import LimeOptions, lime
from tests.benchmarks.row import Row
from tests.benchmarks.subject import hit, one_thread, origin, phantom, prima

LABELS: Mapping[str, str] = {  # kind of lesion -> what the model calls it
    "high-grade glioma": "highgradeglioma",
    "meningioma": "meningioma",
    "abscess": "brainabscess",
    "haemorrhage": "intracranialhaemorrhage",
    "stroke": "largevesselstroke",
}
EACH = 2
TOP = 3


@dataclass(frozen=True)
class Pointing:
    """One phantom: whether the model was right, whether a block hit, and how likely a hit was by chance."""

    right: bool
    hits: bool
    first: bool
    chance: float


def rows() -> list[Row]:
    """Hit rate of the top three against three blocks drawn at random."""
    with one_thread():
        tried = [_point(kind, number) for number in range(EACH) for kind in LABELS]
    right = [found for found in tried if found.right]
    judged = right or tried
    rate, chance = (float(np.mean([getattr(p, name) for p in judged])) for name in ("hits", "chance"))
    first = float(np.mean([p.first for p in judged]))
    return [
        Row(
            what="top three blocks of LIME on the lesion",
            ours=f"{rate:.0%} of {len(judged)} phantoms",
            peer=f"three blocks at random {chance:.0%}",
            ratio=rate / max(chance, 1e-9),
            hold=">= 2x and >= 90 %",
            holds=rate >= 0.9 and rate >= 2 * chance,
            note=f"block A alone {first:.0%}; right answers {len(right)} of {len(tried)}; {origin()}",
        )
    ]


def _point(kind: str, number: int) -> Pointing:
    case, study = phantom(100 * number + list(LABELS).index(kind), kind)
    model, target = prima(), _target(kind)
    made = lime(model, study, target, options=LimeOptions(blocks=2), cache=EncodingCache())
    on_lesion = [hit(case, place) for place in study.places]
    tops = made.top(TOP)
    hits = [bool(on_lesion[top.unit][top.element]) for top in tops if top.significant]
    return Pointing(
        right=made.score >= made.target.threshold,
        hits=any(hits),
        first=bool(hits and hits[0]),
        chance=_chance(np.concatenate(on_lesion)),
    )


def _chance(on_lesion: NDArray[np.bool_]) -> float:
    count, beside = len(on_lesion), int((~on_lesion).sum())
    return 1.0 - comb(beside, TOP) / comb(count, TOP)


def _target(kind: str) -> str:
    """The model's name for a kind of lesion; the first answer where the weights are random."""
    targets = prima().card.targets
    names = {"".join(filter(str.isalpha, t.name)).lower(): t.name for t in targets}
    return names.get(LABELS[kind], targets[0].name)
