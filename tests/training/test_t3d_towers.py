"""A run that goes on from a finished model takes its towers whole, or says why it cannot."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file

from inference.card import card_to_json
from inference.errors import WeightsError
from inference.models.t3d_untrained import blank_card
from inference.models.t3d_words import vocabulary_of
from inference.networks.t3d import T3D
from inference.networks.t3d_config import bundled, config_to_json
from inference.weights import FILE, sha256_of
from training.t3d_towers import LEARNT, take_towers

WORDS = vocabulary_of(3 * ["a nodule in the left lung", "the liver is normal"])


def made(seed: int, **changes) -> T3D:
    torch.manual_seed(seed)
    return T3D(replace(bundled(11, 12, WORDS.size, 9, (0, 6)), **changes))


def finished(folder, network, words=WORDS):
    folder.mkdir()
    save_file({n: v.clone() for n, v in network.state_dict().items()}, folder / FILE)
    config = {**config_to_json(network.config), "words": list(words.words)}
    card = replace(blank_card(network.config), config=config, weights_sha256=sha256_of(folder / FILE))
    (folder / "card.json").write_text(json.dumps(card_to_json(card)), encoding="utf-8")
    return folder


def test_towers_are_taken_and_small_things_and_answers_begin_anew(tmp_path):
    there, here = made(1), made(2)
    own = here.focal.out.weight.clone()
    take_towers(here, WORDS, finished(tmp_path / "model", there))
    taken, given = here.state_dict(), there.state_dict()
    assert all(torch.equal(taken[n], given[n]) for n in taken if not n.startswith(LEARNT))
    assert torch.equal(here.focal.out.weight, own)
    assert not torch.equal(taken["findings.layers.1.weight"], given["findings.layers.1.weight"])


def test_towers_that_read_other_words_are_refused(tmp_path):
    other = vocabulary_of(3 * ["a stone in the left kidney", "the spleen is normal"])
    folder = finished(tmp_path / "model", made(1), other)
    with pytest.raises(WeightsError, match="other reports"):
        take_towers(made(2), WORDS, folder)


def test_towers_of_another_build_are_refused(tmp_path):
    folder = finished(tmp_path / "model", made(1, levels=(4,)))
    with pytest.raises(WeightsError, match=r"built otherwise|another size"):
        take_towers(made(2), WORDS, folder)
