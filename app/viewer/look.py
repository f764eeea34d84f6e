"""Everything that a view needs to draw, except the pixels: frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from inference.imaging.study import Triple, Window


class Plane(StrEnum):
    """Which way a volume is cut: as acquired, or along the patient."""

    NATIVE = "native"
    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"


@dataclass(frozen=True)
class Oblique:
    """A volume cut in any direction: one of the three patient planes, turned about a point.

    slice_lps      unit vector along which the slices ascend
    down_lps       unit vector to the next row
    across_lps     unit vector to the next column
    centre_lps_mm  one of the slices passes through it
    turned_from    the plane that it was before it was turned
    """

    slice_lps: Triple
    down_lps: Triple
    across_lps: Triple
    centre_lps_mm: Triple
    turned_from: Plane


Cut = Plane | Oblique


class Tool(StrEnum):
    """What dragging with the left button does."""

    WINDOW = "window"
    PAN = "pan"
    ZOOM = "zoom"
    SCROLL = "scroll"
    CROSSHAIR = "crosshair"
    TURN = "turn"
    REGION_WINDOW = "window region"
    MAGNIFIER = "magnifier"
    LENGTH = "length"
    BIDIRECTIONAL = "bidirectional"
    ANGLE = "angle"
    COBB = "Cobb angle"
    ELLIPSE = "ellipse"
    RECTANGLE = "rectangle"
    FREEHAND = "freehand"
    POLYGON = "polygon"
    SPLINE = "spline"
    ARROW = "arrow"
    TEXT = "text"
    POINT = "point"
    CALIBRATION = "calibration"
    BRUSH = "brush"
    ERASER = "eraser"
    GROW = "grow"


class Interpolation(StrEnum):
    """What is shown between the pixels of a picture that is larger than its pixels."""

    NEAREST = "nearest"
    LINEAR = "linear"
    CUBIC = "cubic"  # Catmull-Rom


class Texts(StrEnum):
    """How much is written over a picture."""

    ALL = "all"
    MINIMAL = "minimal"
    NONE = "none"


class Slab(StrEnum):
    """How the slices of a thick slab become one picture."""

    MEAN = "mean"
    MAXIMUM = "MIP"
    MINIMUM = "MinIP"


@dataclass(frozen=True)
class Look:
    """How one picture of a series is drawn.

    zoom           1 fits the picture into the view
    pan_mm         screen right and screen down; pixels where the picture is not calibrated
    quarter_turns  clockwise, applied before the flips
    angle_deg      clockwise as well, on top of the quarter turns
    colours        name of a colour map for grey pictures; empty for grey
    graphics       overlay planes and display shutters of the file are drawn
    frame_mm       height and width that are fitted at least: pictures beside each other have one scale
    towards        1, -1: the picture keeps to the right or left edge of its view, 0: to the middle
    slab_mm        thickness of what is averaged or projected; 0 shows single slices
    """

    plane: Cut = Plane.NATIVE
    slice_index: int = 0
    window: Window = field(default_factory=lambda: Window(0.0, 1.0))
    inverted: bool = False
    zoom: float = 1.0
    pan_mm: tuple[float, float] = (0.0, 0.0)
    quarter_turns: int = 0
    angle_deg: float = 0.0
    flip_across: bool = False
    flip_down: bool = False
    frame_mm: tuple[float, float] = (0.0, 0.0)
    towards: int = 0
    interpolation: Interpolation = Interpolation.LINEAR
    colours: str = ""
    graphics: bool = True
    slab_mm: float = 0.0
    slab: Slab = Slab.MEAN
    texts: Texts = Texts.ALL
    patient_texts: bool = True
    crosshair_lps_mm: Triple | None = None

    @property
    def smooth(self) -> bool:
        """Not each pixel as it is."""
        return self.interpolation is not Interpolation.NEAREST
