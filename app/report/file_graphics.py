"""Overlays and shutters of the files in a presentation state: those of the pictures alone no longer hold."""

from __future__ import annotations

from collections.abc import Sequence

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from inference.imaging.overlays import GROUPS

LAYER = "FILE OVERLAYS"
_DATA, _ACTIVATION = 0x3000, 0x1001
_SHUTTER = (
    "ShutterShape", "ShutterLeftVerticalEdge", "ShutterRightVerticalEdge", "ShutterUpperHorizontalEdge",
    "ShutterLowerHorizontalEdge", "CenterOfCircularShutter", "RadiusOfCircularShutter",
    "VerticesOfThePolygonalShutter", "ShutterPresentationValue",
)  # fmt: skip


def show_graphics_of(headers: Sequence[Dataset], dataset: Dataset) -> None:
    """Let a state show the overlays of its pictures, and cover them as they ask where all ask the same."""
    groups = [group for group in GROUPS if any((group, _DATA) in header for header in headers)]
    for group in groups:
        dataset.add_new((group, _ACTIVATION), "CS", LAYER)
    if groups:
        _add_layer(dataset)
    shutters = [_shutter(header) for header in headers]
    if shutters[0] and all(shutter == shutters[0] for shutter in shutters):
        for element in shutters[0]:
            dataset.add(element)
        if "ShutterPresentationValue" not in dataset:
            dataset.ShutterPresentationValue = 0


def _shutter(header: Dataset) -> Dataset:
    """What a file says of its shutter; empty where it has none."""
    found = Dataset()
    for keyword in _SHUTTER:
        if keyword in header:
            found.add(header[keyword])
    shapes = str(found.get("ShutterShape") or "")
    return found if shapes and "BITMAP" not in shapes else Dataset()


def _add_layer(dataset: Dataset) -> None:
    layers = list(dataset.get("GraphicLayerSequence") or ())
    layer = Dataset()
    layer.GraphicLayer, layer.GraphicLayerOrder = LAYER, len(layers) + 1
    layer.GraphicLayerDescription = "Overlay planes of the pictures"
    dataset.GraphicLayerSequence = Items([*layers, layer])
