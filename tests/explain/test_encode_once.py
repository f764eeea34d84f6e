"""What a study was encoded for once, no second target and no second look encodes again: counted by a hook."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
import torch

from explain.encodings import EncodingCache
from explain.methods import explain
from tests.explain.families import FAMILIES, encoder_of

QUICK = {
    "blocks": 2,
    "finest": 24,
    "evidence": False,
}  # loops and volumes take apart what all targets find strong


@contextmanager
def counted(encoder):
    """How often an encoder is called inside the block."""
    seen = []
    handle = encoder.register_forward_hook(lambda *_: seen.append(1))
    try:
        yield seen
    finally:
        handle.remove()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_second_target_costs_no_encoding(family):
    model, inputs, (first, second) = FAMILIES[family]()
    options = {"cache": EncodingCache(), **QUICK}
    with counted(encoder_of(family, model.network)) as before:
        explain(model, inputs, first, "lime", options=options)
    with counted(encoder_of(family, model.network)) as after:
        explain(model, inputs, second, "lime", options=options)
    assert before
    assert not after


@pytest.mark.parametrize("family", ["echo", "radclip"])
def test_the_random_orders_of_the_checks_serve_every_method(family):
    """A second method pays for its own map and a few hidings, never for what chance does."""
    model, inputs, (first, _) = FAMILIES[family]()
    cache = EncodingCache()
    checked = {"cache": cache, **QUICK, "evidence": True}
    made = explain(model, inputs, first, "lime", options=checked)
    plain = explain(model, inputs, first, "integrated_gradients", options={"evidence": False, "most": 9})
    again = explain(
        model, inputs, first, "integrated_gradients", options={"cache": cache, "evidence": True, "most": 9}
    )
    spent = again.evidence.forwards - plain.evidence.forwards
    assert spent < made.evidence.forwards / 3


def test_other_labels_of_the_same_pictures_are_the_same_pictures():
    model, inputs, _ = FAMILIES["radclip"]()
    options = {"cache": EncodingCache(), **QUICK}
    explain(model, inputs, model.card.targets[0].name, "lime", options=options)
    asked = model.with_labels(["head MRI, oedema"], contrast=True)
    with counted(encoder_of("radclip", model.network)) as seen:
        explain(asked, inputs, asked.card.targets[0].name, "lime", options=options)
    assert not seen


def test_a_study_is_embedded_from_encodings_that_are_there():
    """One pass through the towers gives embedding and shares together."""
    model, inputs, _ = FAMILIES["radclip"]()
    with counted(encoder_of("radclip", model.network)) as seen, torch.inference_mode():
        model.embed(inputs)
    assert len(seen) == 1
