"""What each tissue looks like in each sequence, relative to the brightest of ordinary tissue."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from training.phantoms.atlas import TISSUES

SEQUENCES = ("T1", "T2", "FLAIR", "T1C", "DWI")

SIGNALS: Mapping[str, tuple[float, float, float, float, float]] = {
    # tissue of the atlas    T1    T2  FLAIR   T1C   DWI
    "gm": (0.50, 0.62, 0.60, 0.52, 0.48),
    "wm": (0.74, 0.43, 0.45, 0.76, 0.40),
    "csf": (0.16, 1.00, 0.09, 0.17, 0.06),
    "fat": (0.95, 0.75, 0.60, 0.96, 0.05),
    "marrow": (0.62, 0.42, 0.36, 0.66, 0.04),
    "soft": (0.38, 0.30, 0.30, 0.50, 0.06),
    "fluid": (0.16, 1.00, 0.10, 0.17, 0.08),
    "vessel": (0.30, 0.12, 0.22, 1.10, 0.05),
    # tissue of lesions
    "enhancing": (0.48, 0.72, 0.74, 1.20, 0.55),
    "necrosis": (0.28, 0.92, 0.55, 0.30, 0.28),
    "oedema": (0.52, 0.86, 0.96, 0.52, 0.48),
    "low grade": (0.42, 0.92, 0.98, 0.43, 0.46),
    "meningioma": (0.48, 0.60, 0.64, 1.15, 0.54),
    "pus": (0.34, 0.90, 0.66, 0.35, 1.25),
    "capsule": (0.64, 0.38, 0.60, 1.18, 0.45),
    "infarct": (0.46, 0.74, 0.82, 0.47, 1.22),
    "plaque": (0.44, 0.86, 1.00, 0.46, 0.58),
    "active plaque": (0.42, 0.90, 1.02, 1.08, 0.78),
    "leukoaraiosis": (0.58, 0.74, 0.92, 0.60, 0.46),
    "gliosis": (0.52, 0.82, 0.92, 0.56, 0.44),
    "cavity": (0.17, 1.00, 0.13, 0.18, 0.07),
    "acute blood": (0.52, 0.24, 0.34, 0.53, 0.30),
    "subacute blood": (1.05, 0.95, 0.98, 1.06, 0.70),
    "chronic blood": (0.34, 0.98, 0.80, 0.38, 0.22),
}


def draw_signals(rng: np.random.Generator, spread: float = 0.06) -> dict[str, NDArray[np.float32]]:
    """(sequence,) signal of each tissue of one subject on one scanner."""
    names = list(SIGNALS)
    table = np.array([SIGNALS[name] for name in names], np.float32)
    table *= np.exp(rng.normal(0, spread, table.shape)).astype(np.float32)
    return dict(zip(names, table, strict=True))


def tissue_signal(
    tissues: NDArray[np.float32], signals: Mapping[str, NDArray[np.float32]]
) -> NDArray[np.float32]:
    """(sequence, k, j, i) signal of tissue fractions (tissue, k, j, i)."""
    table = np.stack([signals[name] for name in TISSUES], axis=1)  # (sequence, tissue)
    flat = tissues.reshape(len(TISSUES), -1)
    signal: NDArray[np.float32] = (table @ flat).reshape(len(table), *tissues.shape[1:])
    return signal
