"""How each method is asked for an explanation: its options, its budget, its function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from explain.attribution import Attribution
from inference.errors import NotApplicableError
from inference.progress import Report

if TYPE_CHECKING:
    from explain.encodings import EncodingCache
    from inference.model import Inputs, Model


@dataclass(frozen=True, eq=False)
class Request:
    """One target of one study before one model, and the reader's wishes."""

    model: Any  # a Model, or a UnitModel where the method needs one
    inputs: Inputs
    target: str
    options: Mapping[str, Any]
    cache: EncodingCache


def _lime(request: Request, report: Report) -> Attribution:
    from explain.lime import PRESETS, lime

    given = {**_budget(request.model), **request.options}
    options = _options(PRESETS, given)
    return lime(
        request.model, request.inputs, request.target, options=options, cache=request.cache, report=report
    )


def _rollout(request: Request, report: Report) -> Attribution:
    from explain.attention import rollout
    from explain.attention_rows import PRESETS
    from explain.loop_rollout import rollout_of_loops

    options = _options(PRESETS, request.options)
    follow = rollout if request.model.attention == "sequence" else rollout_of_loops
    return follow(request.model, request.inputs, request.target, options=options, report=report)


def _integrated_gradients(request: Request, report: Report) -> Attribution:
    from explain.integrated_gradients import PRESETS, integrated_gradients

    options = _options(PRESETS, request.options)
    return integrated_gradients(request.model, request.inputs, request.target, options=options, report=report)


def _frames(request: Request, report: Report) -> Attribution:
    from explain.lime import PRESETS
    from explain.moments import lime_by_moment

    options = _options({"default": PRESETS["default"]}, request.options)
    return lime_by_moment(
        request.model, request.inputs, request.target, options=options, cache=request.cache, report=report
    )


EXPLAINERS: Mapping[str, Callable[[Request, Report], Attribution]] = {
    "lime": _lime,
    "rollout": _rollout,
    "integrated_gradients": _integrated_gradients,
    "frames": _frames,
}


def _options(presets: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    """The preset with the given fields changed; NotApplicableError for one that it does not have."""
    changes = dict(given)
    name = changes.pop("preset", "default")
    if name not in presets:
        raise NotApplicableError(
            f"There is no preset “{name}”.", hint=f"Choose one of: {', '.join(presets)}."
        )
    known = [field.name for field in fields(presets[name])]
    unknown = [key for key in changes if key not in known]
    if unknown:
        raise NotApplicableError(
            f"The method has no option “{unknown[0]}”.", hint=f"Choose from: {', '.join(known)}."
        )
    return replace(presets[name], **changes)


def _budget(model: Model) -> Mapping[str, int]:
    """How thoroughly LIME asks, where the reader does not say: what one answer costs differs by family."""
    if getattr(model, "moves", False):
        return {"blocks": BLOCKS_OF_LOOPS}  # as many for every target: none encodes anew
    return BUDGETS.get(model.card.family, {})


BLOCKS_OF_LOOPS = 2
BUDGETS: Mapping[str, Mapping[str, int]] = {"t3d": {"blocks": 2, "finest": 64}}  # a third of a second a mask
