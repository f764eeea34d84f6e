"""No synthetic patient is in two splits, whatever the size of a recipe: splits begin far enough apart."""

from __future__ import annotations

import pytest

from training import cardiac_cases, cardiac_recipes, echo_cases, echo_recipe, t3d_recipe, t3d_store

FAMILIES = {
    "cardiac": (cardiac_cases._FIRST_SEED, [made().sizes for made in cardiac_recipes.RECIPES.values()]),
    "echo": (echo_cases.FIRST_SEED, [made().patients for made in echo_recipe.RECIPES.values()]),
    "t3d": (t3d_store.FIRST_SEED, [made().sizes for made in t3d_recipe.RECIPES.values()]),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_seeds_of_splits_never_meet(family):
    first, recipes = FAMILIES[family]
    for sizes in recipes:
        taken: set[int] = set()
        for split, start in first.items():
            own = set(range(start, start + sizes[split]))
            assert not taken & own
            taken |= own
