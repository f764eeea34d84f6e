"""One start, alone in its process: `python -m tests.benchmarks.start_probe window|empty HOME`.

`window` is the reading room without a study, `empty` a Qt window with nothing in it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget


def main() -> None:
    """Show the window, paint it once, and say which heavy modules that took."""
    what, home = sys.argv[1], Path(sys.argv[2])
    application = QApplication([])
    window = _room(home, application) if what == "window" else QWidget()
    window.resize(1440, 900)
    window.show()
    application.processEvents()
    window.grab()
    print(json.dumps({"torch": "torch" in sys.modules, "monai": "monai" in sys.modules}), flush=True)
    QTimer.singleShot(0, window.close)
    application.exec()
    os._exit(0)  # what closes afterwards is not part of a start


def _room(home: Path, application: QApplication) -> QWidget:
    from app import theme
    from app.library.library import Library
    from app.reading_room import ReadingRoom

    theme.apply(application)
    room = ReadingRoom(Library.open(home / "library"), home / "settings.json")
    room.start()
    application.room = room  # type: ignore[attr-defined] # kept alive as long as the application
    return room.window


if __name__ == "__main__":
    main()
