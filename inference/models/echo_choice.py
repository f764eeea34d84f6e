"""Which loops of a study Echo reads, one of each view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inference.imaging.study import DisplaySet, Study
from inference.imaging.ultrasound import UltrasoundFacts, ultrasound_facts
from inference.models.echo_loop import ViewFrames
from inference.models.echo_tiles import tiles_of
from inference.models.echo_views import TITLES, VIEWS, reason_against
from inference.networks.echo_config import EchoConfig
from inference.place import Place
from inference.prediction import Exclusion


@dataclass(frozen=True, eq=False)
class View:
    """One loop that stands for a standard view."""

    name: str
    frames: ViewFrames
    facts: UltrasoundFacts
    display_set_uid: str = ""
    series_uid: str = ""
    guess: float | None = None  # chance, where the picture and no label named the view
    named: str = ""  # sentence where a reader named the view

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd about the loop, with the name of its view."""
        notes = [self.named] if self.named else []
        notes += [f"{TITLES[self.name].capitalize()} view: {text}." for text in self.frames.warnings]
        if self.frames.beat.found_by:
            notes.append(f"{TITLES[self.name].capitalize()} view: beat told by {self.frames.beat.found_by}.")
        if self.guess is not None:
            notes.append(
                f"No label names the view of a loop; the picture looks like the {TITLES[self.name]} view "
                f"({self.guess:.0%} by a classifier that was trained on phantoms): check it."
            )
        return tuple(notes)

    def place(self, config: EchoConfig) -> Place:
        """Moments x tiles, in the picture's own millimetres: echo loops have no place in the patient."""
        frames, n = self.frames, config.tiles
        moments, mm = len(frames.indices), frames.spacing_mm or 1.0
        tile = mm * frames.step * config.patch
        within = frames.step * (config.patch - 1) / 2  # from the tile's first pixel to its centre
        seen = np.broadcast_to(tiles_of(frames.sector, config), (moments, n, n))
        affine = np.diag([0.0, 0.0, 1.0, 1.0])
        affine[:, :3] = [(0, 0, tile), (0, tile, 0), (1, 0, 0), (0, 0, 0)]
        affine[:2, 3] = [mm * (origin + within) for origin in reversed(frames.origin)]
        return Place(
            display_set_uid=self.display_set_uid,
            series_uid=self.series_uid,
            title=self.name,
            frame_of_reference_uid="",
            shape=(moments, n, n),
            index=np.argwhere(seen).astype(np.int64),
            affine_lps=affine,
            times_ms=np.array(frames.times_ms),
            outline_lps_mm=np.pad(frames.outline[:, ::-1] * mm, ((0, 0), (0, 1))),
        )


def candidates(study: Study, excluded: list[Exclusion]) -> list[DisplaySet]:
    """The loops that may show a view that Echo reads; the others are noted with the reason."""
    found = []
    for display_set in study.display_sets:
        series = study.series_of(display_set)
        is_loop = display_set.modality == "US" and display_set.instances and display_set.first.has_pixels
        texts = ultrasound_facts(display_set).labels if is_loop else ()
        reason = reason_against(display_set, series, (study.description, *texts))
        if reason:
            excluded.append(exclusion(display_set, reason))
        else:
            found.append(display_set)
    return found


def texts_of(display_set: DisplaySet, study: Study, facts: UltrasoundFacts) -> tuple[str, ...]:
    """What is written about a loop, in its headers and on its picture."""
    series = study.series_of(display_set)
    return (series.description, series.protocol, display_set.split_by, *facts.labels)


def one_per_view(found: Sequence[View], excluded: list[Exclusion], study: Study) -> list[View]:
    """The best loop of each view: one that the reader named, one with a label or beat, the longest."""
    chosen = []
    for name in VIEWS:
        same = [view for view in found if view.name == name]
        same.sort(key=_worth, reverse=True)
        chosen += same[:1]
        reason = f"another loop shows the {TITLES[name]} view better"
        excluded += [exclusion(study.display_set(v.display_set_uid), reason) for v in same[1:]]
    return chosen


def _worth(view: View) -> tuple[bool, bool, bool, int]:
    return bool(view.named), view.guess is None, bool(view.frames.beat.found_by), len(view.frames.indices)


def exclusion(display_set: DisplaySet, reason: str) -> Exclusion:
    """A note of what was left out, and why."""
    return Exclusion(display_set.uid, display_set.title, reason.rstrip("."))
