"""What every part of the workbench is given: state, threads, the process of the models, the library."""

from __future__ import annotations

from dataclasses import dataclass

from app.jobs import Jobs
from app.library.library import Library
from app.messages import Messages
from app.runner import Runner
from app.settings import Settings
from app.workspace import Workspace


@dataclass(frozen=True, eq=False)
class Services:
    """Made once, in `app.__main__`.

    jobs   work that the reader asked for: shown in the bottom line, stopped by Esc
    quiet  work that nobody asked for and nobody waits for: thumbnails, pictures ahead
    """

    workspace: Workspace
    jobs: Jobs
    quiet: Jobs
    runner: Runner
    library: Library
    settings: Settings
    messages: Messages
