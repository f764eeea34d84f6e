"""Which patients lie beside each other by what is predicted of them, and nothing else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.models.echo_physiology import MPAP
from training.echo_cases import NAMES
from training.figures.drawing import MEASURED, Drawn, by_kind, canvas, colour_bar, legend_below, named
from training.figures.echo_results import CLASSES, SHORT, EchoResults, classes_of
from training.figures.neighbours import WAYS, Neighbours, neighbours_of, together
from training.figures.sheets import Cell, Sheet


def neighbours(results: EchoResults, seed: int = 0) -> Drawn:
    """UMAP and t-SNE of the nine predictions: by cluster, by true class, by predicted mean pressure."""
    found = neighbours_of(results.predicted, seed)
    true = classes_of(results.truth)
    pressure = results.predicted[:, NAMES.index(MPAP)]
    figure, panels = canvas(2, 3, (2.9, 2.8))
    for row, way in enumerate(WAYS):
        by_cluster, by_class, by_pressure = panels[3 * row : 3 * row + 3]
        place = found.places[way]
        by_kind(
            by_cluster, place, found.clusters, [f"cluster {n + 1}" for n in range(found.clusters.max() + 1)]
        )
        by_kind(by_class, place, true, CLASSES)
        shade = by_pressure.scatter(place[:, 0], place[:, 1], c=pressure, s=9, cmap=MEASURED)
        colour_bar(figure, shade, by_pressure, "mmHg")
        titles = ("clusters of predictions", "true class", f"predicted {SHORT[MPAP]}")
        for axes, title in zip((by_cluster, by_class, by_pressure), titles, strict=True):
            named(axes, f"{way}: {title}")
            axes.set_xticks([])
            axes.set_yticks([])
    legend_below(figure, panels[:2], len(CLASSES))
    return Drawn("neighbours", figure, (_places(results, found), _met(found, true, results)))


def _places(results: EchoResults, found: Neighbours) -> Sheet:
    pressure = results.predicted[:, NAMES.index(MPAP)]
    rows: list[tuple[Cell, ...]] = [
        (patient, *(float(found.places[way][k, axis]) for way in WAYS for axis in (0, 1)),
         int(found.clusters[k]) + 1, int(found.dense[k]) + 1, float(pressure[k]))
        for k, patient in enumerate(results.patients)
    ]  # fmt: skip
    columns = (
        "patient",
        "UMAP 1",
        "UMAP 2",
        "t-SNE 1",
        "t-SNE 2",
        "cluster",
        "dense region",
        "predicted mPAP",
    )
    about = (
        "From the nine predictions alone, standardised; cluster: k-means, as many as lie apart best; "
        "dense region: DBSCAN, 0 is near nobody."
    )
    return Sheet("Neighbours", about, columns, tuple(rows))


def _met(found: Neighbours, true: NDArray[np.int64], results: EchoResults) -> Sheet:
    """Clusters against the true classes, which took no part in finding them."""
    rows: list[tuple[Cell, ...]] = [
        (f"cluster {n + 1}", *(int(((found.clusters == n) & (true == k)).sum()) for k in range(len(CLASSES))))
        for n in np.unique(found.clusters)
    ]
    index = together(found.clusters, results.hypertensive), together(found.clusters, true)
    about = (
        f"Patients; mean silhouette {found.apart:.3f}; adjusted Rand index with hypertension {index[0]:.3f}, "
        f"with its class {index[1]:.3f}."
    )
    return Sheet("Clusters and classes", about, ("cluster", *CLASSES), tuple(rows))
