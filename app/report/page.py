"""How a page of a report looks: fonts, styles, margins, and the line at its foot."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

import resources

INK, QUIET, LINE = HexColor("#1a2027"), HexColor("#5b6672"), HexColor("#d5dae0")
MODEL, PERSON, AMBER, BAD, GOOD = map(HexColor, ("#b86e12", "#1f7d66", "#8a6508", "#a8382d", "#2e7d55"))
SUPPORTS, OPPOSES = HexColor("#e58a1f"), HexColor("#3f78c9")
MARGIN = 16 * mm
PADDING = 6  # of reportlab's frame, which the line at the foot follows
WIDTH = A4[0] - 2 * (MARGIN + PADDING)
LONGEST_TEXT = 2000
FOOT_SIZE = 7.0


@cache
def fonts() -> tuple[str, str]:
    """Register the bundled typeface once; (regular, bold)."""
    names = ("Negatoscope", "Negatoscope-Bold")
    for name, file in zip(names, ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"), strict=True):
        pdfmetrics.registerFont(TTFont(name, str(resources.path(f"fonts/{file}"))))
    pdfmetrics.registerFontFamily(
        names[0], normal=names[0], bold=names[1], italic=names[0], boldItalic=names[1]
    )
    return names


def text(words: str, size: float = 8.5, colour: HexColor = INK, *, bold: bool = False) -> Paragraph:
    """A paragraph of plain text: whatever the words hold, none of it is markup."""
    regular, heavy = fonts()
    style = ParagraphStyle(
        "text",
        fontName=heavy if bold else regular,
        fontSize=size,
        leading=size * 1.35,
        textColor=colour,
        wordWrap="LTR",
        splitLongWords=True,
    )
    return Paragraph(escape(printable(words)), style)


def heading(words: str) -> Paragraph:
    """The heading of a section."""
    paragraph = text(words, 11, bold=True)
    paragraph.style.spaceBefore, paragraph.style.spaceAfter = 9, 4
    return paragraph


def room_for(points: float) -> CondPageBreak:
    """A new page unless this much of the present one is left: keeps a heading with what it is over."""
    return CondPageBreak(points)


def printable(words: str) -> str:
    """Untrusted text without control characters, cut where no reader would go on."""
    kept = "".join(c if c.isprintable() or c == " " else " " for c in words)
    return kept if len(kept) <= LONGEST_TEXT else kept[:LONGEST_TEXT] + "…"


def table(rows: Sequence[Sequence[object]], widths: Sequence[float], *, header: bool = False) -> Table:
    """A quiet table: a line under each row, the header repeated on every page."""
    style = [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 6),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
    grid = [list(row) for row in rows]
    share = min(1.0, WIDTH / sum(widths))  # nothing runs into the margin
    columns = [width * share for width in widths]
    return Table(grid, colWidths=columns, style=TableStyle(style), repeatRows=int(header), hAlign="LEFT")


def document(story: list[Flowable], title: str, notice: str, made: str) -> bytes:
    """Lay the story out on A4; every page carries `notice`, `made` and its number."""
    buffer = io.BytesIO()
    template = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=14 * mm,
        bottomMargin=18 * mm,
        title=printable(title),
        author="Negatoscope",
        subject=printable(notice),
        invariant=True,
    )

    def foot(canvas: Canvas, _document: object) -> None:
        regular, heavy = fonts()
        canvas.saveState()
        canvas.setFillColor(MODEL)
        canvas.setFont(heavy, 7.5)
        canvas.drawString(MARGIN + PADDING, 11 * mm, printable(notice))
        canvas.setFillColor(QUIET)
        page = f"page {canvas.getPageNumber()}"
        room = WIDTH - canvas.stringWidth(page, regular, FOOT_SIZE) - 2 * PADDING
        wide = canvas.stringWidth(printable(made), regular, FOOT_SIZE)
        canvas.setFont(regular, FOOT_SIZE * min(1.0, room / wide))  # a long study UID must not meet the page
        canvas.drawString(MARGIN + PADDING, 7.5 * mm, printable(made))
        canvas.setFont(regular, FOOT_SIZE)
        canvas.drawRightString(A4[0] - MARGIN - PADDING, 7.5 * mm, page)
        canvas.restoreState()

    template.build(story, onFirstPage=foot, onLaterPages=foot)
    return buffer.getvalue()
