"""The window with everything behind it, joined: who hears whom is written here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtWidgets import QMenu

import resources
from app.collecting import set_aside_too
from app.jobs import Jobs
from app.joined_studies import JoinedStudies
from app.library.library import Library
from app.menus import Menus
from app.messages import Messages
from app.room import Room
from app.runner import Runner
from app.viewer.volume_menu import volume_menu
from app.viewer.volume_view import VolumeView
from app.viewer.vtk_loading import load_in_background
from app.window import TITLE, ReadingWindow
from app.workbench.anonymising import Anonymising
from app.workbench.arranging import Arranging
from app.workbench.beating import Beating
from app.workbench.binding import Binding
from app.workbench.comparing import Comparing
from app.workbench.cornering import Cornering
from app.workbench.cutting import Cutting
from app.workbench.deciding import Deciding
from app.workbench.demonstrating import Demonstrating
from app.workbench.depth import Depth
from app.workbench.depth_acts import DepthActs
from app.workbench.depth_scene import DepthScene
from app.workbench.editing import Editing
from app.workbench.explaining import Explaining
from app.workbench.exporting import Exporting
from app.workbench.exporting_dicom import DicomExporting
from app.workbench.exporting_volume import VolumeExporting
from app.workbench.fidelity import Fidelity
from app.workbench.filming import Filming
from app.workbench.fusing import Fusing
from app.workbench.fusing_hung import FusingHung
from app.workbench.gathering import Gathering
from app.workbench.graphics import PictureGraphics
from app.workbench.guidance import Guidance
from app.workbench.habits import KEPT as HABITS_KEPT
from app.workbench.habits import Habits
from app.workbench.hanging_protocols import HangingProtocols
from app.workbench.interpolating import Interpolating
from app.workbench.laying import Laying
from app.workbench.linking import Linking
from app.workbench.looking import Looking
from app.workbench.looping import Looping
from app.workbench.mammography import Mammography
from app.workbench.marking_depth import MarkingDepth
from app.workbench.marking_read import MarkingRead
from app.workbench.matching import Matching
from app.workbench.matching_library import Similar
from app.workbench.measuring import Measuring
from app.workbench.measuring_jump import Jumping
from app.workbench.measuring_table import MeasuringTable
from app.workbench.measuring_wall import MeasuringWall
from app.workbench.modelling import Modelling
from app.workbench.naming import Naming
from app.workbench.objects import ObjectPanels, Objects
from app.workbench.on_screens import last_sitting
from app.workbench.opening import Opening
from app.workbench.outlining import Outlining
from app.workbench.pages import Pages
from app.workbench.paging import Paging
from app.workbench.painting import Painting
from app.workbench.painting_acts import PaintingActs
from app.workbench.painting_keeping import PaintingKeeping
from app.workbench.painting_table import PaintingTable
from app.workbench.painting_wall import PaintingWall
from app.workbench.phasing import Phasing
from app.workbench.placing_priors import PlacingPriors
from app.workbench.playing import Playing
from app.workbench.preferring import Preferring
from app.workbench.presetting import Presetting
from app.workbench.protocol_saving import ProtocolSaving
from app.workbench.regions import Regions
from app.workbench.remembering import Remembered
from app.workbench.resuming import Resuming
from app.workbench.saving import Saving
from app.workbench.screens import KEPT as WINDOWS_KEPT
from app.workbench.screens import Screens
from app.workbench.seeing import Seeing
from app.workbench.segmenting import Segmenting
from app.workbench.services import Services
from app.workbench.showing import Showing
from app.workbench.speaking import Voices
from app.workbench.stepping import Stepping
from app.workbench.tag_browsing import TagBrowsing
from app.workbench.thumbnails import Thumbnails
from app.workbench.turning import TurningPlanes
from app.workbench.viewing import Viewing
from app.workbench.waiting import Waiting
from app.workbench.watching import Watching
from app.workbench.windowing import Windowing
from app.workbench.worklist import Worklist
from app.workspace import Workspace
from inference.imaging.study import Study

LOAD_VTK_MS = 1500  # after the start: the first pictures need none of it
WARM_UP_MS = 400  # after a study was opened: its first pictures go before


class ReadingRoom(QObject):
    """One window. Closing it ends all work and keeps what is to be found again."""

    def __init__(self, library: Library, settings: Path | None = None) -> None:
        super().__init__()
        self._open = True
        self._menu: QMenu | None = None
        self.window = ReadingWindow()
        self.services = _services(library, self.window, settings)
        self.room = self._make_room()
        self.menus = Menus(self.room, self.window, self.window.hanging)
        self.room.guidance.menus = self.menus
        self.room.binding.menus = self.menus
        self.room.screens.menus = self.menus
        self.room.binding.apply()
        self.room.pages.theme_changed.connect(self.menus.draw_icons)
        self.room.pages.texts_resized.connect(self.room.showing.show_all)
        self.window.addToolBar(self.menus.toolbar())
        self._thumbnails = Thumbnails(self.services, self.window.series)
        self._prior_thumbnails = Thumbnails(self.services, self.window.prior_series)
        self._demonstrating = Demonstrating(self.room)
        self._resuming = Resuming(self.services, self.room.opening, self.window.notice)
        self._windowing = Windowing(self.services.workspace, self.window.hanging, self.room.showing)
        self._paging = Paging(self.services, self.window.hanging, self.room.showing)
        self._mammography = Mammography(self.window.hanging, self.room.showing)
        self._beating = Beating(self.services, self.window.hanging, self.room.showing)
        self._fidelity = Fidelity(self.services, self.window.hanging, self.room.showing)
        self._fusing_hung = FusingHung(self.services, self.room.showing, self.room.fusing)
        self._painting_keeping = PaintingKeeping(self.services)
        self._marking_depth = MarkingDepth(self.services.workspace, self.window.hanging, self.room.measuring)
        self._seeing = Seeing(self.services.workspace, self.window.hanging, self.room.showing)
        self._joined = JoinedStudies(self.room, self.window)
        self.room.opening.opened.connect(self._opened)
        self._join_series()
        self._join_menus()
        self.window.closing.connect(self.close)
        self.window.restore(self.services.remembered.settings.window)
        self.room.screens.show_kept()
        self.room.habits.restore()
        self.room.guidance.greet()

    def start(self, paths: Sequence[Path] = (), *, demo: bool = False) -> None:
        """Open what was asked for, else what was open the last time, else show the study list."""
        opening = self.room.opening
        opening.list_studies()
        self.window.show_library(True)
        self.menus.refresh()
        if demo:
            self._demonstrating.begin(resources.path("demo"))
        elif paths:
            opening.import_paths(paths)
        else:
            opening.open_last()
            self._resuming.look()
        QTimer.singleShot(LOAD_VTK_MS, self, lambda: load_in_background(self._vtk_loaded))

    def _vtk_loaded(self) -> None:
        """What VTK brought stays; called on the thread that loaded it."""
        sitting = self.services.workspace.sitting
        if sitting.current is None and sitting.prior is None:
            set_aside_too()

    def close(self) -> None:
        """End all work; keep the window and the sitting."""
        if not self._open:
            return
        self._open = False
        services = self.services
        kept = {WINDOWS_KEPT: self.room.screens.keep(), HABITS_KEPT: self.room.habits.kept()}
        kept |= self.window.kept_state()
        services.remembered.change_window(**kept)
        self.room.depth.keeping.write()
        last = last_sitting(services.workspace.sitting, self.window.hanging)
        services.remembered.keep_sitting(replace(last, compared=self.room.comparing.is_on))
        self._seeing.rest()
        self.room.screens.put_away()
        for jobs in (services.jobs, services.quiet):
            jobs.close()
        self.room.showing.ahead.close()
        services.runner.close()
        services.saving.close()
        services.library.close()

    def _make_room(self) -> Room:
        services, window = self.services, self.window
        hanging = window.hanging
        screens = Screens(services, hanging, window)  # hears of further windows before their pictures hang
        showing = Showing(services, hanging)
        arranging = Arranging(services.workspace, hanging)
        cutting = Cutting(services.workspace, hanging, showing)
        opening = Opening(services, window)
        viewing, linking = Viewing(hanging), Linking(services.workspace, hanging)
        protocols = HangingProtocols(services, arranging, hanging, window)
        modelling = Modelling(services, window.findings, window)
        playing = Playing(services.workspace, hanging)
        phasing = Phasing(services, hanging, showing, cutting=cutting)
        playing.instead = phasing.toggle_play
        laying = Laying(services.workspace, window.explanations, hanging, showing)
        explaining = Explaining(services, window.explanations, laying)
        looping = Looping(services.workspace, hanging, showing, strip=window.strip, panel=window.explanations)
        comparing = Comparing(
            services, window.comparison, hanging, showing=showing, modelling=modelling, explaining=explaining
        )
        measuring, table = Measuring(services), window.measurements
        objects = Objects(services, hanging, showing, _object_panels(window))
        objects.pages.told.connect(window.notice.show_notice)
        painting = Painting(services, hanging)
        painted_wall = PaintingWall(services, hanging, showing, painting=painting, objects=objects)
        painting_acts = PaintingActs(
            services, hanging, painting=painting, wall=painted_wall, objects=objects, panel=window.segments
        )
        painting_table = PaintingTable(
            services, hanging, painting=painting, acts=painting_acts, panel=window.painting,
            segments=window.segments,
        )  # fmt: skip
        scene = DepthScene(hanging, showing, objects.layers)
        depth = Depth(services, hanging, showing, scene=scene, panel=window.depth_panel)
        voices = Voices(objects.layers)
        matching = Matching(
            services, window.matches, window.slices, hanging, showing=showing, modelling=modelling
        )
        watching = Watching(services.jobs, window.activity)
        binding, pages = Binding(services, hanging, window), Pages(services, window, watching)
        cornering, interpolating = Cornering(services, hanging, showing, window), Interpolating(hanging)
        outlining = Outlining(services, hanging, showing, panel=window.curve, looping=looping)
        segmenting = Segmenting(services, hanging, showing, objects=objects, panel=window.words)
        gathering = Gathering(
            services, hanging, comparing=comparing, outlining=outlining, segmenting=segmenting
        )
        waiting = Waiting(services, window, gathering)
        waiting.told.connect(window.notice.show_notice)
        return Room(
            services=services,
            showing=showing,
            viewing=viewing,
            playing=playing,
            stepping=Stepping(hanging, looping.marks_of),
            arranging=arranging,
            cutting=cutting,
            protocols=protocols,
            protocol_saving=ProtocolSaving(services, hanging, protocols, window),
            screens=screens,
            opening=opening,
            marking=MarkingRead(services, window),
            worklist=Worklist(services.workspace, window.studies, opening),
            modelling=modelling,
            deciding=Deciding(services, window.findings),
            explaining=explaining,
            laying=laying,
            looping=looping,
            outlining=outlining,
            naming=Naming(services, window),
            comparing=comparing,
            placing_priors=PlacingPriors(services, comparing),
            matching=matching,
            similar=Similar(services, window.similar, matching),
            exporting=Exporting(
                services, hanging, window, gathering=gathering, waiting=waiting, voices=voices
            ),
            dicom=DicomExporting(services, window, gathering=gathering, waiting=waiting),
            anonymising=Anonymising(services, window),
            volumes=VolumeExporting(services, hanging, window, layers=objects.layers, painting=painting),
            depth=depth,
            rendering=DepthActs(depth, window.depth_panel),
            filming=Filming(services, hanging, depth, voices=voices, window=window),
            editing=Editing(services.workspace),
            guidance=Guidance(services.remembered, window),
            measuring=measuring,
            objects=objects,
            segmenting=segmenting,
            painting=painting,
            painted_wall=painted_wall,
            painting_acts=painting_acts,
            painting_table=painting_table,
            measured_wall=MeasuringWall(services, hanging, showing, measuring=measuring, panel=table),
            measured_table=MeasuringTable(services, measuring, table, window),
            jumping=Jumping(
                services.workspace, hanging, showing, cutting=cutting, measuring=measuring, panel=table
            ),
            binding=binding,
            preferring=Preferring(services, window, pages, binding, cornering=cornering),
            looking=Looking(hanging, window, lambda uid: services.workspace.sitting.display_set(uid)),
            cornering=cornering,
            interpolating=interpolating,
            linking=linking,
            graphics=PictureGraphics(services, hanging, showing),
            tags=TagBrowsing(services, hanging, window),
            turning=TurningPlanes(hanging),
            phasing=phasing,
            presetting=Presetting(services.remembered, hanging, window),
            fusing=Fusing(services, hanging, showing, comparing=comparing, panel=window.fusion),
            pages=pages,
            regions=Regions(window),
            habits=Habits(
                services, hanging, showing, viewing=viewing, linking=linking, interpolating=interpolating
            ),
        )

    def _join_series(self) -> None:
        """Series in the panels and in the viewports."""
        window, workspace, arranging = self.window, self.services.workspace, self.room.arranging
        workspace.current_changed.connect(self._show_study)
        workspace.prior_changed.connect(self._prior_thumbnails.show)
        workspace.slots_changed.connect(self._mark_series)
        workspace.chosen_slot_changed.connect(self._mark_series)
        for panel in (window.series, window.prior_series):
            panel.chosen.connect(arranging.show_series)
            panel.opened_alone.connect(arranging.show_alone)
            self._seeing.changed.connect(panel.show_seen)
        self.room.naming.named.connect(self.room.modelling.read_again)
        window.findings.naming_requested.connect(self.room.naming.ask)
        for panel in (window.series, window.prior_series):
            workspace.restated.connect(lambda study, panel=panel: panel.show_views(study.display_sets))
        window.hanging.display_set_dropped.connect(self._dropped)
        window.hanging.menu_requested.connect(self._show_menu)

    def _show_menu(self, slot: int, place: QPoint) -> None:
        """What a right click on a viewport offers."""
        view = self.window.hanging.view(slot)
        depth = self.menus.depth_actions
        menu = volume_menu(view, depth) if isinstance(view, VolumeView) else self.menus.picture_menu()
        self._menu = menu  # Qt shows it only as long as somebody holds it
        menu.popup(place)

    def _dropped(self, slot: int, uid: str) -> None:
        """Pictures hang where they are dropped; an object is laid over what it speaks about."""
        if not self.room.objects.take(uid, slot):
            self.room.arranging.show_series(uid, slot)

    def _join_menus(self) -> None:
        """What can be done changes with what is open, what hangs and what is being done."""
        workspace, jobs, refresh = self.services.workspace, self.services.jobs, self.menus.refresh_soon
        for changed in (
            workspace.current_changed,
            workspace.prior_changed,
            workspace.layout_changed,
            workspace.further_changed,
            workspace.finding_changed,
            workspace.predictions_changed,
            workspace.overlay_changed,
            workspace.history_changed,
            workspace.chosen_slot_changed,
            jobs.started,
            jobs.ended,
            self.room.showing.hung,
            self.room.outlining.changed,
            self.room.depth.changed,
            self.room.measuring.changed,
            self.room.painting.changed,
            self.room.fusing.changed,
            self.room.marking.changed,
            self.room.objects.layers.changed,
            self.room.placing_priors.changed,
            self.window.studies.chosen_changed,
            self.window.studies.shown_changed,
            self.window.page_changed,
        ):
            changed.connect(refresh)

    def _opened(self) -> None:
        """The pictures are what is wanted now; the model gets ready behind them."""
        self.window.show_library(False)
        self.window.hanging.setFocus()
        QTimer.singleShot(WARM_UP_MS, self, self._warm_up)

    def _warm_up(self) -> None:
        if self._open and self.services.runner.pid is None and self.room.modelling.card is not None:
            self.services.runner.call(
                "Preparing",
                "app.reading:warm_up",
                self.room.modelling.key,
                then=self.window.activity.show_device,
            )

    def _show_study(self, study: Study | None) -> None:
        self.window.study.show_study(study)
        self.window.setWindowTitle(f"{study.patient.name or 'no name'} · {TITLE}" if study else TITLE)
        self._thumbnails.show(study)
        if study is None:
            self.window.show_library(True)

    def _mark_series(self, *_: object) -> None:
        sitting = self.services.workspace.sitting
        shown = sitting.desk.shown
        for panel in (self.window.series, self.window.prior_series):
            panel.mark_shown(shown, sitting.desk.slots[sitting.chosen_slot])


def _object_panels(window: ReadingWindow) -> ObjectPanels:
    return ObjectPanels(window.objects, window.segments, window.document)


def _services(library: Library, window: ReadingWindow, settings: Path | None) -> Services:
    messages = Messages(window.say)
    saving = Saving(messages)
    jobs = Jobs()
    return Services(
        workspace=Workspace(),
        jobs=jobs,
        quiet=Jobs(),  # as many: a first picture waits for no question to the library
        saving=saving,
        runner=Runner(jobs),
        library=library,
        remembered=Remembered(saving.run, settings),
        messages=messages,
    )
