"""What every part of the workbench is given: state, threads, the process of the models, the library."""

from __future__ import annotations

from dataclasses import dataclass

from app.jobs import Jobs
from app.library.library import Library
from app.messages import Messages
from app.runner import Runner
from app.workbench.remembering import Remembered
from app.workbench.saving import Saving
from app.workspace import Workspace


@dataclass(frozen=True, eq=False)
class Services:
    """Made once, in `app.__main__`.

    jobs    work that the reader asked for: shown in the bottom line, stopped by Esc
    quiet   work that nobody waits for: thumbnails, pictures ahead, the model warmed up
    saving  writes to the library, in the order in which they were decided
    """

    workspace: Workspace
    jobs: Jobs
    quiet: Jobs
    saving: Saving
    runner: Runner
    library: Library
    remembered: Remembered
    messages: Messages
