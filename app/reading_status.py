"""How far the reading of a study has come, who said so and when. Free of Qt and of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReadStatus(StrEnum):
    """How far the reading of a study has come, in its order."""

    UNREAD = "unread"
    IN_PROGRESS = "in progress"
    READ = "read"
    REPORTED = "reported"

    @property
    def step(self) -> int:
        """0 for unread, to 3."""
        return list(ReadStatus).index(self)


@dataclass(frozen=True)
class Reading:
    """The read status of a study.

    reader   who set it, as far as that is known
    changed  when, ISO 8601, UTC; empty where nobody has touched the study yet
    by_hand  a reader said so; otherwise it followed from what was done with the study
    """

    status: ReadStatus = ReadStatus.UNREAD
    reader: str = ""
    changed: str = ""
    by_hand: bool = False

    @property
    def words(self) -> str:
        """The status with who, when and why, in one sentence for a tooltip."""
        if not self.changed:
            return "Unread: never opened here."
        said = self.status.value[:1].upper() + self.status.value[1:]
        why = "set by hand" if self.by_hand else _WHY.get(self.status, "set by itself")
        return f"{said}: {why}{f' by {self.reader}' if self.reader else ''} on {_local(self.changed)}."


_WHY = {ReadStatus.IN_PROGRESS: "opened", ReadStatus.REPORTED: "a report was saved"}


def _local(moment: str) -> str:
    """A moment on the clock of this place, to the minute."""
    try:
        return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return moment
