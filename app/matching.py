"""Matching pictures with words and with each other: what the window and the command line ask for.

The functions run in the runner's process or in that of a command; prepared pictures of the last few display
sets stay in memory there. The values that they answer with are free of torch.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.match_values import DRAWS, TOP_SLICES, Match, MatchResult, SliceStory, StudyVectors, Vector
from app.reading import with_checks
from explain.attribution import Attribution
from inference.card import Card
from inference.errors import NotApplicableError, ReviewError
from inference.imaging.study import DisplaySet, Study
from inference.models.radclip_labels import checked, matches_words
from inference.prediction import Exclusion, Finding, Prediction
from inference.progress import Report, share, silent

if TYPE_CHECKING:
    from inference.model import Inputs
    from inference.models.radclip import RadCLIPModel

MODEL = "radclip"


@dataclass
class _Shelf:
    """Prepared display sets; the oldest leaves first."""

    room: int = 4
    kept: OrderedDict[tuple[str, Study, str], Inputs] = field(default_factory=OrderedDict)

    def inputs(self, model: RadCLIPModel, study: Study, uid: str, report: Report) -> Inputs:
        """What the model sees of a display set."""
        key = (model.card.weights_sha256, study, uid)
        if key not in self.kept:
            self.kept[key] = model.prepare_set(study, study.display_set(uid), report)
            while len(self.kept) > self.room:
                self.kept.popitem(last=False)
        self.kept.move_to_end(key)
        return self.kept[key]


_SHELF = _Shelf()


def match_set(
    study: Study, uid: str, labels: Sequence[str], report: Report = silent, folder: Path | None = None
) -> MatchResult:
    """Rank labels for one display set; ReviewError where that cannot be done."""
    wanted = checked(labels)
    model = _model(folder)
    inputs = _SHELF.inputs(model, study, uid, share(report, 0.05, 0.8))
    report(0.8, "Matching words")
    asked = model.with_labels(wanted)
    vector, shares = model.embed(inputs)
    cosines = (asked.words @ vector).double().cpu().tolist()
    story = _story(asked, inputs, shares.cpu().tolist(), int(np.argmax(cosines)))
    prediction = _prediction(asked, study, study.display_set(uid), cosines, inputs)
    report(1.0, "")
    return MatchResult(
        study_uid=study.uid,
        display_set_uid=uid,
        title=study.display_set(uid).title,
        matches=_ranked(asked, prediction.findings),
        slices=story,
        vector=vector.float().cpu().numpy(),
        prediction=prediction,
    )


def readable_set(study: Study, wanted: str = "") -> DisplaySet:
    """The display set of that uid or title, by default the readable one with the most pictures."""
    from inference.models.radclip_slices import reason_against

    if wanted:
        named = [d for d in study.display_sets if wanted in (d.uid, d.series_uid, d.title)]
        if not named:
            titles = ", ".join(d.title for d in study.display_sets)
            raise NotApplicableError(f"The study holds no series “{wanted}”.", hint=f"It holds: {titles}.")
        return named[0]
    reasons = [(d, reason_against(d)) for d in study.display_sets]
    readable = [d for d, reason in reasons if not reason]
    if not readable:
        why = "; ".join(dict.fromkeys(reason for _, reason in reasons)) or "the study holds no pictures"
        raise NotApplicableError(
            f"No picture of this study can be matched: {why}.", hint="X-ray, CT and MR in grey are read."
        )
    return max(readable, key=lambda d: len(d.frame_index))


def asked_of(
    study: Study, prediction: Prediction, finding: Finding, method: str
) -> tuple[str, Study, str, str, str]:
    """What to ask the runner for an explanation: a match says of which series it is, a model knows."""
    card = prediction.card
    if matches_words(card):
        return "app.matching:explain_match", study, prediction.seen[0], finding.target.title, method
    return "app.reading:explain_study", study, card.key, method, finding.target.name


def explain_match(
    study: Study, uid: str, label: str, method: str, report: Report = silent,
    options: dict[str, Any] | None = None,
) -> Attribution:  # fmt: skip
    """Why a label goes with a display set, and not the other captions that the model was taught."""
    from explain.methods import explain

    model = _model(None)
    inputs = _SHELF.inputs(model, study, uid, share(report, 0.0, 0.3))
    asked = model.with_labels([label], contrast=True)
    asked.card = replace(asked.card, key=key_of(model.card, uid))
    wanted, name = with_checks(method, options), asked.card.targets[0].name
    return explain(asked, inputs, name, method, options=wanted, report=share(report, 0.3, 1.0))


def embed_study(study: Study, uids: Sequence[str] = (), report: Report = silent) -> StudyVectors:
    """Embed display sets, by default all that can be read; one that cannot never stops the others."""
    model = _model(None)
    vectors: dict[str, Vector] = {}
    excluded = []
    wanted = [d for d in study.display_sets if not uids or d.uid in uids]
    for n, display_set in enumerate(wanted):
        stretch = share(report, n / len(wanted), (n + 1) / len(wanted))
        try:
            inputs = _SHELF.inputs(model, study, display_set.uid, stretch)
        except ReviewError as error:
            excluded.append(Exclusion(display_set.uid, display_set.title, str(error)))
            continue
        vectors[display_set.uid] = model.embed(inputs)[0].float().cpu().numpy()
    report(1.0, "")
    return StudyVectors(study.uid, model.card.weights_sha256, vectors, tuple(excluded))


def embed_text(text: str, report: Report = silent) -> Vector:
    """The unit vector of what somebody searches for."""
    report(0.0, "Reading the words")
    found: Vector = _model(None).embed_texts(checked([text]))[0].float().cpu().numpy()
    return found


def unknown_words(text: str, report: Report = silent) -> tuple[str, ...]:  # noqa: ARG001 - the runner reports
    """The words of a text that the model was never taught."""
    return _model(None).tokenizer.unknown(text)


def _model(folder: Path | None) -> RadCLIPModel:
    """The bundled model, or published weights from a folder."""
    from inference.models import catalogue
    from inference.models.radclip import RadCLIPModel
    from inference.models.radclip_published import open_published

    if folder is not None:
        return open_published(folder)
    model = catalogue.load(MODEL)
    if not isinstance(model, RadCLIPModel):
        raise NotApplicableError("The model does not match words.", hint="Install the model `radclip` again.")
    return model


def _ranked(model: RadCLIPModel, findings: Sequence[Finding]) -> tuple[Match, ...]:
    matches = [
        Match(f.target.title, f.score, f.probability, model.tokenizer.unknown(f.target.title))
        for f in findings
        if f.score is not None
    ]
    return tuple(sorted(matches, key=lambda match: -match.cosine))


def _story(model: RadCLIPModel, inputs: Inputs, shares: Sequence[float], best: int) -> SliceStory:
    """Attention of the slices, and what becomes of the best match without those that have the most."""
    index = tuple(int(k) for k in inputs.tensors["index"][0])
    if len(index) < 2 * TOP_SLICES:
        return SliceStory(index, tuple(shares))
    top = tuple(int(n) for n in np.argsort(-np.asarray(shares), kind="stable")[:TOP_SLICES])
    rng = np.random.default_rng(0)
    draws = [top, *(rng.choice(len(index), TOP_SLICES, replace=False) for _ in range(DRAWS))]
    scores = _scores_without(model, inputs, draws, best)
    harder = int(sum(score > scores[1] for score in scores[2:]))
    return SliceStory(index, tuple(shares), top, scores[0], scores[1], harder)


def _scores_without(model: RadCLIPModel, inputs: Inputs, hidden: Sequence[Any], column: int) -> list[float]:
    """The score of one label with all slices, then without each of the choices."""
    import torch

    present = torch.ones(1 + len(hidden), len(inputs.places), dtype=torch.bool)
    for row, slices in enumerate(hidden, start=1):
        present[row, [int(n) for n in slices]] = False
    with torch.no_grad():
        each = model.embed_slices(inputs).expand(len(present), -1, -1)
        found: list[float] = model.join(inputs, each, present)[:, column].cpu().tolist()
    return found


def key_of(card: Card, display_set_uid: str) -> str:
    """Every series has answers of its own, so each stands under a key of its own."""
    return f"{card.key}:{display_set_uid}"


def _short(title: str, most: int = 18) -> str:
    """A title that has to stand beside another in a narrow heading."""
    return title if len(title) <= most else f"{title[: most - 1].rstrip()}…"


def _prediction(
    model: RadCLIPModel, study: Study, display_set: DisplaySet, cosines: Sequence[float], inputs: Inputs
) -> Prediction:
    """The match as an answer that findings, explanations and the library know; one per display set."""
    from datetime import UTC, datetime

    from inference.device import describe
    from inference.prediction import findings_from_scores

    title = f"{model.card.title.partition(' (')[0]} · {_short(display_set.title)}"
    card = replace(model.card, key=key_of(model.card, display_set.uid), title=title)
    return Prediction(
        study_uid=study.uid,
        card=card,
        findings=findings_from_scores(card, cosines),
        seen=(display_set.uid,),
        warnings=inputs.warnings,
        device=describe(model.device),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
