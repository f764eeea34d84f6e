"""Where clips lie beside each other, and which of them a model attends to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.models.cardiac_views import VIEWS
from training.cardiac_measures import normalised_entropy
from training.evaluate import Interval
from training.figures.cardiac_results import Array, CardiacResults, label_of
from training.figures.drawing import (
    MEASURED,
    Drawn,
    by_kind,
    canvas,
    colour_bar,
    legend_below,
    level,
    named,
    whiskers,
)
from training.figures.neighbours import WAYS, neighbours_of
from training.figures.sheets import Cell, Sheet
from training.ventricle_measures import mean_interval

MOST = 1200  # clips in a picture
ALL = "all studies"


def embeddings(results: CardiacResults, seed: int = 0) -> Drawn:
    """UMAP and t-SNE of the clips' vectors by view, by group and by ejection fraction."""
    study, vectors, views = _chosen(results, seed)
    found = neighbours_of(vectors, seed, standardise=False)
    groups = sorted(set(results.studies.groups))
    group = np.array([groups.index(results.studies.groups[n]) for n in study])
    ejection = results.test.truth[study, 0]
    figure, panels = canvas(2, 3, (2.9, 2.8))
    for row, way in enumerate(WAYS):
        place, three = found.places[way], panels[3 * row : 3 * row + 3]
        by_kind(three[0], place, views, VIEWS)
        by_kind(three[1], place, group, [label_of(name) for name in groups])
        shade = three[2].scatter(place[:, 0], place[:, 1], c=ejection, s=9, cmap=MEASURED)
        colour_bar(figure, shade, three[2], "LVEF, %")
        for axes, title in zip(three, ("view", "group", "ejection fraction"), strict=True):
            named(axes, f"{way}: {title}")
            axes.set_xticks([])
            axes.set_yticks([])
    legend_below(figure, panels[:2], 6)
    sites = results.studies.sites
    rows: list[tuple[Cell, ...]] = [
        (int(study[k]) + 1, VIEWS[views[k]], groups[group[k]], sites[study[k]], float(ejection[k]),
         *(float(found.places[way][k, axis]) for way in WAYS for axis in (0, 1)),
         int(found.clusters[k]) + 1)
        for k in range(len(study))
    ]  # fmt: skip
    columns = ("study", "view", "group", "site", "LVEF", "UMAP 1", "UMAP 2", "t-SNE 1", "t-SNE 2", "cluster")
    about = f"Vectors of held-out clips (at most {MOST}); cluster: k-means, silhouette {found.apart:.3f}."
    return Drawn("embeddings", figure, (Sheet("Embeddings", about, columns, tuple(rows)),))


def attention(results: CardiacResults) -> Drawn:
    """How much of the attention a clip of each view has, 1 being its equal share, and how even it is."""
    table = attention_table(results)
    overall = [row for row in table.rows if row[0] == ALL and row[1] != "entropy"]
    figure, (by_view, evenness) = canvas(1, 2, (3.6, 2.6))
    names = [str(row[1]) for row in overall]
    whiskers(by_view, range(len(names)), [_interval(row[3:6]) for row in overall])
    by_view.set_yticks(range(len(names)), names)
    level(by_view, 1, upright=True)
    named(by_view, "Attention on a clip", "weight x clips, 95 % interval; dashed: equal shares")
    whole = [row for row in table.rows if row[1] == "entropy"]
    whiskers(evenness, range(len(whole)), [_interval(row[3:6]) for row in whole])
    evenness.set_yticks(range(len(whole)), [label_of(str(row[0])) for row in whole])
    level(evenness, 1, upright=True)
    named(evenness, "Entropy of attention", "normalised; dashed: all clips alike")
    return Drawn("attention", figure, (table,))


def attention_table(results: CardiacResults) -> Sheet:
    """By group and view: mean weight times clips of the study, and the entropy; whole studies drawn."""
    groups = np.array(results.studies.groups)
    rows: list[tuple[Cell, ...]] = []
    for name in (ALL, *sorted(set(results.studies.groups))):
        inside = np.ones(len(groups), bool) if name == ALL else groups == name
        for view in (*range(len(VIEWS)), None):
            values, clips = _shares(results, inside, view)
            if len(values):
                mean = mean_interval(values)
                label = "entropy" if view is None else VIEWS[view]
                rows.append((name, label, clips, mean.value, mean.low, mean.high))
    about = "Weight of a clip times the clips of its study, 1 is no preference; entropy, 1 is even. By study."
    return Sheet(
        "Attention", about, ("group", "view", "clips or studies", "mean", "low", "high"), tuple(rows)
    )


def _shares(results: CardiacResults, inside: NDArray[np.bool_], view: int | None) -> tuple[Array, int]:
    """One value per study: relative weight of its clips of a view, or its entropy; and how many clips."""
    present, views = results.data.present.numpy(), results.data.views.numpy()
    found, clips = [], 0
    for n in np.flatnonzero(inside & (present.sum(1) > 1)):
        shares = results.test.shares[n][present[n]]
        if view is None:
            found.append(normalised_entropy(shares))
            clips += 1
        elif (own := views[n][present[n]] == view).any():
            found.append(float(shares[own].mean() * len(shares)))
            clips += int(own.sum())
    return np.array(found), clips


def _chosen(results: CardiacResults, seed: int) -> tuple[NDArray[np.int64], Array, NDArray[np.int64]]:
    """Study, vector and view of the clips that are drawn."""
    present = results.data.present.numpy()
    study = np.nonzero(present)[0]
    keep = np.sort(np.random.default_rng(seed).permutation(len(study))[:MOST])
    vectors = results.data.vectors.numpy()[present][keep].astype(np.float64)
    return study[keep], vectors, results.data.views.numpy()[present][keep]


def _interval(cells: tuple[Cell, ...]) -> Interval:
    value, low, high = (float(cell) if cell is not None else float("nan") for cell in cells)
    return Interval(value, low, high)
