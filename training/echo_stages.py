"""The stages of Echo: pretext on single frames, heads on encoded frames, then layer after layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

from inference.networks.echo_vit import EchoViT, freeze_below, to_normalised
from training.checkpoint import Progress, load_checkpoint, save_checkpoint
from training.echo_cases import Patients, tensors_of
from training.echo_recipe import EchoRecipe
from training.fit import Run, Stage, fit, rate_at, seed_of
from training.recipe import Schedule

_CLIP = 5.0


class Pretext(nn.Module):
    """A frame's own two questions: which view is it, and what does it say about the values?"""

    def __init__(self, network: EchoViT) -> None:
        super().__init__()
        self.network = network
        c = network.config
        self.view = nn.Linear(c.width, c.views)
        self.values = nn.Linear(c.width, c.views * c.targets)


@dataclass(frozen=True, eq=False)
class Lesson:
    """Patients that teach and patients that validate, their values between 0 and 1."""

    train: Patients
    validation: Patients
    train_goal: Tensor
    validation_goal: Tensor


def lesson_of(train: Patients, validation: Patients, recipe: EchoRecipe) -> Lesson:
    """Both sides on the scale of the network."""
    scaling = recipe.config.scaling
    goals = [to_normalised(torch.from_numpy(p.values), scaling) for p in (train, validation)]
    return Lesson(train, validation, goals[0], goals[1])


def pretext(network: EchoViT, lesson: Lesson, recipe: EchoRecipe, run: Run) -> None:
    """Teach the transformer on single frames; what it needs beyond that is thrown away."""
    torch.manual_seed(seed_of(recipe.seed, "pretext", -1))
    module = Pretext(network)
    c, patients = recipe.config, lesson.train

    def losses(step: int) -> dict[str, Tensor]:
        rng = np.random.default_rng((recipe.seed, 3, step))
        where = [rng.integers(0, n, recipe.pretext.batch) for n in (len(patients), c.views)]
        frame = (rng.random(recipe.pretext.batch) * patients.mask[where[0], where[1]].sum(1)).astype(int)
        x = torch.from_numpy(patients.frames[where[0], where[1], frame]).float() / 255
        view = torch.from_numpy(where[1])
        feature = network.encode_frames(x)
        made = module.values(feature).view(-1, c.views, c.targets)[torch.arange(len(x)), view]
        return {
            "view": cross_entropy(module.view(feature), view),
            "values": 10 * mse_loss(made, lesson.train_goal[torch.from_numpy(where[0])]),
        }

    fit(Stage("pretext", module, losses, recipe.pretext), run)


@torch.no_grad()
def encoded(network: EchoViT, patients: Patients) -> Tensor:
    """(n, views, frames, d) features of all frames."""
    network.eval()
    n, v, t = patients.mask.shape
    found = []
    for start in range(0, n, 16):
        frames = torch.from_numpy(patients.frames[start : start + 16]).float() / 255
        found.append(network.encode_frames(frames.flatten(0, 2)).view(-1, v, t, network.config.width))
    return torch.cat(found)


def answers_from(network: EchoViT, features: Tensor, tensors: dict[str, Tensor]) -> Tensor:
    """(n, 9) between 0 and 1, from frames that are already encoded."""
    mask, which = tensors["frame_mask"], tensors["view"]
    b, v, t = mask.shape
    views = network.pool_frames(features.reshape(b * v, t, -1), mask.reshape(b * v, t), which.flatten())
    return network.join(views.view(b, v, -1), mask.any(-1), which, tensors["context"])


def train_heads(network: EchoViT, lesson: Lesson, recipe: EchoRecipe, run: Run) -> None:
    """Poolings and heads, the transformer frozen and its features computed once."""
    features, held = encoded(network, lesson.train), encoded(network, lesson.validation)
    every, other = tensors_of(lesson.train), tensors_of(lesson.validation)
    del every["frames"], other["frames"]
    freeze_below(network, 0)

    def loss(rng: np.random.Generator) -> Tensor:
        rows = torch.from_numpy(rng.integers(0, len(features), recipe.heads.batch))
        batch = hidden({name: x[rows] for name, x in every.items()}, recipe, rng)
        return mse_loss(answers_from(network, features[rows], batch), lesson.train_goal[rows])

    def validation() -> float:
        return float(mse_loss(answers_from(network, held, other), lesson.validation_goal))

    learn(Learning(f"heads-{recipe.variant}", network, loss, validation, recipe.heads), recipe, run)


def unfreeze(network: EchoViT, lesson: Lesson, recipe: EchoRecipe, run: Run) -> None:
    """More layers of the transformer per stage, from the last; each layer slower than the one above."""
    for name, (opened, steps) in zip(thaw_names(recipe), recipe.stages, strict=True):
        freeze_below(network, opened)
        schedule = replace(recipe.unfreeze, steps=steps)
        losses = _whole(network, lesson, recipe), _held(network, lesson)
        learn(Learning(name, network, *losses, schedule), recipe, run)


def thaw_names(recipe: EchoRecipe) -> tuple[str, ...]:
    """Names under which the stages of thawing are kept; no two are the same."""
    names = []
    for n, (opened, _) in enumerate(recipe.stages):
        before = sum(other == opened for other, _ in recipe.stages[:n])
        names.append(f"layers-{opened}{f'-{before + 1}' if before else ''}-{recipe.variant}")
    return tuple(names)


def some_frames(batch: dict[str, Tensor], count: int, rng: np.random.Generator) -> dict[str, Tensor]:
    """The batch with `count` frames of each loop, drawn anew each time, in their order."""
    mask = batch["frame_mask"]
    draw = torch.from_numpy(rng.random(mask.shape)) + ~mask  # those that exist come first
    chosen = draw.argsort(-1)[..., :count].sort(-1).values
    size = batch["frames"].shape[-1]
    return {
        **batch,
        "frames": batch["frames"].gather(2, chosen[..., None, None].expand(-1, -1, -1, size, size)),
        "frame_mask": mask.gather(2, chosen),
    }


def hidden(batch: dict[str, Tensor], recipe: EchoRecipe, rng: np.random.Generator) -> dict[str, Tensor]:
    """The batch with some views and some context kept from the network; never all views."""
    mask = batch["frame_mask"]
    gone = torch.from_numpy(rng.random(mask.shape[:2]) < recipe.view_drop)
    gone[torch.arange(len(gone)), torch.from_numpy(rng.integers(0, mask.shape[1], len(gone)))] = False
    context = batch["context"].view(len(mask), -1, 2)
    known = torch.from_numpy(rng.random(context.shape[:2]) >= recipe.context_drop)
    return {
        **batch,
        "frame_mask": mask & ~gone[..., None],
        "context": (context * known[..., None]).flatten(1),
    }


@dataclass(frozen=True, eq=False)
class Learning:
    """A stage with validation: what to minimise, how to judge it."""

    name: str
    network: EchoViT
    loss: Callable[[np.random.Generator], Tensor]
    validation: Callable[[], float]
    schedule: Schedule


def learn(learning: Learning, recipe: EchoRecipe, run: Run) -> None:
    """Learn to the end of the schedule and keep the best look at the validation, not the last."""
    network, schedule = learning.network, learning.schedule
    path = run.path(learning.name)
    before = load_checkpoint(path, network)
    if before is not None and before.done:
        return
    optimiser = torch.optim.AdamW(parameter_groups(network, recipe), weight_decay=schedule.weight_decay)
    best, kept = _judged(learning), _copied(network)
    run.note(learning.name, step=0, validation=best)
    for step in range(schedule.steps):
        loss = _step(learning, recipe, step, optimiser)
        if (step + 1) % recipe.check_every == 0 or step == schedule.steps - 1:
            found = _judged(learning)
            run.note(learning.name, step=step + 1, of=schedule.steps, loss=loss, validation=found)
            if found < best:
                best, kept = found, _copied(network)
                save_checkpoint(path, network, None, Progress(step, schedule.steps))
    network.load_state_dict(kept)
    save_checkpoint(path, network, None, Progress(schedule.steps, schedule.steps))


def parameter_groups(network: EchoViT, recipe: EchoRecipe) -> list[dict[str, object]]:
    """Everything that learns, each with its share of the rate: gates as the heads, lower layers slower."""
    layers = list(network.vision_transformer.layers)
    owner = {id(p): n for n, layer in enumerate(layers) for p in layer.parameters()}
    shares: dict[float, list[nn.Parameter]] = {}
    for parameter in network.parameters():
        if parameter.requires_grad:
            depth = owner.get(id(parameter))
            share = (
                1.0 if depth is None else recipe.backbone * recipe.layer_decay ** (len(layers) - 1 - depth)
            )
            shares.setdefault(share, []).append(parameter)
    return [{"params": found, "share": share, "lr": 0.0} for share, found in shares.items()]


def _step(learning: Learning, recipe: EchoRecipe, step: int, optimiser: torch.optim.Optimizer) -> float:
    seed = seed_of(recipe.seed, learning.name.removesuffix(f"-{recipe.variant}"), step)
    torch.manual_seed(seed)  # the variants of an ablation see the same batches
    learning.network.train()
    for group in optimiser.param_groups:
        group["lr"] = rate_at(learning.schedule, step) * group["share"]
    loss = learning.loss(np.random.default_rng(seed))
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]  # torch does not annotate it
    norm = nn.utils.clip_grad_norm_([p for g in optimiser.param_groups for p in g["params"]], _CLIP)
    if torch.isfinite(norm):
        optimiser.step()
    return float(loss.detach())


@torch.no_grad()
def _judged(learning: Learning) -> float:
    learning.network.eval()
    return learning.validation()


def _copied(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}


def _whole(network: EchoViT, lesson: Lesson, recipe: EchoRecipe) -> Callable[[np.random.Generator], Tensor]:
    def loss(rng: np.random.Generator) -> Tensor:
        rows: NDArray[np.int64] = rng.integers(0, len(lesson.train), recipe.unfreeze.batch)
        batch = hidden(some_frames(tensors_of(lesson.train, rows), recipe.frames_seen, rng), recipe, rng)
        return mse_loss(network.normalised(batch), lesson.train_goal[torch.from_numpy(rows)])

    return loss


def _held(network: EchoViT, lesson: Lesson) -> Callable[[], float]:
    tensors = tensors_of(lesson.validation)
    del tensors["frames"]

    def validation() -> float:
        made = answers_from(network, encoded(network, lesson.validation), tensors)
        return float(mse_loss(made, lesson.validation_goal))

    return validation
