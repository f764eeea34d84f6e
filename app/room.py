"""Everything that a command can reach."""

from __future__ import annotations

from dataclasses import dataclass

from app.workbench.anonymising import Anonymising
from app.workbench.arranging import Arranging
from app.workbench.binding import Binding
from app.workbench.comparing import Comparing
from app.workbench.cornering import Cornering
from app.workbench.cutting import Cutting
from app.workbench.deciding import Deciding
from app.workbench.depth import Depth
from app.workbench.depth_acts import DepthActs
from app.workbench.editing import Editing
from app.workbench.explaining import Explaining
from app.workbench.exporting import Exporting
from app.workbench.exporting_dicom import DicomExporting
from app.workbench.exporting_volume import VolumeExporting
from app.workbench.filming import Filming
from app.workbench.fusing import Fusing
from app.workbench.graphics import PictureGraphics
from app.workbench.guidance import Guidance
from app.workbench.habits import Habits
from app.workbench.hanging_protocols import HangingProtocols
from app.workbench.interpolating import Interpolating
from app.workbench.laying import Laying
from app.workbench.linking import Linking
from app.workbench.looking import Looking
from app.workbench.looping import Looping
from app.workbench.marking_read import MarkingRead
from app.workbench.matching import Matching
from app.workbench.matching_library import Similar
from app.workbench.measuring import Measuring
from app.workbench.measuring_jump import Jumping
from app.workbench.measuring_table import MeasuringTable
from app.workbench.measuring_wall import MeasuringWall
from app.workbench.modelling import Modelling
from app.workbench.naming import Naming
from app.workbench.objects import Objects
from app.workbench.opening import Opening
from app.workbench.outlining import Outlining
from app.workbench.pages import Pages
from app.workbench.painting import Painting
from app.workbench.painting_acts import PaintingActs
from app.workbench.painting_table import PaintingTable
from app.workbench.painting_wall import PaintingWall
from app.workbench.phasing import Phasing
from app.workbench.placing_priors import PlacingPriors
from app.workbench.playing import Playing
from app.workbench.preferring import Preferring
from app.workbench.presetting import Presetting
from app.workbench.protocol_saving import ProtocolSaving
from app.workbench.regions import Regions
from app.workbench.screens import Screens
from app.workbench.segmenting import Segmenting
from app.workbench.services import Services
from app.workbench.showing import Showing
from app.workbench.stepping import Stepping
from app.workbench.tag_browsing import TagBrowsing
from app.workbench.turning import TurningPlanes
from app.workbench.viewing import Viewing
from app.workbench.worklist import Worklist
from app.workspace import Workspace


@dataclass(frozen=True, eq=False)
class Room:
    """One class per concern; commands name the concern and what is to be done."""

    services: Services
    showing: Showing
    viewing: Viewing
    playing: Playing
    stepping: Stepping
    arranging: Arranging
    cutting: Cutting
    protocols: HangingProtocols
    protocol_saving: ProtocolSaving
    screens: Screens
    opening: Opening
    marking: MarkingRead
    modelling: Modelling
    deciding: Deciding
    explaining: Explaining
    laying: Laying
    looping: Looping
    outlining: Outlining
    naming: Naming
    comparing: Comparing
    placing_priors: PlacingPriors
    matching: Matching
    similar: Similar
    exporting: Exporting
    dicom: DicomExporting
    anonymising: Anonymising
    volumes: VolumeExporting
    depth: Depth
    rendering: DepthActs
    filming: Filming
    objects: Objects
    segmenting: Segmenting
    painting: Painting
    painted_wall: PaintingWall
    painting_acts: PaintingActs
    painting_table: PaintingTable
    editing: Editing
    guidance: Guidance
    measuring: Measuring
    measured_wall: MeasuringWall
    measured_table: MeasuringTable
    jumping: Jumping
    binding: Binding
    preferring: Preferring
    looking: Looking
    cornering: Cornering
    interpolating: Interpolating
    linking: Linking
    graphics: PictureGraphics
    tags: TagBrowsing
    turning: TurningPlanes
    fusing: Fusing
    phasing: Phasing
    presetting: Presetting
    pages: Pages
    regions: Regions
    habits: Habits
    worklist: Worklist

    @property
    def workspace(self) -> Workspace:
        """What is open now."""
        return self.services.workspace
