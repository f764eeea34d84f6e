"""Encodings are made once: the encoder's own calls are counted by a hook."""

from __future__ import annotations

import copy
from contextlib import contextmanager

import pytest
import torch
from torch import nn

from explain.encodings import EncodingCache
from explain.methods import explain
from inference.kept import Kept
from tests.loops_in_memory import cardiac_study, echo_study


@contextmanager
def counted(encoder):
    """How many frames or clips pass an encoder inside the block."""
    seen = []
    handle = encoder.register_forward_hook(lambda _m, arguments, _out: seen.append(len(arguments[0])))
    try:
        yield seen
    finally:
        handle.remove()


STUDIES = {
    "echo": (echo_study, lambda net: net.vision_transformer.embeddings, "mpap", "pcwp", 16),
    "cardiac": (cardiac_study, lambda net: net.video_encoder, "measure_0", "measure_1", 3),
}


@pytest.mark.parametrize("family", STUDIES)
def test_scores_intervals_and_joins_encode_every_picture_once(family):
    study, encoder, _, _, pictures = STUDIES[family]
    model, inputs = study()
    with counted(encoder(model.network)) as seen, torch.inference_mode():
        model.scores(inputs.tensors)
        model.intervals(inputs)
        model.join(inputs, torch.stack([model.encode(inputs, n) for n in range(len(inputs.places))], 1))
    assert sum(seen) == pictures


@pytest.mark.parametrize("method", ["lime", "frames"])
@pytest.mark.parametrize("family", STUDIES)
def test_a_second_target_never_encodes_again(family, method):
    study, encoder, first, second, _ = STUDIES[family]
    model, inputs = study()
    options = {"cache": EncodingCache(), "finest": 16, "evidence": False}
    explain(model, inputs, first, method, options=options)
    with counted(encoder(model.network)) as seen:
        explain(model, inputs, second, method, options=options)
    assert sum(seen) == 0


def test_whole_frames_are_hidden_without_encoding_anything_after_the_answer():
    model, inputs = echo_study()
    with torch.inference_mode():
        model.scores(inputs.tensors)
    with counted(model.network.vision_transformer.embeddings) as seen:
        explain(model, inputs, "mpap", "frames", options={"cache": EncodingCache()})
    assert sum(seen) == 0


@pytest.mark.parametrize("family", STUDIES)
def test_what_is_kept_equals_the_network_itself(family):
    model, inputs = STUDIES[family][0]()
    with torch.no_grad():
        kept = model.scores(inputs.tensors)
    with torch.enable_grad():
        afresh = model.scores(inputs.tensors)
    assert torch.allclose(kept, afresh, rtol=1e-4, atol=1e-5)


def test_other_weights_another_tensor_a_changed_tensor_and_a_copy_begin_anew():
    network, kept, calls = nn.Linear(2, 1), Kept(), []
    network.eval()
    x = torch.ones(1, 2)

    def ask(tensor=x, module=network, memory=kept):
        with torch.no_grad():
            return memory.of(module, tensor, lambda: calls.append(1) or module(tensor))

    ask(), ask()
    assert len(calls) == 1
    with torch.no_grad():
        network.weight.mul_(2)
    ask()
    ask(torch.ones(1, 2))
    with torch.no_grad():
        x.add_(1)
    ask()
    assert len(calls) == 4
    other, memory = copy.deepcopy((network, kept))
    ask(module=other, memory=memory)
    assert len(calls) == 5


def test_nothing_is_kept_while_a_network_learns():
    network, calls = nn.Linear(2, 1), []
    kept, x = Kept(), torch.ones(1, 2)
    for _ in range(2):
        kept.of(network.eval(), x, lambda: calls.append(1) or network(x))  # gradients are on
        with torch.no_grad():
            kept.of(network.train(), x, lambda: calls.append(1) or network(x))
    assert len(calls) == 4
