"""Series fall apart into what one view can show: nothing merged, nothing dropped, whatever the order."""

from __future__ import annotations

import random

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.imaging.placement import affine_of
from inference.imaging.scan import scan
from inference.imaging.study import Kind
from tests.imaging_fixtures import (
    axial_affine,
    counting_pixels,
    oblique_affine,
    set_pixels,
    set_tags,
    slice_dataset,
    write_file,
    write_series,
)

SHAPE = (4, 4, 6)


def sets(folder):
    return scan(folder).studies[0].display_sets


def repeated(folder, times, **tags):
    """The same slice positions `times` times over in one series; a tag is a function of (slice, time)."""
    for time in range(times):
        for k in range(SHAPE[0]):
            d = slice_dataset(axial_affine(), k, counting_pixels(SHAPE[1:]))
            d.SOPInstanceUID, d.InstanceNumber = f"1.2.3.{time}.{k}", time * SHAPE[0] + k + 1
            set_tags(d, 0, {name: given(k, time) for name, given in tags.items()})
            write_file(folder / f"{time}_{k}", d)


@pytest.mark.parametrize(
    ("tags", "labels"),
    [
        ({"EchoNumbers": lambda _, t: t + 1}, ["echo 1", "echo 2"]),
        ({"EchoTime": lambda _, t: str(20 + 60 * t)}, ["echo 20 ms", "echo 80 ms"]),
        ({"DiffusionBValue": lambda _, t: 1000.0 * t}, ["b 0", "b 1000"]),
        ({"TemporalPositionIdentifier": lambda _, t: t + 1}, ["phase 1", "phase 2"]),
        ({"AcquisitionNumber": lambda _, t: t + 7}, ["acquisition 7", "acquisition 8"]),
        ({"ImageType": lambda _, t: ["ORIGINAL", "PRIMARY", "MP"[t]]}, ["m", "p"]),
        ({"InversionTime": lambda _, t: str(100 + t)}, ["inversion 100 ms", "inversion 101 ms"]),
        ({"ContrastBolusAgent": lambda _, t: ["", "Gd"][t]}, ["without contrast", "with contrast"]),
        ({}, ["", "repeat 2"]),
    ],
    ids=lambda value: next(iter(value), "nothing") if isinstance(value, dict) else None,
)
def test_repeated_positions_are_told_apart_by_what_differs(tmp_path, tags, labels):
    repeated(tmp_path, 2, **tags)
    found = sets(tmp_path)
    assert [part.split_by for part in found] == labels
    assert [(part.kind, part.shape) for part in found] == [(Kind.VOLUME, SHAPE)] * 2
    assert len({part.uid for part in found}) == 2


def test_an_acquisition_number_per_slice_does_not_tear_a_volume_apart(tmp_path):
    write_series(tmp_path, AcquisitionNumber=lambda k: k + 1, EchoTime=lambda k: str(80 + k))
    (volume,) = sets(tmp_path)
    assert volume.kind is Kind.VOLUME


@pytest.mark.parametrize(
    "tags",
    [{"Rows": 8}, {"PixelSpacing": ["0.4", "0.4"]}, {"ImageOrientationPatient": [0, 1, 0, 0, 0, 1]}],
    ids=str,
)
def test_size_spacing_and_orientation_never_share_a_view(tmp_path, tags):
    write_series(tmp_path, shape=SHAPE)
    d = slice_dataset(axial_affine(), 0, counting_pixels((tags.get("Rows", SHAPE[1]), SHAPE[2])))
    set_tags(d, 0, {**tags, "SOPInstanceUID": "1.9.1"})
    write_file(tmp_path / "other", d)
    found = sets(tmp_path)
    assert sorted((part.kind, len(part.instances)) for part in found) == [(Kind.STILL, 1), (Kind.VOLUME, 4)]


def test_a_localiser_says_that_it_is_mixed(tmp_path):
    planes = [[1, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, -1], [0, 1, 0, 0, 0, -1]]
    write_series(tmp_path, shape=(3, 4, 4), ImageOrientationPatient=lambda k: planes[k])
    found = sets(tmp_path)
    assert sorted(part.plane for part in found) == ["axial", "coronal", "sagittal"]
    assert all("slices of 3 orientations" in " ".join(part.warnings) for part in found)
    assert all(part.kind is Kind.STILL for part in found)


def test_series_are_never_merged(tmp_path):
    write_series(tmp_path / "a", series="1")
    write_series(tmp_path / "b", series="2", affine=axial_affine((-10, -20, 42.0)))
    assert [part.shape[0] for part in sets(tmp_path)] == [6, 6]


def test_a_missing_slice_makes_a_stack_that_says_where(tmp_path):
    write_series(tmp_path, shape=(8, 4, 4))[3].unlink()
    (stack,) = sets(tmp_path)
    assert stack.kind is Kind.STACK
    assert "between 34.0 and 38.0 mm (1 slice missing)" in stack.warnings[0]
    assert stack.spacing_mm[0] == pytest.approx(2.0)


def test_one_repeated_slice_keeps_the_volume_whole(tmp_path):
    write_series(tmp_path)
    d = slice_dataset(axial_affine(), 2, counting_pixels((8, 10)))
    d.SOPInstanceUID, d.InstanceNumber = "1.9.9", 99
    write_file(tmp_path / "again", d)
    volume, extra = sets(tmp_path)
    assert (volume.kind, volume.shape[0], extra.kind) == (Kind.VOLUME, 6, Kind.STILL)
    assert "1 slice position is there more than once." in volume.warnings


def test_triggered_phases_of_several_slices_are_one_cine_stack(tmp_path):
    repeated(tmp_path, 5, TriggerTime=lambda _, t: str(40 * t), Modality=lambda *_: "MR")
    (cine,) = sets(tmp_path)
    assert (cine.kind, cine.phases, cine.shape) == (Kind.CINE_STACK, 5, (20, 4, 6))
    shown = [cine.instances[i] for i, _ in cine.frame_index]
    assert [one.trigger_time_ms for one in shown[:5]] == [0, 40, 80, 120, 160]
    assert [one.position_lps_mm[2] for one in shown[::5]] == [30, 32, 34, 36]
    assert np.allclose(affine_of(cine), axial_affine())


def test_triggered_phases_of_one_slice_are_a_loop(tmp_path):
    write_series(
        tmp_path,
        Modality="MR",
        TriggerTime=lambda k: str(300 - 40 * k),
        ImagePositionPatient=lambda _: ["0", "0", "0"],
    )
    (cine,) = sets(tmp_path)
    assert cine.kind is Kind.CINE
    assert [cine.instances[i].instance_number for i, _ in cine.frame_index] == [6, 5, 4, 3, 2, 1]


def test_slices_with_different_numbers_of_phases_are_loops_of_their_own(tmp_path):
    repeated(tmp_path, 5, TriggerTime=lambda _, t: str(40 * t))
    (tmp_path / "4_1").unlink()
    found = sets(tmp_path)
    assert [(part.kind, part.shape[0]) for part in found] == [(Kind.CINE, count) for count in (5, 4, 5, 5)]


def test_many_phases_are_shown_as_a_loop_of_volumes(tmp_path):
    repeated(tmp_path, 20, TemporalPositionIdentifier=lambda _, t: 20 - t)
    (dynamic,) = sets(tmp_path)
    assert (dynamic.kind, dynamic.phases) == (Kind.CINE_STACK, 20)
    first = [dynamic.instances[i].temporal_position for i, _ in dynamic.frame_index[:20]]
    assert first == list(range(1, 21))


def test_many_repeats_that_nothing_tells_apart_are_a_loop_that_says_so(tmp_path):
    repeated(tmp_path, 18)
    (dynamic,) = sets(tmp_path)
    assert (dynamic.kind, dynamic.phases) == (Kind.CINE_STACK, 18)
    assert "Nothing tells the 18 pictures of each slice apart" in dynamic.warnings[0]
    numbers = [dynamic.instances[i].instance_number for i, _ in dynamic.frame_index[:18]]
    assert numbers == list(range(1, 72, 4))


def test_diffusion_directions_are_told_apart(tmp_path):
    gradients = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    repeated(tmp_path, 3, DiffusionGradientOrientation=lambda _, t: gradients[t])
    assert [part.split_by for part in sets(tmp_path)] == ["direction 1", "direction 2", "direction 3"]


def test_a_gated_ultrasound_file_is_a_loop(tmp_path):
    d = slice_dataset(axial_affine(), 0, counting_pixels((4, 4)))
    d.Modality, d.FrameTime = "US", "33"
    set_pixels(d, np.zeros((7, 8, 9, 3), np.uint8))
    write_file(tmp_path / "us", d)
    (cine,) = sets(tmp_path)
    assert (cine.kind, cine.shape, cine.spacing_mm) == (Kind.CINE, (7, 8, 9), None)


def enhanced(order, *, extra=None):
    """An enhanced MR file whose frames lie at the heights `order`; `extra(k)` adds to a frame's groups."""
    d = slice_dataset(axial_affine(), 0, counting_pixels((4, 4)))
    d.SOPClassUID, d.Modality = "1.2.840.10008.5.1.4.1.1.4.1", "MR"
    set_pixels(d, counting_pixels((len(order), 4, 6)))
    for keyword in ("ImageOrientationPatient", "PixelSpacing", "SliceThickness"):
        del d[keyword]
    d.ImagePositionPatient = ["999", "999", "999"]  # a leftover that means nothing
    shared = Dataset()
    shared.PlaneOrientationSequence = [item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])]
    shared.PixelMeasuresSequence = [item(PixelSpacing=["0.8", "0.5"], SliceThickness="1.5")]
    d.SharedFunctionalGroupsSequence = Sequence([shared])
    frames = []
    for k, height in enumerate(order):
        groups = extra(k) if extra else Dataset()
        groups.PlanePositionSequence = [item(ImagePositionPatient=["-10", "-20", str(height)])]
        frames.append(groups)
    d.PerFrameFunctionalGroupsSequence = Sequence(frames)
    return d


def item(**tags):
    d = Dataset()
    set_tags(d, 0, tags)
    return d


def test_frames_of_an_enhanced_file_are_put_in_their_places(tmp_path):
    write_file(tmp_path / "a", enhanced([34, 30, 36, 32]))
    (volume,) = sets(tmp_path)
    assert (volume.kind, volume.shape) == (Kind.VOLUME, (4, 4, 6))
    assert volume.frame_index == ((0, 1), (0, 3), (0, 0), (0, 2))
    assert np.allclose(affine_of(volume), axial_affine())


@pytest.mark.parametrize("where", ["shared", "frame"])
def test_the_window_of_an_enhanced_file_stands_in_its_groups(tmp_path, where):
    def window(_k=0):
        return item(FrameVOILUTSequence=[item(WindowCenter="49", WindowWidth="102")])

    d = enhanced([30, 32, 34], extra=window if where == "frame" else None)
    if where == "shared":
        d.SharedFunctionalGroupsSequence[0].update(window())
    for keyword in ("WindowCenter", "WindowWidth"):
        if keyword in d:
            del d[keyword]
    write_file(tmp_path / "a", d)
    (volume,) = sets(tmp_path)
    assert [(w.centre, w.width) for w in volume.first.windows] == [(49, 102)]


def test_an_enhanced_file_falls_apart_by_its_frames_keys(tmp_path):
    def diffusion(k):
        return item(MRDiffusionSequence=[item(DiffusionBValue=500.0 * (k // 3))])

    write_file(tmp_path / "a", enhanced([30, 32, 34] * 2, extra=diffusion))
    assert [(part.split_by, part.frame_index[0]) for part in sets(tmp_path)] == [
        ("b 0", (0, 0)),
        ("b 500", (0, 3)),
    ]


def test_a_concatenation_is_one_volume(tmp_path):
    for part, heights in enumerate([[30, 32], [34, 36]]):
        d = enhanced(heights)
        d.ConcatenationUID, d.SOPInstanceUID, d.InstanceNumber = "1.7", f"1.7.{part}", part + 1
        write_file(tmp_path / str(part), d)
    (volume,) = sets(tmp_path)
    assert volume.frame_index == ((0, 0), (0, 1), (1, 0), (1, 1))


def test_two_enhanced_files_are_two_sets(tmp_path):
    for part in range(2):
        d = enhanced([30, 32])
        d.SOPInstanceUID = f"1.7.{part + 1}"
        write_file(tmp_path / str(part), d)
    assert len(sets(tmp_path)) == 2


def test_a_dose_grid_is_a_volume(tmp_path):
    d = slice_dataset(axial_affine(), 0, counting_pixels((4, 4)))
    d.SOPClassUID, d.Modality = "1.2.840.10008.5.1.4.1.1.481.2", "RTDOSE"
    set_pixels(d, counting_pixels((3, 4, 6)))
    d.GridFrameOffsetVector = ["0", "2", "4"]
    write_file(tmp_path / "dose", d)
    (volume,) = sets(tmp_path)
    assert volume.kind is Kind.VOLUME
    assert np.allclose(affine_of(volume), axial_affine())


def test_radiographs_stand_alone_and_captures_make_a_stack(tmp_path):
    write_series(tmp_path / "dx", shape=(2, 4, 4), Modality="DX", series="1")
    write_series(tmp_path / "sc", shape=(3, 4, 4), Modality="OT", series="2", ImagePositionPatient=None)
    kinds = [part.kind for part in sets(tmp_path)]
    assert kinds == [Kind.STILL, Kind.STILL, Kind.STACK]


def test_documents_are_listed_by_their_title(tmp_path):
    d = slice_dataset(axial_affine(), 0, counting_pixels((4, 4)))
    d.SOPClassUID, d.Modality, d.StructureSetLabel = "1.2.840.10008.5.1.4.1.1.481.3", "RTSTRUCT", "Organs"
    for keyword in ("PixelData", "Rows", "Columns"):
        del d[keyword]
    write_file(tmp_path / "a", d)
    (document,) = sets(tmp_path)
    assert (document.kind, document.title) == (Kind.DOCUMENT, "Organs")


def test_slices_of_different_frames_of_reference_say_so(tmp_path):
    write_series(tmp_path, FrameOfReferenceUID=lambda k: f"1.5.{k}")
    (volume,) = sets(tmp_path)
    assert (volume.kind, volume.frame_of_reference_uid) == (Kind.VOLUME, "")
    assert "different frames of reference" in volume.warnings[0]


@pytest.mark.parametrize("seed", range(5))
def test_names_and_order_of_files_do_not_matter(tmp_path, seed):
    write_series(tmp_path / "a", affine=oblique_affine())
    repeated(tmp_path / "b", 3, TriggerTime=lambda _, t: str(t), SeriesInstanceUID=lambda *_: "1.4")
    before = [facts(part) for part in sets(tmp_path)]
    paths = [path for path in tmp_path.rglob("*") if path.is_file()]
    names = [f"x{number}" for number in range(len(paths))]
    random.Random(seed).shuffle(names)
    for path, name in zip(paths, names, strict=True):
        path.rename(tmp_path / name)
    assert [facts(part) for part in sets(tmp_path)] == before


def facts(part):
    order = [(part.instances[i].sop_instance_uid, frame) for i, frame in part.frame_index]
    return part.uid, part.kind, part.title, part.shape, part.spacing_mm, part.warnings, order
