"""The report as a PDF."""

from __future__ import annotations

import io

from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable, Image, KeepTogether, Spacer

from app.report.bars import ContributionBar, MeasureBar, ScoreBar
from app.report.content import (
    KeyPicture,
    Review,
    by_series,
    explained_words,
    left_out_words,
    ordered,
    patient_line,
    score_reach,
    score_words,
    state_words,
    study_line,
    target_title,
    where,
)
from app.report.contour_pictures import CONTOURS, volumes_words
from app.report.measurements import measurements_section
from app.report.measures import chance_words, is_measure
from app.report.page import AMBER, BAD, GOOD, MODEL, QUIET, WIDTH, document, heading, room_for, table, text
from app.version import application_version
from explain.attribution import Attribution, Check
from inference.card import Card
from inference.prediction import Finding, Prediction, State

VERDICT_COLOURS = {"pass": GOOD, "amber": AMBER, "fail": BAD}
PICTURES_A_ROW = 3


def review_pdf(review: Review) -> bytes:
    """One study: who, findings, key pictures, reasons with their evidence, the model, what it saw."""
    story: list[Flowable] = [
        text("Study report", 16, bold=True),
        Spacer(1, 4),
        text(patient_line(review.study), 10, bold=True),
        text(study_line(review.study), 9, QUIET),
        Spacer(1, 6),
        text(review.notice, 9, MODEL, bold=True),
        *findings_section(review.prediction),
        *edited_section(review.edited),
        *contours_section(review),
        *measurements_section(review.measurements),
    ]
    for number, attribution in enumerate(review.attributions):
        pictures = [p for p in review.pictures if p.attribution == number]
        story += explanation_section(attribution, pictures)
    story += failures_section(review)
    story += seen_section(review)
    story += card_section(review.prediction.card)
    return document(story, f"Study report {review.study.date}", review.notice, made_line(review))


def made_line(review: Review) -> str:
    """What made the page, and when."""
    return f"Made by Negatoscope {application_version()} · {review.created} · study {review.study.uid}"


def findings_section(prediction: Prediction) -> list[Flowable]:
    """Every target in one of the five states; a bar where there is a score, one line where none has any."""
    if prediction.shared_reason:
        words = f"All {len(prediction.findings)} targets: {prediction.shared_reason}"
        return [heading("Findings"), text(words, 9, AMBER, bold=True)]
    classes = [f for f in prediction.findings if not is_measure(f.target)]
    reach = score_reach(classes)
    head = [text(t, 7.5, QUIET) for t in ("Target", "State", "Score, threshold", "", "Reader")]
    rows = [head, *(_finding_row(f, reach) for f in ordered(prediction.findings))]
    return [heading("Findings"), table(rows, [106, 112, 96, 124, 54], header=True)]


def edited_section(findings: tuple[Finding, ...]) -> list[Flowable]:
    """What the measures are with contours that the reader changed."""
    if not findings:
        return []
    rows = [_finding_row(finding, 1.0) for finding in findings]
    return [heading("Edited by reader"), table(rows, [106, 112, 96, 124, 54])]


def contours_section(review: Review) -> list[Flowable]:
    """Slices of the ventricle with their contours, at end-diastole above those at end-systole."""
    pictures = [p for p in review.pictures if p.file_name.startswith(CONTOURS)]
    if not pictures:
        return []
    a_row = max(1, len(pictures) // 2)
    rows = picture_rows(pictures, min(a_row, PICTURES_A_ROW))
    return [room_for(420), heading("Left ventricle"), text(volumes_words(review)), *rows]


def _finding_row(finding: Finding, reach: float) -> list[object]:
    found = finding.state is State.FINDING
    measured = finding.score is not None and finding.target.group != "priority"
    bar = _bar(finding, reach) if measured else ""
    probability = finding.probability
    chance = "" if probability is None else f", probability {chance_words(probability)}"
    score = f"{score_words(finding)}{chance}".replace(" -", " −").replace(" %", "\u00a0%")
    return [
        text(target_title(finding), bold=found),
        text(state_words(finding), colour=MODEL if found else QUIET),
        bar,
        text(score, 7),
        text(finding.decision.value + (f": {finding.comment}" if finding.comment else ""), 7),
    ]


def _bar(finding: Finding, reach: float) -> Flowable:
    """A measure on its own physical scale, anything else against the threshold on the scale of all."""
    if is_measure(finding.target):
        return MeasureBar(finding, width=86)
    return ScoreBar(finding.score or 0.0, finding.target.threshold, reach, width=86)


def explanation_section(attribution: Attribution, pictures: list[KeyPicture]) -> list[Flowable]:
    """Method, pictures, top elements with their error, series, evidence, caveat."""
    title = f"Why {attribution.target.title} · {attribution.method}"
    scored = text(f"Score explained: {explained_words(attribution)}.")
    story: list[Flowable] = [room_for(290), heading(title), scored, *picture_rows(pictures)]
    story += [KeepTogether([top_table(attribution)]), KeepTogether([series_table(attribution)])]
    if without := left_out_words(attribution):
        story.append(text(without, 7.5))
    if attribution.evidence.sentence:
        story.append(text(attribution.evidence.sentence, bold=True))
    story += [_check_line(check) for check in attribution.evidence.checks]
    if not attribution.evidence.holds:
        story.append(
            text("A check failed: this map is not reliable and must not be used.", colour=BAD, bold=True)
        )
    return [*story, text(f"{settings_line(attribution)} {attribution.caveat}", 7, QUIET)]


def picture_rows(pictures: list[KeyPicture], a_row: int = PICTURES_A_ROW) -> list[Flowable]:
    """Key pictures side by side, `a_row` of them, each over its caption."""
    width = WIDTH / a_row
    rows: list[Flowable] = []
    for start in range(0, len(pictures), a_row):
        chunk = pictures[start : start + a_row]
        cells = [[_image(p.png, width - 6), text(p.caption, 6.5, QUIET)] for p in chunk]
        cells += [[] for _ in range(a_row - len(chunk))]
        rows.append(table([cells], [width] * a_row))
    return rows


def top_table(attribution: Attribution) -> Flowable:
    """The lettered elements as bars."""
    tops = attribution.top(3)
    reach = max((abs(t.score) + (t.standard_error or 0.0) for t in tops), default=1.0)
    rows = [
        [
            text(t.letter, bold=True),
            text(where(attribution.units[t.unit], t.element), 7.5),
            ContributionBar(t.score, reach, error=t.standard_error, solid=t.significant is not False),
            text(f"{t.score:+.3f}" + (" not significant" if t.significant is False else ""), 7.5),
        ]
        for t in tops
    ]
    return table(rows or [[text("No element stands out.")]], [16, 215, 165, 109] if rows else [WIDTH])


def series_table(attribution: Attribution) -> Flowable:
    """What each series contributed."""
    totals = by_series(attribution)
    reach = max((abs(total) for _, total in totals), default=1.0)
    rows = [
        [text(title, 7.5), ContributionBar(total, reach), text(f"{total:+.3f} {attribution.unit}", 7.5)]
        for title, total in totals
    ]
    return table(rows, [231, 165, 109])


def settings_line(attribution: Attribution) -> str:
    """How the map was made, so that it can be made again."""
    settings = ", ".join(f"{name} {value}" for name, value in attribution.parameters.items())
    size = (
        " × ".join(f"{edge:.0f}" for edge in attribution.units[0].place.size_mm) if attribution.units else "–"
    )
    return (
        f"{settings}; seed {attribution.seed}; weights {attribution.weights_sha256[:8]}; "
        f"block {size} mm; {attribution.evidence.seconds:.1f} s."
    )


def failures_section(review: Review) -> list[Flowable]:
    """Explanations that were asked for and not given, with the reason."""
    if not review.failures:
        return []
    lines = [text(f"{f.method} of {f.target}: {f.message} {f.hint}", 8, BAD) for f in review.failures]
    return [heading("Explanations that could not be given"), *lines]


def seen_section(review: Review) -> list[Flowable]:
    """What the model saw and what it did not."""
    titles = {d.uid: d.title for d in review.study.display_sets}
    rows = [[text(titles.get(uid, uid), 7.5), text("read", 7.5)] for uid in review.prediction.seen]
    rows += [
        [text(e.title, 7.5), text(f"left out: {e.reason}", 7.5, QUIET)] for e in review.prediction.excluded
    ]
    warnings = [text(warning, 7.5, AMBER) for warning in review.prediction.warnings]
    return [
        room_for(80),
        heading("What the model saw"),
        *([table(rows, [250, 255])] if rows else []),
        *warnings,
    ]


def card_section(card: Card) -> list[Flowable]:
    """The model's card in short."""
    facts = (
        ("Model", f"{card.title} {card.version} ({card.size}), weights {card.weights_sha256[:12]}"),
        ("Weights", card.weights_origin),
        ("Trained on", card.trained_on),
        ("Intended use", card.intended_use),
        ("Not for", card.not_for),
        ("Known failures", " ".join(card.known_failures)),
    )
    rows = [[text(name, 7.5, QUIET), text(words, 7.5)] for name, words in facts if words]
    return [room_for(120), heading("The model"), table(rows, [85, WIDTH - 85])]


def _check_line(check: Check) -> Flowable:
    word = {"pass": "holds", "amber": "with care", "fail": "failed"}.get(check.verdict, check.verdict)
    return text(f"{check.name} ({word}): {check.text}", 7.5, VERDICT_COLOURS.get(check.verdict, QUIET))


def _image(png: bytes, width: float) -> Image:
    pixels_wide, pixels_high = ImageReader(io.BytesIO(png)).getSize()
    return Image(io.BytesIO(png), width=width, height=width * pixels_high / pixels_wide)
