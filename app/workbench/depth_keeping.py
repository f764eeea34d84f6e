"""A volume is seen in 3-D as it was left: by display set, after a restart and when its study comes again."""

from __future__ import annotations

from functools import partial
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, QTimer

from app.kept_sights import FILE, MOST, read_sights, write_sights
from app.viewer.volume_sight import VolumeSight
from app.viewer.volume_view import VolumeView
from app.workbench.services import Services

_REST_MS = 1000  # without a change, before what is seen is written


class DepthKeeping(QObject):
    """Restores views that come, and keeps how they are seen. What was never changed is not kept."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._path = services.remembered.folder / FILE
        self._sights = read_sights(self._path)
        self._untouched: WeakKeyDictionary[VolumeView, VolumeSight] = WeakKeyDictionary()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self.write)

    def restore(self, view: VolumeView) -> None:
        """Show a new view as its display set was left, under another preset where it was hung with one."""
        self._untouched[view] = VolumeSight(view.look, view.camera)
        kept = self._sights.get(view.exhibit.display_set_uid)
        if kept is not None:
            usual = view.presets[0].key
            is_asked_for = view.preset.key not in (usual, kept.look.preset.key)
            view.set_look(kept.look.under(view.preset) if is_asked_for else kept.look)
            view.set_camera(kept.camera)
        view.camera_changed.connect(partial(self.keep, view))

    def keep(self, view: VolumeView, _camera: object = None) -> None:
        """Know how a view is seen now; written a little later."""
        uid, now = view.exhibit.display_set_uid, VolumeSight(view.look, view.camera)
        untouched, kept = self._untouched.get(view), self._sights.get(uid)
        wanted = None if untouched is not None and now.is_like(untouched) else now
        if not uid or wanted is kept or (wanted is not None and kept is not None and wanted.is_like(kept)):
            return
        self._sights.pop(uid, None)
        if wanted is not None:
            self._sights[uid] = wanted
        while len(self._sights) > MOST:
            self._sights.pop(next(iter(self._sights)))
        self._rest.start()

    def write(self) -> None:
        """Write what has changed now, as when the window closes."""
        self._rest.stop()
        self._services.saving.run(partial(write_sights, dict(self._sights), self._path))
