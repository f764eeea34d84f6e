"""Measurements as steps of the workspace: drawn, changed, named, deleted, calibrated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.viewer.measurements.calibration import given_spacing_mm, rescaled
from app.viewer.measurements.measurement import Kind, Measurement, Space
from app.viewer.measurements.results import title
from app.workbench.measuring_keeping import MeasureKeeping
from app.workbench.services import Services
from inference.errors import ReviewError
from inference.imaging.ultrasound import Region

LOCKED, UNLOCK = "This measurement is locked.", "Unlock it first: Ctrl+Shift+L."


class LockedError(ReviewError):
    """A measurement that is to stay as it is."""


class CalibrationError(ReviewError):
    """A line that gives no scale."""


class Measuring(QObject):
    """What the reader measures becomes steps of the workspace; every step is written to the library."""

    changed = Signal()  # measurements came, changed or went, or another one is chosen

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._workspace = services.workspace
        self.regions: dict[str, Mapping[str, tuple[Region, ...]]] = {}  # of ultrasound, by display set uid
        self.chosen = ""
        self.shown = True
        self._keeping = MeasureKeeping(services)
        self._workspace.current_changed.connect(self._tell)
        self._workspace.measurements_changed.connect(self._tell)

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """All of the open studies, in the order in which they were made."""
        known = self._workspace.sitting.desk.measurements.values()
        return tuple(sorted(known, key=lambda m: m.created))

    def measurement(self, uid: str) -> Measurement | None:
        """One of them."""
        return self._workspace.sitting.desk.measurements.get(uid)

    def keep(self, measurement: Measurement) -> None:
        """What the reader has drawn, or dragged by its handles."""
        known = self.measurement(measurement.uid)
        if known is None:
            measurement = replace(measurement, author=self._services.remembered.settings.reader)
        self.chosen = measurement.uid
        if measurement.kind is Kind.CALIBRATION:
            self._calibrate(measurement)
            return
        what = measurement.kind.value
        self._workspace.measure(f"{'Change' if known else 'Draw'} {what}", [measurement])

    def rename(self, uid: str, text: str) -> None:
        """Another name, or none; of a calibration another length."""
        measurement = self.measurement(uid)
        if measurement is None or measurement.text == text:
            self.changed.emit()
        elif measurement.locked:
            self._refuse(LockedError(LOCKED, hint=UNLOCK))
        elif measurement.kind is Kind.CALIBRATION:
            self._calibrate(replace(measurement, text=text))
        else:
            self._workspace.measure(f"Name {measurement.kind.value}", [replace(measurement, text=text)])

    def delete(self, uid: str = "") -> None:
        """Delete a measurement, by default the chosen one; undo brings it back."""
        measurement = self.measurement(uid or self.chosen)
        if measurement is None:
            return
        if measurement.locked:
            self._refuse(LockedError(LOCKED, hint=UNLOCK))
            return
        rest = [m for m in self.measurements if m.uid != measurement.uid]
        again = self._rescaled(measurement, rest) if measurement.kind is Kind.CALIBRATION else ()
        self._workspace.measure(f"Delete {title(measurement)}", again, gone=[measurement.uid])

    def delete_all(self) -> None:
        """Delete every measurement of the open studies that is not locked; undo brings them back."""
        gone = [m.uid for m in self.measurements if not m.locked]
        self._workspace.measure("Delete all measurements", gone=gone)

    def toggle_locked(self) -> None:
        """Lock the chosen measurement, or let it go."""
        chosen = self.measurement(self.chosen)
        if chosen is not None:
            what = "Unlock" if chosen.locked else "Lock"
            changed = replace(chosen, locked=not chosen.locked)
            self._workspace.measure(f"{what} {chosen.kind.value}", [changed])

    def choose(self, uid: str) -> None:
        """The measurement that keys act on; empty for none."""
        if uid != self.chosen:
            self.chosen = uid
            self.changed.emit()

    def toggle_shown(self) -> None:
        """Pictures with measurements, or bare."""
        self.shown = not self.shown
        self.changed.emit()

    def toggle_mark(self, mark: Measurement) -> None:
        """Mark a picture as a key image, or take its mark away."""
        known = [m for m in self.measurements if m.kind is Kind.KEY_IMAGE and m.site == mark.site]
        if known:
            self._workspace.measure("Unmark key image", gone=[m.uid for m in known])
        else:
            self._workspace.measure("Mark key image", [mark])

    def _calibrate(self, line: Measurement) -> None:
        """The line and everything that measures by it change in one step."""
        if line.space is Space.PATIENT:
            self._refuse(
                CalibrationError(
                    "This series is placed in the patient; it measures in true millimetres already.",
                    hint="Calibrate projections and pictures without a spacing.",
                )
            )
        elif given_spacing_mm(line) is None:
            words = "A calibration needs the true length of its line in millimetres."
            self._refuse(CalibrationError(words, hint="Write a number."))
        else:
            rest = [m for m in self.measurements if m.uid != line.uid]
            self._workspace.measure("Calibrate", [line, *self._rescaled(line, [*rest, line])])

    def _refuse(self, error: ReviewError) -> None:
        self._services.messages.show(error)
        self._tell()

    def _rescaled(self, line: Measurement, all_of_them: Sequence[Measurement]) -> list[Measurement]:
        """The measurements of the same series by the scale that holds once the line has come or gone."""
        shown = self._workspace.sitting.display_set(line.site.display_set_uid)
        return [] if shown is None else rescaled(all_of_them, shown, self.regions.get(shown.uid, {}))

    def _tell(self, *_: object) -> None:
        if self.measurement(self.chosen) is None:
            self.chosen = ""
        self.changed.emit()
