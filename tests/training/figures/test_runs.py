"""A folder is refused in a sentence, and at once, where it is no run of the family asked for."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from inference.errors import WeightsError
from training.figures.runs import read_json, recipe_of

CARDIAC = {"name": "standard", "label_shares": [0.01]}
RADCLIP = {"name": "standard", "patients": 5}  # also counts patients


def kept(folder, recipe):
    (folder / "recipe.json").write_text(json.dumps(recipe), encoding="utf-8")
    return folder


def test_a_run_has_the_recipe_that_it_was_made_by(tmp_path):
    assert recipe_of(kept(tmp_path, CARDIAC), "cardiac") == CARDIAC


@pytest.mark.parametrize("recipe", [CARDIAC, RADCLIP, {"unfreeze": {}}, [1], "echo"])
def test_a_run_of_another_family_is_refused(tmp_path, recipe):
    with pytest.raises(WeightsError, match="no run of an echo model"):
        recipe_of(kept(tmp_path, recipe), "echo")


def test_a_recipe_that_was_cut_short_is_no_recipe(tmp_path):
    (tmp_path / "recipe.json").write_text('{"name": "stan', encoding="utf-8")
    assert read_json(tmp_path / "recipe.json") == {}
    with pytest.raises(WeightsError, match="no run of a cardiac model"):
        recipe_of(tmp_path, "cardiac")


def test_a_folder_that_is_no_run_is_refused_before_anything_is_drawn():
    code = (
        "import sys; sys.argv = ['', 'cardiac', 'figures', '--run', 'nowhere', '--out', 'nothing']\n"
        "try: __import__('training.__main__').__main__.main()\n"
        "finally: print(sorted({'scipy', 'monai', 'training.figures.cardiac'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (said.returncode, said.stdout) == (1, "[]\n")
    assert said.stderr.startswith("nowhere is no run of a cardiac model.")
