"""How the reader likes studies to hang: protocols of their own, and a layout for each modality."""

from __future__ import annotations

from pathlib import Path

from app.layouts import Layout
from app.protocol_files import ProtocolFolder, read_folder, shipped_protocols
from app.protocols import Protocol
from app.workbench.remembering import Remembered
from inference.imaging.study import Study

LAYOUT = "layout"  # among the texts of the window


def own_folder(remembered: Remembered) -> Path:
    """Where the reader's own protocols are."""
    return remembered.folder / "hanging"


def known_protocols(remembered: Remembered) -> tuple[Protocol, ...]:
    """Those that came with the product, and the reader's own."""
    return (*shipped_protocols(), *own_protocols(remembered).protocols)


def own_protocols(remembered: Remembered) -> ProtocolFolder:
    """The reader's own, and what is wrong with the files that cannot be used."""
    return read_folder(own_folder(remembered), own=True)


def remembered_layout(remembered: Remembered, study: Study) -> Layout | None:
    """The layout that the reader chose last for the modality and the body part."""
    texts = remembered.settings.window
    kept = next((texts[key] for key in _keys(study) if key in texts), "")
    return Layout(kept) if kept in {layout.value for layout in Layout} else None


def prefer_layout(remembered: Remembered, study: Study, layout: Layout) -> None:
    """Remember the layout for studies of the modality and body part, and for parts that have none yet."""
    remembered.change_window(**dict.fromkeys(_keys(study), layout.value))


def _keys(study: Study) -> tuple[str, ...]:
    """Of modality and body part, then of the modality alone."""
    modality = next((d.modality for d in study.display_sets), "")
    part = next((s.body_part for s in study.series if s.body_part), "")
    keys = (f"{LAYOUT} {modality} {part.upper()}", f"{LAYOUT} {modality}")
    return keys if part else keys[1:]
