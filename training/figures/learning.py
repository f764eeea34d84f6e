"""What a run wrote into its log while it learned, as curves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.figures.drawing import COLOURS, Drawn, canvas, named
from training.figures.sheets import Sheet

LOG_FILE = "log.jsonl"
_MOST_INSIDE = 3  # names of curves that leave room for the curves
_BESIDE = {"stage", "time", "step", "of", "left"}  # of a line of the log: not something that is minimised


@dataclass(frozen=True)
class Stage:
    """One stage of a run: what was looked at, and its value at each step that was noted."""

    name: str
    steps: tuple[int, ...]
    values: Mapping[str, tuple[float, ...]]


def stages_of(folder: Path) -> tuple[Stage, ...]:
    """The stages of a run in the order of their first line; where one went back, what it went over again."""
    path = folder / LOG_FILE
    if not path.exists():
        return ()
    lines: dict[str, list[dict[str, object]]] = {}
    for text in path.read_text(encoding="utf-8").splitlines():
        line = _parsed(text)
        if line is None:
            continue
        attempt = lines.setdefault(str(line["stage"]), [])
        while attempt and _step(attempt[-1]) >= _step(line):  # gone back to a checkpoint, or begun anew
            attempt.pop()
        attempt.append(line)
    return tuple(_stage(name, attempt) for name, attempt in lines.items())


def learning_curves(stages: tuple[Stage, ...], columns: int = 3) -> Drawn:
    """A panel per stage: what was minimised, and the look at the validation patients that chose the epoch."""
    rows = -(-len(stages) // columns)
    figure, panels = canvas(rows, columns, (2.7, 2.3))
    for axes, stage in zip(panels, stages, strict=False):
        for n, (name, values) in enumerate(stage.values.items()):
            kept = [(s, v) for s, v in zip(stage.steps, values, strict=True) if v == v]
            style = "-" if name != "validation" else "--"
            axes.plot(*zip(*kept, strict=True), color=COLOURS[n % len(COLOURS)], linewidth=1.1,
                      linestyle=style, marker="." if len(kept) < 4 else "", label=name)  # fmt: skip
        named(axes, stage.name, "step", "loss")
        if _over_decades(stage):
            axes.set_yscale("log")
        below: dict[str, Any] = {
            "loc": "upper center",
            "bbox_to_anchor": (0.5, -0.22),
            "ncols": 3,
            "columnspacing": 1.0,
        }
        axes.legend(fontsize=7, frameon=False, **(below if len(stage.values) > _MOST_INSIDE else {}))
    for axes in panels[len(stages) :]:
        axes.remove()
    return Drawn("training_curves", figure, (_sheet(stages),))


def _sheet(stages: tuple[Stage, ...]) -> Sheet:
    rows = [
        (stage.name, step, name, value)
        for stage in stages
        for name, values in stage.values.items()
        for step, value in zip(stage.steps, values, strict=True)
        if value == value
    ]
    about = "Losses of each stage as it learned; validation: on the patients that chose the epoch."
    return Sheet("Training curves", about, ("stage", "step", "loss", "value"), tuple(rows))


def _stage(name: str, lines: list[dict[str, object]]) -> Stage:
    keys = sorted({key for line in lines for key, v in line.items() if _is_loss(key, v)})
    values = {key: tuple(_number(line.get(key)) for line in lines) for key in keys}
    return Stage(name, tuple(_step(line) for line in lines), values)


def _is_loss(key: str, value: object) -> bool:
    return key not in _BESIDE and isinstance(value, int | float)


def _parsed(text: str) -> dict[str, object] | None:
    """One line of the log; None for a line that a crash cut short."""
    try:
        line = json.loads(text)
    except json.JSONDecodeError:
        return None
    return line if isinstance(line, dict) and "stage" in line and "step" in line else None


def _step(line: dict[str, object]) -> int:
    return int(_number(line["step"]))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


def _over_decades(stage: Stage) -> bool:
    seen = [v for values in stage.values.values() for v in values if v == v]
    return bool(seen) and min(seen) > 0 and max(seen) > 20 * min(seen)
