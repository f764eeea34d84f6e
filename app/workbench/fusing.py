"""A second series laid over the chosen one, in its place in the patient: asked for, drawn, taken away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from app.comparison import Comparison
from app.panels.fusion import FusionPanel
from app.theme import caption_font
from app.viewer.exhibit import Exhibit, volume_exhibit
from app.viewer.fused import Fused, FusionLook, Matrix, first_look
from app.viewer.hanging import Hanging
from app.viewer.layers.fusion import FusionLayer
from app.viewer.slice_view import SliceView
from app.workbench.comparing import Comparing
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.errors import ComparisonError
from inference.imaging.read import read_volume
from inference.imaging.study import DisplaySet, Kind
from inference.imaging.volume import Volume

_STEP = 0.1


@dataclass(frozen=True, eq=False)
class Way:
    """How one series lies in the space of another, and in words how that is known."""

    other_from_shown_lps: Matrix
    words: str


class Fusing(QObject):
    """Keeps what is fused with what, by the series that lies below. Reads volumes on pool threads."""

    changed = Signal()

    def __init__(
        self, services: Services, hanging: Hanging, showing: Showing, *,
        comparing: Comparing, panel: FusionPanel,
    ) -> None:  # fmt: skip
        super().__init__()
        self._services, self._hanging, self._showing = services, hanging, showing
        self._comparing, self._panel = comparing, panel
        self._layers: dict[str, FusionLayer] = {}  # by display set uid of the series below
        self.bare: frozenset[int] = frozenset()  # viewports that show such a series without
        for moved in (showing.hung, hanging.loop_changed, hanging.activated):
            moved.connect(self._dress)
        for gone in (services.workspace.current_changed, services.workspace.prior_changed):
            gone.connect(self._forget)
        panel.changed.connect(self.set_look)
        panel.closed.connect(self.remove)
        panel.automatic_asked.connect(self._window_again)

    @property
    def view(self) -> SliceView | None:
        """The chosen viewport's view of slices, where they are placed in the patient."""
        view = self._hanging.slice_view(self._hanging.active)
        return view if view is not None and view.plane.placed else None

    @property
    def layer(self) -> FusionLayer | None:
        """What is laid over the series in the chosen viewport."""
        return self._layers.get(self.view.exhibit.display_set_uid) if self.view is not None else None

    @property
    def offered(self) -> tuple[DisplaySet, ...]:
        """The volumes of the open studies that could be laid over the chosen series."""
        if self.view is None:
            return ()
        own = self.view.exhibit.display_set_uid
        sets = (d for study in self._services.workspace.sitting.studies for d in study.display_sets)
        return tuple(d for d in sets if d.kind is Kind.VOLUME and d.uid != own)

    def ask(self) -> None:
        """Offer the volumes that could be laid over the chosen series."""
        if self.view is None:
            return
        menu = QMenu(self._hanging)
        menu.aboutToHide.connect(menu.deleteLater)
        for offered in self.offered:
            several = len(self._services.workspace.sitting.studies) > 1
            day = self._showing.study_of(offered).date if several else ""
            title = " · ".join(part for part in (offered.modality, offered.title, day) if part)
            action = menu.addAction(title.replace("&", "&&"))
            action.triggered.connect(lambda _checked=False, uid=offered.uid: self.fuse(uid))
        if self.layer is not None:
            menu.addSeparator()
            menu.addAction("Nothing").triggered.connect(lambda _checked=False: self.remove())
        menu.popup(self.view.mapToGlobal(self.view.rect().center()))
        menu.setActiveAction(menu.actions()[0])

    def fuse(self, uid: str) -> None:
        """Lay a series over the chosen one, or say why its place is not known."""
        view, other = self.view, self._services.workspace.sitting.display_set(uid)
        if view is None or other is None:
            return
        way = way_between(view.exhibit, other, self._comparing.comparison)
        if way is None:
            self._services.messages.show(not_placed(other))
            return
        below, kept = view.exhibit.display_set_uid, self._showing.shelf.get(uid)
        if isinstance(kept, Volume):
            self.lay(below, other, way, kept)
            return
        self._services.jobs.run(
            f"Reading {other.title}",
            lambda report: read_volume(other, report),
            then=partial(self._arrived, below, other, way),
            otherwise=self._services.messages.show,
        )

    def remove(self, below: str = "") -> None:
        """Take away what is laid over a series, by default the chosen one."""
        below = below or (self.view.exhibit.display_set_uid if self.view is not None else "")
        if self._layers.pop(below, None) is not None:
            self._dress()

    def toggle(self) -> None:
        """The picture alone, or with what is laid over it."""
        if self.layer is not None:
            self.set_look(replace(self.layer.look, shown=not self.layer.look.shown))

    def fade(self, step: int) -> None:
        """More, or less, of what is laid over the picture."""
        if self.layer is not None:
            opacity = min(max(round(self.layer.look.opacity + step * _STEP, 2), 0.05), 1.0)
            self.set_look(replace(self.layer.look, opacity=opacity))

    def set_look(self, look: FusionLook) -> None:
        """Draw it otherwise."""
        if self.layer is not None:
            self.layer.look = look
            self._dress()

    def _window_again(self) -> None:
        if self.layer is not None:
            window = first_look(self.layer.fused.exhibit).window
            self.set_look(replace(self.layer.look, window=window))

    def _arrived(self, below: str, other: DisplaySet, way: Way, volume: Volume) -> None:
        self._showing.shelf.keep(other.uid, volume)
        self.lay(below, other, way, volume)

    def lay(self, below: str, other: DisplaySet, way: Way, volume: Volume) -> None:
        """Lay the voxels of a series over another one, which is named by the uid of its display set."""
        sitting = self._services.workspace.sitting
        if sitting.display_set(below) is None or sitting.display_set(other.uid) is None:
            return  # closed meanwhile
        exhibit = volume_exhibit(volume, self._showing.study_of(other), other)
        fused = Fused(exhibit, way.other_from_shown_lps, f"{other.modality} · {other.title}", way.words)
        before = self._layers.get(below)
        look = first_look(exhibit)
        if before is not None:
            look = replace(look, opacity=before.look.opacity)
        self._layers[below] = FusionLayer(fused, look, caption_font())
        self._dress()

    def _dress(self, _slot: int = 0) -> None:
        """Give every view what is laid over its series, below all that speaks about the picture."""
        for slot in range(len(self._hanging.wall.slots)):
            view = self._hanging.slice_view(slot)
            if view is None:
                continue
            wanted = self._layers.get(view.exhibit.display_set_uid) if slot not in self.bare else None
            others = [layer for layer in view.layers if not isinstance(layer, FusionLayer)]
            view.layers[:] = [*([wanted] if wanted is not None else []), *others]
            view.update()
        if self.layer is None:
            self._panel.hide()
        else:
            fused = self.layer.fused
            self._panel.show_fusion(fused.title, fused.placed_by, fused.unit, self.layer.look)
        self.changed.emit()

    def _forget(self, _study: object) -> None:
        """Nothing of a study that was closed stays over a picture."""
        sitting = self._services.workspace.sitting
        open_now = {d.uid for study in sitting.studies for d in study.display_sets}
        self._layers = {
            below: layer
            for below, layer in self._layers.items()
            if below in open_now and layer.fused.exhibit.display_set_uid in open_now
        }
        self._dress()


def way_between(shown: Exhibit, other: DisplaySet, comparison: Comparison | None) -> Way | None:
    """From the space of the series on show to that of another: the same, or by the comparison; else None."""
    if shown.is_placed_in(other.frame_of_reference_uid, other.series_uid):
        return Way(np.eye(4), "In the same frame of reference")
    if comparison is None or comparison.pair is None or comparison.registration is None:
        return None
    if not comparison.registration.trustworthy:
        return None
    pre, post = comparison.pair
    to_pre = comparison.registration.moving_from_fixed_lps
    words = f"By the registration of the two studies. {comparison.registration.quality}"
    if _lies_with(shown, post) and _same_space(other, pre):
        return Way(to_pre, words)
    if _lies_with(shown, pre) and _same_space(other, post):
        return Way(np.linalg.inv(to_pre).astype(np.float64), words)
    return None


def not_placed(other: DisplaySet) -> ComparisonError:
    """Why a series cannot be laid over another."""
    return ComparisonError(
        f"It is not known where {other.title!r} lies in the series on show: they have no frame of reference "
        "in common.",
        hint="Compare the two studies first; what the comparison aligns can be fused.",
    )


def _lies_with(shown: Exhibit, display_set: DisplaySet) -> bool:
    return shown.is_placed_in(display_set.frame_of_reference_uid, display_set.series_uid)


def _same_space(one: DisplaySet, other: DisplaySet) -> bool:
    if one.series_uid == other.series_uid:
        return True
    return bool(one.frame_of_reference_uid) and one.frame_of_reference_uid == other.frame_of_reference_uid
