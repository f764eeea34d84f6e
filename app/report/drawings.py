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
    if all(f.score is None for f in review.prediction.findings):
        return review
    try:
        if card.family in OUTLINING and review.outlines is None:
            return replace(review, outlines=outline_study(review.study, card.key, report))
        if card.family in MASKING and not review.masks:
            return replace(review, masks=(read_volume_of(review.study, card.key, report).segments,))
    except NotApplicableError:  # the model of this family draws nothing: its answer stands without
        return review
    return review
