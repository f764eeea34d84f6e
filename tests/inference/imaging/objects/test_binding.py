"""An object says in one line what it is and over what it lies, or what is missing."""

import numpy as np

from inference.imaging.objects.binding import object_words
from inference.imaging.scan import scan
from tests.imaging_fixtures import write_series
from tests.inference.imaging.objects.object_files import parametric_map, segmentation


def words(folder):
    studies = scan(folder).studies
    return [object_words(d, studies) for s in studies for d in s.display_sets if d.modality != "CT"]


def test_a_segmentation_names_its_series(tmp_path):
    write_series(tmp_path / "ct", shape=(6, 5, 7))
    segmentation(tmp_path / "s.dcm", [(1, 0, np.ones((5, 7), np.uint8))])
    assert words(tmp_path) == ["Segmentation of Series 1."]


def test_what_is_not_here_is_said(tmp_path):
    segmentation(tmp_path / "s.dcm", [(1, 0, np.ones((5, 7), np.uint8))])
    assert words(tmp_path) == ["Segmentation. The pictures that it refers to are not in the open study."]


def test_one_map_is_never_laid_over_another(tmp_path):
    write_series(tmp_path / "ct", shape=(6, 5, 7))
    for n in (1, 2):
        path = parametric_map(tmp_path / f"{n}.dcm", np.ones((2, 5, 7), np.float32))
        data = path.read_bytes().replace(b".1.77.1", f".1.77.{n}".encode())
        path.write_bytes(data)
    assert words(tmp_path) == ["Parametric map of Series 1."] * 2
