"""Who lies beside whom: UMAP and t-SNE of vectors, and clusters that are found in the vectors alone.

The truth never takes part: it may colour the points afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.errors import ExportError
from training.figures.extras import needed

Array = NDArray[np.float64]
WAYS = ("UMAP", "t-SNE")
NOISE = -1  # of a clustering by density: near nobody
_MOST_CLUSTERS = 6
_NEAR = 5  # neighbours that make a place dense
_FEWEST = 10


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Places of rows in the plane, by each way (n, 2), and their clusters.

    clusters    (n,) by k-means, as many as lie apart best; numbered by size
    apart       their mean silhouette: 1 far apart, 0 not apart at all
    dense       (n,) by density (DBSCAN), NOISE for rows that are near nobody
    """

    places: dict[str, Array]
    clusters: NDArray[np.int64]
    apart: float
    dense: NDArray[np.int64]


def neighbours_of(vectors: Array, seed: int = 0, *, standardise: bool = True) -> Neighbours:
    """Places and clusters of rows (n, d); with `standardise`, every column counts alike."""
    if len(vectors) < _FEWEST:
        raise ExportError(
            f"{len(vectors)} rows are too few to say who lies beside whom.", hint=f"{_FEWEST} are needed."
        )
    x = _standardised(vectors) if standardise else np.asarray(vectors, float)
    clusters, apart = _clusters(x, seed)
    return Neighbours({"UMAP": _umap(x, seed), "t-SNE": _tsne(x, seed)}, clusters, apart, _dense(x))


def together(clusters: NDArray[np.int64], groups: NDArray[Any]) -> float:
    """Adjusted Rand index: 1 where clusters and groups are the same, 0 as by chance."""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(groups, clusters))


def _standardised(vectors: Array) -> Array:
    spread = vectors.std(0)
    return np.asarray((vectors - vectors.mean(0)) / np.where(spread > 0, spread, 1))


def _umap(x: Array, seed: int) -> Array:
    umap = needed("umap", "umap-learn", "Pictures of neighbours").UMAP
    near = min(15, len(x) - 1)
    return np.asarray(umap(n_neighbors=near, random_state=seed, n_jobs=1).fit_transform(x), np.float64)


def _tsne(x: Array, seed: int) -> Array:
    from sklearn.manifold import TSNE

    return np.asarray(
        TSNE(perplexity=min(30, len(x) / 4), init="pca", random_state=seed).fit_transform(x), np.float64
    )


def _clusters(x: Array, seed: int) -> tuple[NDArray[np.int64], float]:
    """As many clusters as have the best silhouette, the largest first."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    found: list[tuple[float, NDArray[np.int64]]] = []
    for count in range(2, min(_MOST_CLUSTERS, len(x) - 1) + 1):
        labels = KMeans(count, n_init=10, random_state=seed).fit_predict(x)
        found.append((float(silhouette_score(x, labels)), np.asarray(labels, np.int64)))
    apart, best = max(found, key=lambda pair: pair[0])
    return _by_size(best), apart


def _by_size(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    order = np.argsort(-np.bincount(labels), kind="stable")
    return np.argsort(order, kind="stable")[labels]


def _dense(x: Array) -> NDArray[np.int64]:
    """Clusters by density, at the distance within which most rows have their neighbours."""
    from sklearn.cluster import DBSCAN
    from sklearn.neighbors import NearestNeighbors

    distance = NearestNeighbors(n_neighbors=_NEAR + 1).fit(x).kneighbors(x)[0][:, -1]
    reach = float(np.quantile(distance, 0.8)) or 1e-9
    return np.asarray(DBSCAN(eps=reach, min_samples=_NEAR).fit_predict(x), np.int64)
