"""A plan says what its file says: prescription, fractions, beams, approval; what is missing is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from app.object_content import open_object
from inference.errors import FileError
from inference.imaging.objects.plans import plan_text, read_plan
from inference.imaging.scan import scan
from tests.imaging_fixtures import set_tags, write_file
from tests.inference.imaging.objects.object_files import header

RT_PLAN, ION_PLAN = "1.2.840.10008.5.1.4.1.1.481.5", "1.2.840.10008.5.1.4.1.1.481.8"


def item(**values: Any) -> Dataset:
    d = Dataset()
    for keyword, value in values.items():
        setattr(d, keyword, value)
    return d


def plan_file(path: Path, sop_class: str = RT_PLAN, **tags: Any) -> Path:
    """Fifty gray in 25 fractions by an arc of photons and a field of electrons."""
    d = header(sop_class, "RTPLAN")
    d.RTPlanLabel, d.RTPlanDate, d.PlanIntent = "Breast L", "20260102", "CURATIVE"
    d.ApprovalStatus, d.ReviewDate, d.ReviewerName = "APPROVED", "20260103", "Roe^Richard"
    d.DoseReferenceSequence = [
        item(DoseReferenceNumber=1, DoseReferenceDescription="PTV", DoseReferenceType="TARGET",
             TargetPrescriptionDose="50"),
        item(DoseReferenceNumber=2, DoseReferenceType="ORGAN_AT_RISK", OrganAtRiskMaximumDose="20"),
    ]  # fmt: skip
    used = [item(ReferencedBeamNumber=1, BeamMeterset="100.5", BeamDose="1.5"), item(ReferencedBeamNumber=2)]
    d.FractionGroupSequence = [
        item(NumberOfFractionsPlanned=25, NumberOfBeams=2, NumberOfBrachyApplicationSetups=0,
             ReferencedBeamSequence=used)
    ]  # fmt: skip
    arc = [item(NominalBeamEnergy="6", GantryAngle="181", GantryRotationDirection="CW"),
           item(GantryAngle="179", GantryRotationDirection="NONE")]  # fmt: skip
    still = [item(NominalBeamEnergy="9", GantryAngle="30")]
    beams = [
        item(BeamNumber=1, BeamName="Arc", BeamType="DYNAMIC", RadiationType="PHOTON",
             PrimaryDosimeterUnit="MU", TreatmentMachineName="L1", ControlPointSequence=arc),
        item(BeamNumber=2, BeamName="Boost", BeamType="STATIC", RadiationType="ELECTRON",
             ControlPointSequence=still),
    ]  # fmt: skip
    d.BeamSequence = beams
    for keyword, value in tags.items():
        setattr(d, keyword, value)
    return write_file(path, d)


def test_a_plan_is_summed_up_in_the_words_of_its_file(tmp_path):
    found = read_plan(plan_file(tmp_path / "p.dcm"))
    assert (found.title, found.written, found.intent) == ("Breast L", "2026-01-02", "curative")
    assert found.approval == "approved by Roe, Richard on 2026-01-03"
    assert plan_text(found).split("\n") == [
        "PRESCRIPTION",
        "PTV (target): prescribed 50 Gy",
        "Dose reference 2 (organ at risk): organ at risk at most 20 Gy",
        "",
        "FRACTIONS",
        "25 fractions, 2 beams",
        "",
        "BEAMS",
        "1. Arc · photons 6 MV · dynamic · gantry 181° to 179° clockwise · L1",
        "    100.5 MU · 1.5 Gy at its point per fraction",
        "2. Boost · electrons 9 MeV · static · gantry 30°",
    ]


def test_what_a_plan_does_not_say_is_said_to_be_missing(tmp_path):
    empty = {
        "ApprovalStatus": "",
        "DoseReferenceSequence": [],
        "FractionGroupSequence": [],
        "BeamSequence": [],
    }
    found = read_plan(plan_file(tmp_path / "p.dcm", **empty))
    assert found.approval == "approval status not given"
    assert plan_text(found) == "The plan names neither a prescription nor beams."


def test_energies_of_an_ion_plan_are_a_range_per_nucleon(tmp_path):
    layers = [item(NominalBeamEnergy=str(energy)) for energy in (120, 200, 160)]
    beam = item(BeamNumber=1, BeamName="C", RadiationType="ION", IonControlPointSequence=layers)
    found = read_plan(plan_file(tmp_path / "p.dcm", ION_PLAN, BeamSequence=[], IonBeamSequence=[beam]))
    assert "1. C · ions 120–200 MeV/u" in plan_text(found)


def test_a_beam_that_belongs_to_no_fraction_is_pointed_out(tmp_path):
    group = item(
        NumberOfFractionsPlanned=5, NumberOfBeams=1, ReferencedBeamSequence=[item(ReferencedBeamNumber=1)]
    )
    found = read_plan(plan_file(tmp_path / "p.dcm", FractionGroupSequence=[group]))
    assert found.warnings == ("1 of 2 beams belong to no fraction, such as set-up fields.",)


def test_values_of_nonsense_cost_only_themselves(tmp_path):
    bad = item(DoseReferenceNumber=1, DoseReferenceDescription="PTV")
    set_tags(bad, 0, {"TargetPrescriptionDose": b"fifty"})
    found = read_plan(plan_file(tmp_path / "p.dcm", DoseReferenceSequence=[bad]))
    assert plan_text(found).split("\n")[1] == "PTV: no dose given"
    with pytest.raises(FileError, match="is not an RT plan"):
        read_plan(write_file(tmp_path / "x.dcm", header("1.2.840.10008.5.1.4.1.1.481.3", "RTSTRUCT")))


def test_a_plan_opens_as_a_page_with_its_approval(tmp_path):
    plan_file(tmp_path / "p.dcm")
    study = scan(tmp_path).studies[0]
    page = open_object(study.display_sets[0], (study,))
    assert page.facts == ("RT Plan · curative · 2026-01-02", "Approved by Roe, Richard on 2026-01-03")


@pytest.mark.parametrize("name", ["objects/rtstruct_breast/rtplan.dcm", "malformed/rtplan_truncated.dcm"])
def test_real_plans_are_read_whole_or_as_far_as_they_go(shared_data, name):
    assert "photons" in plan_text(read_plan(shared_data / name))
