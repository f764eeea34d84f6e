"""The header of the picture on show, element by element; compared with that of another file of the series."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.messages import safe_text
from app.panels.tags import TagLine, TagsDialog
from app.viewer.hanging import Hanging
from app.workbench.services import Services
from inference.imaging.layout import quietly
from inference.imaging.objects.opening import read_object

LONGEST = 300  # characters of one value on show
DEEPEST = 12  # sequences within sequences


class TagBrowsing(QObject):
    """Reads headers on a pool thread and shows them."""

    def __init__(self, services: Services, hanging: Hanging, window: QWidget) -> None:
        super().__init__()
        self._services, self._hanging, self._window = services, hanging, window

    def show_tags(self) -> None:
        """Open the browser at the file of the picture on show."""
        view = self._hanging.slice_view(self._hanging.active)
        uid = view.exhibit.display_set_uid if view is not None else ""
        shown = self._services.workspace.sitting.display_set(uid)
        if view is None or shown is None:
            return
        paths = [instance.path for instance in shown.instances]
        picture = min(view.exhibit.picture(view.look.slice_index), len(shown.frame_index) - 1)
        names = [f"{n + 1} · {safe_text(path.name, 60)}" for n, path in enumerate(paths)]
        dialog = TagsDialog(names, shown.frame_index[picture][0], self._window)
        dialog.files_chosen.connect(partial(self._read, dialog, paths))
        dialog.finished.connect(dialog.deleteLater)
        self._read(dialog, paths, dialog.file.currentIndex(), -1)
        dialog.open()

    def _read(self, dialog: TagsDialog, paths: list[Path], file: int, other: int) -> None:
        job = self._services.quiet.run(
            "Reading tags",
            lambda _report: read_lines(paths[file], paths[other] if other >= 0 else None),
            then=lambda lines: dialog.show_lines(lines, compared=other >= 0),
            otherwise=self._services.messages.show,
        )
        dialog.finished.connect(lambda _result: job.cancel())  # a job that was cancelled says no more


def read_lines(path: Path, other: Path | None = None) -> tuple[TagLine, ...]:
    """The elements of a file, beside those of another one; called on a pool thread."""
    with quietly():
        header = read_object(path, "a DICOM file")
        return lines_of(header, read_object(other, "a DICOM file") if other is not None else None)


def lines_of(header: Dataset, other: Dataset | None = None, depth: int = 0) -> tuple[TagLine, ...]:
    """One line per element of either file, in the order of the tags."""
    tags = sorted({*header.keys(), *(other.keys() if other is not None else ())})
    return tuple(_line(_element(header, tag), _element(other, tag), depth) for tag in tags)


def _line(own: DataElement | None, other: DataElement | None, depth: int) -> TagLine:
    some = own if own is not None else other
    if some is None:
        return TagLine("", "an element that cannot be read", "", "")
    items = tuple(_items(own, other, depth)) if some.VR == "SQ" and depth < DEEPEST else ()
    tag = f"({some.tag.group:04X},{some.tag.element:04X})"
    return TagLine(tag, some.name, str(some.VR), _value(own), _value(other), items)


def _items(own: DataElement | None, other: DataElement | None, depth: int) -> Iterable[TagLine]:
    mine = list(own.value) if own is not None and own.VR == "SQ" else []
    theirs = list(other.value) if other is not None and other.VR == "SQ" else []
    for n in range(max(len(mine), len(theirs))):
        here = mine[n] if n < len(mine) else Dataset()
        there = theirs[n] if n < len(theirs) else None
        yield TagLine("", f"item {n + 1}", "", "", "", lines_of(here, there, depth + 1))


def _element(header: Dataset | None, tag: BaseTag) -> DataElement | None:
    """An element, or None where the file has none or it cannot be read."""
    if header is None:
        return None
    try:
        return header.get(tag)
    except Exception:  # noqa: BLE001 - untrusted bytes: one element that cannot be read hides no other
        return None


def _value(element: DataElement | None) -> str:
    if element is None:
        return ""
    if element.VR == "SQ":
        return f"{len(element.value)} {'item' if len(element.value) == 1 else 'items'}"
    value = element.value
    if isinstance(value, (bytes, bytearray)):
        return f"{len(value):,} bytes"
    if isinstance(value, (MultiValue, list, tuple)):
        value = "\\".join(str(each) for each in value)
    return safe_text(str(value), LONGEST)
