"""LIME over a study beside the `lime` package around a whole-study call per sample, at equal map quality."""

from __future__ import annotations

import contextlib
import io
import time
from dataclasses import dataclass, replace

import numpy as np
import torch
from lime.lime_image import LimeImageExplainer
from numpy.typing import NDArray

from explain.attribution import Attribution
from explain.designs import bernoulli, hadamard_block
from explain.encodings import Encoder, EncodingCache
from explain.lime import PRESETS, lime
from explain.ridge import fit
from inference.model import Inputs
from tests.benchmarks.row import Row
from tests.benchmarks.subject import one_thread, origin, phantom, prima, strongest

Numbers = NDArray[np.float64]

SERIES = ("T1", "T2", "FLAIR", "T1C", "DWI")
TRIED = (250, 500, 750, 1000, 1500, 2000, 3000)  # masks per series for the package
TIMED = 40  # of the package's samples per series are run; its time is extrapolated from them
TRUTH = 8  # fold-over blocks of another seed that stand for the truth


@dataclass(frozen=True)
class Quality:
    """Correlation with the truth, ours and the package's, and how many masks the package takes for it."""

    ours: float
    package: float
    masks: int


def rows() -> list[Row]:
    """Time at equal quality, and the coefficients themselves."""
    with one_thread():
        study = phantom(0, "high-grade glioma", series=SERIES)[1]
        target = strongest(study)
        package = [_by_the_package(study, target, unit) for unit in range(len(study.places))]
        sample = sum(spent for _, spent in package)
        return [_time(study, target, sample), _coefficients(study, target, package[0][0])]


def _time(study: Inputs, target: str, package_sample: float) -> Row:
    start = time.process_time()
    ours = lime(prima(), study, target, cache=EncodingCache())
    mine = time.process_time() - start
    quality = _quality(study, target, ours)
    package = quality.masks * package_sample
    return Row(
        what=f"LIME, {len(study.places)} series, {sum(map(len, study.places)):,} blocks",
        ours=f"{mine:.1f} s",
        peer=f"lime package {package:.0f} s, extrapolated from {TIMED} samples per series",
        ratio=mine / package,
        hold="<= 0.1x",
        holds=mine <= 0.1 * package,
        note=f"correlation with the truth: ours {quality.ours:.3f} from {ours.parameters['masks']} masks, "
        f"the package's recipe {quality.package:.3f} from {quality.masks} per series; {origin()}",
    )


def _quality(study: Inputs, target: str, ours: Attribution) -> Quality:
    """On one series: the fewest of the package's masks that reach our correlation, or the most tried."""
    unit = int(np.argmin([len(place) for place in study.places]))
    encoder, size = Encoder(prima(), study), len(study.places[unit])

    def answers(masks: NDArray[np.bool_]) -> Numbers:
        return encoder.scores_of_unit(unit, encoder.masked(unit, masks), target)

    blocks = [hadamard_block(size, 99, block=n) for n in range(TRUTH)]
    truth = np.mean([block.effects(answers(block.masks)) for block in blocks], axis=0)
    found = _correlation(ours.units[unit].scores, truth)
    masks = bernoulli(size, max(TRIED), 0)
    scores, seen = answers(masks), masks.astype(float)
    for count in TRIED:
        theirs = _correlation(fit(seen[:count], scores[:count], np.ones(count), 1.0).coefficients, truth)
        if theirs >= found:
            break
    return Quality(found, theirs, count)


def _coefficients(study: Inputs, target: str, theirs: Numbers) -> Row:
    options = replace(PRESETS["lime"], runs=TIMED)
    ours = lime(prima(), study, target, options=options).units[0].scores
    apart = float(np.abs(ours - theirs).max() / np.abs(theirs).max())
    return Row(
        what=f"LIME coefficients, the same {TIMED} masks",
        ours="preset lime",
        peer="lime package 0.2",
        ratio=apart,
        hold="largest difference <= 1e-4 of the largest",
        holds=apart <= 1e-4,
        note="single precision, end to end; the ratio is the difference",
    )


def _by_the_package(study: Inputs, target: str, unit: int) -> tuple[Numbers, float]:
    """LimeImageExplainer on one pixel per block: its coefficients, and its time per sample."""
    size, column = len(study.places[unit]), prima().card.index(target)
    image, segments = np.ones((1, size, 3)), np.arange(size)[None]

    def whole_study(images: NDArray[np.float64]) -> Numbers:
        scores = [_scores(study, unit, picture[0, :, 0] > 0)[column] for picture in images]
        return np.array(scores)[:, None]

    start = time.process_time()
    with contextlib.redirect_stderr(io.StringIO()):  # its progress bar
        made = LimeImageExplainer(random_state=0).explain_instance(
            image, whole_study, labels=(0,), top_labels=None, hide_color=0, num_samples=TIMED, random_seed=0,
            segmentation_fn=lambda _image: segments,
        )  # fmt: skip
    spent = (time.process_time() - start) / TIMED
    return np.array([value for _, value in sorted(made.local_exp[0])]), spent


def _scores(study: Inputs, unit: int, keep: NDArray[np.bool_]) -> Numbers:
    mask = study.tensors["token_mask"].clone()
    mask[0, unit, : len(keep)] = torch.from_numpy(keep)
    with torch.no_grad():
        return prima().scores({**study.tensors, "token_mask": mask})[0].double().numpy()


def _correlation(one: Numbers, other: Numbers) -> float:
    return float(np.corrcoef(one, other)[0, 1])
