"""Pages of a PDF are drawn and read, whatever else the file says; what cannot be drawn is a sentence."""

from __future__ import annotations

import io

import numpy as np
import pytest
from reportlab.lib import pdfencrypt
from reportlab.lib.colors import red
from reportlab.pdfgen.canvas import Canvas

from inference.errors import FileError
from inference.imaging.objects import pdf_pages
from inference.imaging.objects.pdf_pages import PdfPages, draw_page, read_pages


def pdf(*texts: str, size: tuple[float, float] = (200, 100), **options: object) -> bytes:
    """A page for each text, with a red square of 50 points in its lower left corner."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size, **options)
    for words in texts:
        canvas.drawString(80, 60, words)
        canvas.setFillColor(red)
        canvas.rect(0, 0, 50, 50, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def test_a_page_is_drawn_at_the_width_asked_for_with_its_colours_in_place():
    data = pdf("one", "two")
    pages = read_pages(data)
    assert pages.sizes_pt == ((200, 100), (200, 100))
    drawn = draw_page(data, pages, 1, 400)
    assert drawn.shape == (200, 400, 3)
    assert drawn[150, 50].tolist() == [255, 0, 0]
    assert drawn[50, 50].tolist() == [255, 255, 255]


def test_the_text_of_all_pages_can_be_read():
    assert read_pages(pdf("Ejection fraction 55 %", "second page")).text == (
        "Ejection fraction 55 %\n\nsecond page"
    )


def test_a_pdf_with_a_password_and_a_damaged_one_are_told_apart():
    locked = pdf("secret", encrypt=pdfencrypt.StandardEncryption("word"))
    with pytest.raises(FileError, match="protected with a password"):
        read_pages(locked)
    with pytest.raises(FileError, match="damaged"):
        read_pages(pdf("whole")[:200])


def test_scripts_and_links_are_neither_run_nor_followed_and_the_page_is_drawn():
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(200, 100))
    canvas.linkURL("http://127.0.0.1:9/", (0, 0, 200, 100))
    canvas.drawString(20, 60, "linked")
    canvas.showPage()
    canvas.save()
    script = b"<< /Type /Catalog /OpenAction << /S /JavaScript /JS (while(true){}) >>"
    data = buffer.getvalue().replace(b"<<\n/PageMode /UseNone", script + b"\n/PageMode /UseNone", 1)
    assert b"/JavaScript" in data
    pages = read_pages(data)
    assert draw_page(data, pages, 0, 100).shape == (50, 100, 3)


def test_pages_of_any_size_cost_a_bounded_amount_of_memory(monkeypatch):
    data = pdf("wall chart", size=(10_000, 10_000))
    pages = read_pages(data)
    monkeypatch.setattr(pdf_pages, "MOST_PIXELS", 10_000)
    assert draw_page(data, pages, 0, 50_000).shape == (100, 100, 3)
    absurd = PdfPages(((1e9, 1e9),), 1)
    with pytest.raises(FileError, match="Page 1 cannot be drawn"):
        draw_page(data, absurd, 0, 100)
    monkeypatch.setattr(pdf_pages, "MOST_BYTES", 100)
    with pytest.raises(FileError, match="too large"):
        read_pages(data)


def test_more_pages_than_can_be_shown_are_counted(monkeypatch):
    monkeypatch.setattr(pdf_pages, "MOST_PAGES", 2)
    pages = read_pages(pdf("a", "b", "c"))
    assert (len(pages.sizes_pt), pages.words) == (2, "3 pages, the first 2 shown")


def test_bytes_that_hang_or_kill_the_worker_are_a_sentence(monkeypatch):
    monkeypatch.setattr(pdf_pages, "DEADLINE_S", 0.0)
    with pytest.raises(FileError, match="was ended"):
        read_pages(pdf("slow"))


def test_any_cut_of_a_file_is_drawn_or_refused_in_words():
    data = pdf("one", "two")
    for end in np.linspace(20, len(data), 12).astype(int):
        try:
            pages = read_pages(data[:end])
            draw_page(data[:end], pages, 0, 50)
        except FileError as error:
            assert str(error).startswith("The PDF")  # noqa: PT017 - both outcomes are lawful
