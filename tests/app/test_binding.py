import subprocess
import sys

SIGNALS = """
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal
from app.binding import hold_constants

class Bell(QObject):
    rung = Signal(object)

hold_constants()
application, bell, heard = QCoreApplication([]), Bell(), []
bell.rung.connect(heard.append)
for _ in range(20_000):
    bell.rung.emit(True)
    QTimer.singleShot(0, heard.clear)
application.processEvents()
"""


def test_a_window_outlives_any_number_of_signals():
    ended = subprocess.run([sys.executable, "-c", SIGNALS], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
