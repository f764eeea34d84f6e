"""Which folder is a run of which family: told from its recipe, before anything slow is loaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from inference.errors import WeightsError

_MARKS = {"cardiac": "label_shares", "echo": "unfreeze"}  # what the recipes of no other family hold


def recipe_of(run: Path, family: str) -> dict[str, Any]:
    """The recipe that a run was made by; a sentence where the folder is no run of this family."""
    recipe = read_json(run / "recipe.json")
    if _MARKS[family] not in recipe or not isinstance(recipe.get("name"), str):
        raise no_run(run, family)
    return recipe


def no_run(run: Path, family: str) -> WeightsError:
    """What is said of a folder that is no run of the family."""
    article = "an" if family == "echo" else "a"
    return WeightsError(
        f"{run} is no run of {article} {family} model.",
        hint=f"Name a folder under runs/, such as runs/{family}-standard.",
    )


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object; empty where there is no such file, or something else in it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
