"""How a picture was made is told in units; what is missing, damaged or hostile is silence."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.imaging.acquisition import acquisition_of, ends_and_middle, fact_names, facts_from
from inference.imaging.scan import scan
from tests.imaging_fixtures import write_series


def header(**values) -> Dataset:
    d = Dataset()
    for keyword, value in values.items():
        setattr(d, keyword, value)
    return d


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"KVP": "120", "Exposure": "80", "ConvolutionKernel": "B31f"},
         {"kVp": "120 kVp", "mAs": "80 mAs", "kernel": "kernel B31f"}),
        ({"ExposureInuAs": "12500"}, {"mAs": "12.5 mAs"}),
        ({"Exposure": "5100", "XRayTubeCurrent": "300", "ExposureTime": "504"},
         {"mAs": "151 mAs", "tube current": "300 mA"}),
        ({"Exposure": "180", "XRayTubeCurrent": "300", "ExposureTime": "504"},
         {"mAs": "180 mAs", "tube current": "300 mA"}),
        ({"XRayTubeCurrent": "200", "ExposureTime": "500"}, {"mAs": "100 mAs", "tube current": "200 mA"}),
        ({"FlipAngle": "90", "MagneticFieldStrength": "15000", "SequenceName": "*tse2d1"},
         {"flip angle": "FA 90°", "field strength": "1.5 T", "sequence": "tse2d1"}),
        ({"ScanningSequence": ["SE", "IR"]}, {"sequence": "SE/IR"}),
        ({"MechanicalIndex": "1.23", "SoftTissueThermalIndex": "0.7", "DepthOfScanField": "180"},
         {"mechanical index": "MI 1.23", "thermal index": "TIS 0.7", "depth": "depth 18 cm"}),
        ({"ImageLaterality": "L", "Laterality": "R", "ViewPosition": "MLO"},
         {"laterality": "left", "view": "MLO"}),
        ({"CompressionForce": "112", "BodyPartThickness": "54", "OrganDose": "0.0143",
          "AnodeTargetMaterial": "TUNGSTEN", "FilterMaterial": "RHODIUM"},
         {"compression": "force 112 N", "compressed thickness": "compressed to 54 mm",
          "organ dose": "organ dose 1.43 mGy",
          "anode and filter": "Tungsten / Rhodium"}),
        ({"PositionerPrimaryAngle": "-30", "PositionerSecondaryAngle": "20"}, {"C-arm": "RAO 30° CRA 20°"}),
        ({"Units": "GML", "SUVType": "LBM"}, {"SUV type": "SUVlbm"}),
        ({"GantryDetectorTilt": "0"}, {}),
        ({"TransducerData": ["85", "4V1c-S"]}, {"probe": "85 4V1c-S"}),
    ],
)  # fmt: skip
def test_each_fact_is_told_with_its_unit(values, said):
    assert facts_from(header(**values)) == said


def test_the_tracer_is_told_with_its_activity():
    nuclide = header(CodeValue="C-111A1", CodingSchemeDesignator="SRT", CodeMeaning="^18^Fluorine")
    drug = header(Radiopharmaceutical="FDG", RadionuclideTotalDose="370000000",
                  RadionuclideCodeSequence=Sequence([nuclide]))  # fmt: skip
    said = facts_from(header(RadiopharmaceuticalInformationSequence=Sequence([drug])))
    assert (said["radionuclide"], said["activity"]) == ("18^Fluorine FDG", "370 MBq")


def test_a_coded_view_is_called_as_readers_call_it():
    cranio_caudal = header(CodeValue="399162004", CodingSchemeDesignator="SCT", CodeMeaning="cranio-caudal")
    other = header(CodeValue="1", CodingSchemeDesignator="99X", CodeMeaning="swimmer's")
    assert facts_from(header(ViewCodeSequence=Sequence([cranio_caudal])))["view"] == "CC"
    assert facts_from(header(ViewCodeSequence=Sequence([other])))["view"] == "swimmer's"


def test_of_an_enhanced_file_each_frame_speaks_before_what_is_shared():
    shared = header(MRTimingAndRelatedParametersSequence=Sequence([header(FlipAngle=15.0)]))
    frames = [header(MREchoSequence=Sequence([header(EffectiveEchoTime=te)])) for te in (10.0, 80.0)]
    file = header(SharedFunctionalGroupsSequence=Sequence([shared]),
                  PerFrameFunctionalGroupsSequence=Sequence(frames))  # fmt: skip
    assert facts_from(file, 1) == {"TE": "TE 80", "flip angle": "FA 15°"}


def test_text_of_a_file_is_one_short_line():
    said = facts_from(header(ConvolutionKernel="a\nb" + "x" * 400))["kernel"]
    assert len(said) == 64
    assert said.isprintable()
    assert said.endswith("…")


def test_a_value_that_is_no_number_is_not_told():
    file = header(KVP="120")
    file["KVP"]._value = "many"
    assert facts_from(file) == {}


def test_pictures_are_told_one_by_one_and_what_they_share_for_planes_through_them(tmp_path):
    write_series(tmp_path, shape=(5, 8, 10), KVP="120", Exposure=lambda k: str(50 + 10 * k))
    (shown,) = scan(tmp_path).studies[0].display_sets
    assert ends_and_middle(shown) == (0, 2, 4)
    found = acquisition_of(shown, ends_and_middle(shown))
    assert [found.at(n)["mAs"] for n in (0, 2, 4)] == ["50 mAs", "70 mAs", "90 mAs"]
    assert found.at(None)["kVp"] == found.at(1)["kVp"] == "120 kVp"
    assert "mAs" not in found.at(None)
    assert "mAs" not in found.at(1)  # nobody has asked it yet
    assert found.joined(acquisition_of(shown, (1,))).at(1)["mAs"] == "60 mAs"


def test_what_one_more_file_says_otherwise_is_shared_no_longer(tmp_path):
    write_series(tmp_path, shape=(5, 8, 10), KVP=lambda k: "100" if k == 1 else "120")
    (shown,) = scan(tmp_path).studies[0].display_sets
    found = acquisition_of(shown, ends_and_middle(shown))
    assert found.shared["kVp"] == "120 kVp"
    assert "kVp" not in found.joined(acquisition_of(shown, (1,))).shared


def test_a_file_that_has_gone_is_silent_and_the_others_speak(tmp_path):
    paths = write_series(tmp_path, shape=(3, 8, 10), KVP="120")
    (shown,) = scan(tmp_path).studies[0].display_sets
    paths[1].unlink()
    found = acquisition_of(shown, ends_and_middle(shown))
    assert set(found.pictures) == {0, 2}
    assert found.at(0)["kVp"] == found.at(2)["kVp"] == "120 kVp"
    assert "kVp" in fact_names()
