from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.imaging.study import DisplaySet, Instance, Kind, Patient, Series, Study
from inference.models.prima_patches import Patches
from inference.models.prima_series import reason_against, reason_against_content, why_none

INSTANCE = Instance(
    path=Path("image.dcm"),
    sop_instance_uid="1.1",
    sop_class_uid="1.2.840.10008.5.1.4.1.1.4",
    series_uid="1",
    study_uid="0",
    transfer_syntax_uid="1.2.840.10008.1.2.1",
    modality="MR",
    image_type=("ORIGINAL", "PRIMARY", "M", "ND"),
)
DISPLAY_SET = DisplaySet(
    uid="1",
    series_uid="1",
    study_uid="0",
    kind=Kind.VOLUME,
    title="AX T2",
    modality="MR",
    instances=(INSTANCE,),
    shape=(24, 256, 256),
    spacing_mm=(5.0, 0.9, 0.9),
    plane="axial",
)


def reason(
    *, description="AX T2", body_part="", study="MRI brain", image_type=None, sop_class=None, **changes
):
    instance = replace(
        INSTANCE,
        image_type=image_type or INSTANCE.image_type,
        sop_class_uid=sop_class or INSTANCE.sop_class_uid,
        samples_per_pixel=changes.pop("samples", 1),
    )
    display_set = replace(DISPLAY_SET, instances=(instance,), **changes)
    series = Series("1", "0", 1, "MR", description, "", body_part, (instance,), (display_set,))
    return reason_against(display_set, series, Study("0", Patient(), "", "", study, "", "", (series,)))


@pytest.mark.parametrize(
    "description",
    [
        "AX T1 POST",
        "SAG_MPR_2",
        "ep2d_diff_trace_b1000",
        "t2_tirm_tra_dark-fluid",
        "HIPPOCAMPUS T2",
        "T1 GD",
        "",
        "MPRAGE",
    ],
)
def test_plain_series_of_the_head_are_read_whatever_they_are_called(description):
    assert reason(description=description) == ""


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ({"modality": "CT"}, "not MR but CT"),
        ({"kind": Kind.DOCUMENT}, "document"),
        ({"kind": Kind.CINE_STACK}, "repeated in time"),
        ({"kind": Kind.STILL}, "single picture"),
        ({"spacing_mm": None}, "do not place"),
        ({"description": "3-plane LOC"}, "localiser"),
        ({"description": "Localizer"}, "localiser"),
        ({"description": "AAHead_Scout"}, "localiser"),
        ({"description": "ep2d_diff_ADC"}, "map or reformat"),
        ({"description": "rCBF"}, "map or reformat"),
        ({"description": "TOF MIP"}, "map or reformat"),
        ({"image_type": ("ORIGINAL", "PRIMARY", "LOCALIZER")}, "localiser"),
        ({"image_type": ("DERIVED", "PRIMARY", "DIFFUSION", "ADC", "ND")}, "map derived"),
        ({"image_type": ("DERIVED", "SECONDARY", "REFORMATTED")}, "reformatted"),
        ({"image_type": ("DERIVED", "PRIMARY", "OTHER")}, "derived from other images"),
        ({"image_type": ("ORIGINAL", "PRIMARY", "M", "MOSAIC")}, "mosaic"),
        ({"image_type": ("DERIVED", "PRIMARY", "PROJECTION IMAGE")}, "projection"),
        ({"image_type": ("ORIGINAL", "PRIMARY", "P", "ND")}, "phase image"),
        ({"image_type": ("DERIVED", "SECONDARY", "SCREEN SAVE")}, "screen save"),
        ({"sop_class": "1.2.840.10008.5.1.4.1.1.7"}, "secondary capture"),
        ({"samples": 3}, "colour"),
        ({"shape": (5, 256, 256)}, "5 slices, fewer than 8"),
        ({"shape": (9, 256, 256), "spacing_mm": (2.0, 0.9, 0.9)}, "covers only 18 mm"),
        ({"body_part": "KNEE", "study": ""}, "another part of the body (knee"),
        ({"study": "MR lumbar spine"}, "another part of the body"),
        ({"study": "Cardiac MRI"}, "another part of the body"),
    ],
)
def test_what_is_left_out_is_left_out_for_a_reason(case, why):
    assert why in reason(**case)


def test_what_names_the_head_wins_over_what_names_another_part():
    assert reason(study="MRI head and neck") == ""
    assert reason(body_part="BRAIN", study="MR cervical spine") == ""


def test_the_diffusion_trace_is_read_though_it_is_derived():
    assert reason(image_type=("DERIVED", "PRIMARY", "DIFFUSION", "TRACEW", "ND")) == ""


def patches(orientation, extent):
    return Patches(
        np.zeros((1, 4, 32, 32), np.uint8), np.zeros((1, 3), np.int64), (1, 1, 1), np.eye(4),
        np.zeros((1, 3), np.float32), orientation, extent,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("orientation", "extent", "why"),
    [
        (0, (150.0, 190.0, 140.0), ""),
        (2, (140.0, 200.0, 230.0), ""),
        (0, (60.0, 70.0, 100.0), "too small for a head"),
        (0, (380.0, 260.0, 200.0), "too large for a head"),
        (1, (380.0, 260.0, 300.0), "too large for a head"),
    ],
)
def test_the_size_of_what_is_shown_must_be_that_of_a_head(orientation, extent, why):
    assert why in reason_against_content(patches(orientation, extent))
    assert bool(why) == bool(reason_against_content(patches(orientation, extent)))


def test_a_study_of_another_modality_is_named():
    display_set = replace(DISPLAY_SET, modality="CT")
    series = Series("1", "0", 1, "CT", "", "", "", (INSTANCE,), (display_set,))
    study = Study("0", Patient(), "", "", "", "", "", (series,))
    assert why_none(["not MR but CT"], study) == "this model reads MR, the study holds CT"
