"""Pages of a PDF as pictures and text, made in a worker process that can be ended.

A PDF is untrusted. Nothing in it is run, no link of it is followed, no attachment is taken out.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.errors import FileError
from inference.imaging.codecs import ask_worker

MOST_BYTES = 200 << 20
MOST_PAGES = 1000
MOST_LETTERS = 200_000
MOST_PIXELS = 24_000_000  # of one page
LEAST_PT, LARGEST_PT = 1.0, 20_000.0  # edge of a page; PDF allows 14,400
DEADLINE_S = 20.0
PT_PER_INCH = 72.0
_HINT = "Save it with “Save PDF…” and open it with the PDF reader of this computer."

RGB = NDArray[np.uint8]


@dataclass(frozen=True)
class PdfPages:
    """What a PDF holds.

    sizes_pt  (width, height) of each page that may be drawn, in points of 1/72 inch
    count     pages in the file, which may be more
    text      of the pages, in their order
    """

    sizes_pt: tuple[tuple[float, float], ...]
    count: int
    text: str = ""

    @property
    def words(self) -> str:
        """How many pages there are, and whether all can be shown."""
        said = "1 page" if self.count == 1 else f"{self.count:,} pages"
        return said if len(self.sizes_pt) == self.count else f"{said}, the first {len(self.sizes_pt):,} shown"


def read_pages(data: bytes) -> PdfPages:
    """How many pages there are, how large, and what they say. FileError where they cannot be drawn."""
    if len(data) > MOST_BYTES:
        size = f"{len(data) >> 20:,} MB"
        raise FileError(f"The PDF is too large to be drawn here: {size}.", hint=_HINT)
    limits = {"most_pages": MOST_PAGES, "most_letters": MOST_LETTERS}
    told = json.loads(_asked({"decoder": "pdf facts", **limits}, data).tobytes())
    sizes = tuple((float(width), float(height)) for width, height in told["sizes_pt"])
    if not sizes:
        raise FileError("The PDF holds no page.", hint=_HINT)
    texts = (str(text).replace("\r\n", "\n").replace("\r", "\n").strip() for text in told["texts"])
    return PdfPages(sizes, int(told["count"]), "\n\n".join(filter(None, texts))[:MOST_LETTERS])


def draw_page(data: bytes, pages: PdfPages, number: int, width_px: int) -> RGB:
    """(rows, columns, 3) of page `number`, from 0, `width_px` wide or as wide as memory allows.

    FileError where the page cannot be drawn; ValueError where there is no such page.
    """
    if not 0 <= number < len(pages.sizes_pt):
        raise ValueError(f"there is no page {number}")
    width, height = pages.sizes_pt[number]
    if not (LEAST_PT <= width <= LARGEST_PT and LEAST_PT <= height <= LARGEST_PT):
        words = f"Page {number + 1} cannot be drawn: it says that it is {width:.0f} x {height:.0f} points."
        raise FileError(words, hint=_HINT)
    scale = min(width_px / width, math.sqrt(MOST_PIXELS / (width * height)))
    return _asked({"decoder": "pdf page", "page": number, "scale": scale}, data)


def _asked(facts: dict[str, object], data: bytes) -> NDArray[np.uint8]:
    answer = ask_worker({**facts, "deadline_s": DEADLINE_S}, data)
    if answer is None:
        raise FileError("Drawing the PDF took too long or too much memory and was ended.", hint=_HINT)
    if isinstance(answer, str):
        raise FileError(_why(answer), hint=_HINT)
    return answer


def _why(reason: str) -> str:
    """The library's reason in a sentence."""
    if "password" in reason.lower():
        return "The PDF is protected with a password; its pages cannot be drawn here."
    if "security" in reason.lower():
        return "The PDF is protected in a way that is not known here; its pages cannot be drawn."
    return "The PDF is damaged; its pages cannot be drawn."
