"""What explanations are measured on: Prima before phantoms that it has not seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.model import Inputs
from inference.models import catalogue
from inference.models.prima import PrimaModel, Source
from inference.models.prima_tokens import StudyTokens, collate
from inference.models.prima_untrained import untrained
from inference.networks.prima_config import TOKEN, bundled
from inference.place import Place
from training.phantoms.brain import BrainCase, brain_case

HELD_OUT = 2_500_000  # seeds from here on belong to no split of the training
SERIES = ("FLAIR", "T1C", "DWI")
NAMES = ("ax t1", "ax t2", "ax t2 flair", "ax dwi b1000", "ax t1 +c")


@lru_cache
def prima() -> PrimaModel:
    """The bundled model where it is installed, else one of its size with random weights."""
    if "prima" in set(catalogue.keys()):
        model = catalogue.load("prima", torch.device("cpu"))
        assert isinstance(model, PrimaModel)
        return model
    return untrained(bundled(diagnoses=16))


def origin() -> str:
    """Which weights these are, for the notes of a row."""
    return prima().card.weights_origin


def phantom(number: int, lesion: str, series: tuple[str, ...] = SERIES) -> tuple[BrainCase, Inputs]:
    """A held-out phantom with one kind of lesion, as the model sees it."""
    case = brain_case(HELD_OUT + number, lesions=(lesion,), series=series, pixel_mm=(1.2, 1.3))
    sources = [
        Source(s.volume, s.description, f"set{n}", f"1.2.{n}", s.description)
        for n, s in enumerate(case.series)
    ]
    return case, prima().prepare_volumes(f"phantom-{case.seed}", "MRI brain", sources)


def strongest(study: Inputs) -> str:
    """The answer that rises most over an input without content."""
    model = prima()
    with torch.no_grad():
        empty = model.scores({**study.tensors, **model.baseline(study)})
        rises = (model.scores(study.tensors) - empty)[0, : model.config.diagnoses]
    return model.card.targets[int(rises.argmax())].name


def tokens(sizes: tuple[int, ...], seed: int = 0) -> Inputs:
    """Made-up tokens, where only their number matters."""
    generator = torch.Generator().manual_seed(seed)
    series = [torch.randn(size, TOKEN, generator=generator) for size in sizes]
    study = StudyTokens(series, [NAMES[n % 5] for n in range(len(sizes))], "MRI brain")
    places = tuple(_row(n, size) for n, size in enumerate(sizes))
    return Inputs("made-up", collate([study]), places)


def hit(case: BrainCase, place: Place) -> NDArray[np.bool_]:
    """(elements,) which tokens of one series overlap a lesion, without its oedema."""
    found = np.zeros(len(place), bool)
    lookup = {tuple(index): n for n, index in enumerate(place.index)}
    for mask in case.masks:
        index = np.argwhere(mask.voxels == 1)
        points = index @ mask.affine_lps[:3, :3].T + mask.affine_lps[:3, 3]
        inverse = np.linalg.inv(place.affine_lps)
        cells = np.unique(np.round(points @ inverse[:3, :3].T + inverse[:3, 3]).astype(int), axis=0)
        found[[lookup[tuple(cell)] for cell in cells if tuple(cell) in lookup]] = True
    return found


def seconds(*works: Callable[[], object], repeats: int = 3) -> tuple[float, ...]:
    """Least processor time of each work; they take turns, since other programs may be running."""
    for work in works:
        work()  # warms up, and does not count
    rounds = [[_once(work) for work in works] for _ in range(repeats)]
    return tuple(map(min, zip(*rounds, strict=True)))


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread for both sides: what is compared is work, not how it is spread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def repeated(tensor: Tensor, rows: int) -> Tensor:
    """A batch of the same study."""
    return tensor.expand(rows, *tensor.shape[1:])


def _once(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _row(number: int, size: int) -> Place:
    index = np.stack(np.unravel_index(np.arange(size), (-(-size // 8), 1, 8)), 1)
    shape = (-(-size // 8), 1, 8)
    return Place(f"set{number}", f"1.2.{number}", NAMES[number % 5], "1.9", shape, index, np.eye(4))
