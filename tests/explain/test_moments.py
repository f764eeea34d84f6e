"""Hiding whole frames and whole views."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explain.encodings import EncodingCache
from explain.methods import METHODS, applicable, explain, methods_for
from explain.moments import ByMoment, place_of_moments
from explain.storage import from_bytes, to_bytes
from explain.views import with_left_out
from inference.errors import NotApplicableError
from inference.models import catalogue
from tests.explain.toys import TwoLevel
from tests.loops_in_memory import cardiac_study, echo_study


@pytest.fixture(scope="module")
def explained():
    model, inputs = echo_study()
    return model, inputs, explain(model, inputs, "mpap", "frames")


def test_every_frame_of_every_view_has_the_average_of_hiding_it(explained):
    model, inputs, made = explained
    features = model._features(inputs.tensors)[0, 1]
    subsets = np.array([[n >> bit & 1 for bit in range(4)] for n in range(16)], bool)
    with torch.no_grad():
        views = torch.stack([model.encode(inputs, n)[0] for n in range(4)]).expand(16, -1, -1).clone()
        kept = torch.from_numpy(subsets)
        views[:, 1] = model.network.pool_frames(
            features.expand(16, -1, -1), kept, inputs.tensors["view"][0, 1].expand(16)
        )
        scores = model.join(inputs, views)[:, model.card.index("mpap")].double().numpy()
    expected = [scores[kept].mean() - scores[~kept].mean() for kept in subsets.T]
    assert made.units[1].scores == pytest.approx(expected, rel=1e-3, abs=1e-5)


def test_views_add_up_to_the_answer_and_each_left_out_is_told(explained):
    model, inputs, made = explained
    assert sum(unit.total for unit in made.units) == pytest.approx(made.score - made.baseline_score, abs=1e-3)
    present = torch.tensor([[True, False, True, True]])
    with torch.no_grad():
        whole = torch.stack([model.encode(inputs, n)[0] for n in range(4)])[None]
        without = float(model.join(inputs, whole, present)[0, model.card.index("mpap")])
    assert made.units[1].left_out == pytest.approx(made.score - without, abs=1e-3)


def test_the_map_keeps_its_loops_and_their_moments(explained):
    _, inputs, made = explained
    for unit, place in zip(made.units, inputs.places, strict=True):
        assert unit.place.times_ms is place.times_ms
        assert unit.place.size_mm[1:] == pytest.approx([4 * mm for mm in place.size_mm[1:]])
        middle = (place.affine_lps @ [0, 1.5, 1.5, 1])[:3]
        assert unit.place.centres_lps_mm[0] == pytest.approx(middle)


def test_a_map_with_outline_and_views_left_out_survives_its_file(explained):
    made = from_bytes(to_bytes(explained[2]))
    assert made.units[2].left_out == explained[2].units[2].left_out
    assert np.array_equal(made.units[0].place.outline_lps_mm, explained[2].units[0].place.outline_lps_mm)


def test_a_hidden_moment_of_a_clip_shows_the_mean_of_the_beat():
    model, inputs = cardiac_study()
    seen = ByMoment(model, inputs)
    moments = len(seen.inputs.places[0])
    keep = torch.ones(1, moments, dtype=torch.bool)
    keep[0, 1] = False
    clip = inputs.tensors["clips"][0, 0].clone()
    each = len(clip) // moments
    clip[each : 2 * each] = clip.mean(0)
    with torch.no_grad():
        assert torch.allclose(
            seen.encode(seen.inputs, 0, keep), model.network.encode_clips(clip[None]), atol=1e-5
        )


def test_moments_that_no_element_is_in_are_no_elements():
    _, inputs = echo_study()
    place = inputs.places[0]
    later = place.index[place.index[:, 0] > 0]
    from dataclasses import replace

    assert place_of_moments(replace(place, index=later)).index[:, 0].tolist() == [1, 2, 3]


def test_a_lone_view_is_never_left_out():
    model, inputs = echo_study(views=("A4C",))
    made = explain(model, inputs, "mpap", "frames", options={"evidence": False})
    assert with_left_out(model, inputs, made, EncodingCache()).units[0].left_out is None


def test_a_model_of_slices_is_refused_in_words():
    model = TwoLevel()
    with pytest.raises(NotApplicableError, match="it reads no loops"):
        explain(model, model.study(), "mass", "frames")


def test_the_methods_offered_for_a_family_are_those_that_its_models_allow():
    for model in (echo_study()[0], cardiac_study()[0]):
        assert methods_for(model.card) == applicable(model) == tuple(METHODS)
    for key in catalogue.keys():  # noqa: SIM118 - a module, not a mapping
        assert methods_for(catalogue.card(key)) == applicable(catalogue.load(key)), key
