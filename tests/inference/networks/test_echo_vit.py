"""The echo network: published counts and names, gates, masks, taps."""

from __future__ import annotations

import pytest
import torch
from transformers import ViTConfig, ViTModel

from explain.taps import recorded
from inference.errors import WeightsError
from inference.networks.echo_config import config_from_json, config_to_json, published
from inference.networks.echo_published import load_published, load_vision_transformer, renamed
from inference.networks.echo_vit import EchoViT, in_units, mixed, to_normalised
from tests.echo_fixtures import SCALING, network, tensors, tiny


def count(module):
    return sum(p.numel() for p in module.parameters())


@pytest.fixture(scope="module")
def full():
    with torch.device("meta"):
        return EchoViT(published())


def test_the_full_size_has_the_published_number_of_parameters(full):
    assert count(full.vision_transformer) == 86_389_248 - 590_592  # without the pooler that nobody uses
    assert count(full.vision_transformer.layers[0]) == 7_087_872
    assert count(full.temporal_attention) == 26_145
    assert count(full.regression_heads) == 9 * 231_425
    assert count(full.view_attention) + 1 == 3_076 + 1


def old_name(name):
    """The published name of one of our tensors."""
    for new, old in (
        (".attention.q_proj.", ".attention.attention.query."),
        (".attention.k_proj.", ".attention.attention.key."),
        (".attention.v_proj.", ".attention.attention.value."),
        (".attention.o_proj.", ".attention.output.dense."),
        (".mlp.fc1.", ".intermediate.dense."),
        (".mlp.fc2.", ".output.dense."),
    ):
        name = name.replace(new, old)
    return name.replace("vision_transformer.layers.", "vision_transformer.encoder.layer.")


def test_every_published_name_has_its_place_and_no_place_stays_empty(full):
    ours = set(full.state_dict())
    theirs = {old_name(name) for name in ours} | {
        "vision_transformer.pooler.dense.weight", "fusion_attention.0.weight", "fusion_attention.0.bias",
        "param_mins", "param_maxs", "log_mins", "log_maxs",
    }  # fmt: skip
    assert {renamed(name) for name in theirs} - {""} == ours


def test_a_local_vit_folder_fills_the_frames_transformer(tmp_path):
    from safetensors.torch import save_file

    source = network(1)
    old = {old_name(f"vision_transformer.{n}").removeprefix("vision_"): v
           for n, v in source.vision_transformer.state_dict().items()}  # fmt: skip
    stored = {n.replace("transformer.", "vit.", 1): v.clone() for n, v in old.items()}
    save_file({**stored, "classifier.weight": torch.zeros(3, 32)}, tmp_path / "model.safetensors")
    target = network(2)
    load_vision_transformer(target, tmp_path)
    x = torch.rand(2, 32, 32)
    assert torch.equal(target.encode_frames(x), source.encode_frames(x))


def test_a_checkpoint_with_a_part_missing_is_refused_not_half_loaded(tmp_path):
    path = tmp_path / "best_model.pth"
    torch.save({"temporal_attention.gate_weight": torch.zeros(())}, path)
    with pytest.raises(WeightsError, match="lacks param_mins"):
        load_published(path)


def test_a_pickle_with_more_than_tensors_is_never_run(tmp_path):
    path = tmp_path / "best_checkpoint.pth"
    torch.save({"history": Trap()}, path)
    with pytest.raises(WeightsError, match="more than tensors"):
        load_published(path)


class Trap:
    def __reduce__(self):
        return (print, ("run",))


def test_frames_are_encoded_as_transformers_itself_would():
    ours = network(3)
    c = ours.config
    plain = ViTModel(
        ViTConfig(hidden_size=c.width, num_hidden_layers=c.depth, num_attention_heads=c.heads,
                  intermediate_size=c.mlp, image_size=c.image, patch_size=c.patch, num_channels=1),
        add_pooling_layer=False,
    ).eval()  # fmt: skip
    plain.load_state_dict(ours.vision_transformer.state_dict())
    x = torch.rand(2, c.image, c.image)
    with torch.no_grad():
        expected = plain(((x - 0.5) / 0.5)[:, None]).last_hidden_state[:, 1:].mean(1)
        assert torch.allclose(ours.encode_frames(x), expected, atol=1e-5)


def test_shares_are_one_masked_softmax_and_sum_to_one():
    logits, mask = torch.randn(2, 5), torch.tensor([[True] * 3 + [False] * 2, [True] * 5])
    shares = mixed(logits, mask, torch.tensor(1.0))
    assert torch.allclose(shares[0, :3], logits[0, :3].softmax(0))  # no second softmax over the first
    assert torch.equal(shares[0, 3:], torch.zeros(2))
    assert torch.allclose(shares.sum(1), torch.ones(2))


def test_the_gate_mixes_attention_with_the_mean():
    logits, mask = torch.randn(1, 4), torch.ones(1, 4, dtype=torch.bool)
    half = mixed(logits, mask, torch.tensor(0.5))
    assert torch.allclose(half, 0.5 * logits.softmax(1) + 0.125)
    assert torch.allclose(mixed(logits, mask, torch.tensor(0.0)), torch.full((1, 4), 0.25))


@pytest.mark.parametrize("kind", ["content", "index", "mean"])
def test_a_missing_view_has_no_say(kind):
    net, batch = network(4, fusion=kind, temporal=kind), tensors()
    batch["frame_mask"][:, 2] = False
    before = net(batch)
    batch["frames"][:, 2] = 0.123
    assert torch.allclose(net(batch), before, atol=1e-5)


def test_without_one_view_the_answer_is_that_of_a_study_that_never_had_it():
    net, batch = network(4), tensors()
    batch["frame_mask"][:, 3] = False
    fewer = {"frames": batch["frames"][:, :3], "frame_mask": batch["frame_mask"][:, :3],
             "view": batch["view"][:, :3], "context": batch["context"]}  # fmt: skip
    assert torch.allclose(net(batch), net(fewer), atol=1e-4)


def test_frame_attention_looks_at_the_content_of_frames():
    net, batch = network(5), tensors(batch=1)
    order = torch.tensor([2, 0, 3, 1])
    seen = []
    net.temporal_attention.shares.register_forward_hook(lambda _m, _i, out: seen.append(out))
    net(batch)
    net({**batch, "frames": batch["frames"][:, :, order]})
    assert torch.allclose(seen[1], seen[0][:, order], atol=1e-5)
    assert seen[0].std() > 0


def test_a_dropped_tile_is_gone():
    net, x = network(6), torch.rand(2, 32, 32)
    keep = torch.ones(2, 16, dtype=torch.bool)
    assert torch.allclose(net.encode_frames(x, keep), net.encode_frames(x), atol=1e-5)
    keep[:, 0] = False
    before = net.encode_frames(x, keep)
    x[:, :8, :8] = 0.9
    assert torch.allclose(net.encode_frames(x, keep), before, atol=1e-6)


def test_both_gates_learn():
    net = network(7).train()
    net.normalised(tensors()).sum().backward()
    assert net.temporal_attention.gate_weight.grad.abs() > 0
    assert net.fusion_gate_weight.grad.abs() > 0


def test_every_layer_has_a_tap():
    net = network(8)
    with recorded(net) as seen:
        net.encode_frames(torch.rand(3, 32, 32))
    assert [tapped.q.shape for tapped in seen] == [(3, 2, 17, 16)] * 2


def test_units_come_and_go_without_loss():
    values = torch.tensor([[8.0, 40.0, 15.0, 25.0, 12.0, 4.0, 2.5, 2400.0, 2.0]])
    assert torch.allclose(in_units(to_normalised(values, SCALING), SCALING), values, rtol=1e-4)


def test_a_config_survives_its_card():
    assert config_from_json({**config_to_json(tiny()), "half_widths": {}}) == tiny()
