"""Where clips lie beside each other: t-SNE and principal components, by view, group and ejection fraction."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.imaging.files import write_atomic
from inference.models.cardiac_views import VIEWS
from training.cardiac_cases import Clips
from training.cardiac_stages import Embedded

MOST = 1200  # clips in a picture


def write_embeddings(data: Embedded, clips: Clips, folder: Path, seed: int = 0) -> Path:
    """`embedding.csv` and, with matplotlib, `embedding.png` in `folder`; the folder."""
    present = data.present.numpy()
    study = np.repeat(np.arange(len(clips)), present.sum(1))
    vectors = data.vectors.numpy()[present]
    views = data.views.numpy()[present]
    keep = np.sort(np.random.default_rng(seed).permutation(len(vectors))[:MOST])
    where = placed(vectors[keep], seed)
    rows = [
        (
            clips.groups[study[n]],
            VIEWS[views[n]],
            clips.sites[study[n]],
            float(clips.measures[study[n], 0]),
            *where[k],
        )
        for k, n in enumerate(keep)
    ]
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(("group", "view", "site", "lvef", "tsne_1", "tsne_2", "pc_1", "pc_2"))
    writer.writerows(rows)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / "embedding.csv", buffer.getvalue().encode())
    _draw(rows, folder / "embedding.png")
    return folder


def placed(vectors: NDArray[np.float32], seed: int) -> NDArray[np.float64]:
    """(n, 4) t-SNE and the first two principal components."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    near = TSNE(perplexity=min(30, len(vectors) / 4), init="pca", random_state=seed).fit_transform(vectors)
    return np.asarray(np.hstack([near, PCA(2, random_state=seed).fit_transform(vectors)]), np.float64)


def _draw(rows: list[tuple[str, str, str, float, float, float, float, float]], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(15, 5))
    x, y = [r[4] for r in rows], [r[5] for r in rows]
    for axis, column, title in ((axes[0], 1, "view"), (axes[1], 0, "group")):
        for name in sorted({str(r[column]) for r in rows}):
            chosen = [k for k, r in enumerate(rows) if r[column] == name]
            axis.scatter([x[k] for k in chosen], [y[k] for k in chosen], s=6, label=name)
        axis.set_title(title)
        axis.legend(markerscale=2, fontsize=7)
    shade = axes[2].scatter(x, y, c=[r[3] for r in rows], s=6, cmap="viridis")
    figure.colorbar(shade, ax=axes[2], label="LVEF, %")
    axes[2].set_title("ejection fraction")
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=110)
    plt.close(figure)
    write_atomic(path, buffer.getvalue())
