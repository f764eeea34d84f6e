"""How the window looks: one palette, one family in three sizes, one set of icons. Dark by default."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, QTemporaryDir
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication

import resources

CAPTION_PX, BODY_PX, HEADING_PX = 11.5, 13.0, 15.0
_FAMILY = "DejaVu Sans"
_ICON = "drawn_icon"  # property of a button: the name of its icon
_SHARE_OF_SCREEN = 0.92  # that a dialog takes at most, with its frame
_chosen = ["dark"]  # the theme in force; `apply` alone changes it
_percent = [100]  # the size of texts; `apply` alone changes it


def apply(application: QApplication, name: str = "dark", text_percent: int = 100) -> None:
    """Dress the application in the theme called `name`, "dark" or "light", with texts of a size."""
    _chosen[0], _percent[0] = name, text_percent
    icon.cache_clear()
    load_fonts()
    application.setStyle("Fusion")
    application.setFont(font(BODY_PX))
    application.setPalette(_palette())
    application.setStyleSheet(style_sheet())
    _redraw_icons()


@lru_cache(maxsize=2)
def _tokens(name: str) -> dict[str, str]:
    themes: dict[str, dict[str, str]] = json.loads(resources.path("style/palette.json").read_text("utf-8"))
    return themes[name]


def colour(role: str) -> QColor:
    """The colour of a role of palette.json, such as "model", in the theme in force."""
    return QColor(_tokens(_chosen[0])[role])


def style_sheet() -> str:
    """The style sheet with the colours of the theme in force."""
    text = "".join(resources.path(f"style/{name}.qss").read_text("utf-8") for name in ("window", "panels"))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"font-size: ([\d.]+)px", lambda match: f"font-size: {_scaled(float(match[1])):g}px", text)
    text = re.sub(r"icon\(([\w-]+), (\w+)\)", lambda match: f"url({_icon_file(match[1], match[2])})", text)
    return re.sub(r"@(\w+)", lambda match: _tokens(_chosen[0])[match[1]], text)


@lru_cache(maxsize=1)
def _icon_folder() -> QTemporaryDir:
    """Goes with the application: a style sheet takes pictures from files alone."""
    return QTemporaryDir()


@lru_cache(maxsize=64)
def _icon_file_in(theme_name: str, name: str, role: str) -> str:
    source = resources.path(f"icons/{name}.svg").read_text("utf-8")
    path = Path(_icon_folder().path()) / f"{theme_name}-{name}-{role}.svg"
    path.write_text(source.replace("currentColor", _tokens(theme_name)[role]), "utf-8")
    return path.as_posix()


def _icon_file(name: str, role: str) -> str:
    """An icon in the colour of a role, as a file for the style sheet."""
    return _icon_file_in(_chosen[0], name, role)


def percent() -> int:
    """The size of texts in force."""
    return _percent[0]


def scaled(size_px: float) -> int:
    """A width that has room for as many letters whatever their size."""
    return round(_scaled(size_px))


def size_on_screen(width_px: float, height_px: float) -> QSize:
    """The size of a window with room for as many letters, but no larger than the screen leaves."""
    wanted = QSize(scaled(width_px), scaled(height_px))
    screen = QGuiApplication.primaryScreen()
    return wanted.boundedTo(screen.availableSize() * _SHARE_OF_SCREEN) if screen else wanted


def _scaled(size_px: float) -> float:
    return size_px * _percent[0] / 100


def _palette() -> QPalette:
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, name in (
        (roles.Window, "panel"), (roles.WindowText, "text"), (roles.Base, "panel"), (roles.Text, "text"),
        (roles.AlternateBase, "raised"), (roles.Button, "raised"), (roles.ButtonText, "text"),
        (roles.ToolTipBase, "raised"), (roles.ToolTipText, "text"), (roles.PlaceholderText, "faint"),
        (roles.Highlight, "action"), (roles.HighlightedText, "on_action"), (roles.Link, "action"),
        (roles.Mid, "line"), (roles.Dark, "ground"), (roles.Light, "hover"), (roles.Accent, "action"),
    ):  # fmt: skip
        palette.setColor(role, colour(name))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, colour("disabled"))
    return palette


@lru_cache(maxsize=1)
def load_fonts() -> None:
    """Bring our own family, so that texts measure the same on every system."""
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        file = resources.path("fonts") / name
        if file.is_file():
            QFontDatabase.addApplicationFont(str(file))


def font(size_px: float, *, bold: bool = False) -> QFont:
    """The one family at one of the three sizes, as large as the reader wants it. Its figures are tabular."""
    made = QFont(_FAMILY)
    screen = QGuiApplication.primaryScreen()
    per_inch = screen.logicalDotsPerInch() if screen else 96.0
    made.setPointSizeF(_scaled(size_px) * 72 / per_inch)  # in Qt pixels are whole numbers, points are not
    made.setBold(bold)
    return made


def caption_font() -> QFont:
    """For corner texts and captions."""
    return font(CAPTION_PX)


@lru_cache(maxsize=256)
def icon(name: str, role: str = "text") -> QIcon:
    """The icon called `name` of resources/icons, drawn in the colour of `role`."""
    made = QIcon()
    for size in (16, 20, 24, 32, 48):
        made.addPixmap(_drawn(name, colour(role), size))
        made.addPixmap(_drawn(name, colour("disabled"), size), QIcon.Mode.Disabled)
    return made


def give_icon(button: QAbstractButton, name: str) -> None:
    """Put an icon on a button; it is drawn anew with every theme."""
    button.setProperty(_ICON, name)
    button.setIcon(icon(name))


def _redraw_icons() -> None:
    for widget in QApplication.allWidgets():
        if isinstance(widget, QAbstractButton) and (name := widget.property(_ICON)):
            widget.setIcon(icon(str(name)))


def _drawn(name: str, ink: QColor, size: int) -> QPixmap:
    source = resources.path(f"icons/{name}.svg").read_text("utf-8").replace("currentColor", ink.name())
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
