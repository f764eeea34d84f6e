"""The loop: one stage of learning that can be interrupted anywhere and goes on as if it had not been."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from training.checkpoint import Progress, load_checkpoint, save_checkpoint
from training.recipe import Schedule

LOG = logging.getLogger("training")
Losses = Mapping[str, Tensor]
"""Parts of the loss by name; their sum is what is learnt."""


@dataclass(frozen=True)
class Run:
    """Where a run keeps its state, and how often."""

    folder: Path
    seed: int
    save_every: int = 50
    log_every: int = 10
    half: bool = False

    def path(self, stage: str) -> Path:
        """Checkpoint of a stage."""
        return self.folder / f"{stage}.safetensors"

    def note(self, stage: str, **values: float | str) -> None:
        """One line for people, one for machines."""
        LOG.info("%s  %s", stage, "  ".join(f"{k} {_short(v)}" for k, v in values.items()))
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({"stage": stage, "time": time.time(), **values}) + "\n")


@dataclass(frozen=True, eq=False)
class Stage:
    """What to learn: `losses(step)` on the parameters of `network` that ask for gradients."""

    name: str
    network: nn.Module
    losses: Callable[[int], Losses]
    schedule: Schedule


def fit(stage: Stage, run: Run, *, stop_after: int | None = None) -> None:
    """Learn until the schedule ends, from the last checkpoint on. `stop_after` ends this call early."""
    trainable = [p for p in stage.network.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(
        trainable, lr=0.0, weight_decay=stage.schedule.weight_decay, betas=(0.9, 0.98)
    )
    steps = stage.schedule.steps
    at = load_checkpoint(run.path(stage.name), stage.network, optimiser) or Progress(0, steps)
    if at.done:
        return
    stage.network.train()
    clock = _Clock(at.step)
    for step in range(at.step, min(steps, stop_after or steps)):
        parts = _step(stage, run, step, optimiser, trainable)
        if step % run.log_every == 0 or step == steps - 1:
            run.note(stage.name, step=step + 1, of=steps, **parts, left=clock.left(step + 1, steps))
        if (step + 1) % run.save_every == 0 or step == steps - 1:
            save_checkpoint(run.path(stage.name), stage.network, optimiser, Progress(step + 1, steps))


def rate_at(schedule: Schedule, step: int) -> float:
    """Learning rate of one step."""
    rise = min(1.0, (step + 1) / max(1, schedule.warmup))
    return schedule.learning_rate * rise * 0.5 * (1 + math.cos(math.pi * step / schedule.steps))


def seed_of(seed: int, stage: str, step: int) -> int:
    """The seed of one step: what a step draws depends on nothing that came before it."""
    words = f"{seed}/{stage}/{step}".encode()
    return int.from_bytes(hashlib.sha256(words).digest()[:4], "big")


def _step(
    stage: Stage, run: Run, step: int, optimiser: torch.optim.Optimizer, trainable: list[nn.Parameter]
) -> dict[str, float]:
    torch.manual_seed(seed_of(run.seed, stage.name, step))
    rate = rate_at(stage.schedule, step)
    for group in optimiser.param_groups:
        group["lr"] = rate
    device = trainable[0].device.type
    with torch.autocast(device, torch.bfloat16, enabled=run.half):
        parts = stage.losses(step)
    loss = torch.stack(list(parts.values())).sum()
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]  # torch does not annotate it
    norm = nn.utils.clip_grad_norm_(trainable, 1.0)
    if torch.isfinite(norm):  # a step that is not finite teaches nothing
        optimiser.step()
    return {name: float(value.detach()) for name, value in parts.items()}


class _Clock:
    """Time left, from the steps of this process."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._start = time.monotonic()

    def left(self, step: int, steps: int) -> str:
        per_step = (time.monotonic() - self._start) / (step - self._first)
        seconds = round(per_step * (steps - step))
        return f"{seconds // 60}:{seconds % 60:02d}"


def _short(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"
