"""All tools by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from app.viewer.look import Tool
from app.viewer.measurements.measurement import Kind
from app.viewer.tools import (
    crosshair,
    magnifier,
    paint,
    pan,
    polygon,
    region_window,
    scroll,
    turn,
    window,
    zoom,
)
from app.viewer.tools.grip import Grip
from app.viewer.tools.measure import begins

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView

Begin = Callable[["SliceView", QPointF], Grip | None]

DRAWN: Mapping[Tool, Kind] = {
    Tool.LENGTH: Kind.LENGTH,
    Tool.BIDIRECTIONAL: Kind.BIDIRECTIONAL,
    Tool.ANGLE: Kind.ANGLE,
    Tool.COBB: Kind.COBB,
    Tool.ELLIPSE: Kind.ELLIPSE,
    Tool.RECTANGLE: Kind.RECTANGLE,
    Tool.FREEHAND: Kind.FREEHAND,
    Tool.POLYGON: Kind.FREEHAND,
    Tool.SPLINE: Kind.SPLINE,
    Tool.ARROW: Kind.ARROW,
    Tool.TEXT: Kind.TEXT,
    Tool.POINT: Kind.POINT,
    Tool.CALIBRATION: Kind.CALIBRATION,
}

TOOLS: Mapping[Tool, Begin] = {
    Tool.WINDOW: window.begin,
    Tool.PAN: pan.begin,
    Tool.ZOOM: zoom.begin,
    Tool.SCROLL: scroll.begin,
    Tool.CROSSHAIR: crosshair.begin,
    Tool.TURN: turn.begin,
    Tool.REGION_WINDOW: region_window.begin,
    Tool.MAGNIFIER: magnifier.begin,
    **{tool: begins(kind) for tool, kind in DRAWN.items()},
    Tool.POLYGON: polygon.begins(Kind.FREEHAND),
    Tool.SPLINE: polygon.begins(Kind.SPLINE),
    **{tool: paint.begins(tool) for tool in paint.PAINTING},
}
