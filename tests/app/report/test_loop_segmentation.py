"""The cavity of a beating heart leaves phase by phase and comes back on the pictures that it was drawn on."""

from dataclasses import replace

import numpy as np
import pydicom
import pytest

from app.report.equipment import Maker
from app.report.loop_segmentation import outlined_phases, write_loop_segmentation
from inference.errors import ExportError
from inference.imaging.objects.moments import moments_of
from inference.imaging.objects.segmentations import read_segmentation
from inference.imaging.placement import affine_of_picture
from tests.app.report.leaving import PHASES, heart_study

pytest.importorskip("highdicom")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # of highdicom, about our synthetic headers
MAKER = Maker("LV model", "1.0", "ab" * 32, "trained on real data")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("heart")
    study, made, outlines = heart_study(folder / "files")
    path = write_loop_segmentation(outlines, study, folder / "s.dcm", MAKER)
    return study, made, outlines, path


def test_every_phase_comes_back_bit_for_bit_where_it_was(written):
    study, made, outlines, path = written
    found = read_segmentation(path)
    shown = study.display_sets[0]
    for number, phase in enumerate(outlined_phases(outlines), start=1):
        holder = found.map_of(number)
        for n in range(len(made.masks)):
            instance, frame = shown.frame_index[n * PHASES + phase]
            affine = affine_of_picture(shown.instances[instance], frame)
            k, row, column = holder.labels.to_index(affine[:3, 3])
            assert (row, column) == pytest.approx((0, 0), abs=1e-3)
            k = round(float(k))
            inside = 0 <= k < holder.labels.shape[0]
            seen = holder.mask(number)[k] if inside else np.zeros_like(made.masks[n, phase])
            assert np.array_equal(seen, made.masks[n, phase])


def test_each_phase_is_there_only_at_its_moment_of_the_loop(written):
    study, _made, outlines, path = written
    shown = study.display_sets[0]
    moments = moments_of((shown,), read_segmentation(path).drawn_on)[shown.uid]
    assert moments == {n: frozenset({p}) for n, p in enumerate(outlined_phases(outlines), start=1)}


def test_it_names_its_pictures_its_model_and_what_it_is(written):
    study, _made, outlines, path = written
    d = pydicom.dcmread(path, stop_before_pixels=True)
    named = {i.ReferencedSOPInstanceUID for i in d.ReferencedSeriesSequence[0].ReferencedInstanceSequence}
    assert named <= {i.sop_instance_uid for i in study.display_sets[0].instances}
    first = d.SegmentSequence[0]
    assert first.SegmentedPropertyTypeCodeSequence[0].CodeValue == "87878005"  # SNOMED CT: left ventricle
    assert first.SegmentLabel == "LV cavity, 0 ms, end-diastole"
    assert first.SegmentationAlgorithmIdentificationSequence[0].AlgorithmVersion == "1.0"
    assert "not for diagnostic use" in d.SeriesDescription
    assert len({s.TrackingUID for s in d.SegmentSequence}) == len(outlined_phases(outlines))


def test_slices_in_series_of_their_own_are_all_named(tmp_path):
    study, _made, outlines = heart_study(tmp_path / "files", series_of=lambda n: str(n + 1))
    path = write_loop_segmentation(outlines, study, tmp_path / "s.dcm", MAKER)
    d = pydicom.dcmread(path, stop_before_pixels=True)
    assert len(d.ReferencedSeriesSequence) == sum(bool(loop[0]) for loop in outlines.lines)
    assert len(d.PerFrameFunctionalGroupsSequence) == d.NumberOfFrames
    sources = [
        f.DerivationImageSequence[0].SourceImageSequence[0] for f in d.PerFrameFunctionalGroupsSequence
    ]
    assert len({s.ReferencedSOPInstanceUID for s in sources}) == d.NumberOfFrames  # one picture, one frame


def test_a_loop_without_a_cavity_or_without_a_place_is_refused_in_a_sentence(tmp_path):
    study, _made, outlines = heart_study(tmp_path / "files")
    nothing = replace(outlines, lines=tuple(((),) * PHASES for _ in outlines.lines))
    with pytest.raises(ExportError, match="no contour"):
        write_loop_segmentation(nothing, study, tmp_path / "s.dcm", MAKER)
    elsewhere = replace(outlines, sources=tuple(("gone", n) for n, _ in enumerate(outlines.sources)))
    with pytest.raises(ExportError, match="not in the study"):
        write_loop_segmentation(elsewhere, study, tmp_path / "s.dcm", MAKER)
