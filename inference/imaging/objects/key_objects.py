"""Key object selections: which pictures somebody marked, and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inference.imaging.objects.kinds import KEY_OBJECTS
from inference.imaging.objects.opening import opening, read_object
from inference.imaging.objects.references import References
from inference.imaging.objects.reports import Spot, read_report

WHAT = "a key object selection"
DESCRIPTION = ("113012", "DCM")
MODIFIER = ("113011", "DCM")


@dataclass(frozen=True, eq=False)
class KeyObjects:
    """A selection of pictures.

    title   why they were selected, such as "Of Interest"
    images  what was selected, in the order of the file; pictures and other objects
    """

    title: str
    description: str
    images: tuple[Spot, ...]
    references: References
    observers: tuple[str, ...] = ()
    written: str = ""


def read_key_objects(path: Path) -> KeyObjects:
    """Title, description and pictures of a selection."""
    read_object(path, WHAT, KEY_OBJECTS)
    report = read_report(path)
    with opening(path, WHAT):
        items = list(report.content.walk())
        why = [item.text for item in items if item.is_called(MODIFIER) and item.text]
        said = [item.text for item in items if item.is_called(DESCRIPTION) and item.text]
        images = tuple(item.spot for item in items if item.kind in ("IMAGE", "COMPOSITE") and item.spot)
        return KeyObjects(
            ", ".join([report.title, *why]), "\n".join(said), images, report.references, report.observers,
            report.written,
        )  # fmt: skip
