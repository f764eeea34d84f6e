"""What the reader made of what a model found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from inference.prediction import Decision, Finding, Prediction


@dataclass(frozen=True, order=True)
class FindingKey:
    """Which finding is meant: of which study, model and target."""

    study_uid: str
    model_key: str
    target: str


@dataclass(frozen=True)
class Verdict:
    """What the reader made of one finding."""

    key: FindingKey
    decision: Decision = Decision.UNREVIEWED
    comment: str = ""


def finding_key(prediction: Prediction, finding: Finding) -> FindingKey:
    """The key of one finding of a prediction."""
    return FindingKey(prediction.study_uid, prediction.card.key, finding.target.name)


def with_verdicts(prediction: Prediction, verdicts: Mapping[FindingKey, Verdict]) -> Prediction:
    """The prediction as the reader has judged it."""

    def judged(finding: Finding) -> Finding:
        verdict = verdicts.get(finding_key(prediction, finding))
        if verdict is None:
            return finding
        return replace(finding, decision=verdict.decision, comment=verdict.comment)

    return replace(prediction, findings=tuple(judged(f) for f in prediction.findings))
