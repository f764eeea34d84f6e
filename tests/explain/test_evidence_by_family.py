"""Every map of every family carries the checks that its method promises, with a verdict and a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from explain.encodings import EncodingCache
from explain.methods import applicable, explain
from tests.explain.families import FAMILIES

HIDING = {"deletion against chance", "insertion against chance", "confirmation", "polarity"}
OWN = {
    "lime": {"leave-one-out R2", "blocks beyond chance", "top-3 stability"},
    "frames": {"leave-one-out R2", "blocks beyond chance", "top-3 stability"},
    "rollout": {"completeness"},
    "integrated_gradients": {"completeness"},
}
QUICK = {
    "lime": {"blocks": 2, "finest": 8},
    "frames": {"blocks": 2, "finest": 8},
    "rollout": {},
    "integrated_gradients": {"most": 9},
}
METHODS = {
    "cardiac": ("lime", "rollout", "integrated_gradients", "frames"),
    "echo": ("lime", "rollout", "integrated_gradients", "frames"),
    "radclip": ("lime", "rollout", "integrated_gradients"),
    "t3d": ("lime", "integrated_gradients"),
}
CACHES = {family: EncodingCache() for family in FAMILIES}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_offers_the_methods_that_it_can_answer(family):
    assert applicable(FAMILIES[family]()[0]) == METHODS[family]


CHECKED = [
    *(("echo", method) for method in METHODS["echo"]),
    *(("radclip", method) for method in METHODS["radclip"]),
    ("cardiac", "rollout"),
    ("cardiac", "frames"),
    ("t3d", "integrated_gradients"),
]  # the others are slower and go the same way


@pytest.mark.parametrize(("family", "method"), CHECKED)
def test_a_map_comes_with_all_of_its_checks(family, method):
    model, inputs, (target, _) = FAMILIES[family]()
    options = {**QUICK[method], "cache": CACHES[family], "randomised": family != "t3d"}
    evidence = explain(model, inputs, target, method, options=options).evidence
    names = {check.name for check in evidence.checks}
    expected = HIDING | OWN[method] | ({"randomised weights"} if family != "t3d" else set())
    assert names == expected
    assert all(check.text and check.verdict in {"pass", "amber", "fail"} for check in evidence.checks)
    assert all(np.isfinite(check.value) for check in evidence.checks)
    assert evidence.sentence.startswith("Hiding A")
    assert evidence.holds == all(check.verdict != "fail" for check in evidence.checks)


def test_forgotten_weights_are_asked_of_volumes_too():
    model, inputs, (target, _) = FAMILIES["t3d"]()
    options = {"most": 9, "evidence": False, "randomised": True}
    made = explain(model, inputs, target, "integrated_gradients", options=options)
    assert made.evidence.check("randomised weights") is not None


@pytest.mark.parametrize("family", FAMILIES)
def test_no_map_is_the_same_everywhere(family):
    model, inputs, (target, _) = FAMILIES[family]()
    made = explain(model, inputs, target, "integrated_gradients", options={"most": 9, "evidence": False})
    assert all(np.ptp(unit.scores) > 0 for unit in made.units)
