"""The latest prior comes up beside a study by itself: pictures only, no model, and only where it fits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from app import theme
from app.layouts import Arrangement, Layout
from app.manner import ViewKind
from app.viewer.look import Texts
from app.workbench.comparing import in_one_plane
from app.workbench.placing_priors import alike, go_together
from inference.imaging.scan import scan
from tests.app.library.dicom_files import write_file, write_study
from tests.app.panels.test_studies import entry
from tests.journeys.reader import Reader

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
OLDER, OLD, NEW = "1.2.1", "1.2.2", "1.2.3"


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    reader = Reader(tmp_path / "home", tmp_path)
    yield reader
    reader.leave()
    reader.watchdog.stop()


@pytest.fixture
def studies(tmp_path):
    for number in (1, 2, 3):
        write_study(tmp_path / "studies" / str(number), study=number, files=4)
    return tmp_path / "studies"


def opened(reader, studies) -> None:
    reader.drop([studies], reader.window.studies)
    reader.wait("the newest study", lambda: reader.sitting.current)
    reader.wait_until_idle()


def placed(reader) -> None:
    reader.wait("the prior", lambda: reader.sitting.prior)
    reader.wait_until_idle()


def badges(reader) -> list[str]:
    return [view.exhibit.caption.badge for view in reader.window.hanging.slice_views()]


def test_the_latest_prior_hangs_left_and_no_model_runs(reader, studies):
    said: list[str] = []
    reader.room.room.placing_priors.placed.connect(said.append)
    opened(reader, studies)
    placed(reader)
    assert (reader.sitting.current.uid, reader.sitting.prior.uid) == (NEW, OLD)
    assert badges(reader) == ["PRE", "POST"]
    assert reader.window.prior_series.isVisible()
    assert reader.window.findings.isVisible()
    assert said == ["Prior of 2024-01-02 beside the study"]
    assert reader.sitting.predictions == ()
    assert not reader.room.room.comparing.is_on


def test_a_placed_prior_scrolls_with_the_study_and_says_how_they_are_linked(reader, tmp_path):
    for number, first_mm in ((1, -40), (2, 300)):  # two scans that count from elsewhere
        for k in range(5):
            place = {"ImagePositionPatient": [0, 0, first_mm + 4 * k], "FrameOfReferenceUID": f"1.9.{number}"}
            write_file(tmp_path / "studies" / f"{number}-{k}.dcm", study=number, number=k + 1, **place)
    opened(reader, tmp_path / "studies")
    placed(reader)
    prior, current = reader.window.hanging.slice_views()
    current.adjust(slice_index=4)
    assert prior.look.slice_index == 4
    assert corner(prior)[-1] == corner(prior, Texts.MINIMAL)[-1] == "linked by centres"
    assert "linked" not in " ".join(corner(current))
    reader.room.room.arranging.toggle_link()
    assert "linked" not in " ".join(corner(prior))


def test_a_prior_in_the_same_frame_of_reference_is_linked_as_it_lies(reader, tmp_path):
    for number, first_mm in ((1, 0), (2, 8)):
        for k in range(5):
            place = {"ImagePositionPatient": [0, 0, first_mm + 4 * k], "FrameOfReferenceUID": "1.9"}
            write_file(tmp_path / "studies" / f"{number}-{k}.dcm", study=number, number=k + 1, **place)
    opened(reader, tmp_path / "studies")
    placed(reader)
    prior, current = reader.window.hanging.slice_views()
    current.adjust(slice_index=1)
    assert prior.look.slice_index == 3
    assert corner(prior)[-1] == "linked by position"


def corner(view, level: Texts = Texts.ALL) -> tuple[str, ...]:
    return view.furniture.corners(view.scene(), level).bottom_left


def test_to_close_the_prior_hangs_the_study_as_it_was_opened(reader, studies):
    reader.room.room.placing_priors.toggle()
    opened(reader, studies)
    before = reader.sitting.desk.slots, reader.sitting.desk.layout
    reader.room.room.placing_priors.toggle()
    reader.room.room.placing_priors.offer([entry(OLD, "Doe^Jane")])
    placed(reader)
    assert reader.sitting.desk.layout is Layout.TWO
    reader.window.hanging.setFocus()
    reader.wait("the action", reader.room.menus.action("End comparison").isEnabled)
    reader.key(Qt.Key.Key_D, CTRL_SHIFT)
    reader.wait_until_idle()
    assert reader.sitting.prior is None
    assert (reader.sitting.desk.slots, reader.sitting.desk.layout) == before
    assert not reader.window.prior_series.isVisible()


def test_switched_off_no_prior_comes_and_it_stays_off(reader, studies):
    reader.room.menus.action("Place priors by themselves").trigger()
    opened(reader, studies)
    assert reader.sitting.prior is None
    reader.leave()
    reader.sit_down()
    assert not reader.room.room.placing_priors.is_on


def test_after_a_restart_the_prior_is_there_again_and_still_no_model_runs(reader, studies):
    opened(reader, studies)
    placed(reader)
    reader.leave()
    reader.sit_down()
    placed(reader)
    assert reader.sitting.prior.uid == OLD
    assert not reader.room.room.comparing.is_on
    assert badges(reader) == ["PRE", "POST"]


def test_a_prior_that_was_closed_does_not_come_back_by_itself(reader, studies):
    opened(reader, studies)
    placed(reader)
    reader.room.room.comparing.end()
    reader.leave()
    reader.sit_down()
    reader.wait("the study", lambda: reader.sitting.current)
    reader.wait_until_idle()
    assert reader.sitting.prior is None


def test_only_a_prior_of_the_same_modality_whose_files_are_there_is_placed(tmp_path):
    current = scan(write_study(tmp_path / "now", study=3)).studies[0]
    gone, other, fits, older = (
        entry(OLD, "Doe", missing="Its files are gone."),
        entry("9", "Doe"),
        entry(OLDER, "Doe"),
        entry("8", "Doe"),
    )
    object.__setattr__(other, "modalities", ("CT",))
    assert alike([gone, other, fits, older], current) == OLDER
    assert alike([gone, other], current) == ""


def test_radiographs_go_together_and_a_volume_with_a_radiograph_does_not(tmp_path):
    kind = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.1", "Modality": "CR"}
    film, earlier = (scan(write_file(tmp_path / f"{n}.dcm", study=n, **kind)).studies[0] for n in (4, 5))
    volume = scan(write_study(tmp_path / "volume", study=6)).studies[0]
    assert go_together(earlier, film)
    assert not go_together(volume, film)


def test_series_of_different_planes_are_both_cut_axially(tmp_path):
    axial = scan(write_study(tmp_path / "a", study=7)).studies[0].display_sets[0]
    standing = [0, 1, 0, 0, 0, -1]
    sagittal = scan(write_study(tmp_path / "b", study=8, ImageOrientationPatient=standing)).studies[0]
    other = replace(sagittal.display_sets[0], plane="sagittal")
    assert axial.plane == "axial"
    hung = Arrangement(Layout.TWO, (axial.uid, other.uid, "else"))
    assert in_one_plane(hung, (axial, axial)) == hung
    ways = in_one_plane(hung, (axial, other)).manners
    assert [way.view for way in ways] == [ViewKind.AXIAL, ViewKind.AXIAL, ViewKind.STACK]
