"""A MONAI bundle as a model: its network is MONAI's own, its weights are data, its settings are read.

No code of a bundle runs: TorchScript is refused, a `.pt` is loaded as bare tensors or not at all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.card import Card
from inference.errors import NotApplicableError
from inference.imaging.read import read_volume
from inference.imaging.resample import resample
from inference.imaging.segments import SegmentMap
from inference.imaging.study import DisplaySet, Kind, Study
from inference.imaging.volume import Volume
from inference.model import Inputs, Model
from inference.models.monai_config import BundleSpec, Intensity, read_spec
from inference.models.monai_settings import refused
from inference.models.monai_weights import network_of, state_of
from inference.models.t3d_grid import gaussian
from inference.models.t3d_reading import CTReading, segment_map
from inference.models.t3d_volume import Original, labels_on, original_of
from inference.place import Place
from inference.prediction import Exclusion
from inference.progress import Report, share, silent
from inference.weights import sha256_of

LEAST_SLICES = 8
MOST_VOXELS = 120_000_000  # of the working grid; beyond, its logits would not fit into memory
_LPS = {"L": (0, 1), "R": (0, -1), "P": (1, 1), "A": (1, -1), "S": (2, 1), "I": (2, -1)}
_HINT = "A bundle reads one volume of the kind that it was made for."


@dataclass(frozen=True, eq=False)
class Working:
    """The grid that the network reads: shape and affine, in the order of its own axes."""

    shape: tuple[int, int, int]
    affine_lps: NDArray[np.float64]


class BundleModel(Model):
    """Its scores are volumes in mL, measured on its masks; the masks are the reason."""

    attributed: ClassVar[tuple[str, ...]] = ()

    def __init__(self, card: Card, network: nn.Module, spec: BundleSpec) -> None:
        super().__init__(card, network)
        self.spec = spec
        self._last: tuple[Tensor, Volume] | None = None

    def prepare(self, study: Study, report: Report = silent) -> Inputs:
        """Read the volume with most slices of the bundle's modality."""
        chosen, excluded = _chosen(study, self.spec.modality)
        if chosen is None:
            why = f"the study holds no {self.spec.modality} volume of at least {LEAST_SLICES} slices"
            raise NotApplicableError(f"not eligible: {why}.", hint=_HINT)
        volume = read_volume(chosen, share(report, 0.0, 0.8))
        report(0.8, "Bringing the volume to the bundle's grid")
        tensors = self.tensors_of(volume, original_of(chosen))
        place = Place(
            chosen.uid, chosen.series_uid, chosen.title, chosen.frame_of_reference_uid, (1, 1, 1),
            np.zeros((1, 3), np.int64), volume.affine_lps,
        )  # fmt: skip
        return Inputs(study.uid, tensors, (place,), excluded, volume.warnings)

    def tensors_of(self, volume: Volume, original: Original | None = None) -> dict[str, Tensor]:
        """The volume on the bundle's grid, and what puts masks back onto the scanner's."""
        if np.issubdtype(volume.voxels.dtype, np.floating) and not np.isfinite(volume.voxels).all():
            raise NotApplicableError("not eligible: it holds values that are no numbers.", hint=_HINT)
        working = working_grid(volume, self.spec)
        if math.prod(working.shape) * len(self.spec.labels) > MOST_VOXELS * 4:
            size = " x ".join(map(str, working.shape))
            raise NotApplicableError(
                f"not eligible: on the bundle's grid it has {size} voxels, too many for the memory.",
                hint="Choose a series that covers less of the patient.",
            )
        outside = float(volume.voxels.min())
        found = resample(volume, working.shape, working.affine_lps, outside=outside)
        own = original or Original(volume.shape, volume.affine_lps)
        return {
            "image": torch.from_numpy(scaled(found.voxels, self.spec.intensity))[None, None],
            "affine_lps": torch.from_numpy(working.affine_lps)[None],
            "original_shape": torch.tensor([own.shape]),
            "original_affine_lps": torch.from_numpy(own.affine_lps.copy())[None],
        }

    def labels(self, tensors: Mapping[str, Tensor], report: Report = silent) -> Volume:
        """Masks on the scanner's grid; kept, as scores and masks of one study both ask for them."""
        if self._last is None or self._last[0] is not tensors["image"]:
            with torch.inference_mode():
                logits = slid(self.network, tensors["image"][0], self.spec, share(report, 0.0, 0.8))
            if self.spec.activation == "sigmoid":  # channels of their own: the strongest above one half
                logits = torch.cat((torch.zeros_like(logits[:1]), logits))
            k, j, i = tensors["image"].shape[2:]
            empty = np.broadcast_to(np.float32(0), (k, j, i))
            working = Volume(empty, tensors["affine_lps"][0].numpy())
            shape = tensors["original_shape"][0].tolist()
            original = Original((shape[0], shape[1], shape[2]), tensors["original_affine_lps"][0].numpy())
            self._last = tensors["image"], labels_on(logits, working, original, share(report, 0.8, 1.0))
        return self._last[1]

    def scores(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(1, segments) volumes in mL."""
        labels = self.labels(tensors)
        held = segment_map(labels, self.segment_names, "", "").volumes_ml
        return torch.tensor([list(held.values())], dtype=torch.float32)

    @property
    def segment_names(self) -> tuple[str, ...]:
        """Names by label; 0 is the background."""
        own = self.spec.labels
        return ("background", *own) if self.spec.activation == "sigmoid" else own

    def parts(self, inputs: Inputs) -> Mapping[str, Tensor]:  # noqa: ARG002 - the interface of every model
        """Nothing is attributed."""
        return {}

    def read(self, inputs: Inputs, report: Report = silent) -> CTReading:
        """The masks in the patient."""
        place = inputs.places[0]
        labels = self.labels(inputs.tensors, report)
        found: SegmentMap = segment_map(
            labels, self.segment_names, place.frame_of_reference_uid, place.series_uid
        )
        return CTReading(
            inputs.study_uid, place.display_set_uid, self.card.key, found, (), (), None, None,
            self.card.caveat, inputs.warnings,
        )  # fmt: skip


def working_grid(volume: Volume, spec: BundleSpec) -> Working:
    """The grid along the patient's axes that the bundle asks for, in the order of its axes."""
    axes = np.zeros((3, 3))
    for column, letter in enumerate(spec.axcodes):
        axis, sign = _LPS[letter]
        axes[axis, column] = sign
    ends = np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in volume.shape])).reshape(3, -1).T
    corners = volume.to_lps_mm(ends) @ axes
    low, extent = corners.min(0), np.ptp(corners, axis=0)
    along = np.abs(axes.T @ volume.directions_lps).argmax(1)
    own = np.asarray(volume.spacing_mm)[along]
    steps = own if spec.spacing_mm is None else np.asarray(spec.spacing_mm)
    a, b, c = np.maximum(1, np.round(extent / steps)).astype(int).tolist()
    affine = np.eye(4)
    affine[:3, :3] = axes * steps
    affine[:3, 3] = axes @ (low + steps / 2)
    return Working((a, b, c), affine)


def scaled(values: NDArray[Any], intensity: Intensity) -> NDArray[np.float32]:
    """Values as the bundle's network was taught to see them."""
    found = values.astype(np.float32)
    if intensity.window is not None:
        low, high = intensity.window
        bottom, top = intensity.range
        made = (found - low) / (high - low) * (top - bottom) + bottom
        return np.clip(made, bottom, top).astype(np.float32) if intensity.clip else made.astype(np.float32)
    inside = found != 0 if intensity.nonzero else np.ones(found.shape, bool)
    if not inside.any():
        return found
    mean, spread = found[inside].mean(), found[inside].std() or 1.0
    return np.where(inside, (found - mean) / spread, found).astype(np.float32)


def slid(network: nn.Module, image: Tensor, spec: BundleSpec, report: Report = silent) -> Tensor:
    """(1, *shape) -> (channels, *shape) logits, joined by Gaussian weights."""
    roi = spec.roi
    shape = image.shape[1:]
    padded = [max(n, r) for n, r in zip(shape, roi, strict=True)]
    whole = nn.functional.pad(
        image, [0, padded[2] - shape[2], 0, padded[1] - shape[1], 0, padded[0] - shape[0]]
    )
    weight = torch.from_numpy(gaussian(roi, 0.125))
    device = next(network.parameters()).device
    total, sums = None, torch.zeros(padded)
    starts = [(k, j, i) for k in _at(padded[0], roi[0], spec) for j in _at(padded[1], roi[1], spec)
              for i in _at(padded[2], roi[2], spec)]  # fmt: skip
    for n, (k, j, i) in enumerate(starts):
        report(n / len(starts), f"part {n + 1} of {len(starts)}")
        here = (slice(k, k + roi[0]), slice(j, j + roi[1]), slice(i, i + roi[2]))
        answer = network(whole[:, *here][None].to(device))
        logits = (answer[0] if isinstance(answer, tuple | list) else answer)[0].float().cpu()
        total = torch.zeros(len(logits), *padded) if total is None else total
        total[:, *here] += logits * weight
        sums[here] += weight
    assert total is not None  # there is always one part
    return (total / sums)[:, : shape[0], : shape[1], : shape[2]]


def _at(size: int, roi: int, spec: BundleSpec) -> list[int]:
    step = max(1, int(roi * (1 - min(max(spec.overlap, 0.0), 0.9))))
    return sorted({min(n, size - roi) for n in range(0, max(1, size - roi + step), step)})


def load(card: Card, folder: Path, device: torch.device) -> BundleModel:
    """The bundle in `folder`, ready to answer; every tensor has to fit."""
    spec = read_spec(folder)
    if sha256_of(spec.weights) != card.weights_sha256:
        raise refused(folder, "its weights changed since it was listed")
    network = network_of(spec)
    try:
        network.load_state_dict(state_of(spec), strict=True)
    except RuntimeError as error:
        raise refused(folder, f"its weights do not fit {spec.network[0]}") from error
    return BundleModel(card, network.eval().requires_grad_(False).to(device), spec)


def _chosen(study: Study, modality: str) -> tuple[DisplaySet | None, tuple[Exclusion, ...]]:
    fit = [
        d
        for d in study.display_sets
        if d.modality == modality and d.kind is Kind.VOLUME and d.shape[0] >= LEAST_SLICES
        and d.first.samples_per_pixel == 1
    ]  # fmt: skip
    best = max(fit, key=lambda d: d.shape[0], default=None)
    others = (d for d in study.display_sets if d is not best)
    why = f"not the {modality} volume with most slices"
    return best, tuple(Exclusion(d.uid, d.title, why) for d in others)
