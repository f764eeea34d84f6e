"""`python -m training <family> <recipe>`: train a model, from where the last call stopped."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

import resources
from inference.errors import ReviewError
from training.recipe import RECIPES

app = typer.Typer(help="Train the bundled models.", no_args_is_help=True, add_completion=False)
LABELLED = Path("../shared/data/labelled/sunnybrook_lv_segnetcmr")


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


@app.command()
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


@app.command()
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
    from training.echo import EchoOrder, ablate, cross_validate, prepared, train
    from training.echo_recipe import RECIPES as ECHO

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
