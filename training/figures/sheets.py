"""Tables that leave: workbooks and CSV files that run nothing when a spreadsheet opens them."""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.imaging.files import write_atomic
from training.figures.extras import needed

Cell = str | float | int | bool | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31  # of a sheet, in Excel
_WIDEST = 48
_SAVED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file can name


@dataclass(frozen=True)
class Sheet:
    """One table: what its rows are, in a sentence, the columns, the rows."""

    name: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        if len(self.name) > _LONGEST_NAME or _FORBIDDEN.search(self.name):
            raise ValueError(f"Excel takes no sheet called {self.name!r}")
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"rows of {self.name!r} have not as many cells as columns")


def guarded(value: Cell) -> Cell:
    """Numbers as they are, nothing for what is not a number; text that begins like a formula gets a quote."""
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, str):
        text = _CONTROL.sub(" ", value)
        return "'" + text if text.lstrip(" ").startswith(_FORMULA) else text
    return value


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """One .xlsx with a list of its sheets first; the same sheets make the same bytes."""
    contents = tuple((sheet.name, len(sheet.rows), sheet.about) for sheet in sheets)
    first = Sheet("Contents", "What is in this file.", ("sheet", "rows", "what it holds"), contents)
    book = _new_workbook()
    for sheet in (first, *sheets):
        _fill(book.create_sheet(sheet.name), sheet)
    buffer = io.BytesIO()
    book.save(buffer)
    write_atomic(path, _without_times(buffer.getvalue()))


def csv_of(sheet: Sheet) -> bytes:
    """The sheet as a CSV file with a header line."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(sheet.columns)
    writer.writerows([guarded(cell) for cell in row] for row in sheet.rows)
    return buffer.getvalue().encode("utf-8-sig")


def _new_workbook() -> Any:
    book = needed("openpyxl", "openpyxl", "Workbooks").Workbook()
    book.remove(book.worksheets[0])
    return book


def _fill(page: Any, sheet: Sheet) -> None:
    from openpyxl.styles import Font

    for row in (sheet.columns, *sheet.rows):
        page.append([guarded(cell) for cell in row])
    for cells in page.iter_cols():
        cells[0].font = Font(bold=True)
        longest = max(len(str(cell.value)) for cell in cells[:200])
        page.column_dimensions[cells[0].column_letter].width = min(longest + 2, _WIDEST)
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # text, even where it looks like something else
    page.freeze_panes = "A2"
    page.auto_filter.ref = page.dimensions


def _without_times(data: bytes) -> bytes:
    """The workbook without the moment of its making, so that equal results are equal files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = _SAVED.sub(rb"\g<1>1980-01-01T00:00:00Z", part)
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, part)
    return buffer.getvalue()
