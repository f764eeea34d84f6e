"""Two studies of one patient side by side: registration, the change in every score, the top elements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.reading import DEFAULT_MODEL, explain_study, predict_study
from app.report.content import Failure, chosen_finding
from explain.attribution import Attribution
from inference.errors import NotApplicableError, ReviewError
from inference.imaging.study import DisplaySet, Kind, Study
from inference.prediction import Finding, Prediction, State
from inference.progress import Report, share, silent

if TYPE_CHECKING:
    from inference.imaging.register import Registration

PLAIN = {Kind.VOLUME}


@dataclass(frozen=True)
class Change:
    """One target before and after. `delta` is None where one of the studies has no score."""

    before: Finding
    after: Finding

    @property
    def title(self) -> str:
        """Of the target, as a radiologist reads it."""
        return self.after.target.title

    @property
    def delta(self) -> float | None:
        """Score after less score before, in the target's unit."""
        if self.before.score is None or self.after.score is None:
            return None
        return self.after.score - self.before.score

    @property
    def words(self) -> str:
        """What became of the finding: new, gone, persistent, absent, or not comparable with the reason."""
        if self.delta is None:
            lacking = self.before if self.before.score is None else self.after
            when = "prior" if lacking is self.before else "current"
            said = f"not comparable: {when} study {lacking.state.value}"
            return f"{said}: {lacking.reason}" if lacking.reason else f"{said}."
        words = {(False, True): "new", (True, False): "gone", (True, True): "persistent"}
        found = (self.before.state is State.FINDING, self.after.state is State.FINDING)
        return words.get(found, "not above threshold in either")


@dataclass(frozen=True, eq=False)
class Comparison:
    """Prior and current study of one patient. `registration` is None where `not_registered` says why."""

    pre: Study
    post: Study
    pre_prediction: Prediction
    post_prediction: Prediction
    changes: tuple[Change, ...]  # largest change first
    pair: tuple[DisplaySet, DisplaySet] | None  # the display sets shown side by side
    registration: Registration | None
    not_registered: str
    pre_attribution: Attribution | None
    post_attribution: Attribution | None
    failures: tuple[Failure, ...]
    warnings: tuple[str, ...]

    @property
    def not_comparable(self) -> str:
        """Why no score can be compared; empty where at least one can."""
        if any(change.delta is not None for change in self.changes):
            return ""
        return self.changes[0].words if self.changes else "not comparable: the model has no targets."


def compare_studies(
    pre: Study,
    post: Study,
    model_key: str = DEFAULT_MODEL,
    report: Report = silent,
    *,
    method: str = "lime",
    target: str = "",
) -> Comparison:
    """Read both, register the best matching series, explain the target that changed most in both."""
    before = predict_study(pre, model_key, share(report, 0.0, 0.2))
    after = predict_study(post, model_key, share(report, 0.2, 0.4))
    changes = changes_between(before, after)
    pair = best_pair(pre, post)
    registration, why_not = register_pair(pair, share(report, 0.4, 0.7))
    chosen = target or _most_changed(changes)
    explained = [
        _explain(study, model_key, method, chosen, share(report, start, start + 0.15))
        for study, start in ((pre, 0.7), (post, 0.85))
    ]
    return Comparison(
        pre=pre,
        post=post,
        pre_prediction=before,
        post_prediction=after,
        changes=changes,
        pair=pair,
        registration=registration,
        not_registered=why_not,
        pre_attribution=explained[0][0],
        post_attribution=explained[1][0],
        failures=tuple(f for _, f in explained if f is not None),
        warnings=comparison_warnings(pre, post),
    )


def changes_between(before: Prediction, after: Prediction) -> tuple[Change, ...]:
    """One change per target; largest first, without a score last."""
    if before.card.weights_sha256 != after.card.weights_sha256:
        raise NotApplicableError(
            "The two studies were read by different weights and cannot be compared.",
            hint="Run the same model on both.",
        )
    changes = [Change(f, after.finding(f.target.name)) for f in before.findings]
    return tuple(sorted(changes, key=lambda c: -abs(c.delta) if c.delta is not None else 1.0))


def best_pair(pre: Study, post: Study) -> tuple[DisplaySet, DisplaySet] | None:
    """The two volumes that are most alike: same weighting by name and echo, same plane, many slices."""
    pairs = [
        (_likeness(pre, a, post, b), a, b)
        for a in pre.display_sets
        if a.kind in PLAIN
        for b in post.display_sets
        if b.kind in PLAIN and a.modality == b.modality
    ]
    return max(pairs, key=lambda p: p[0])[1:] if pairs else None


def register_pair(
    pair: tuple[DisplaySet, DisplaySet] | None, report: Report = silent
) -> tuple[Registration | None, str]:
    """Rigid registration of prior (moving) onto current (fixed), or the sentence why there is none."""
    from inference.imaging.read import read_volume
    from inference.imaging.register import register

    if pair is None:
        return None, "not comparable: the studies share no volume of one modality"
    try:
        moving = read_volume(pair[0], share(report, 0.0, 0.1))
        fixed = read_volume(pair[1], share(report, 0.1, 0.2))
        return register(fixed, moving, share(report, 0.2, 1.0)), ""
    except ReviewError as error:
        return None, f"not comparable: {error} {error.hint}"


def comparison_warnings(pre: Study, post: Study) -> tuple[str, ...]:
    """What a reader must know before trusting a comparison."""
    warnings = []
    if pre.patient.id and post.patient.id and pre.patient.id != post.patient.id:
        warnings.append(f"The patient IDs differ: {pre.patient.id} and {post.patient.id}.")
    if pre.date and post.date and pre.date > post.date:
        warnings.append("The study given as prior is the later one.")
    if pre.uid == post.uid:
        warnings.append("Both are the same study.")
    return tuple(warnings)


def _likeness(pre: Study, a: DisplaySet, post: Study, b: DisplaySet) -> float:
    words = [
        {w for w in f"{s.series_of(d).title} {d.split_by}".lower().replace("_", " ").split() if w}
        for s, d in ((pre, a), (post, b))
    ]
    shared = len(words[0] & words[1]) / max(len(words[0] | words[1]), 1)
    echo = 1.0 - min(abs((a.first.echo_time_ms or 0) - (b.first.echo_time_ms or 0)) / 100, 1.0)
    return 2 * shared + echo + 0.5 * (a.plane == b.plane) + min(a.shape[0], b.shape[0]) / 1000


def _most_changed(changes: tuple[Change, ...]) -> str:
    scored = [c for c in changes if c.delta is not None and c.after.target.group == "diagnosis"]
    return scored[0].after.target.name if scored else ""


def _explain(
    study: Study, model_key: str, method: str, target: str, report: Report
) -> tuple[Attribution | None, Failure | None]:
    if not target:
        return None, None
    try:
        return explain_study(study, model_key, method, target, report), None
    except ReviewError as error:
        return None, Failure(method, target, str(error), error.hint)


def default_target(prediction: Prediction) -> str:
    """The target that a reader asks about first; empty where the model gave no score."""
    finding = chosen_finding(prediction)
    return finding.target.name if finding else ""
