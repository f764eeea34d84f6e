"""Embeddings: kept once per series and weights, searched by cosine."""

from __future__ import annotations

import numpy as np
import pytest

from app.library.embedded import Embedding, Gallery
from app.library.library import Library
from inference.errors import LibraryError
from tests.app.library.dicom_files import write_study

SHA, OTHER = "a" * 64, "b" * 64


def unit(seed: int, width: int = 16) -> np.ndarray:
    vector = np.random.default_rng(seed).normal(size=width).astype(np.float32)
    return vector / np.linalg.norm(vector)


@pytest.fixture
def filled(library, tmp_path):
    for study in (1, 2, 3):
        library.import_paths(write_study(tmp_path / str(study), study, files=1))
    return library


def test_a_vector_comes_back_bit_for_bit_after_reopening(filled, home):
    filled.embedded.keep([Embedding("1.2.1", "1.2.1.1", unit(1))], SHA)
    filled.close()
    again = Library.open(home)
    (known,) = again.embedded.known("1.2.1", SHA)
    assert np.array_equal(known.vector, unit(1))
    assert again.embedded.known("1.2.1", OTHER) == ()
    again.close()


def test_an_image_is_embedded_once_per_weights(filled):
    for vector in (unit(1), unit(2)):
        filled.embedded.keep([Embedding("1.2.1", "1.2.1.1", vector)], SHA)
    assert np.array_equal(filled.embedded.known("1.2.1", SHA)[0].vector, unit(1))
    assert filled.embedded.missing(SHA) == ("1.2.2", "1.2.3")
    assert len(filled.embedded.missing(OTHER)) == 3


def test_a_gallery_is_read_again_only_when_the_library_holds_others(filled):
    filled.embedded.keep([Embedding("1.2.1", "1.2.1.1", unit(1))], SHA)
    first = filled.embedded.gallery(SHA)
    assert filled.embedded.gallery(SHA, first) is first
    filled.embedded.keep([Embedding("1.2.2", "1.2.2.1", unit(2))], SHA)
    assert len(filled.embedded.gallery(SHA, first)) == 2
    filled.remove("1.2.1")
    assert filled.embedded.gallery(SHA, first).studies == ("1.2.2",)


def test_an_embedding_of_an_unknown_study_is_refused(library):
    with pytest.raises(LibraryError):
        library.embedded.keep([Embedding("9.9", "9.9.1", unit(1))], SHA)


def test_the_nearest_come_first_one_per_study_and_never_the_study_itself():
    vectors = np.stack([unit(n) for n in range(200)])
    gallery = Gallery(tuple(str(n // 2) for n in range(200)), tuple(map(str, range(200))), vectors)
    found = gallery.search(vectors[7], 5, without="3")
    cosines = [n.cosine for n in found]
    assert len(found) == 5
    assert cosines == sorted(cosines, reverse=True)
    assert "3" not in {n.study_uid for n in found}
    assert len({n.study_uid for n in found}) == 5
    assert gallery.search(vectors[7], 1)[0].display_set_uid == "7"


def test_many_series_of_one_study_do_not_hide_the_others():
    near = np.tile(unit(0), (300, 1))
    vectors = np.concatenate([near, unit(5)[None]])
    gallery = Gallery((*["1"] * 300, "2"), tuple(map(str, range(301))), vectors)
    assert [n.study_uid for n in gallery.search(unit(0), 2)] == ["1", "2"]


def test_an_empty_gallery_and_a_vector_of_another_model_find_nothing():
    assert Gallery((), (), np.zeros((0, 0), np.float32)).search(unit(1)) == ()
    assert Gallery(("1",), ("1",), unit(1)[None]).search(unit(1, 8)) == ()
