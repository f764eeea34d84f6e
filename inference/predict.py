"""Ask a model about a study. Whatever happens, each target ends in one of five states."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

import torch

from inference.device import describe
from inference.errors import NotApplicableError, ReviewError
from inference.imaging.study import Study
from inference.model import Inputs, Model
from inference.prediction import (
    Exclusion,
    Finding,
    Prediction,
    State,
    findings_from_scores,
    findings_without_scores,
)
from inference.progress import Cancelled, Report, share, silent


@dataclass(frozen=True)
class _Outcome:
    findings: tuple[Finding, ...]
    inputs: Inputs | None = None
    remarks: tuple[str, ...] = ()
    refused: tuple[Exclusion, ...] = ()  # what was left out where the model saw nothing


def predict(model: Model, study: Study, report: Report = silent) -> tuple[Prediction, Inputs | None]:
    """The prediction, and what the model saw (None where it saw nothing). Only Cancelled is raised."""
    start = time.perf_counter()
    outcome = _guarded(model, lambda: _answer(model, study, report))
    inputs = outcome.inputs
    prediction = Prediction(
        study_uid=study.uid,
        card=model.card,
        findings=outcome.findings,
        seen=inputs.seen if inputs else (),
        excluded=inputs.excluded if inputs else outcome.refused,
        warnings=(*outcome.remarks, *(inputs.warnings if inputs else ())),
        device=describe(model.device),
        seconds=time.perf_counter() - start,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=_versions(),
    )
    return prediction, inputs


def _answer(model: Model, study: Study, report: Report) -> _Outcome:
    inputs = model.prepare(study, share(report, 0.0, 0.9))
    report(0.9, f"Asking {model.card.title}")
    with torch.inference_mode():
        scores = model.scores(inputs.tensors)[0].double().cpu().tolist()
        intervals = model.intervals(inputs)
    report(1.0, "")
    remarks = model.remarks(inputs, scores)
    return _Outcome(findings_from_scores(model.card, scores, intervals), inputs, remarks)


def _guarded(model: Model, answer: Callable[[], _Outcome]) -> _Outcome:
    try:
        return answer()
    except Cancelled:
        raise
    except NotApplicableError as error:
        reason = str(error).removeprefix("not eligible: ")
        findings = findings_without_scores(model.card, State.NOT_ELIGIBLE, reason)
        return _Outcome(findings, refused=error.excluded)
    except ReviewError as error:
        return _Outcome(findings_without_scores(model.card, State.FAILED, str(error)))
    except (MemoryError, torch.OutOfMemoryError):
        return _Outcome(findings_without_scores(model.card, State.FAILED, "There was not enough memory."))
    except Exception as error:  # noqa: BLE001 - the boundary: a model that breaks must not take the study with it
        reason = f"The model broke ({type(error).__name__}: {error})."
        return _Outcome(findings_without_scores(model.card, State.FAILED, reason))


def _versions() -> dict[str, str]:
    found = {"torch": str(torch.__version__)}
    try:
        found["negatoscope"] = version("negatoscope")
    except PackageNotFoundError:  # run from a checkout that was never installed
        found["negatoscope"] = "not installed"
    return found
