"""The PDF says what the review says, on every page what made it, and no text in it is markup."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image
from pypdf import PdfReader
from reportlab.pdfbase.pdfmetrics import stringWidth

from app.report.content import Failure, KeyPicture
from app.report.page import WIDTH, fonts, table
from app.report.pdf import review_pdf
from inference.prediction import State
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


def test_a_reason_that_all_targets_share_is_said_once():
    made = review()
    why = "this model reads MR, the study holds CT."
    findings = tuple(
        replace(f, state=State.NOT_ELIGIBLE, score=None, reason=why) for f in made.prediction.findings
    )
    none = replace(made, prediction=replace(made.prediction, findings=findings), attributions=())
    words = " ".join(" ".join(pages_of(review_pdf(none))).split())
    assert words.count(why) == 1
    assert f"All {len(findings)} targets: not eligible" in words


def test_the_longest_study_uid_stays_clear_of_the_page_number():
    """Widths as printed: what the line at the foot says ends before the number begins."""
    made = review()
    long = replace(made, study=replace(made.study, uid="1." + "9" * 62))
    marks = []

    def note(text, _matrix, place, _font, size):
        if "Made by" in text or text.strip().startswith("page"):
            marks.append((text.strip(), place[4], size))

    PdfReader(io.BytesIO(review_pdf(long))).pages[0].extract_text(visitor_text=note)
    line = next((text, x, size) for text, x, size in marks if "Made by" in text)
    number = next(x for text, x, _ in marks if text.startswith("page"))
    regular, _ = fonts()
    assert line[1] + stringWidth(line[0], regular, line[2]) < number


def test_no_table_is_wider_than_the_page():
    wide = table([["a", "b"]], [400, 400])
    assert sum(wide._colWidths) <= WIDTH
    assert table([["a"]], [100])._colWidths == [100]
