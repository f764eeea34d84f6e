"""The methods on offer, and the one function that explains. Free of torch until it is called."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from explain.attribution import Attribution
from explain.overlap import joined
from inference.errors import ExplanationError, NotApplicableError
from inference.progress import Report, share, silent

if TYPE_CHECKING:
    from explain.encodings import EncodingCache
    from inference.card import Card
    from inference.model import Inputs, Model
from explain.requests import EXPLAINERS, Request


@dataclass(frozen=True)
class Method:
    """One way to explain, as a reader chooses it.

    needs    "units": a model that encodes series apart; "taps": attention that can be followed;
             "gradients": float inputs that gradients reach; "moments": loops, whose frames can be hidden
    presets  names for the option "preset", the default first
    """

    key: str
    title: str
    description: str
    needs: tuple[str, ...]
    presets: tuple[str, ...]


METHODS: Mapping[str, Method] = {
    method.key: method
    for method in (
        Method(
            "lime",
            "LIME",
            "Hides blocks at random and watches the score: what each block adds when it is visible.",
            ("units",),
            ("default", "prima", "lime"),
        ),
        Method(
            "rollout",
            "attention rollout",
            "Follows attention from the answer back to each block: where the model looked, for or against.",
            ("units", "taps"),
            ("default", "gradient"),
        ),
        Method(
            "integrated_gradients",
            "integrated gradients",
            "Shares out the rise of the score over an input without content; the shares add up.",
            ("gradients",),
            ("default", "captum"),
        ),
        Method(
            "frames",
            "LIME by frame",
            "Hides whole frames and whole views of loops: what each adds when it is visible.",
            ("units", "moments"),
            ("default",),
        ),
    )
}

FAMILIES: Mapping[str, frozenset[str]] = {  # what the models of a family have, known without loading any
    "cardiac": frozenset({"units", "taps", "gradients", "moments"}),
    "echo": frozenset({"units", "taps", "gradients", "moments"}),
    "monai": frozenset(),
    "prima": frozenset({"units", "taps", "gradients"}),
    "t3d": frozenset({"units", "gradients"}),
    "ventricle": frozenset(),
}


def methods_for(card: Card) -> tuple[str, ...]:
    """Keys of the methods that can explain a card's model; of an unknown family all but that of loops."""
    has = FAMILIES.get(card.family, frozenset({"units", "taps", "gradients"}))
    return tuple(key for key, method in METHODS.items() if has.issuperset(method.needs))


def applicable(model: Model) -> tuple[str, ...]:
    """Keys of the methods that can explain `model`."""
    has = _features(model)
    return tuple(key for key, method in METHODS.items() if has.issuperset(method.needs))


def explain(
    model: Model,
    inputs: Inputs,
    target: str,
    method: str,
    *,
    options: Mapping[str, Any] | None = None,
    report: Report = silent,
) -> Attribution:
    """Why `model` gave `target` its score, with the evidence for the explanation itself.

    options  "preset", fields of the method's options, and
             "evidence"    False leaves the checks by hiding out
             "randomised"  True adds the check against forgotten weights: it costs a second explanation
             "cache"       an EncodingCache; by default one is kept for the process

    NotApplicableError where the method cannot explain this model, ExplanationError where it failed:
    there is never a map that was not computed.
    """
    _require(model, method)
    request, wish = _request(model, inputs, target, dict(options or {}))
    started = time.perf_counter()
    try:
        made = EXPLAINERS[method](request, share(report, 0.0, 0.7 if wish.evidence else 1.0))
        if wish.evidence and "units" in _features(model):
            made = _with_evidence(request, method, made, share(report, 0.7, 1.0))
        if wish.randomised:
            made = _with_randomised(request, method, made, report)
    except RuntimeError as error:  # what torch raises, out-of-memory among it
        raise _failed(error) from error
    report(1.0, "")
    made = joined(made)  # after the checks, which hide the model's own elements
    return replace(made, evidence=replace(made.evidence, seconds=time.perf_counter() - started))


@dataclass(frozen=True)
class _Wish:
    evidence: bool
    randomised: bool


def _request(model: Model, inputs: Inputs, target: str, options: dict[str, Any]) -> tuple[Request, _Wish]:
    wish = _Wish(bool(options.pop("evidence", True)), bool(options.pop("randomised", False)))
    cache = options.pop("cache", None)
    return Request(model, inputs, target, options, _cache() if cache is None else cache), wish


def _failed(error: RuntimeError) -> ExplanationError:
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return ExplanationError(
        f"The explanation failed: {first}.",
        hint="Try another method, or close other programs that use the graphics card.",
    )


def _require(model: Model, method: str) -> None:
    if method not in METHODS:
        raise NotApplicableError(
            f"There is no method “{method}”.", hint=f"Choose one of: {', '.join(METHODS)}."
        )
    possible = applicable(model)
    if method not in possible:
        titles = ", ".join(METHODS[key].title for key in possible)
        raise NotApplicableError(
            f"{METHODS[method].title} cannot explain {model.card.title}: {_lacking(model, method)}.",
            hint=f"Use {titles} instead." if possible else "No method can explain this model.",
        )


def _lacking(model: Model, method: str) -> str:
    words = {
        "units": "it does not encode series apart",
        "taps": "it has no attention that can be followed",
        "gradients": "gradients do not reach its inputs",
        "moments": "it reads no loops",
    }
    has = _features(model)
    return " and ".join(words[need] for need in METHODS[method].needs if need not in has)


def _features(model: Model) -> set[str]:
    from inference.model import UnitModel

    features = set()
    if isinstance(model, UnitModel):
        features |= {"units", "moments"} if model.moves else {"units"}
    if any(name.split(".")[-1] == "tap" for name, _ in model.network.named_modules()):
        features.add("taps")
    if model.attributed:
        features.add("gradients")
    return features


def _with_evidence(request: Request, method: str, made: Attribution, report: Report) -> Attribution:
    from explain.faithfulness import with_evidence
    from explain.moments import evidence_by_moment
    from explain.views import with_left_out

    check = evidence_by_moment if method == "frames" else with_evidence
    made = check(request.model, request.inputs, made, cache=request.cache, report=report)
    return with_left_out(request.model, request.inputs, made, request.cache)


def _with_randomised(request: Request, method: str, made: Attribution, report: Report) -> Attribution:
    from explain.encodings import EncodingCache
    from explain.randomised import randomised_weights

    def again(model: Model) -> Attribution:
        other = replace(request, model=model, cache=EncodingCache())
        return EXPLAINERS[method](other, lambda _fraction, _note: report(1.0, "explaining forgotten weights"))

    check = randomised_weights(request.model, made, again)
    return replace(made, evidence=replace(made.evidence, checks=(*made.evidence.checks, check)))


@lru_cache(maxsize=1)
def _cache() -> EncodingCache:
    """The process's own cache, made when it is first needed."""
    from explain.encodings import EncodingCache

    return EncodingCache()
