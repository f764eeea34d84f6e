"""Hanging protocols as readable files. A file that cannot be used is named in a sentence and hides no other.

A file holds a title, rules and stages; a stage holds a layout and, for its viewports, wishes ("slots").
Where there is one stage only, its layout and slots may stand beside the title. The product's own files are
in resources/hanging, the reader's in the folder "hanging" beside the settings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import resources
from app.layouts import Layout
from app.manner import MOST_DEG, STRAIGHT, Manner, ViewKind, turned_from
from app.protocols import NOTHING, Protocol, Rule, Screen, Stage, Wish
from app.viewer.look import Slab
from app.viewer.volume_presets import volume_presets
from inference.errors import ProtocolError
from inference.imaging.files import write_atomic
from inference.imaging.study import Triple

ABOUT = ("modality", "kind", "body part", "words", "prior", "sets")
STUDIES = ("current", "prior", NOTHING)
HINT = "The other protocols are not affected. Mend the file, or remove it from {folder}."
LARGEST_BYTES = 1 << 20
MOST = 10_000  # points or millimetres
_STAGE = frozenset({"title", "layout", "slots", "shrinks", "windows"})
_MANNER = frozenset({"view", "slab_mm", "slab", "preset", "turned_deg"})
_WISH = _MANNER | {"words", "plane", "kind", "of", "modality", "up_to_mm", "fused"}


@dataclass(frozen=True)
class ProtocolFolder:
    """What a folder holds: protocols by name, and one error for each file that cannot be used."""

    protocols: tuple[Protocol, ...] = ()
    troubles: tuple[ProtocolError, ...] = ()


@lru_cache(maxsize=1)
def shipped_protocols() -> tuple[Protocol, ...]:
    """Those that come with the product."""
    return read_protocols(resources.path("hanging"))


def read_protocols(folder: Path, *, own: bool = False) -> tuple[Protocol, ...]:
    """The protocols of a folder by name."""
    return read_folder(folder, own=own).protocols


def read_folder(folder: Path, *, own: bool = False) -> ProtocolFolder:
    """The protocols of a folder by name, and what is wrong with the files that hold none."""
    found, troubles = list[Protocol](), list[ProtocolError]()
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(read_protocol(path, own=own))
        except ProtocolError as error:
            troubles.append(error)
    return ProtocolFolder(tuple(found), tuple(troubles))


def read_protocol(path: Path, *, own: bool = False) -> Protocol:
    """One file. Raises ProtocolError with what is wrong, and where."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ValueError("it is too large")
        told = json.loads(path.read_text("utf-8"))
        return _protocol(path.stem, _object(told, "the file"), own=own)
    except json.JSONDecodeError as error:
        reason = f"line {error.lineno} is not JSON: {error.msg.lower()}"
    except UnicodeDecodeError:
        reason = "it is not text in UTF-8"
    except OSError as error:
        reason = f"it cannot be read: {error.strerror}"
    except RecursionError:
        reason = "its lists stand too deep in each other"
    except ValueError as error:
        reason = str(error)
    sentence = f"The hanging protocol {path.name} cannot be used: {reason}."
    raise ProtocolError(sentence, hint=HINT.format(folder=path.parent))


def _protocol(key: str, told: Mapping[str, Any], *, own: bool) -> Protocol:
    _known(told, {"title", "rules", "stages", *_STAGE}, "the file")
    title = _text(told, "title", "the file")
    if not title:
        raise ValueError("it has no title")
    rules = tuple(_rule(rule, f"rule {n}") for n, rule in enumerate(_list(told, "rules", "the file"), 1))
    if "stages" in told:
        stages = tuple(_stage(s, f"stage {n}") for n, s in enumerate(_list(told, "stages", "the file"), 1))
    else:
        one = {name: value for name, value in told.items() if name in _STAGE and name != "title"}
        stages = (_stage(one, "the file"),)
    if not stages:
        raise ValueError("it has no stage")
    return Protocol(key, title, rules, stages, own)


def _rule(told: Any, where: str) -> Rule:
    told = _object(told, where)
    _known(told, {"about", "like", "weight", "required"}, where)
    about = _one_of(told, "about", ABOUT, where)
    weight, required = _number(told, "weight", where, 1.0), _flag(told, "required", where, usual=False)
    return Rule(about, _pattern(told, "like", where), weight, required)


def _stage(told: Any, where: str) -> Stage:
    told = _object(told, where)
    _known(told, _STAGE, where)
    screens = tuple(
        _screen(screen, f"window {n} of {where}") for n, screen in enumerate(_list(told, "windows", where), 2)
    )
    shrinks = _flag(told, "shrinks", where, usual=True)
    first = _screen({name: told[name] for name in ("layout", "slots") if name in told}, where)
    return Stage(first.layout, first.slots, shrinks, _text(told, "title", where), screens)


def _screen(told: Any, where: str) -> Screen:
    told = _object(told, where)
    _known(told, {"layout", "slots"}, where)
    layout = Layout(_one_of(told, "layout", [layout.value for layout in Layout], where))
    slots = [_wish(wish, f"viewport {n} of {where}") for n, wish in enumerate(_list(told, "slots", where), 1)]
    return Screen(layout, tuple(slots))


def _wish(told: Any, where: str) -> Wish:
    told = _object(told, where)
    _known(told, _WISH, where)
    return Wish(
        _pattern(told, "words", where),
        _text(told, "plane", where),
        _text(told, "kind", where),
        _one_of(told, "of", STUDIES, where) if "of" in told else "current",
        _pattern(told, "modality", where),
        _manner(told, where) if told.keys() & _MANNER else None,
        _number(told, "up_to_mm", where),
        _pattern(told, "fused", where),
    )


def _manner(told: Mapping[str, Any], where: str) -> Manner:
    view = _one_of(told, "view", [kind.value for kind in ViewKind], where) if "view" in told else "stack"
    slab = _one_of(told, "slab", [kind.value for kind in Slab], where) if "slab" in told else Slab.MEAN
    preset = _text(told, "preset", where)
    if preset and preset not in {p.key for p in volume_presets()}:
        raise ValueError(f'{where} asks for the preset "{preset}", which there is not')
    slab_mm, turned = _number(told, "slab_mm", where), _turned(told, where)
    return Manner(ViewKind(view), slab_mm, Slab(slab), preset, turned)


def _turned(told: Mapping[str, Any], where: str) -> Triple:
    try:
        return turned_from(told.get("turned_deg") or STRAIGHT)
    except (ValueError, TypeError):
        reason = f"is not three angles of at most {MOST_DEG} degrees"
        raise ValueError(f'"turned_deg" of {where} {reason}') from None


def _object(told: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise ValueError(f"{where} is not an object of names and values")
    return told


def _known(told: Mapping[str, Any], names: Sequence[str] | set[str] | frozenset[str], where: str) -> None:
    for name in told:
        if name not in names:
            raise ValueError(f'{where} has a "{name[:40]}", which means nothing here')


def _list(told: Mapping[str, Any], name: str, where: str) -> list[Any]:
    found = told.get(name, [])
    if not isinstance(found, list):
        raise ValueError(f'"{name}" of {where} is not a list')
    return found


def _text(told: Mapping[str, Any], name: str, where: str) -> str:
    found = told.get(name, "")
    if not isinstance(found, str):
        raise ValueError(f'"{name}" of {where} is not a text')
    return found


def _number(told: Mapping[str, Any], name: str, where: str, usual: float = 0.0) -> float:
    found = told.get(name, usual)
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= MOST:
        raise ValueError(f'"{name}" of {where} is not a number from 0 to {MOST:,}')
    return float(found)


def _flag(told: Mapping[str, Any], name: str, where: str, *, usual: bool) -> bool:
    found = told.get(name, usual)
    if not isinstance(found, bool):
        raise ValueError(f'"{name}" of {where} is neither true nor false')
    return found


def _one_of(told: Mapping[str, Any], name: str, offered: Sequence[str], where: str) -> str:
    found = _text(told, name, where)
    if found not in offered:
        raise ValueError(f'"{name}" of {where} is "{found[:40]}"; it may be {", ".join(offered)}')
    return found


def _pattern(told: Mapping[str, Any], name: str, where: str) -> str:
    found = _text(told, name, where)
    try:
        re.compile(found)
    except re.error as error:
        raise ValueError(f'"{name}" of {where} is no pattern: {error}') from error
    return found


def write_protocol(protocol: Protocol, folder: Path) -> Path:
    """Write it as a readable file; the same title again takes its place."""
    told = {
        "title": protocol.title,
        "rules": [asdict(rule) for rule in protocol.rules],
        "stages": [_told_stage(stage) for stage in protocol.stages],
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{protocol.key}.json"
    write_atomic(path, json.dumps(told, indent=2).encode())
    return path


def _told_stage(stage: Stage) -> dict[str, Any]:
    told: dict[str, Any] = {"title": stage.title} if stage.title else {}
    told |= {"layout": stage.layout.value, "shrinks": stage.shrinks}
    told["slots"] = [_told_wish(wish) for wish in stage.slots]
    if stage.further:
        told["windows"] = [
            {"layout": screen.layout.value, "slots": [_told_wish(wish) for wish in screen.slots]}
            for screen in stage.further
        ]
    return told


def _told_wish(wish: Wish) -> dict[str, Any]:
    names = ("words", "plane", "kind", "of", "modality", "fused")
    told = {name: getattr(wish, name) for name in (*names, "up_to_mm") if getattr(wish, name)}
    return told | (wish.manner.told() if wish.manner else {})
