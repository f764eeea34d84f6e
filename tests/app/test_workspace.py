from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.desk import Desk
from app.layouts import WINDOWS, Layout
from app.manner import Manner, ViewKind
from app.overlays import OverlayMode
from app.sitting import attribution_key
from app.verdicts import FindingKey
from app.viewer.measurements.measurement import Kind as MeasurementKind
from app.viewer.measurements.measurement import Measurement, Scale, Site, Space
from app.workspace import ANNOUNCED, Workspace
from explain.attribution import Attribution, Evidence, UnitScores
from inference.card import Card, Target
from inference.imaging.study import DisplaySet, Instance, Kind, Patient, Series, Study, Window
from inference.place import Place
from inference.prediction import Decision, Prediction, findings_from_scores

MASS = Target("mass", "Mass")
CARD = Card(
    "prima", "Prima", "1", "prima", "bundled", "MR", "brain", "", "", "phantoms", "", "", "", (), (), "",
    (MASS,), (),
)  # fmt: skip


def make_study(uid: str) -> Study:
    instance = Instance(Path("a.dcm"), f"{uid}.1.1", "", f"{uid}.1", uid, "")
    shown = DisplaySet(f"{uid}.1", f"{uid}.1", uid, Kind.STILL, "T1", "MR", (instance,), (1, 2, 2))
    series = Series(f"{uid}.1", uid, 1, "MR", "T1", "", "", (instance,), (shown,))
    return Study(uid, Patient("Doe, Jane", "1"), "2024-01-02", "", "", "", "", (series,))


def make_prediction(study_uid: str, score: float = 2.0) -> Prediction:
    return Prediction(study_uid, CARD, findings_from_scores(CARD, [score]))


def make_attribution(study_uid: str, method: str = "LIME") -> Attribution:
    place = Place("d", "s", "T1", "", (1, 1, 1), np.zeros((1, 3), np.int64), np.eye(4))
    unit = UnitScores(place, np.ones(1, np.float32), 1.0)
    return Attribution(
        study_uid, "prima", "", "", MASS, method, "logit", 2.0, None, (unit,), Evidence(()), True, True, 0
    )


@pytest.fixture
def workspace(qtbot):  # noqa: ARG001 - a signal needs the application
    workspace = Workspace()
    workspace.open(make_study("1"), make_study("2"))
    return workspace


def heard(workspace: Workspace) -> list[str]:
    """Names of the signals that are sent from now on, in order."""
    names: list[str] = []
    for name in (*(f"{n}_changed" for n in ANNOUNCED), "decided"):
        getattr(workspace, name).connect(lambda *_, name=name: names.append(name))
    return names


KEY = FindingKey("1", "prima", "mass")


def test_nothing_is_announced_where_nothing_changes(workspace):
    names = heard(workspace)
    workspace.hang(layout=Layout.ONE)
    workspace.show(0, "")
    workspace.choose_slot(0)
    workspace.set_overlay(opacity=workspace.sitting.desk.overlay.opacity)
    workspace.open(workspace.sitting.current, workspace.sitting.prior)
    assert names == []


def test_each_kind_of_change_has_its_one_signal(workspace):
    names = heard(workspace)
    workspace.show(0, "1.1")
    workspace.set_window("1.1", Window(40, 400))
    workspace.add([make_prediction("1")], [make_attribution("1")])
    workspace.choose_finding(KEY)
    workspace.set_overlay(attribution=attribution_key(make_attribution("1")), mode=OverlayMode.CONTOUR)
    assert names == [
        "slots_changed", "windows_changed", "predictions_changed", "attributions_changed", "finding_changed",
        "overlay_changed",
    ]  # fmt: skip
    assert workspace.sitting.attribution is not None
    assert workspace.sitting.chosen[1].target == MASS


def test_undo_and_redo_walk_the_same_states(workspace):
    states = [workspace.sitting.desk]
    workspace.hang(["1.1", "2.1"], Layout.TWO)
    states.append(workspace.sitting.desk)
    workspace.set_overlay(mode=OverlayMode.OFF)
    states.append(workspace.sitting.desk)
    for step in (1, 0, 0):
        workspace.undo()
        assert workspace.sitting.desk == states[step]
    for step in (1, 2, 2):
        workspace.redo()
        assert workspace.sitting.desk == states[step]


def test_a_drag_is_one_step(workspace):
    for width in (300, 310, 320):
        workspace.set_window("1.1", Window(40, width))
    workspace.undo()
    assert dict(workspace.sitting.desk.windows) == {}


def test_a_decision_is_told_when_made_undone_and_redone(workspace):
    told = []
    workspace.decided.connect(told.append)
    workspace.add([make_prediction("1")])
    workspace.decide(KEY, Decision.REJECTED, "artefact")
    assert workspace.sitting.predictions[0].finding("mass").comment == "artefact"
    workspace.undo()
    workspace.redo()
    workspace.decide(KEY, Decision.REJECTED, "artefact")
    assert [v.decision for v in told] == [Decision.REJECTED, Decision.UNREVIEWED, Decision.REJECTED]


def test_undo_goes_back_to_the_decision_that_was_stored(workspace):
    stored = make_prediction("1")
    finding = replace(stored.findings[0], decision=Decision.ACCEPTED)
    workspace.add([replace(stored, findings=(finding,))])
    workspace.decide(KEY, Decision.REJECTED)
    workspace.undo()
    assert workspace.sitting.verdict(KEY).decision is Decision.ACCEPTED


def test_a_decision_does_not_pass_to_a_newer_answer(workspace):
    told = []
    workspace.add([make_prediction("1")])
    workspace.decide(KEY, Decision.ACCEPTED)
    workspace.decided.connect(told.append)
    workspace.add([make_prediction("1", score=-1.0)])
    workspace.undo()
    assert workspace.sitting.verdict(KEY).decision is Decision.UNREVIEWED
    assert told == []


def test_a_model_that_answers_late_is_not_shown_on_another_study(workspace):
    workspace.open(make_study("3"))
    workspace.add([make_prediction("1")], [make_attribution("1")])
    assert workspace.sitting.stored == ()
    assert workspace.sitting.attributions == ()


def test_a_prior_comes_and_goes_without_loss(workspace):
    workspace.add([make_prediction("1"), make_prediction("2")])
    workspace.hang(["1.1", "2.1"], Layout.TWO)
    workspace.open(workspace.sitting.current, None)
    assert [p.study_uid for p in workspace.sitting.stored] == ["1"]
    assert workspace.sitting.desk.slots[:2] == ("1.1", "")


def test_a_stored_desk_is_laid_without_what_is_gone(workspace):
    desk = Desk(layout=Layout.TWO).with_slots(["3.1", "9.9"])
    workspace.open(make_study("3"), desk=desk)
    assert workspace.sitting.desk.slots[:2] == ("3.1", "")
    workspace.undo()
    assert workspace.sitting.current.uid == "3"


def test_the_chosen_slot_is_always_on_the_screen(workspace):
    workspace.hang(layout=Layout.FOUR)
    workspace.choose_slot(3)
    workspace.hang(layout=Layout.TWO)
    assert workspace.sitting.chosen_slot == 1


def test_laying_an_explanation_over_the_pixels_is_no_step_back(workspace):
    workspace.open(make_study("1"))
    workspace.lay("1|prima|tumour|LIME")
    assert workspace.sitting.desk.overlay.attribution == "1|prima|tumour|LIME"
    workspace.undo()
    assert workspace.sitting.desk.overlay.attribution == "1|prima|tumour|LIME"


def test_linked_windows_are_one_step(workspace):
    workspace.windows_together = True
    for width in (300, 310, 320):
        workspace.set_window("1.1", Window(40, width))
        workspace.set_window("1.2", Window(40, width))
    workspace.undo()
    assert not workspace.sitting.desk.windows


def length(uid: str, study_uid: str = "1", text: str = "") -> Measurement:
    site = Site(study_uid, f"{study_uid}.1", f"{study_uid}.1")
    points = ((0.0, 0.0, 0.0), (3.0, 4.0, 0.0))
    return Measurement(
        uid, MeasurementKind.LENGTH, site, Space.PATIENT, points, Scale("PixelSpacing"), text=text
    )


def test_every_measurement_is_told_when_made_changed_undone_and_redone(workspace):
    told = []
    workspace.remeasured.connect(lambda changed, gone: told.append(([m.text for m in changed], list(gone))))
    workspace.measure("Draw length", [length("a", text="one")])
    workspace.measure("Name length", [length("a", text="two")])
    workspace.undo()
    workspace.undo()
    workspace.redo()
    assert told == [(["one"], []), (["two"], []), (["one"], []), ([], ["a"]), (["one"], [])]


def test_what_the_library_kept_is_no_step_and_no_step_back_takes_it_away(workspace):
    told = []
    workspace.set_window("1.1", Window(40, 300))
    workspace.remeasured.connect(lambda *what: told.append(what))
    workspace.take_measurements([length("kept")])
    workspace.undo()
    workspace.redo()
    assert list(workspace.sitting.desk.measurements) == ["kept"]
    assert told == []


def test_closing_a_study_deletes_no_measurement(workspace):
    told = []
    workspace.take_measurements([length("kept")])
    workspace.remeasured.connect(lambda *what: told.append(what))
    workspace.open(make_study("2"))
    assert not workspace.sitting.desk.measurements
    assert told == []


def test_a_study_that_more_came_to_hangs_anew_in_the_same_slots(workspace):
    workspace.show(0, "1.1")
    names = heard(workspace)
    more = replace(make_study("1"), description="with a segmentation")
    workspace.open(more, make_study("2"), desk=workspace.sitting.desk)
    assert names == ["current_changed", "slots_changed"]
    workspace.open(more, make_study("2"), desk=workspace.sitting.desk)
    assert names == ["current_changed", "slots_changed"]  # the same again changes nothing


def test_windows_of_viewports_come_and_go_without_a_step(workspace):
    workspace.hang(["1.1"], Layout.TWO)
    workspace.add_window(Layout.TWO, ["2.1"])
    workspace.add_window(Layout.ONE, ["1.1"])
    desk = workspace.sitting.desk
    assert desk.numbers == (0, 1, 16, 17, 32)
    assert desk.shown == ("1.1", "2.1", "1.1")
    workspace.undo()
    assert len(workspace.sitting.desk.further) == 2
    workspace.redo()
    workspace.choose_slot(32)
    workspace.remove_window(1)
    assert workspace.sitting.desk.further == (Layout.ONE,)
    assert workspace.sitting.desk.slots[16] == "1.1"
    assert workspace.sitting.chosen_slot == 16


def test_there_are_three_windows_at_most(workspace):
    for _ in range(5):
        workspace.add_window()
    assert len(workspace.sitting.desk.further) == WINDOWS - 1


def test_windows_stay_when_another_study_is_opened(workspace):
    workspace.add_window(Layout.FOUR)
    workspace.open(make_study("3"), desk=Desk(layout=Layout.TWO))
    assert workspace.sitting.desk.layouts == (Layout.TWO, Layout.FOUR)


def test_how_a_series_is_shown_is_undone_with_it(workspace):
    coronal = Manner(ViewKind.CORONAL, 10.0)
    workspace.show(0, "1.1", coronal)
    workspace.show(0, "2.1")
    assert workspace.sitting.desk.manners[0] == Manner()
    workspace.undo()
    assert workspace.sitting.desk.manners[0] == coronal
    workspace.lay_out(0, Layout.FOUR, workspace.sitting.desk.slots)
    assert workspace.sitting.desk.manners[0] == coronal
