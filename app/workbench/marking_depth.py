"""Points that are set by a click in the volume rendering."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF

from app.viewer.hanging import Hanging
from app.viewer.look import Tool
from app.viewer.measurements.calibration import CUT
from app.viewer.measurements.measurement import Kind, Measurement, Scale, Site, Space, triples
from app.viewer.tools.measure import WRITTEN
from app.viewer.tools.writing import ask_text
from app.viewer.volume_view import VolumeView
from app.workbench.measuring import Measuring
from app.workspace import Workspace


class MarkingDepth(QObject):
    """With the point in hand, a click on what is seen in 3-D is a point of the patient."""

    def __init__(self, workspace: Workspace, hanging: Hanging, measuring: Measuring) -> None:
        super().__init__()
        self._workspace, self._hanging, self._measuring = workspace, hanging, measuring
        hanging.pointed_in_depth.connect(self._mark)

    def _mark(self, slot: int, point_lps_mm: NDArray[np.float64]) -> None:
        view = self._hanging.view(slot)
        if self._hanging.tool is not Tool.POINT or not isinstance(view, VolumeView):
            return
        shown = self._workspace.sitting.display_set(view.exhibit.display_set_uid)
        if shown is None:
            return
        site = Site(
            shown.study_uid, shown.series_uid, shown.uid, shown.title, shown.frame_of_reference_uid,
            picture=-1,
        )  # fmt: skip
        spot = view.projection().to_screen(point_lps_mm)
        keep = partial(self._keep, site, point_lps_mm)
        ask_text(view, QPointF(float(spot[0]), float(spot[1])), WRITTEN[Kind.POINT], keep)

    def _keep(self, site: Site, point_lps_mm: NDArray[np.float64], name: str) -> None:
        self._measuring.keep(
            Measurement(
                uuid.uuid4().hex, Kind.POINT, site, Space.PATIENT, triples(point_lps_mm.reshape(1, 3)),
                Scale(CUT), text=name, created=datetime.now(UTC).isoformat(timespec="milliseconds"),
            )
        )  # fmt: skip
