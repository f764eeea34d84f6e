"""Left-ventricular volumes from a short-axis cine stack: outlines in all slices and phases, then mL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.card import Card, Target
from inference.errors import NotApplicableError
from inference.imaging.study import Study
from inference.model import Inputs, Model
from inference.models.ventricle_crops import centre_of, crops_of, on_picture, window_of
from inference.models.ventricle_geometry import SliceGeometry
from inference.models.ventricle_grid import (
    Maps,
    crop_map,
    motion_centre,
    smoothed,
)
from inference.models.ventricle_masks import Below, below_valve, tidied
from inference.models.ventricle_reading import VentricleReading, measured
from inference.models.ventricle_series import choose, why_none
from inference.models.ventricle_stack import HINT, ShortAxis, read_short_axis
from inference.networks.lv_unet import LVUNet, LVUNetConfig, config_from_json
from inference.place import Place
from inference.progress import Report, share, silent
from inference.weights import load_weights

CHUNK = 40  # pictures in the network at a time
SCOUTS = 4  # phases in which the ventricle is looked for
LEAST_CAVITY_ML = 15.0
LEAST_SLICES = 3

TARGETS = (
    Target("lvedv", "LV end-diastolic volume", "mL", threshold=214.0, group="measure"),
    Target("lvesv", "LV end-systolic volume", "mL", threshold=90.0, group="measure"),
    Target("lvef", "LV ejection fraction", "%", threshold=50.0, group="measure", below=True),
)
"""In the order of the scores. Cut-offs are those of large adults; they know neither sex nor body size."""


@dataclass(frozen=True, eq=False)
class Names:
    """How the reader knows the slices: title and series of each display set, and the frame of reference."""

    titles: Mapping[str, str]
    series: Mapping[str, str]
    frame_of_reference_uid: str = ""


class VentricleModel(Model):
    """Scores are measured on masks; the outlines themselves say what was counted, so no map explains them."""

    attributed: ClassVar[tuple[str, ...]] = ()
    network: LVUNet

    def __init__(self, card: Card, network: LVUNet) -> None:
        super().__init__(card, network)
        self._last: tuple[Tensor, Below] | None = None

    @property
    def config(self) -> LVUNetConfig:
        """Shape of the network."""
        return self.network.config

    def prepare(self, study: Study, report: Report = silent) -> Inputs:
        """Read the short-axis stack with most slices; NotApplicableError where there is none."""
        choice = choose(study)
        if not choice.parts:
            why = f"not eligible: {why_none(choice, study)}."
            raise NotApplicableError(why, hint=HINT, excluded=choice.excluded)
        stack = read_short_axis(choice.parts, share(report, 0.0, 0.6))
        report(0.6, "Finding the heart")
        sets = {part.display_set.uid: part.display_set for part in choice.parts}
        names = Names(
            {uid: d.title for uid, d in sets.items()},
            {uid: d.series_uid for uid, d in sets.items()},
            choice.parts[0].display_set.frame_of_reference_uid,
        )
        tensors = self.tensors_of(stack)
        report(0.9, "Looking for the ventricle")
        self._refuse_without_cavity(tensors)
        places = _places(stack.geometry, tensors, names)
        warnings = stack.warnings + above_valve(self._below(tensors), len(places))
        return Inputs(study.uid, tensors, places, choice.excluded, warnings)

    def tensors_of(self, stack: ShortAxis) -> dict[str, Tensor]:
        """What the network sees of a stack, and what puts its answer back into the patient."""
        geometry = stack.geometry
        frames = torch.from_numpy(smoothed(stack.frames, geometry.spacing_mm, self.config.pixel_mm))
        crop = self.locate(frames, geometry.spacing_mm)
        return {
            "frames": crops_of(frames, crop, self.config)[None],
            "crop": torch.from_numpy(crop)[None],
            "shape": torch.tensor([stack.frames.shape[-2:]]),
            "affines_lps": torch.from_numpy(geometry.affines_lps)[None],
            "times_ms": torch.from_numpy(geometry.times_ms)[None],
            "positions": torch.tensor([[position for _, position in geometry.sources]]),
        }

    def locate(self, frames: Tensor, spacing_mm: tuple[float, float]) -> Maps:
        """The crop around what beats in (positions, phases, rows, columns), then around what is found."""
        size, pixel_mm = self.config.size, self.config.pixel_mm
        centre = motion_centre(frames.numpy(), spacing_mm)
        few = frames[:, :: max(1, frames.shape[1] // SCOUTS)]
        for _ in range(2):
            crop = crop_map(centre, spacing_mm, size, pixel_mm)
            centre = centre_of(self.probabilities(crops_of(few, crop, self.config)), crop) or centre
        return crop_map(centre, spacing_mm, size, pixel_mm)

    def probabilities(self, crops: Tensor) -> Tensor:
        """(positions, phases, size, size) grey values -> chance that each pixel is cavity."""
        flat = crops.flatten(0, 1)[:, None].to(self.device)
        with torch.inference_mode():
            starts = range(0, len(flat), CHUNK)
            found = torch.cat([torch.sigmoid(self.network(flat[n : n + CHUNK])) for n in starts])
        return found[:, 0].view(crops.shape).cpu()

    def masks(self, tensors: Mapping[str, Tensor]) -> NDArray[np.bool_]:
        """(positions, phases, rows, columns) on the scanner's pixels, of a batch of one."""
        return self._below(tensors).masks

    def _below(self, tensors: Mapping[str, Tensor]) -> Below:
        """The last answer is kept: scores, outlines and the check of a study all ask for it."""
        if self._last is None or self._last[0] is not tensors["frames"]:
            geometry = _geometry(tensors)
            masks = tidied(self._back(tensors), geometry.base_first, min(geometry.spacing_mm))
            self._last = tensors["frames"], below_valve(masks, geometry.base_first)
        return self._last[1]

    def _back(self, tensors: Mapping[str, Tensor]) -> NDArray[np.float32]:
        """(positions, phases, rows, columns) chance of cavity; zero where the network did not look."""
        rows, columns = tensors["shape"][0].tolist()
        crop = tensors["crop"][0].numpy()
        window = window_of(crop, self.config.size, (rows, columns))
        found = on_picture(self.probabilities(tensors["frames"][0]), crop, window)
        whole = np.zeros((*found.shape[:2], rows, columns), np.float32)
        whole[:, :, window[0] : window[1], window[2] : window[3]] = found
        return whole

    def read(self, inputs: Inputs) -> VentricleReading:
        """Outlines, volume curve and ejection fraction of a prepared study."""
        positions = inputs.tensors["positions"][0].tolist()
        sources = tuple((place.display_set_uid, n) for place, n in zip(inputs.places, positions, strict=True))
        geometry = _geometry(inputs.tensors, sources)
        below = self._below(inputs.tensors)
        return measured(below.masks, geometry, warnings=inputs.warnings, caveat=self.card.caveat)

    def scores(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(1, 3) end-diastolic and end-systolic volume, ejection fraction: measured, not learnt."""
        reading = measured(self.masks(tensors), _geometry(tensors))
        return torch.tensor([[reading.edv_ml, reading.esv_ml, reading.ef_percent]], dtype=torch.float32)

    def intervals(self, inputs: Inputs) -> tuple[tuple[float, float] | None, ...] | None:
        """95 % intervals, as far as the experts' outlines lay from ours in held-out patients.

        They speak of outlines alone: a slice at the base that is counted wrongly is not in them.
        """
        reach = self.card.config.get("reach")
        if reach is None:
            return None
        edv, esv, ef = self.scores(inputs.tensors)[0].tolist()
        low, high = reach["lvef"]
        return (
            *(
                (value * reach[name][0], value * reach[name][1])
                for name, value in (("lvedv", edv), ("lvesv", esv))
            ),
            (max(0.0, ef + low), min(100.0, ef + high)),
        )

    def parts(self, inputs: Inputs) -> Mapping[str, Tensor]:  # noqa: ARG002 - the interface of every model
        """Nothing is attributed."""
        return {}

    def _refuse_without_cavity(self, tensors: Mapping[str, Tensor]) -> None:
        reading = measured(self.masks(tensors), _geometry(tensors))
        slices = int(reading.masks[:, reading.curve.diastole].any(axis=(1, 2)).sum())
        if slices < LEAST_SLICES or reading.edv_ml < LEAST_CAVITY_ML:
            why = "no left ventricle was found in the pictures that beat"
            raise NotApplicableError(f"not eligible: {why}.", hint=HINT)


def above_valve(below: Below, positions: int) -> tuple[str, ...]:
    """What to tell the reader about slices left out at the base."""
    if not below.above:
        return ()
    *most, last = (str(n + 1) for n in sorted(below.above))
    named = f"slices {', '.join(most)} and {last}" if most else f"slice {last}"
    return (f"Not counted, as above the valve: {named} of {positions}.",)


def _geometry(tensors: Mapping[str, Tensor], sources: tuple[tuple[str, int], ...] = ()) -> SliceGeometry:
    return SliceGeometry(tensors["affines_lps"][0].numpy(), tensors["times_ms"][0].numpy(), sources)


def _places(geometry: SliceGeometry, tensors: Mapping[str, Tensor], names: Names) -> tuple[Place, ...]:
    """One place per slice: the square that the network saw, through the slab that it stands for."""
    crop, size = tensors["crop"][0].numpy(), tensors["frames"].shape[-1]
    middle = crop @ ((size - 1) / 2, (size - 1) / 2, 1.0)
    places = []
    for n, (uid, _) in enumerate(geometry.sources):
        affine = geometry.affines_lps[n].copy()
        affine[:3, 3] = geometry.to_lps_mm(n, middle[None])[0]
        affine[:3, 1:3] = affine[:3, 1:3] @ crop[:, :2] * size
        affine[:3, 0] = geometry.normal_lps * geometry.slabs_mm[n]
        places.append(
            Place(
                display_set_uid=uid,
                series_uid=names.series[uid],
                title=names.titles[uid],
                frame_of_reference_uid=names.frame_of_reference_uid,
                shape=(1, 1, 1),
                index=np.zeros((1, 3), np.int64),
                affine_lps=affine,
            )
        )
    return tuple(places)


def load(card: Card, folder: Path, device: torch.device) -> VentricleModel:
    """The trained model in `folder`; WeightsError where its weights are not those of the card."""
    network = LVUNet(config_from_json(card.config))
    load_weights(network, folder, card)
    return VentricleModel(card, network.eval().requires_grad_(False).to(device))
