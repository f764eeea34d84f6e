"""What a model drew beside its answer, added to a review: masks of a volume, contours of a loop."""

from __future__ import annotations

from dataclasses import replace

from app.reading import outline_study, read_volume_of
from app.report.content import Review
from inference.errors import NotApplicableError
from inference.progress import Report, silent

OUTLINING, MASKING = ("ventricle",), ("t3d", "monai")


def with_drawings(review: Review, report: Report = silent) -> Review:
    """The review with masks and contours, where its model draws any and could read the study."""
    card = review.prediction.card
    if card.family not in MASKING or review.masks or not _has_answer(review):
        return with_outlines(review, report)
    try:
        return replace(review, masks=(read_volume_of(review.study, card.key, report).segments,))
    except NotApplicableError:  # the model of this family draws nothing: its answer stands without
        return review


def with_outlines(review: Review, report: Report = silent) -> Review:
    """The review with contours, where its model draws any: they are quick where masks are not."""
    card = review.prediction.card
    if card.family not in OUTLINING or review.outlines is not None or not _has_answer(review):
        return review
    try:
        return replace(review, outlines=outline_study(review.study, card.key, report))
    except NotApplicableError:
        return review


def _has_answer(review: Review) -> bool:
    return any(f.score is not None for f in review.prediction.findings)
