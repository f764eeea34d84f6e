"""A MONAI bundle's configuration, read as data: nothing in it is ever executed.

What a bundle may say is a list of names that are known here; anything else is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.models.monai_settings import plain, read_settings, refused, settings_of, steps_of

WEIGHTS = ("model.safetensors", "model.pt")
NETWORKS = ("UNet", "BasicUNet", "SegResNet", "SwinUNETR", "UNETR", "DynUNet")
_AXIS = {"L": 0, "R": 0, "P": 1, "A": 1, "S": 2, "I": 2}


@dataclass(frozen=True)
class Intensity:
    """What is done to the values: a window brought to 0..1 (or another range), or mean and spread."""

    window: tuple[float, float] | None = None
    range: tuple[float, float] = (0.0, 1.0)
    clip: bool = False
    nonzero: bool = False


@dataclass(frozen=True)
class BundleSpec:
    """Everything that is needed to run a bundle.

    network     name and arguments of one of MONAI's networks
    axcodes     orientation of the input, such as "RAS"
    spacing_mm  along its axes; None keeps that of the volume
    labels      name of each channel or class, the background first where `activation` is "softmax"
    """

    folder: Path
    title: str
    version: str
    task: str
    modality: str
    licence: str
    network: tuple[str, Mapping[str, Any]]
    weights: Path
    axcodes: str
    spacing_mm: tuple[float, float, float] | None
    intensity: Intensity
    roi: tuple[int, int, int]
    overlap: float
    activation: str
    labels: tuple[str, ...]


def read_spec(folder: Path) -> BundleSpec:
    """What the bundle in `folder` says; WeightsError where it is none, or wants what is not known here."""
    metadata = read_settings(folder / "configs" / "metadata.json")
    config = settings_of(folder)
    network = _network(config)
    orientation, spacing, intensity = _preparation(steps_of(config, "preprocessing"))
    activation, labels = _answer(metadata, config, network)
    roi, overlap = _inferer(config)
    return BundleSpec(
        folder=folder,
        title=str(metadata.get("name") or folder.name),
        version=str(metadata.get("version", "?")),
        task=str(metadata.get("task", "segmentation")),
        modality=_modality(metadata),
        licence=_licence(folder),
        network=network,
        weights=_weights(folder),
        axcodes=orientation,
        spacing_mm=spacing,
        intensity=intensity,
        roi=roi,
        overlap=overlap,
        activation=activation,
        labels=labels,
    )


def _weights(folder: Path) -> Path:
    for name in WEIGHTS:
        path = folder / "models" / name
        if path.is_file():
            return path
    raise refused(folder, f"it has no models/{WEIGHTS[0]} and no models/{WEIGHTS[1]}")


def _network(config: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    folder = config[""]
    definition = config.get("network_def", config.get("network"))
    if not isinstance(definition, Mapping) or not isinstance(definition.get("_target_"), str):
        raise refused(folder, "it does not say which network it is for")
    name = definition["_target_"].rsplit(".", 1)[-1]
    if name not in NETWORKS:
        raise refused(folder, f"its network {name!r} is not one of {', '.join(NETWORKS)}")
    arguments = {key: plain(value, config) for key, value in definition.items() if not key.startswith("_")}
    if arguments.get("spatial_dims", 3) != 3 or arguments.get("in_channels", 1) != 1:
        raise refused(folder, "its network does not read one volume with three axes")
    return name, arguments


def _preparation(
    steps: Sequence[Mapping[str, Any]],
) -> tuple[str, tuple[float, float, float] | None, Intensity]:
    orientation, spacing, intensity = "RAS", None, Intensity()
    for step in steps:
        match step["_target_"]:
            case "Orientationd":
                orientation = str(step.get("axcodes", "RAS"))
            case "Spacingd":
                a, b, c = (float(n) for n in step["pixdim"])
                spacing = (a, b, c)
            case "ScaleIntensityRanged":
                intensity = Intensity(
                    (float(step["a_min"]), float(step["a_max"])),
                    (float(step.get("b_min", 0.0)), float(step.get("b_max", 1.0))),
                    bool(step.get("clip", False)),
                )
            case "NormalizeIntensityd":
                intensity = Intensity(nonzero=bool(step.get("nonzero", False)))
            case other:
                raise refused(step[""], f"its preparation {other!r} is not known here")
    if sorted(_AXIS.get(letter, -1) for letter in orientation) != [0, 1, 2]:
        raise refused(steps[0][""], f"its orientation {orientation!r} does not name the patient's three axes")
    return orientation, spacing, intensity


def _inferer(config: Mapping[str, Any]) -> tuple[tuple[int, int, int], float]:
    inferer = config.get("inferer", {})
    if not isinstance(inferer, Mapping) or "SlidingWindowInferer" not in str(inferer.get("_target_", "")):
        raise refused(config[""], "it does not read volumes by a sliding window")
    size = plain(inferer.get("roi_size", (96, 96, 96)), config)
    if not isinstance(size, list) or len(size) != 3:
        raise refused(config[""], f"its sub-volumes of {size} have not three edges")
    a, b, c = (int(n) for n in size)
    if not all(16 <= n <= 512 for n in (a, b, c)):
        raise refused(config[""], f"its sub-volumes of {a} x {b} x {c} voxels are not of a sensible size")
    return (a, b, c), float(plain(inferer.get("overlap", 0.25), config))


def _answer(
    metadata: Mapping[str, Any], config: Mapping[str, Any], network: tuple[str, Mapping[str, Any]]
) -> tuple[str, tuple[str, ...]]:
    steps = steps_of(config, "postprocessing")
    names = {step["_target_"] for step in steps}
    sigmoid = any(step.get("sigmoid") for step in steps)
    if unknown := names - {"Activationsd", "AsDiscreted", "KeepLargestConnectedComponentd"}:
        raise refused(config[""], f"what it does with its answer ({sorted(unknown)[0]!r}) is not known here")
    count = int(network[1].get("out_channels", 2))
    outputs = metadata.get("network_data_format", {}).get("outputs", {}).get("pred", {})
    named = outputs.get("channel_def", {})
    labels = tuple(str(named.get(str(n), f"class {n}")) for n in range(count))
    return ("sigmoid" if sigmoid else "softmax"), labels


def _modality(metadata: Mapping[str, Any]) -> str:
    image = metadata.get("network_data_format", {}).get("inputs", {}).get("image", {})
    named = str(image.get("modality", "")).upper()
    return "CT" if "CT" in named else "MR" if "M" in named else "CT"


def _licence(folder: Path) -> str:
    found = folder / "LICENSE"
    first = found.read_text(errors="replace").strip().splitlines()[:1] if found.is_file() else []
    return first[0].strip()[:80] if first else "not stated by the bundle"
