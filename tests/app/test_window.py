from __future__ import annotations

import subprocess
import sys

OPEN_WINDOW = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from app import theme
from app.library.library import Library
from app.reading_room import ReadingRoom
application = QApplication([])
theme.apply(application)
home = Path(sys.argv[1])
room = ReadingRoom(Library.open(home / "library"), home / "settings.json")
room.window.show()
room.start()
for _ in range(50):
    application.processEvents()
loaded = {"torch", "transformers", "captum"} & set(sys.modules)
room.window.close()
print(sorted(loaded))
"""


def test_the_window_never_imports_torch(tmp_path):
    line = [sys.executable, "-c", OPEN_WINDOW, str(tmp_path)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
