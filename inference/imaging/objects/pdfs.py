"""Encapsulated PDF documents: taken out whole; `pdf_pages` draws them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inference.errors import FileError
from inference.imaging.objects.items import text, value_of
from inference.imaging.objects.kinds import PDFS
from inference.imaging.objects.opening import OTHER_HINT, opening, read_object
from inference.imaging.objects.references import References, references_of
from inference.imaging.values import iso_date

WHAT = "an encapsulated PDF"
_MAGIC_WITHIN = 1024  # bytes in which the standard lets a PDF begin


@dataclass(frozen=True, eq=False)
class PdfDocument:
    """A PDF that a file carries. `data` is untrusted: only ever saved, or read in a worker process."""

    title: str
    data: bytes
    references: References
    written: str = ""

    @property
    def size_words(self) -> str:
        """Its size, such as "240 kB"."""
        return f"{max(1, len(self.data) // 1000)} kB"


def read_pdf(path: Path) -> PdfDocument:
    """The PDF within a file. FileError where what it carries is none."""
    header = read_object(path, WHAT, PDFS)
    with opening(path, WHAT):
        data = value_of(header, "EncapsulatedDocument")
        length = value_of(header, "EncapsulatedDocumentLength")
        whole = bytes(data) if isinstance(data, (bytes, bytearray)) else b""
        if isinstance(length, int) and 0 < length <= len(whole):
            whole = whole[:length]
        if b"%PDF-" not in whole[:_MAGIC_WITHIN]:
            kind = text(header, "MIMETypeOfEncapsulatedDocument") or "something unnamed"
            raise FileError(f"{path.name} carries no PDF but {kind}.", hint=OTHER_HINT)
        title = text(header, "DocumentTitle") or text(header, "SeriesDescription") or "PDF"
        return PdfDocument(title, whole, references_of(header), iso_date(text(header, "ContentDate")))
