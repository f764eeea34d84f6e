"""Published checkpoints of the cardiac encoder: whole or not at all, and never run."""

import pytest
import torch
from safetensors.torch import save_file

from inference.errors import WeightsError
from inference.networks.cardiac_config import bundled, full
from inference.networks.cardiac_mvit import Cardiac
from inference.networks.cardiac_published import encoder_names, imported, load_encoder, load_kinetics


@pytest.fixture(scope="module")
def network():
    return fresh(0)


def fresh(seed):
    torch.manual_seed(seed)
    return Cardiac(bundled()).eval()


def test_the_full_size_has_the_published_tensors_and_parameters():
    with torch.device("meta"):
        network = Cardiac(full())
    state = network.state_dict()
    names = encoder_names(full())
    count = sum(state[name].numel() for name in names)
    assert len(names) == 377
    assert count == pytest.approx(36.30e6 + 512 * 769, abs=5e3)
    assert state["video_encoder.blocks.3.attn.pool_q.weight"].shape == (96, 1, 3, 3, 3)
    assert state["video_encoder.cls_positional_encoding.pos_embed_spatial"].shape == (1, 56 * 56, 96)


def test_importing_takes_the_exact_prefix_away_and_leaves_other_towers_behind(network):
    names = encoder_names(bundled())
    state = {f"model.{name}": network.state_dict()[name] for name in names}
    found = imported({**state, "model.text.weight": torch.zeros(1), "loss": torch.zeros(1)}, bundled())
    assert set(found) == set(names)
    for ending in ("pos_embed_spatial", "pos_embed_temporal"):  # their last letters are in the prefix
        assert any(name.endswith(ending) for name in found)


def test_a_checkpoint_without_one_tensor_is_refused(network):
    names = encoder_names(bundled())
    state = {f"model.{name}": network.state_dict()[name] for name in names}
    del state["model.video_encoder.cls_positional_encoding.pos_embed_spatial"]
    with pytest.raises(WeightsError, match=r"1 of \d+ tensors are missing"):
        imported(state, bundled())


@pytest.mark.parametrize("name", ["weights.safetensors", "epoch=599-step=124200.ckpt"])
def test_a_checkpoint_fills_the_encoder_and_leaves_the_heads(network, tmp_path, name):
    state = {f"model.{k}": v.clone() for k, v in network.state_dict().items() if not k.startswith("fusion.")}
    path = tmp_path / name
    if path.suffix == ".ckpt":
        torch.save({"epoch": 599, "state_dict": {**state, "model.text.weight": torch.zeros(1)}}, path)
    else:
        save_file(state, path)
    target = fresh(1)
    heads = {k: v.clone() for k, v in target.fusion.state_dict().items()}
    load_encoder(target, path)
    x = torch.rand(2, 8, 64, 64)
    assert torch.equal(target.encode_clips(x), network.encode_clips(x))
    assert all(torch.equal(v, heads[k]) for k, v in target.fusion.state_dict().items())


def test_kinetics_weights_start_the_encoder_without_its_classifier(network, tmp_path):
    state = dict(network.video_encoder.state_dict())
    path = tmp_path / "MVIT_B_16x4.pyth"
    torch.save({"model_state": {**state, "head.proj.weight": torch.zeros(400, 128)}}, path)
    target = fresh(1)
    load_kinetics(target, path)
    x = torch.rand(1, 8, 64, 64)
    assert torch.equal(target.video_encoder(x), network.video_encoder(x))


def test_weights_of_another_size_are_refused_in_words(network, tmp_path):
    state = {f"model.{k}": v.clone() for k, v in network.state_dict().items() if not k.startswith("fusion.")}
    state["model.video_proj.bias"] = torch.zeros(512)
    save_file(state, tmp_path / "other.safetensors")
    with pytest.raises(WeightsError, match=r"video_proj.bias has \(512,\) instead of \(128,\)"):
        load_encoder(fresh(1), tmp_path / "other.safetensors")


def test_a_file_that_holds_more_than_tensors_is_never_run(network, tmp_path):
    path = tmp_path / "trap.ckpt"
    torch.save({"state_dict": Trap()}, path)
    with pytest.raises(WeightsError, match="more than tensors"):
        load_encoder(network, path)


class Trap:
    def __reduce__(self):
        return (print, ("run",))
