from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file

from inference.errors import WeightsError
from inference.models.prima import load
from inference.models.prima_untrained import untrained
from inference.networks.prima import Prima
from inference.networks.prima_config import bundled
from inference.weights import FILE, load_weights, sha256_of


@pytest.fixture
def kept(tmp_path):
    """A folder with weights, and the model that they came from."""
    model = untrained(bundled(diagnoses=2))
    save_file(model.network.state_dict(), tmp_path / FILE)
    model.card = replace(model.card, weights_sha256=sha256_of(tmp_path / FILE))
    return tmp_path, model


def test_weights_round_trip_bit_for_bit(kept):
    folder, model = kept
    loaded = load(model.card, folder, torch.device("cpu"))
    ours, theirs = model.network.state_dict(), loaded.network.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert not loaded.network.training


def test_a_flipped_byte_is_refused(kept):
    folder, model = kept
    data = bytearray((folder / FILE).read_bytes())
    data[-7] ^= 1
    (folder / FILE).write_bytes(data)
    with pytest.raises(WeightsError, match="not those that its card describes"):
        load(model.card, folder, torch.device("cpu"))


def test_missing_weights_are_named(kept):
    folder, model = kept
    (folder / FILE).unlink()
    with pytest.raises(WeightsError, match=r"cannot be read: No such file"):
        load(model.card, folder, torch.device("cpu"))


def test_weights_of_another_shape_are_refused_even_with_the_right_hash(kept):
    folder, model = kept
    with pytest.raises(WeightsError, match="do not fit the model"):
        load_weights(Prima(bundled(diagnoses=5)), folder, model.card)


def test_what_is_no_safetensors_file_is_refused(kept):
    folder, model = kept
    (folder / FILE).write_bytes(b"\x80\x04pickle")
    card = replace(model.card, weights_sha256=sha256_of(folder / FILE))
    with pytest.raises(WeightsError, match="do not fit the model"):
        load(card, folder, torch.device("cpu"))
