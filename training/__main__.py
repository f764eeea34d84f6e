"""`python -m training <family> <recipe>`: train a model, from where the last call stopped."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import resources
from inference.errors import ReviewError
from training.figures.runs import recipe_of
from training.recipe import RECIPES

app = typer.Typer(help="Train the bundled models.", no_args_is_help=True, add_completion=False)


class WithRecipes(TyperGroup):
    """A family whose recipes are named as commands are: what is no command is a recipe to train."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that the first word stands for."""
        return super().resolve_command(ctx, args if args[0] in self.commands else ["train", *args])


echo_app = typer.Typer(
    cls=WithRecipes, no_args_is_help=True, help="Echocardiograms: train, or draw the figures."
)
app.add_typer(echo_app, name="echo")
cardiac_app = typer.Typer(
    cls=WithRecipes, no_args_is_help=True, help="Cardiac cine: train, or draw the figures."
)
app.add_typer(cardiac_app, name="cardiac")
LABELLED = Path("../shared/data/labelled/sunnybrook_lv_segnetcmr")
PNEUMONIA = Path("../shared/data/labelled/pneumoniamnist/pneumoniamnist.npz")


@app.callback()
def family() -> None:
    """Train the bundled models."""


@app.command()
def prima(
    recipe: Annotated[str, typer.Argument(help=f"One of {', '.join(RECIPES)}.")],
    table: Annotated[
        Path | None, typer.Option(help="CSV of real studies with reports and labels; without it, phantoms.")
    ] = None,
    runs: Annotated[Path, typer.Option(help="Where runs keep their state.")] = Path("runs"),
    out: Annotated[
        Path | None, typer.Option(help="Folder of the model; by default the bundled one for `standard`.")
    ] = None,
    prepare: Annotated[str, typer.Option(help="Only prepare studies: n/of, for parallel processes.")] = "",
    seed: Annotated[int, typer.Option(help="Another seed is another run.")] = 0,
) -> None:
    """Tokenizer, contrast with reports, heads, calibration, held-out figures, weights and card."""
    from training.prima import (
        Order,  # here: `--help` needs no torch
        train,
    )
    from training.prima import prepare as prepare_studies

    if recipe not in RECIPES:
        raise typer.BadParameter(f"no recipe {recipe!r}; there are {', '.join(RECIPES)}")
    name = f"prima-{recipe}" + (f"-{seed}" if seed else "") + (f"-{table.stem}" if table else "")
    bundled = recipe == "standard" and table is None and seed == 0
    folder = out or (resources.path("models/prima") if bundled else runs / name / "model")
    order = Order(replace(RECIPES[recipe](), seed=seed), runs / name, folder, table)
    try:
        if prepare:
            n, of = (int(part) for part in prepare.split("/"))
            prepare_studies(order, (n, of))
        else:
            typer.echo(train(order).summary())
    except ReviewError as error:
        typer.echo(f"{error}\n{error.hint}", err=True)
        raise typer.Exit(1) from None


@cardiac_app.command("train")
def cardiac(
    recipe: Annotated[str, typer.Argument(help="standard, uniform_attention, mean_pooling or quick_check.")],
    runs: Annotated[Path, typer.Option(help="Where runs keep their state.")] = Path("runs"),
    out: Annotated[
        Path | None, typer.Option(help="Folder of the model; by default the bundled one for `standard`.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed is another run.")] = 0,
) -> None:
    """Contrast of cine clips with reports, heads, intervals, held-out figures, weights and card."""
    from training.cardiac import CardiacOrder, train
    from training.cardiac_recipes import RECIPES as CARDIAC

    if recipe not in CARDIAC:
        raise typer.BadParameter(f"no recipe {recipe!r}; there are {', '.join(CARDIAC)}")
    name = f"cardiac-{recipe}" + (f"-{seed}" if seed else "")
    bundled = recipe == "standard" and seed == 0
    folder = out or (resources.path("models/cardiac") if bundled else runs / name / "model")
    try:
        typer.echo(train(CardiacOrder(replace(CARDIAC[recipe](), seed=seed), runs / name, folder)).summary())
    except ReviewError as error:
        typer.echo(f"{error}\n{error.hint}", err=True)
        raise typer.Exit(1) from None


@app.command()
def radclip(
    recipe: Annotated[
        str,
        typer.Argument(
            help="standard or quick_check; on a finished run: tuned_against_untuned, "
            "attention_against_mean, matching_precision; on real pictures: pneumonia."
        ),
    ],
    data: Annotated[Path, typer.Option(help="File of PneumoniaMNIST, for `pneumonia`.")] = PNEUMONIA,
    runs: Annotated[Path, typer.Option(help="Where runs keep their state.")] = Path("runs"),
    out: Annotated[
        Path | None, typer.Option(help="Folder of the model; by default the bundled one for `standard`.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed is another run.")] = 0,
) -> None:
    """Towers on pictures with captions, slice adapter, held-out figures beside chance, weights and card."""
    from training.radclip_runs import NAMES, order_for, run_recipe

    if recipe not in NAMES:
        raise typer.BadParameter(f"no recipe {recipe!r}; there are {', '.join(NAMES)}")
    try:
        typer.echo(run_recipe(recipe, order_for(recipe, runs, out, seed), data))
    except ReviewError as error:
        typer.echo(f"{error}\n{error.hint}", err=True)
        raise typer.Exit(1) from None


@app.command()
def ventricle(
    recipe: Annotated[str, typer.Argument(help="standard or quick_check.")],
    data: Annotated[
        Path, typer.Option(help="Folder of the labelled Sunnybrook pictures, with Train and Test.")
    ] = LABELLED,
    runs: Annotated[Path, typer.Option(help="Where runs keep their state.")] = Path("runs"),
    out: Annotated[
        Path | None, typer.Option(help="Folder of the model; by default the bundled one for `standard`.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed is another run.")] = 0,
) -> None:
    """Outlines of the left ventricle from real labelled pictures, held-out figures, weights and card."""
    from training.ventricle import VentricleOrder, train
    from training.ventricle_recipe import RECIPES as VENTRICLE

    if recipe not in VENTRICLE:
        raise typer.BadParameter(f"no recipe {recipe!r}; there are {', '.join(VENTRICLE)}")
    name = f"ventricle-{recipe}" + (f"-{seed}" if seed else "")
    bundled = recipe == "standard" and seed == 0
    folder = out or (resources.path("models/ventricle") if bundled else runs / name / "model")
    order = VentricleOrder(replace(VENTRICLE[recipe](), seed=seed), data, runs / name, folder)
    try:
        typer.echo(train(order).summary())
    except ReviewError as error:
        typer.echo(f"{error}\n{error.hint}", err=True)
        raise typer.Exit(1) from None


@echo_app.command("train")
def echo(
    recipe: Annotated[str, typer.Argument(help="standard or quick_check.")],
    runs: Annotated[Path, typer.Option(help="Where runs keep their state.")] = Path("runs"),
    out: Annotated[
        Path | None, typer.Option(help="Folder of the model; by default the bundled one for `standard`.")
    ] = None,
    study: Annotated[
        str, typer.Option(help="Instead of a model: cross_validation or ablation, on cohort I alone.")
    ] = "",
    prepare: Annotated[str, typer.Option(help="Only make phantoms: n/of, for parallel processes.")] = "",
    seed: Annotated[int, typer.Option(help="Another seed is another run.")] = 0,
) -> None:
    """Pretext on frames, poolings and heads, layers thawed one by one, held-out figures, weights and card."""
    from training.echo import EchoOrder, prepared, train
    from training.echo_recipe import RECIPES as ECHO
    from training.echo_studies import ablate, cross_validate

    if recipe not in ECHO:
        raise typer.BadParameter(f"no recipe {recipe!r}; there are {', '.join(ECHO)}")
    studies: dict[str, Callable[[EchoOrder], Mapping[Any, object]]] = {
        "cross_validation": cross_validate,
        "ablation": ablate,
    }
    if study and study not in studies:
        raise typer.BadParameter(f"no study {study!r}; there are {', '.join(studies)}")
    name = f"echo-{recipe}" + (f"-{seed}" if seed else "")
    bundled = recipe == "standard" and seed == 0
    folder = out or (resources.path("models/echo") if bundled else runs / name / "model")
    order = EchoOrder(replace(ECHO[recipe](), seed=seed), runs / name, folder)
    try:
        if prepare:
            n, of = (int(part) for part in prepare.split("/"))
            prepared(order, (n, of))
        elif study:
            for key, interval in studies[study](order).items():
                typer.echo(f"{key}: mean correlation {interval}")
            typer.echo(f"Tables are in {order.folder}.")
        else:
            typer.echo(train(order).summary())
    except ReviewError as error:
        typer.echo(f"{error}\n{error.hint}", err=True)
        raise typer.Exit(1) from None


@cardiac_app.command("figures")
def cardiac_figures(
    run: Annotated[Path, typer.Option(help="Folder of a run, such as runs/cardiac-standard.")],
    out: Annotated[Path, typer.Option(help="Folder for the figures, the tables and the workbook.")],
    model: Annotated[
        Path | None, typer.Option(help="Folder of the model; by default the run's, else the bundled one.")
    ] = None,
) -> None:
    """Analyses of held-out studies as EPS, PNG and TIFF, with the numbers as CSV and in one workbook."""

    def work() -> Sequence[Path]:
        recipe_of(run, "cardiac")  # first: what is no run is refused at once
        from training.figures.cardiac import write_figures

        return write_figures(run, out, model, _noted)

    _drawn(work)


@echo_app.command("figures")
def echo_figures(
    run: Annotated[Path, typer.Option(help="Folder of a run, such as runs/echo-standard.")],
    out: Annotated[Path, typer.Option(help="Folder for the figures and the workbook.")],
    model: Annotated[
        Path | None, typer.Option(help="Folder of the model; by default the run's, else the bundled one.")
    ] = None,
) -> None:
    """Analyses of held-out patients as EPS, PNG and TIFF, and every number in one workbook."""

    def work() -> Sequence[Path]:
        recipe_of(run, "echo")  # first: what is no run is refused at once
        from training.figures.echo import write_figures

        return write_figures(run, out, model, _noted)

    _drawn(work)


def _drawn(work: Callable[[], Sequence[Path]]) -> None:
    """Say what was written, or why nothing was."""
    try:
        paths = work()
    except ReviewError as error:
        typer.echo(f"{error}\n{error.hint}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{len(paths)} files are in {paths[-1].parent}; the numbers are in {paths[-1].name}.")


def _noted(fraction: float, note: str = "") -> None:
    logging.getLogger("training").info("%3.0f %%  %s", 100 * fraction, note)


@app.command()
def t3d(
    recipe: Annotated[
        str,
        typer.Argument(help="standard, both, contrast_only, restoration_only, resized or quick_check."),
    ],
    runs: Annotated[Path, typer.Option(help="Where runs keep their state.")] = Path("runs"),
    out: Annotated[
        Path | None, typer.Option(help="Folder of the model; by default the bundled one for `standard`.")
    ] = None,
    prepare: Annotated[bool, typer.Option("--prepare", help="Only make the patients.")] = False,
    towers: Annotated[
        Path | None, typer.Option(help="Folder of a finished model whose towers stay as they are.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed is another run.")] = 0,
) -> None:
    """Sub-volumes with reports, organs and findings, retrieval, held-out figures, weights and card."""
    from training.t3d import T3DOrder, train
    from training.t3d import prepare as prepare_patients
    from training.t3d_recipe import RECIPES as T3D

    if recipe not in T3D:
        raise typer.BadParameter(f"no recipe {recipe!r}; there are {', '.join(T3D)}")
    name = f"t3d-{recipe}" + (f"-{seed}" if seed else "")
    bundled = recipe == "standard" and seed == 0
    folder = out or (resources.path("models/t3d") if bundled else runs / name / "model")
    order = T3DOrder(replace(T3D[recipe](), seed=seed), runs / name, folder, towers)
    try:
        if prepare:
            prepare_patients(order)
        else:
            typer.echo(train(order).summary())
    except ReviewError as error:
        typer.echo(f"{error}\n{error.hint}", err=True)
        raise typer.Exit(1) from None


def main() -> None:
    """Run the command line."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s  %(message)s", datefmt="%H:%M:%S", stream=sys.stderr
    )
    app()


if __name__ == "__main__":
    main()
