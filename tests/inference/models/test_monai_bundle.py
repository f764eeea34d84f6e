"""A bundle's settings are read and its weights are data; what would run code is refused with the reason."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from inference.errors import NotApplicableError, WeightsError
from inference.imaging.volume import Volume
from inference.models import monai_folder
from inference.models.monai_bundle import load, scaled, working_grid
from inference.models.monai_config import Intensity, read_spec
from inference.models.monai_weights import state_of
from inference.models.t3d_volume import Original, labels_on

NETWORK = {
    "_target_": "BasicUNet", "spatial_dims": 3, "in_channels": 1, "out_channels": 2,
    "features": [4, 4, 8, 8, 8, 4],
}  # fmt: skip
CONFIG = {
    "device": "$torch.device('cuda')",
    "network_def": NETWORK,
    "preprocessing": {
        "_target_": "Compose",
        "transforms": [
            {"_target_": "LoadImaged", "keys": "image"},
            {"_target_": "Orientationd", "keys": "image", "axcodes": "RAS"},
            {"_target_": "Spacingd", "keys": "image", "pixdim": [4.0, 4.0, 4.0]},
            {
                "_target_": "ScaleIntensityRanged",
                "a_min": -200,
                "a_max": 200,
                "b_min": 0,
                "b_max": 1,
                "clip": True,
            },
        ],
    },
    "inferer": {"_target_": "SlidingWindowInferer", "roi_size": [32, 32, 32], "overlap": 0.5},
    "postprocessing": {
        "_target_": "Compose",
        "transforms": [
            {"_target_": "Activationsd", "keys": "pred", "softmax": True},
            {"_target_": "AsDiscreted", "keys": "pred", "argmax": True},
        ],
    },
}  # fmt: skip
METADATA = {
    "name": "Spleen by a friend", "version": "0.1", "task": "Spleen segmentation",
    "network_data_format": {
        "inputs": {"image": {"modality": "CT"}},
        "outputs": {"pred": {"channel_def": {"0": "background", "1": "spleen"}}},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    from monai.networks.nets import BasicUNet

    torch.manual_seed(0)
    arguments = {k: v for k, v in NETWORK.items() if k != "_target_"}
    return BasicUNet(**arguments).state_dict()


def bundle(folder: Path, state, *, config=CONFIG, weights="model.safetensors") -> Path:
    for part in ("configs", "models"):
        (folder / part).mkdir(parents=True)
    (folder / "configs/inference.json").write_text(json.dumps(config))
    (folder / "configs/metadata.json").write_text(json.dumps(METADATA))
    if weights.endswith("safetensors"):
        save_file({k: v.contiguous() for k, v in state.items()}, folder / "models" / weights)
    else:
        torch.save({"state_dict": state}, folder / "models" / weights)
    return folder


def changed(**parts):
    return {**CONFIG, **parts}


@pytest.mark.parametrize("weights", ["model.safetensors", "model.pt"])
def test_a_bundle_with_a_known_network_is_a_catalogue_entry_that_runs(tmp_path, state, monkeypatch, weights):
    bundle(tmp_path / "spleen", state, weights=weights)
    monkeypatch.setenv(monai_folder.FOLDER, str(tmp_path))
    (key,) = monai_folder.accepted()
    card = monai_folder.accepted()[key].card
    assert (card.family, card.modality, card.targets[0].unit) == ("monai", "CT", "mL")
    model = monai_folder.load(key, torch.device("cpu"))
    volume = Volume(
        np.random.default_rng(0).normal(0, 100, (20, 30, 30)).astype(np.float32), np.diag([5.0, 4, 4, 1])
    )
    tensors = model.tensors_of(volume)
    labels = model.labels(tensors)
    assert labels.shape == volume.shape
    volume_ml = float(model.scores(tensors)[0, 0])
    assert volume_ml == pytest.approx((labels.voxels == 1).sum() * 0.08, rel=1e-4)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (changed(network_def={"_target_": "my.own.Network"}), "is not one of"),
        (changed(network_def={**NETWORK, "out_channels": "$run_this()"}), "wants to execute"),
        (changed(network_def={**NETWORK, "out_channels": "@nowhere"}), "do not define"),
        (changed(network_def="$load()"), "which network"),
        (changed(inferer={"_target_": "SimpleInferer"}), "sliding window"),
        (changed(preprocessing=[{"_target_": "my.Transform"}]), "'Transform' is not known"),
        (changed(preprocessing=[{"_target_": "Orientationd", "axcodes": "XYZ"}]), "three axes"),
        (changed(network_def={**NETWORK, "in_channels": 4}), "one volume"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_the_reason(tmp_path, state, monkeypatch, config, reason):
    bundle(tmp_path / "odd", state, config=config)
    monkeypatch.setenv(monai_folder.FOLDER, str(tmp_path))
    assert not monai_folder.accepted()
    assert reason in monai_folder.refusals()["odd"]


class Evil:
    """Would run code if it were unpickled."""

    def __reduce__(self):
        return (Path.touch, (Path("/tmp/never-written-by-a-bundle"),))


def test_weights_that_hold_more_than_tensors_are_never_unpickled(tmp_path, state):
    made = bundle(tmp_path / "evil", state)
    (made / "models/model.safetensors").unlink()
    (made / "models/model.pt").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(WeightsError, match="more than tensors"):
        state_of(read_spec(made))
    assert not Path("/tmp/never-written-by-a-bundle").exists()


def test_weights_of_another_network_are_refused(tmp_path, state):
    made = bundle(tmp_path / "thin", {k: v for k, v in state.items() if "conv_0" in k})
    with pytest.raises(WeightsError, match="do not fit"):
        load(monai_folder.card_of(made, "thin"), made, torch.device("cpu"))


def test_a_reference_to_a_plain_value_is_followed(tmp_path, state):
    config = {**CONFIG, "channels": 2, "network_def": {**NETWORK, "out_channels": "@channels"}}
    assert read_spec(bundle(tmp_path / "ref", state, config=config)).labels == ("background", "spleen")


def test_values_that_are_no_numbers_are_refused(tmp_path, state):
    model = load(
        monai_folder.card_of(made := bundle(tmp_path / "nan", state), "nan"), made, torch.device("cpu")
    )
    broken = Volume(np.full((10, 10, 10), np.nan, np.float32), np.diag([4.0, 4, 4, 1]))
    with pytest.raises(NotApplicableError, match="no numbers"):
        model.tensors_of(broken)


@pytest.mark.parametrize("axcodes", ["RAS", "LPS", "SPL"])
def test_masks_come_back_to_where_they_were(tmp_path, state, axcodes):
    steps = [
        {"_target_": "Orientationd", "axcodes": axcodes}, {"_target_": "Spacingd", "pixdim": [2.0, 2.0, 2.0]}
    ]  # fmt: skip
    spec = read_spec(bundle(tmp_path / "turn", state, config=changed(preprocessing=steps)))
    affine = np.eye(4)
    affine[:3, :3] = np.array([(0, 0, 1), (0, 1, 0), (1, 0, 0)], float).T * (4.0, 2.0, 2.0)
    truth = np.zeros((10, 20, 24), np.float32)
    truth[3:6, 4:9, 10:20] = 1
    volume = Volume(truth, affine)
    grid = working_grid(volume, spec)
    from inference.imaging.resample import resample

    found = resample(volume, grid.shape, grid.affine_lps)
    logits = torch.from_numpy(np.stack([0.5 - found.voxels, found.voxels - 0.5]))
    back = labels_on(logits, Volume(found.voxels, grid.affine_lps), Original(volume.shape, affine))
    assert (back.voxels == truth).mean() > 0.99


def test_a_window_is_brought_to_its_range():
    made = scaled(np.array([-300.0, 0.0, 300.0]), Intensity((-200, 200), (0, 1), clip=True))
    assert made.tolist() == [0.0, 0.5, 1.0]


def test_a_bundle_of_the_user_s_reads_a_study_from_its_files_to_masks(tmp_path, state, monkeypatch):
    """As a radiologist brings it: a folder beside the library, then a study, then volumes in mL."""
    from inference.imaging.scan import scan
    from inference.models import catalogue
    from inference.predict import predict
    from inference.prediction import State
    from training.phantoms.chest import chest_case
    from training.phantoms.chest_dicom import write_chest_study

    bundle(tmp_path / "bundles" / "spleen", state)
    bundle(tmp_path / "bundles" / "odd", state, config=changed(network_def="$load()"))
    monkeypatch.setenv(monai_folder.FOLDER, str(tmp_path / "bundles"))
    case = chest_case(5, spacing_mm=(10.0, 6.0, 6.0), region="chest")
    (study,) = scan(write_chest_study(case, tmp_path / "ct")).studies
    (key,) = (key for key in catalogue.keys() if key.startswith("bundle_spleen"))  # noqa: SIM118 - a function
    model = catalogue.load(key)
    prediction, inputs = predict(model, study)
    (finding,) = prediction.findings
    assert finding.state in (State.FINDING, State.NO_FINDING)
    assert finding.target.unit == "mL"
    reading = model.read(inputs)
    assert reading.segments.labels.shape == study.display_sets[0].shape
    held = float((reading.segments.labels.voxels == 1).sum()) * 10 * 6 * 6 / 1000
    assert finding.score == pytest.approx(held, rel=1e-3)
    assert "which network" in monai_folder.refusals()["odd"]
    assert "not checked here" in prediction.card.weights_origin


def test_a_bundle_says_why_it_cannot_read_another_study(tmp_path, state, monkeypatch):
    from inference.imaging.study import Patient, Study
    from inference.models import catalogue
    from inference.predict import predict

    bundle(tmp_path / "spleen", state)
    monkeypatch.setenv(monai_folder.FOLDER, str(tmp_path))
    (key,) = monai_folder.accepted()
    prediction, inputs = predict(catalogue.load(key), Study("s", Patient(), "", "", "", "", "", ()))
    assert inputs is None
    assert "holds no CT volume of at least" in prediction.findings[0].reason
