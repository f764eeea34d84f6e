"""Volumes and the ejection fraction stand in the report, coded, with the segments that they are of."""

from dataclasses import replace

import numpy as np
import pydicom
import pytest

from app.report.content import Review
from app.report.dicom import write_dicom
from inference.imaging.objects.measurements import measurements_of
from inference.imaging.objects.pointing import first_target
from inference.imaging.objects.reports import read_report
from inference.imaging.scan import scan
from inference.models.ventricle import TARGETS
from inference.prediction import Prediction, findings_from_scores
from tests.app.report.answers import card
from tests.app.report.leaving import ct_review, ct_study, heart_study, organs

pytest.importorskip("highdicom")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # of highdicom, about our synthetic headers
VOLUME = "118565006"  # SNOMED CT


def test_each_segment_has_its_volume_and_leads_to_its_place(tmp_path):
    study = ct_study(tmp_path / "ct")
    masks = organs(study)
    write_dicom(ct_review(study), tmp_path / "out")
    groups = {g.title: g for g in measurements_of(read_report(tmp_path / "out" / "dicom" / "report.dcm"))}
    for segment in masks.segments:
        held = masks.volumes_ml[segment.number]
        if not held:
            assert segment.name not in groups  # what has no voxel has no volume to tell
            continue
        (volume,) = groups[segment.name].measured
        assert (volume.value, volume.unit, volume.name) == (pytest.approx(held, abs=1e-4), "mL", "Volume")
    assert groups["Liver"].finding == "Liver"  # coded, not what we call it
    for path in (tmp_path / "out" / "dicom").glob("masks*"):
        path.rename(tmp_path / "ct" / path.name)
    again = scan(tmp_path / "ct").studies
    target = first_target(groups["Focal lesion"].spots, again)
    assert np.allclose(target.point_lps_mm, masks.centre_lps_mm(9), atol=1e-2)


def test_segments_and_groups_share_their_tracking(tmp_path):
    study = ct_study(tmp_path / "ct")
    write_dicom(ct_review(study), tmp_path / "out")
    seg = pydicom.dcmread(tmp_path / "out" / "dicom" / "masks-1.dcm")
    groups = measurements_of(read_report(tmp_path / "out" / "dicom" / "report.dcm"))
    tracked = {g.tracking_uid for g in groups}
    assert {s.TrackingUID for s in seg.SegmentSequence if s.SegmentLabel != "Spleen"} <= tracked


def test_lungs_are_coded_as_both_and_a_lesion_as_something_abnormal(tmp_path):
    study = ct_study(tmp_path / "ct")
    write_dicom(ct_review(study), tmp_path / "out")
    items = pydicom.dcmread(tmp_path / "out" / "dicom" / "masks-1.dcm").SegmentSequence
    coded = {
        s.SegmentLabel: (
            s.SegmentedPropertyCategoryCodeSequence[0].CodeValue,
            s.SegmentedPropertyTypeCodeSequence[0].CodeValue,
        )
        for s in items
    }
    assert coded["Lungs"] == ("91723000", "39607008")
    assert coded["Focal lesion"] == ("49755003", "52988006")
    side = items[0].SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence[0]
    assert side.CodeValue == "51440002"


def test_the_ejection_fraction_and_the_volume_of_every_phase_are_in_the_report(tmp_path):
    study, _made, outlines = heart_study(tmp_path / "heart")
    told = replace(card(), targets=TARGETS, family="ventricle")
    curve = outlines.curve({})
    edv, esv = float(curve.volume_ml.max()), float(curve.volume_ml.min())
    findings = findings_from_scores(told, (edv, esv, 100 * (edv - esv) / edv))
    said = Prediction(study.uid, told, findings, seen=(study.display_sets[0].uid,))
    edited = tuple(replace(f, score=f.score + 1, reason="edited by reader: 2 contours") for f in findings)
    review = Review(study, said, (), (), (), "2026-03-02", edited, outlines=outlines)
    write_dicom(review, tmp_path / "out")
    groups = measurements_of(read_report(tmp_path / "out" / "dicom" / "report.dcm"))
    ef, by_reader = [g for g in groups if g.title == "LV ejection fraction"]
    assert ef.measured[0].name == "Left ventricular ejection fraction by MR"
    assert (ef.measured[0].value, ef.measured[0].unit) == (pytest.approx(60, abs=2), "%")
    assert by_reader.measured[0].value == pytest.approx(ef.measured[0].value + 1)
    assert ("Origin", "edited by reader: 2 contours") in by_reader.qualities
    volumes = [g.measured[0].value for g in groups if g.title.startswith("LV cavity")]
    assert np.allclose(volumes, curve.volume_ml, atol=1e-3)
