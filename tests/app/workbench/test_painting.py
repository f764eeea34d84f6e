"""Segments that are painted: one step each, on disk at once, and a model's mask stays as it is."""

from __future__ import annotations

import numpy as np
import pytest

from app import theme
from app.library.library import Library
from app.object_content import LaidObject, LayerRow
from app.painting.boxes import Box, whole
from app.viewer.look import Tool
from inference.imaging.objects.references import Binding
from tests.app.report.leaving import WHOLE, organs
from tests.imaging_fixtures import write_series
from tests.journeys.reader import Reader


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    write_series(tmp_path / "ct", shape=(6, 24, 32), **WHOLE)
    reader = Reader(tmp_path / "home", tmp_path)
    reader.room.room.opening.import_paths([tmp_path / "ct"])
    reader.wait("the study", lambda: reader.sitting.current is not None)
    reader.wait("the volume", lambda: reader.window.hanging.slice_views() and reader.view.exhibit.volume)
    yield reader
    reader.leave()
    reader.watchdog.stop()


def state(reader):
    return reader.room.room.painting.segmentation


def put(reader, index):
    """A voxel by the way of a stroke."""
    layer = reader.room.room.painted_wall.layer(state(reader).uid)
    box = Box(tuple(index), tuple(n + 1 for n in index))
    layer.canvas.labels[box.slices] = reader.room.room.painting.segment.number
    layer.canvas.touch(box)
    reader.window.hanging.stroke_ended.emit("Paint")


def model_masks(reader):
    """Masks of a model, laid over the pictures as the model's answer lays them."""
    study = reader.sitting.current
    found = organs(study)
    rows = tuple(LayerRow(s.number, s.name, s.rgb, 1.0, "model") for s in found.segments)
    return LaidObject(
        "masks", "T3D masks", "masks by a model", Binding((study.display_sets[0],)), rows, (found,)
    )


def test_the_first_brush_begins_a_segment_and_every_stroke_is_a_step(reader):
    room, workspace = reader.room.room, reader.room.services.workspace
    room.painting.take(Tool.BRUSH)
    assert [s.name for s in state(reader).segments] == ["Segment 1"]
    for index in ((1, 2, 3), (1, 2, 4)):
        put(reader, index)
    assert state(reader).counts[1] == 2
    workspace.undo()
    assert state(reader).counts[1] == 1
    layer = room.painted_wall.layer(state(reader).uid)
    assert np.argwhere(layer.canvas.labels).tolist() == [[1, 2, 3]]
    workspace.undo()
    workspace.undo()
    assert state(reader) is None
    assert not room.objects.layers.all
    for _ in range(3):
        workspace.redo()
    assert state(reader).counts[1] == 2


def test_a_stroke_is_on_disk_at_once_and_there_when_the_study_is_opened_again(reader):
    room = reader.room.room
    room.painting.take(Tool.BRUSH)
    put(reader, (2, 5, 6))
    room.painting.rename("cyst")
    uid, kept = state(reader).uid, state(reader).labels()
    assert reader.room.services.saving.written().wait(30)
    (found,) = reader.room.services.library.drawn.of_study(reader.sitting.current.uid)
    assert (found.uid, found.segments[0].name) == (uid, "cyst")
    assert np.array_equal(found.labels(), kept)
    reader.leave()
    reader.sit_down()
    reader.wait("the segments", lambda: state(reader) is not None)
    assert np.array_equal(state(reader).labels(), kept)


def test_a_segment_that_was_deleted_does_not_come_back(reader):
    room = reader.room.room
    room.painting.take(Tool.BRUSH)
    put(reader, (2, 5, 6))
    room.painting.delete_segment()
    assert state(reader) is None
    assert reader.room.services.saving.written().wait(30)
    assert reader.room.services.library.drawn.of_study(reader.sitting.current.uid) == ()


def test_a_copy_of_a_models_mask_is_edited_and_the_mask_stays(reader):
    room, laid = reader.room.room, model_masks(reader)
    before = laid.maps[0].labels.voxels.copy()
    room.objects.lay(laid)
    reader.window.segments.copy_requested.emit("masks")
    reader.wait("the copy", lambda: state(reader) is not None)
    copy = state(reader)
    assert [s.name for s in copy.segments] == [s.name for s in laid.maps[0].segments]
    assert {s.source for s in copy.segments} == {"T3D masks of a model"}
    assert np.array_equal(copy.labels() > 0, before > 0)
    room.painting.take(Tool.BRUSH)
    put(reader, (0, 0, 0))
    assert state(reader).labels()[0, 0, 0] == copy.segments[0].number
    assert np.array_equal(laid.maps[0].labels.voxels, before)
    drawn = room.objects.layers.all[-1]
    assert "edited by" in drawn.what
    assert "copied from T3D masks of a model" in drawn.what
    cards = reader.window.segments.cards
    assert cards["masks"].hidden_numbers == {s.number for s in laid.maps[0].segments}
    assert not any(row.hidden_numbers for uid, row in cards.items() if uid != "masks")


def test_the_list_tells_the_volume_after_every_stroke(reader):
    room = reader.room.room
    room.painting.take(Tool.BRUSH)
    card = next(iter(reader.window.segments.cards.values()))
    assert card.rows[0].volume.text() == "0.00 mL"
    layer = room.painted_wall.layer(state(reader).uid)
    layer.canvas.labels[:] = 1
    layer.canvas.touch(whole(layer.canvas.labels.shape))
    reader.window.hanging.stroke_ended.emit("Paint")
    held = layer.canvas.labels.size * state(reader).voxel_ml
    assert float(card.rows[0].volume.text().split()[0]) == pytest.approx(held, rel=0.02)
    assert next(iter(reader.window.segments.cards.values())) is card


def test_clearing_a_slice_is_a_step_too(reader):
    room, workspace = reader.room.room, reader.room.services.workspace
    room.painting.take(Tool.BRUSH)
    index = reader.view.look.slice_index
    put(reader, (index, 5, 6))
    put(reader, (index - 1, 5, 6))
    room.painting_acts.clear_slice()
    assert np.argwhere(state(reader).labels()).tolist() == [[index - 1, 5, 6]]
    workspace.undo()
    assert state(reader).counts[1] == 2


def test_holes_are_filled_and_nothing_else_is(reader):
    room = reader.room.room
    room.painting.take(Tool.BRUSH)
    layer = room.painted_wall.layer(state(reader).uid)
    layer.canvas.labels[1:5, 4:12, 4:12] = 1
    layer.canvas.labels[2, 6, 6] = 0
    layer.canvas.labels[3, 4, 4:12] = 0  # open to the outside
    layer.canvas.touch(whole(layer.canvas.labels.shape))
    reader.window.hanging.stroke_ended.emit("Paint")
    before = state(reader).labels()
    room.painting_acts.fill_holes()
    reader.wait("the holes", lambda: state(reader).labels()[2, 6, 6])
    assert np.argwhere(state(reader).labels() != before).tolist() == [[2, 6, 6]]


def test_closing_a_study_deletes_nothing_that_was_painted(reader):
    room = reader.room.room
    room.painting.take(Tool.BRUSH)
    put(reader, (2, 5, 6))
    uid = reader.sitting.current.uid
    reader.room.services.workspace.open(None)
    assert state(reader) is None
    assert reader.room.services.saving.written().wait(30)
    library: Library = reader.room.services.library
    assert len(library.drawn.of_study(uid)) == 1
