"""A presentation state says how its pictures are looked at, and what is drawn on them."""

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from inference.errors import FileError
from inference.imaging.objects.colours import cielab_of
from inference.imaging.objects.presentations import read_presentation
from tests.imaging_fixtures import ROOT, write_file
from tests.inference.imaging.objects.object_files import header, image_reference, segmentation

IMAGE = f"{ROOT}.1.1.1"
OTHER = f"{ROOT}.1.1.1001"


def state(path, **tags):
    d = header("1.2.840.10008.5.1.4.1.1.11.1", "PR")
    series = Dataset()
    series.SeriesInstanceUID, series.ReferencedImageSequence = (
        f"{ROOT}.1.1",
        [image_reference(0), image_reference(1)],
    )
    d.ReferencedSeriesSequence, d.ContentDescription = [series], "Lung"
    for keyword, value in tags.items():
        setattr(d, keyword, value)
    return write_file(path, d)


def items(**values):
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def test_it_concerns_the_pictures_that_it_names(tmp_path):
    found = read_presentation(state(tmp_path / "p.dcm"))
    assert found.concerns(IMAGE)
    assert not found.concerns("1.2.3")


def test_each_picture_has_the_window_that_is_meant_for_it(tmp_path):
    first = items(ReferencedImageSequence=[image_reference(0)], WindowCenter="-600", WindowWidth="1500")
    rest = items(WindowCenter="40", WindowWidth="400", VOILUTFunction="SIGMOID")
    found = read_presentation(state(tmp_path / "p.dcm", SoftcopyVOILUTSequence=[first, rest]))
    assert found.grey_of(IMAGE).window.centre == -600
    assert found.grey_of(OTHER).window.shape == "sigmoid"


def test_the_displayed_area_turning_and_inversion_are_read(tmp_path):
    area = items(
        DisplayedAreaTopLeftHandCorner=[11, 21], DisplayedAreaBottomRightHandCorner=[110, 220],
        PresentationSizeMode="TRUE SIZE", PresentationPixelSpacing=["0.5", "0.5"],
    )  # fmt: skip
    found = read_presentation(
        state(
            tmp_path / "p.dcm", DisplayedAreaSelectionSequence=[area], ImageRotation=270,
            ImageHorizontalFlip="Y", PresentationLUTShape="INVERSE",
        )
    )  # fmt: skip
    shown = found.area_of(IMAGE)
    assert (shown.top_left, shown.bottom_right, shown.mode) == ((11, 21), (110, 220), "true size")
    assert (found.quarter_turns, found.flipped, found.inverted) == (3, True, True)


def test_shapes_and_texts_keep_their_pixels(tmp_path):
    shape = items(GraphicAnnotationUnits="PIXEL", GraphicType="POLYLINE", GraphicData=[0.5, 0.5, 10, 20])
    words = items(
        UnformattedTextValue="here\r\nand there", BoundingBoxAnnotationUnits="DISPLAY",
        BoundingBoxTopLeftHandCorner=[0.1, 0.2], BoundingBoxBottomRightHandCorner=[0.4, 0.3],
    )  # fmt: skip
    drawing = items(GraphicLayer="ONE", GraphicObjectSequence=[shape], TextObjectSequence=[words])
    line, label = read_presentation(state(tmp_path / "p.dcm", GraphicAnnotationSequence=[drawing])).marks_of(
        IMAGE
    )
    assert np.allclose(line.points, [(0.5, 0.5), (10, 20)])
    assert (label.text, label.screen) == ("here\nand there", True)


def test_a_shape_that_cannot_be_read_does_not_hide_the_others(tmp_path):
    bad = items(
        GraphicAnnotationUnits="PIXEL", GraphicType="POLYLINE", GraphicData=[1.0, 2.0, float("nan"), 1.0]
    )
    odd = items(GraphicAnnotationUnits="PIXEL", GraphicType="STAR", GraphicData=[1.0, 2.0])
    good = items(GraphicAnnotationUnits="PIXEL", GraphicType="POINT", GraphicData=[1.0, 2.0])
    drawing = items(GraphicLayer="ONE", GraphicObjectSequence=[bad, odd, good])
    marks = read_presentation(state(tmp_path / "p.dcm", GraphicAnnotationSequence=[drawing])).marks_of(IMAGE)
    assert [mark.shape for mark in marks] == ["POINT"]


def test_what_is_not_done_is_said(tmp_path):
    found = read_presentation(
        state(tmp_path / "p.dcm", MaskSubtractionSequence=[items(MaskOperation="AVG_SUB")])
    )
    assert "subtraction" in found.warnings[0]


OVERLAY = (
    (0x10, "US", 4), (0x11, "US", 4), (0x40, "CS", "G"), (0x50, "SS", [1, 1]), (0x100, "US", 1),
    (0x102, "US", 0),
)  # fmt: skip


def layer(name, order, **colour):
    return items(GraphicLayer=name, GraphicLayerOrder=order, **colour)


def drawing(name):
    shape = items(GraphicAnnotationUnits="PIXEL", GraphicType="POINT", GraphicData=[1.0, 2.0])
    return items(GraphicLayer=name, GraphicObjectSequence=[shape])


def test_marks_lie_in_the_order_of_their_layers_and_have_their_colours(tmp_path):
    layers = [
        layer("TOP", 2, GraphicLayerRecommendedDisplayCIELabValue=list(cielab_of((255, 0, 0)))),
        layer("LOW", 1, GraphicLayerRecommendedDisplayGrayscaleValue=32768),
    ]
    drawn = [drawing("TOP"), drawing("LOW"), drawing("NONE")]
    path = state(tmp_path / "p.dcm", GraphicLayerSequence=layers, GraphicAnnotationSequence=drawn)
    marks = read_presentation(path).marks_of(IMAGE)
    assert [m.layer for m in marks] == ["NONE", "LOW", "TOP"]
    assert [m.rgb for m in marks] == [None, (128, 128, 128), (255, 0, 0)]


def test_a_shutter_of_a_state_is_read(tmp_path):
    path = state(
        tmp_path / "p.dcm", ShutterShape="CIRCULAR", CenterOfCircularShutter=[3, 3], RadiusOfCircularShutter=2
    )
    seen = read_presentation(path).shutter.open((5, 5))
    assert seen[2].all()
    assert not seen[0, 0]


def test_overlays_are_shown_where_a_layer_activates_them(tmp_path):
    bits = np.zeros((4, 4), bool)
    bits[1, 2] = True
    path = state(tmp_path / "p.dcm", GraphicLayerSequence=[layer("INK", 3)])
    d = dcmread(path)
    for group, name in ((0x6000, "INK"), (0x6002, ""), (0x6004, "INK")):
        d.add_new((group, 0x1001), "CS", name)
        if group == 0x6004:
            continue  # of the pictures themselves
        for element, kind, value in (
            *OVERLAY,
            (0x3000, "OW", np.packbits(bits, bitorder="little").tobytes()),
        ):
            d.add_new((group, element), kind, value)
    d.save_as(path)
    found = read_presentation(path)
    ((plane, own),) = found.overlays
    assert np.array_equal(plane.over((4, 4)), bits)
    assert (own.name, own.order) == ("INK", 3)
    assert found.activated == {0x6004}


@pytest.mark.parametrize(
    ("own", "window"), [((1, -1024), (40, 400)), (None, (1064 - 1024, 400)), ((2, 0), (532 - 1024, 200))]
)
def test_a_window_means_the_values_after_the_states_own_rescale(tmp_path, own, window):
    centre = {None: 1064, (2, 0): 1064}.get(own, 40)
    tags = {} if own is None else {"RescaleSlope": own[0], "RescaleIntercept": own[1], "RescaleType": "US"}
    voi = [items(WindowCenter=str(centre), WindowWidth="400")]
    found = read_presentation(state(tmp_path / "p.dcm", SoftcopyVOILUTSequence=voi, **tags))
    shown = found.on_values(1.0, -1024.0).grey_of(IMAGE).window  # as CT pictures are shown
    assert (shown.centre, shown.width) == window


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({"BlendingSequence": [Dataset()]}, "blends two series"),
        ({"ICCProfile": b"\0\0"}, "colour profile"),
        ({"RedPaletteColorLookupTableData": b"\0\0"}, "by a palette"),
    ],
)
def test_what_a_colour_or_blending_state_asks_for_is_said_to_be_left_out(tmp_path, tags, words):
    assert any(words in told for told in read_presentation(state(tmp_path / "p.dcm", **tags)).warnings)


def test_another_object_is_refused(tmp_path):
    path = segmentation(tmp_path / "s.dcm", [(1, 0, np.ones((4, 4), np.uint8))])
    with pytest.raises(FileError, match="is not a presentation state"):
        read_presentation(path)


def test_the_tables_of_a_real_state_undo_the_scrambled_pixels(shared_data):
    folder = shared_data / "objects" / "gsps_luts"
    found = read_presentation(folder / "prLUTs.dcm")
    stored = np.arange(256)
    levels = found.greys[0].table.apply(found.modality.apply(stored))
    grey = found.presentation.apply(levels)
    assert sorted(grey.tolist()) == stored.tolist()  # every grey level once: nothing is lost
    assert found.author == "Riesmeier, Joerg"
