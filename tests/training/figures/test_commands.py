"""The commands of the issue from a finished run: figures in three formats, and the numbers beside them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from typer.testing import CliRunner

from training.__main__ import app
from training.cardiac import CardiacOrder
from training.cardiac import train as train_cardiac
from training.cardiac_recipes import quick_check as quick_cardiac
from training.echo import EchoOrder
from training.echo import train as train_echo
from training.echo_recipe import quick_check as quick_echo
from training.radclip_runs import EXPERIMENTS

pytestmark = pytest.mark.slow
FORMATS = {".eps", ".png", ".tiff"}


def asked(*words):
    """What a command says, and its exit code."""
    answer = CliRunner().invoke(app, [str(word) for word in words])
    return answer.output, answer.exit_code


def drawn(folder):
    """Names of the figures, each in all formats."""
    found = {}
    for path in folder.iterdir():
        if path.suffix in FORMATS:
            found.setdefault(path.stem, set()).add(path.suffix)
    assert found
    assert all(formats == FORMATS for formats in found.values())
    return set(found)


def test_echo_figures_are_drawn_from_a_run(tmp_path):
    recipe = replace(quick_echo(), patients={"cohort_1": 20, "cohort_2": 12}, rival=False)
    train_echo(EchoOrder(recipe, tmp_path / "run", tmp_path / "run" / "model"))
    said, code = asked("echo", "figures", "--run", tmp_path / "run", "--out", tmp_path / "out")
    assert code == 0, said
    names = " ".join(drawn(tmp_path / "out"))
    assert all(word in names for word in ("bland", "roc", "scatter", "correlation"))
    assert (tmp_path / "out" / "echo_figures.xlsx").stat().st_size > 5000


def test_cardiac_figures_are_drawn_from_a_run(tmp_path):
    recipe = replace(quick_cardiac(), sizes={"train": 10, "validation": 6, "test": 12}, ablation=False)
    train_cardiac(CardiacOrder(recipe, tmp_path / "run", tmp_path / "run" / "model"))
    said, code = asked("cardiac", "figures", "--run", tmp_path / "run", "--out", tmp_path / "out")
    assert code == 0, said
    assert len(drawn(tmp_path / "out")) >= 5


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("echo", "train", "--help"), ("cross_validation", "ablation")),
        (("echo", "figures", "--help"), ("--run", "--out")),
        (("cardiac", "figures", "--help"), ("--run", "--out")),
        (("radclip", "--help"), tuple(EXPERIMENTS)),
        (("t3d", "--help"), ("contrast_only", "restoration_only", "resized")),
    ],
)
def test_every_promised_command_explains_itself(words, named):
    said, code = asked(*words)
    assert code == 0
    plain = "".join(said.split())
    assert all("".join(name.split()) in plain.replace("│", "") for name in named)
