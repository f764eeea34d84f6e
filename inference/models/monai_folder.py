"""The user's own MONAI bundles: which there are, and why others are not used. Free of torch."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from inference.card import Card, Target
from inference.errors import WeightsError
from inference.models.monai_config import read_spec
from inference.weights import sha256_of

if TYPE_CHECKING:
    import torch

    from inference.model import Model

FAMILY = "monai"
FOLDER = "NEGATOSCOPE_BUNDLES"
HOME = "NEGATOSCOPE_HOME"
PRESENT_ML = 0.1


@dataclass(frozen=True)
class Bundle:
    """A bundle that can be used."""

    folder: Path
    card: Card


def folder() -> Path:
    """Where bundles are looked for: NEGATOSCOPE_BUNDLES, else `bundles` beside the library."""
    if named := os.environ.get(FOLDER, ""):
        return Path(named).expanduser()
    home = os.environ.get(HOME, "")
    return (Path(home).expanduser() if home else platformdirs.user_data_path("negatoscope")) / "bundles"


def accepted() -> Mapping[str, Bundle]:
    """The bundles that can be used, by key."""
    return _looked(_state())[0]


def refusals() -> Mapping[str, str]:
    """Why other folders are not used, by name."""
    return _looked(_state())[1]


def load(key: str, device: torch.device) -> Model:
    """One bundle, ready to answer; WeightsError where its weights do not fit."""
    from inference.models import monai_bundle

    bundle = accepted()[key]
    return monai_bundle.load(bundle.card, bundle.folder, device)


def _state() -> tuple[tuple[Path, float], ...]:
    """The candidates and when they last changed: what was read stays read until then."""
    try:
        found = [path for path in folder().iterdir() if path.is_dir()]
    except OSError:  # there is no such folder
        return ()
    return tuple(sorted((path, _changed(path)) for path in found))


def _changed(path: Path) -> float:
    times = [file.stat().st_mtime for part in ("configs", "models") for file in (path / part).glob("*")]
    return max(times, default=0.0)


@lru_cache(maxsize=4)
def _looked(state: tuple[tuple[Path, float], ...]) -> tuple[Mapping[str, Bundle], Mapping[str, str]]:
    good: dict[str, Bundle] = {}
    bad: dict[str, str] = {}
    for path, _ in state:
        key = key_of(path)
        try:
            good[key] = Bundle(path, card_of(path, key))
        except (WeightsError, OSError) as error:
            bad[path.name] = str(error)
    return good, bad


def card_of(folder: Path, key: str) -> Card:
    """The card of a bundle, from its own words; nothing is loaded."""
    spec = read_spec(folder)
    names = spec.labels if spec.activation == "sigmoid" else spec.labels[1:]
    return Card(
        key=key,
        title=spec.title,
        version=spec.version,
        family=FAMILY,
        size="full",
        modality=spec.modality,
        body_part="what the bundle was made for",
        intended_use=spec.task,
        not_for="Diagnosis, triage or any other use in the care of patients.",
        weights_origin=f"bundle “{folder.name}” brought by the user, not checked here",
        trained_on="what the bundle's own metadata says",
        recipe="none: the bundle came with its weights",
        licence=spec.licence,
        sources=(str(folder),),
        known_failures=("Nothing was measured here: its figures are those of whoever made it.",),
        population="see the bundle's own documentation",
        targets=tuple(_target(n, name) for n, name in enumerate(names)),
        metrics=(),
        weights_sha256=sha256_of(spec.weights),
    )


def _target(number: int, name: str) -> Target:
    return Target(f"segment_{number + 1}", f"{name.capitalize()}, volume", "mL", PRESENT_ML, "measure")


def key_of(folder: Path) -> str:
    """A key that no bundled model has."""
    plain = "".join(c if c.isalnum() else "_" for c in folder.name.lower())
    return f"bundle_{plain}_{hashlib.sha256(str(folder).encode()).hexdigest()[:4]}"
