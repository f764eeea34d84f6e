"""The PDF says what the review says, on every page what made it, and no text in it is markup."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from pypdf import PdfReader

from app.report.content import Failure, KeyPicture
from app.report.pdf import review_pdf
from tests.app.report.answers import review


def pages_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


@pytest.fixture
def picture() -> KeyPicture:
    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), "grey").save(buffer, "PNG")
    return KeyPicture("a.png", "A", "A: the caption", buffer.getvalue(), 0)


def test_every_page_says_not_for_diagnostic_use(picture):
    pages = pages_of(review_pdf(review(*[picture] * 30)))
    assert len(pages) > 1
    assert all("not for diagnostic use" in page for page in pages)


def test_findings_states_and_evidence_are_on_the_page(picture):
    words = " ".join(pages_of(review_pdf(review(picture)))).replace("\n", " ").replace("\r", " ")
    for said in (
        "Mass effect",
        "+1.90",
        "finding",
        "no finding above threshold",
        "Hiding A + B",
        "left out",
        "LIME",
    ):
        assert said in words


def test_text_of_the_file_is_never_markup():
    assert "<b>&</b>" in " ".join(pages_of(review_pdf(review())))


def test_an_explanation_that_was_not_given_says_why():
    failed = Failure("rollout", "mass_effect", "There is no attention.", "Use LIME.")
    assert "There is no attention. Use LIME." in " ".join(pages_of(review_pdf(review(failures=(failed,)))))


def test_the_same_review_gives_the_same_bytes(picture):
    assert review_pdf(review(picture)) == review_pdf(review(picture))
