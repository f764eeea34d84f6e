"""Frozen values to plain JSON values and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, fields, replace
from pathlib import Path
from typing import Any

from app.desk import Desk
from app.layouts import Layout
from app.overlays import Overlay, OverlayMode
from inference.card import Card, card_from_json, card_to_json
from inference.imaging.facts import StudyFacts
from inference.imaging.study import Frame, Instance, Patient, Window
from inference.prediction import Exclusion, Prediction

PREDICTION_FIELDS = ("seen", "warnings", "device", "seconds", "versions")
PARTS: Mapping[str, Callable[..., Any]] = {"windows": Window, "frame_headers": Frame}  # in an instance
DEFAULTS = {kind: [(f.name, f.default) for f in fields(kind)] for kind in (Instance, Window, Frame)}
INSTANCE_FIELDS = frozenset(f.name for f in fields(Instance)) - {"path"}


def instance_to_plain(instance: Instance) -> dict[str, Any]:
    """What a header says, without the path."""
    plain = _told(instance)
    del plain["path"]
    return plain | {name: [_told(part) for part in plain[name]] for name in PARTS if name in plain}


def instance_from_plain(path: Path, plain: Mapping[str, Any]) -> Instance:
    """The instance of a file; fields that this version does not know are passed over."""
    values = {name: plain[name] for name in INSTANCE_FIELDS & plain.keys()}
    for name, part in PARTS.items():
        if name in values:
            values[name] = [part(**_tupled_values(told)) for told in values[name]]
    return Instance(path=path, **_tupled_values(values))


def study_facts_from_plain(plain: Mapping[str, Any]) -> StudyFacts:
    """What a file says about its study, from `asdict`."""
    return StudyFacts(**{**plain, "patient": Patient(**plain["patient"])})


def card_to_plain(card: Card) -> dict[str, Any]:
    """A model's card as it was when the model answered."""
    return card_to_json(card)


def prediction_to_plain(prediction: Prediction) -> dict[str, Any]:
    """What goes with the findings of a prediction."""
    plain = {name: getattr(prediction, name) for name in PREDICTION_FIELDS}
    intervals = {f.target.name: f.interval for f in prediction.findings if f.interval is not None}
    return plain | {
        "excluded": [asdict(exclusion) for exclusion in prediction.excluded],
        "intervals": intervals,
    }


def prediction_from_plain(
    study_uid: str, card: Mapping[str, Any], created: str, plain: Mapping[str, Any]
) -> Prediction:
    """A prediction that still lacks its findings."""
    values = {name: _tupled(plain[name]) for name in PREDICTION_FIELDS}
    excluded = tuple(Exclusion(**exclusion) for exclusion in plain["excluded"])
    return Prediction(study_uid, card_from_json(card), (), excluded=excluded, created=created, **values)


def desk_to_plain(desk: Desk) -> dict[str, Any]:
    """How a study was on the screen; decisions are kept with the findings."""
    return {
        "layout": desk.layout,
        "slots": desk.slots,
        "windows": {uid: asdict(window) for uid, window in desk.windows.items()},
        "overlay": asdict(desk.overlay),
    }


def desk_from_plain(plain: Mapping[str, Any]) -> Desk:
    """The desk as it was laid."""
    overlay = Overlay(**{**plain["overlay"], "mode": OverlayMode(plain["overlay"]["mode"])})
    desk = replace(Desk(), layout=Layout(plain["layout"]), overlay=overlay).with_slots(plain["slots"])
    for uid, window in plain["windows"].items():
        desk = desk.with_window(uid, Window(**window))
    return desk


def _told(value: Any) -> dict[str, Any]:
    """The fields of a dataclass that are not at their default: most headers are silent about most things."""
    told = ((name, getattr(value, name), usual) for name, usual in DEFAULTS[type(value)])
    return {name: said for name, said, usual in told if usual is MISSING or said != usual}


def _tupled_values(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _tupled(value) for name, value in plain.items()}


def _tupled(value: Any) -> Any:
    """Lists as the tuples that frozen values hold."""
    return tuple(_tupled(item) for item in value) if isinstance(value, list) else value
