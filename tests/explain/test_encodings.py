"""What is encoded once is never encoded again, and comes back in order."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explain.designs import bernoulli
from explain.encodings import Encoder, EncodingCache, fingerprint
from inference.errors import ExplanationError
from inference.progress import Cancelled
from tests.explain.toys import Sums, TwoLevel


def test_encodings_come_in_the_order_of_their_masks():
    model = TwoLevel()
    study, masks = model.study(), bernoulli(12, 70, 0)
    found = Encoder(model, study).masked(0, masks)
    for row in (0, 1, 30, 69):
        alone = model.encode(study, 0, torch.from_numpy(masks[row : row + 1]))
        assert torch.allclose(found[row], alone[0], atol=1e-5)


def test_the_same_masks_are_encoded_once_for_all_targets():
    model, cache, masks = TwoLevel(), EncodingCache(), bernoulli(12, 40, 0)
    study = model.study()
    first, second = Encoder(model, study, cache), Encoder(model, study, cache)
    encodings = first.masked(0, masks)
    first.scores_of_unit(0, encodings, "mass")
    first_forwards = first.forwards
    second.scores_of_unit(0, second.masked(0, masks), "shift")
    assert first_forwards == 39 + 3 + 3  # the masks, each unit whole, and one of each to count its work
    assert second.forwards == 0


def test_all_of_a_unit_and_none_of_it_are_encoded_once_among_any_masks():
    model, masks = TwoLevel(), bernoulli(12, 40, 0)
    study = model.study()
    masks[[3, 20]], masks[[7, 8]] = True, False
    encoder = Encoder(model, study)
    found = encoder.masked(0, masks)
    assert (
        encoder.forwards == 40 - 5 + 1 + 1 + 1
    )  # three kept all, two kept nothing, one was to count its work
    again = encoder.masked(0, masks[[3, 7]])
    assert encoder.forwards == 38
    assert torch.equal(again, found[[3, 7]])
    assert torch.allclose(found[3], model.encode(study, 0)[0], atol=1e-5)


def test_as_many_masks_go_together_as_a_model_gains_by(monkeypatch):
    model, seen = Sums((30,)), []
    plain = model.encode
    monkeypatch.setattr(model, "least_rows", lambda _inputs: 7)
    monkeypatch.setattr(model, "encode", lambda *a: seen.append(len(a[2]) if a[2:] else 1) or plain(*a))
    encoder = Encoder(model, model.study([torch.ones(30, 1)]))
    encoder._pace._work = 0
    encoder.masked(0, bernoulli(30, 15, 0)[1:])
    assert seen == [1, 7, 7]


def test_other_weights_or_other_pixels_have_another_name():
    model = TwoLevel()
    name = fingerprint(model, model.study(0))
    assert name == fingerprint(model, model.study(0))
    assert name != fingerprint(model, model.study(1))
    assert name != fingerprint(TwoLevel(seed=1), model.study(0))


def test_the_longest_unused_encodings_go_first():
    cache = EncodingCache(largest_bytes=800)
    for key in ("a", "b"):
        cache.put(key, torch.zeros(100))
    cache.get("a")
    cache.put("c", torch.zeros(100))
    assert [cache.get(key) is not None for key in "abc"] == [True, False, True]
    cache.put("too large", torch.zeros(1000))
    assert len(cache) == 2


def test_a_score_that_is_not_finite_is_an_error_and_no_map():
    model = Sums((4,))
    study = model.study([torch.tensor([[1.0], [torch.nan], [1.0], [1.0]])])
    with pytest.raises(ExplanationError, match="not finite"):
        Encoder(model, study).scores(torch.full((1, 1, 1), torch.nan), "score")


def test_cancelling_stops_between_batches():
    model, seen = TwoLevel(), []

    def report(fraction: float, note: str) -> None:
        seen.append((fraction, note))
        if len(seen) == 3:
            raise Cancelled

    encoder = Encoder(model, model.study())
    with pytest.raises(Cancelled):
        encoder.masked(0, bernoulli(12, 5000, 0), report)
    assert 0 < encoder.forwards < 5000


def test_the_other_units_stay_unless_they_are_sent_away():
    model = Sums((2, 2))
    study = model.study([torch.tensor([[1.0], [2.0]]), torch.tensor([[10.0], [20.0]])])
    encoder = Encoder(model, study)
    encodings = encoder.masked(0, np.array([[True, False]]))
    assert encoder.scores_of_unit(0, encodings, "score").tolist() == [31.0]
    assert encoder.scores_of_unit(0, encodings, "score", alone=True).tolist() == [1.0]
