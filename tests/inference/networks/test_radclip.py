"""The towers, the adapter, and what a published folder may and may not hold."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file
from transformers import CLIPModel

from inference.errors import WeightsError
from inference.networks.radclip import RadCLIP, towers
from inference.networks.radclip_config import END, Tower, bundled, config_from_json, config_to_json, published
from inference.networks.radclip_published import load_published
from inference.networks.radclip_text import WordList, read_published_tokenizer, read_word_list

SMALL = replace(
    bundled(60), image=32, vision=Tower(32, 2, 2, 64), text=Tower(32, 1, 2, 64), projection=32, slices=6
)


def network(pooling: str = "attention") -> RadCLIP:
    torch.manual_seed(0)
    return RadCLIP(replace(SMALL, pooling=pooling)).eval()


def volume(slices: int = 5, rows: int = 2) -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    return {
        "slices": torch.rand(rows, slices, 32, 32, 3),
        "mask": torch.ones(rows, slices, dtype=torch.bool),
        "where": torch.arange(slices).expand(rows, -1),
        "still": torch.zeros(rows, dtype=torch.bool),
    }


def test_the_full_size_is_that_of_the_published_state_dict():
    with torch.device("meta"):
        clip = towers(published())
    assert sum(p.numel() for p in clip.parameters()) == 427_616_513
    assert len(clip.state_dict()) == 590


def test_the_config_survives_the_card():
    data = json.loads(json.dumps({**config_to_json(SMALL), "words_sha256": "abc"}))
    assert config_from_json(data) == SMALL


def test_the_tapped_tower_computes_what_transformers_computes():
    made = network()
    pixels = torch.rand(3, 32, 32, 3)
    plain = CLIPModel(made.clip.config).eval()
    plain.load_state_dict(made.clip.state_dict())
    plain.set_attn_implementation("eager")
    x = ((pixels - made.mean) / made.spread).permute(0, 3, 1, 2)
    expected = plain.get_image_features(pixel_values=x).pooler_output
    expected = expected / expected.norm(dim=1, keepdim=True)
    assert torch.allclose(made.encode_slices(pixels), expected, atol=1e-5)


@pytest.mark.parametrize("pooling", ["attention", "mean", "max"])
def test_every_pooling_gives_unit_vectors_and_does_not_look_at_padding(pooling):
    made, whole = network(pooling), volume()
    whole["mask"][:, 3:] = False
    other = {**whole, "slices": whole["slices"].clone()}
    other["slices"][:, 3:] = 0.0
    with torch.no_grad():
        one, two = made(whole), made(other)
    assert torch.allclose(one.norm(dim=1), torch.ones(2), atol=1e-5)
    assert torch.allclose(one, two, atol=1e-5)


@pytest.mark.parametrize("pooling", ["attention", "mean", "max"])
def test_a_batch_of_two_equals_two_batches_of_one(pooling):
    made, both = network(pooling), volume()
    with torch.no_grad():
        apart = torch.cat([made({k: v[n : n + 1] for k, v in both.items()}) for n in range(2)])
        assert torch.allclose(made(both), apart, atol=1e-5)


def test_the_order_of_slices_counts_for_attention_and_not_for_the_mean():
    with torch.no_grad():
        for pooling, counts in (("attention", True), ("mean", False)):
            made, one = network(pooling), volume()
            turned = {**one, "slices": one["slices"].flip(1)}
            assert torch.allclose(made(one), made(turned), atol=1e-6) is not counts


def test_shares_of_attention_sum_to_one_and_leave_padding_out():
    made, whole = network(), volume()
    whole["mask"][0, 3:] = False
    features = torch.nn.functional.normalize(torch.rand(2, 5, 32), dim=-1)
    shares = made.shares(features, whole["where"], whole["mask"])
    assert torch.allclose(shares.sum(1), torch.ones(2))
    assert not shares[0, 3:].any()


def test_a_single_picture_is_its_own_embedding_and_nothing_is_the_null_vector():
    made = network()
    slices = torch.nn.functional.normalize(torch.rand(2, 1, 32), dim=-1)
    where, still = torch.zeros(2, 1, dtype=torch.int64), torch.tensor([True, True])
    mask = torch.tensor([[True], [False]])
    pooled = made.pool(slices, where, mask, still)
    assert torch.allclose(pooled[0], slices[0, 0], atol=1e-6)
    assert not pooled[1].any()


def test_a_dropped_patch_is_gone():
    made = network()
    pixels = torch.rand(1, 32, 32, 3)
    keep = torch.ones(1, 16, dtype=torch.bool)
    keep[0, 5] = False
    painted = pixels.clone()
    painted[0, 8:16, 8:16] = 0.5
    with torch.no_grad():
        assert torch.allclose(made.encode_slices(pixels, keep), made.encode_slices(painted, keep), atol=1e-6)


def test_words_are_read_in_every_spelling_and_the_unknown_are_named():
    words = WordList(("chest", "x-ray", "haemorrhage"), {"xray": "x-ray", "hemorrhage": "haemorrhage"}, 12)
    assert torch.equal(words.ids(["Chest XRay: hemorrhage"]), words.ids(["chest x-ray haemorrhage"]))
    assert words.unknown("chest pneumothorax") == ("pneumothorax",)
    rows = words.ids(["pneumothorax", "pneumoperitoneum", ""])
    assert len({tuple(row.tolist()) for row in rows}) == 3
    assert rows.shape == (3, 12)
    assert (rows == END).any(1).all()
    assert int(rows.max()) < words.size


def test_the_text_is_read_at_its_end_whatever_words_it_has():
    words = WordList(("chest", "x-ray", "nodule", "effusion"), {}, 12)
    made = network()
    with torch.no_grad():
        one, two = made.encode_text(words.ids(["x-ray chest nodule", "x-ray chest effusion"]))
        padded = made.encode_text(torch.nn.functional.pad(words.ids(["x-ray chest nodule"]), (0, 4), value=0))
    assert not torch.allclose(one, two, atol=1e-4)
    assert torch.allclose(one, padded[0], atol=1e-5)


def test_an_altered_word_list_is_refused(tmp_path):
    (tmp_path / "words.json").write_text('{"words": [], "spellings": {}}', encoding="utf-8")
    with pytest.raises(WeightsError, match="not the one that the card describes"):
        read_word_list(tmp_path, 12, "0" * 64)


def published_folder(folder, config=SMALL):
    """A small CLIP as `transformers` writes it, with CLIP's own kind of tokenizer."""
    clip = towers(config)
    save_file({k: v.contiguous() for k, v in clip.state_dict().items()}, folder / "model.safetensors")
    clip.config.save_pretrained(folder)
    words = ["a", "b", "a</w>", "b</w>", "ab</w>", "<|startoftext|>", "<|endoftext|>"]
    fill = [f"w{n}" for n in range(config.vocabulary - len(words))]
    vocabulary = {word: n for n, word in enumerate([*fill, *words])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\na b</w>\n", encoding="utf-8")
    return clip


def test_a_published_folder_loads_as_it_is(tmp_path):
    clip = published_folder(tmp_path)
    made = load_published(tmp_path)
    assert made.config.pooling == "mean"
    assert made.config.vision == SMALL.vision
    for name, value in clip.state_dict().items():
        assert torch.equal(made.clip.state_dict()[name], value)
    ids = read_published_tokenizer(tmp_path, made.config).ids(["ab", "a b a"])
    assert ids.shape == (2, made.config.positions)
    vectors = made.encode_text(ids)
    assert not torch.allclose(vectors[0], vectors[1])


def test_a_plain_state_dict_loads_and_a_pickled_module_does_not(tmp_path):
    clip = published_folder(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    old = clip.state_dict() | {"text_model.embeddings.position_ids": torch.arange(24)[None]}
    torch.save(old, tmp_path / "RadCLIP.pth")
    assert load_published(tmp_path).config.image == 32
    (tmp_path / "RadCLIP.pth").write_bytes(pickle.dumps(print))
    with pytest.raises(WeightsError, match="nothing else is ever unpickled"):
        load_published(tmp_path)


def test_weights_of_another_size_and_empty_folders_are_refused(tmp_path):
    with pytest.raises(WeightsError, match="no weights"):
        load_published(tmp_path)
    published_folder(tmp_path)
    wider = {"vision_config": {"hidden_size": 64}, "text_config": {"vocab_size": 60}}
    (tmp_path / "config.json").write_text(json.dumps(wider), encoding="utf-8")
    with pytest.raises(WeightsError, match="does not fit"):
        load_published(tmp_path)
    with pytest.raises(WeightsError, match="no readable tokenizer"):
        read_published_tokenizer(tmp_path / "nothing", SMALL)
