import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from app.jobs import Jobs, JobState
from app.runner import Runner
from inference.errors import NotApplicableError, RunnerError

CALLS = "tests.app.runner_calls"
WAIT_MS = 20_000


@pytest.fixture
def runner(qtbot):  # noqa: ARG001 - a signal needs the application
    jobs = Jobs(workers=1)
    runner = Runner(jobs, patience_s=0.3)
    yield runner
    jobs.close()
    runner.close()


@pytest.fixture
def ask(qtbot, runner):
    """Call a function and wait for its answer; an error is raised."""

    def wait(name, *args, **kwargs):
        answers, errors = [], []
        job = runner.call(
            name, f"{CALLS}:{name}", *args, then=answers.append, otherwise=errors.append, **kwargs
        )
        qtbot.waitUntil(lambda: job.is_over, timeout=WAIT_MS)
        if errors:
            raise errors[0]
        return answers[0]

    return wait


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1][:3]


def wait_for(condition, seconds=10.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_values_cross_whole_and_the_process_stays(ask):
    assert ask("add", 2, b=3) == 5
    place = ask("place")
    assert place.title == "T1 π"
    assert np.array_equal(place.index, np.arange(6).reshape(2, 3))
    assert ask("pid") == ask("pid") != os.getpid()


def test_the_process_knows_neither_qt_nor_torch_until_asked(ask):
    assert ask("loaded") == []


def test_progress_arrives_on_the_gui_thread(qtbot, runner):
    heard = []
    job = runner.call("Count", f"{CALLS}:count", 40)
    job.progressed.connect(lambda fraction, note: heard.append((fraction, note, threading.get_ident())))
    qtbot.waitUntil(lambda: job.is_over, timeout=WAIT_MS)
    notes = [note for _, note, _ in heard if note]
    assert len(notes) > 3
    assert notes == sorted(notes, key=lambda note: int(note.split()[1]))
    assert {ident for *_, ident in heard} == {threading.get_ident()}


def test_an_error_for_the_reader_keeps_its_hint(ask):
    with pytest.raises(NotApplicableError, match="Not a brain") as refused:
        ask("refuse")
    assert refused.value.hint == "Open a brain."


def test_another_error_becomes_a_sentence_without_its_words(ask, caplog):
    with caplog.at_level(logging.INFO), pytest.raises(RunnerError, match="ValueError") as failed:
        ask("stumble")
    assert "runner_calls.py" in caplog.text
    assert "DOE" not in caplog.text + str(failed.value) + failed.value.hint


def test_too_little_memory_is_said_so(ask):
    with pytest.raises(RunnerError, match="not enough memory"):
        ask("run_out")


def test_an_answer_that_cannot_be_sent_is_a_failure(ask):
    with pytest.raises(RunnerError, match="not made for"):
        ask("unsendable")


@pytest.mark.parametrize(
    ("name", "args", "words"),
    [("leave", (3,), "exit code 3"), ("kill_itself", (), "memory ran out"), ("segfault", (), "SIGSEGV")],
)
def test_a_crash_is_a_sentence_and_the_next_call_works(ask, name, args, words):
    with pytest.raises(RunnerError, match=words):
        ask(name, *args)
    assert ask("add", 1, 1) == 2


def test_a_process_killed_while_idle_is_replaced(ask, runner):
    first = ask("pid")
    os.kill(first, signal.SIGKILL)
    assert wait_for(lambda: runner.pid is None)
    assert ask("pid") != first


def test_other_variables_are_those_of_the_next_process(ask, runner):
    first = ask("pid")
    runner.set_variables({})
    assert ask("pid") == first
    runner.set_variables({"NEGATOSCOPE_DEVICE": "cpu"})
    assert ask("variable", "NEGATOSCOPE_DEVICE") == "cpu"
    assert wait_for(lambda: not is_alive(first))


def test_cancel_in_the_middle_keeps_the_process_warm(qtbot, runner, ask):
    first, said = ask("pid"), []
    job = runner.call("Count", f"{CALLS}:count", 10_000, then=said.append, otherwise=said.append)
    qtbot.waitUntil(lambda: "step" in job.note, timeout=WAIT_MS)
    job.cancel()
    qtbot.waitUntil(lambda: job.is_over, timeout=WAIT_MS)
    assert (job.state, said) == (JobState.CANCELLED, [])
    assert ask("pid") == first


def test_a_call_that_does_not_listen_is_ended(qtbot, runner, ask):
    first, said = ask("pid"), []
    job = runner.call("Deaf", f"{CALLS}:deaf", then=said.append, otherwise=said.append)
    qtbot.waitUntil(lambda: job.note == "deaf", timeout=WAIT_MS)
    job.cancel()
    qtbot.waitUntil(lambda: job.is_over, timeout=WAIT_MS)
    assert (job.state, said) == (JobState.CANCELLED, [])
    assert ask("pid") != first


def test_a_cancelled_call_never_ends_the_one_after_it(qtbot, runner, ask):
    for _ in range(10):
        job = runner.call("Count", f"{CALLS}:count", 1)
        qtbot.wait(2)
        job.cancel()
        assert ask("add", 1, 2) == 3


def test_calls_are_taken_one_at_a_time_in_their_order(qtbot, runner):
    order = []
    jobs = [runner.call(str(n), f"{CALLS}:add", n, 0, then=order.append) for n in range(5)]
    qtbot.waitUntil(lambda: all(job.is_over for job in jobs), timeout=WAIT_MS)
    assert order == [0, 1, 2, 3, 4]


def test_what_is_printed_there_does_not_reach_the_wire(ask):
    assert ask("chatter") == "heard"


def test_a_flood_of_progress_is_thinned_out(ask):
    assert ask("flood") == "dry"


def test_closing_ends_the_process(qtbot):
    jobs = Jobs(workers=1)
    runner = Runner(jobs)
    job = runner.call("Deaf", f"{CALLS}:deaf")
    qtbot.waitUntil(lambda: job.note == "deaf", timeout=WAIT_MS)
    pid = runner.pid
    jobs.close()
    runner.close()
    assert wait_for(lambda: not is_alive(pid))


PARENT = """
import sys, time
sys.path[:] = {path!r}
from PySide6.QtCore import QCoreApplication
from app.jobs import Jobs
from app.runner import Runner
application, jobs = QCoreApplication([]), Jobs()
runner = Runner(jobs)
job = runner.call("Deaf", "tests.app.runner_calls:deaf")
while job.note != "deaf":
    application.processEvents()
    time.sleep(0.01)
print(runner.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="asks /proc")
def test_the_process_never_outlives_its_window():
    parent = subprocess.Popen([sys.executable, "-c", PARENT.format(path=sys.path)], stdout=subprocess.PIPE)
    with parent:
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.kill()
    assert wait_for(lambda: not is_alive(pid))


def test_warming_up_imports_what_will_be_needed(qtbot, runner, ask):
    job = runner.warm_up("torch")
    qtbot.waitUntil(lambda: job.is_over, timeout=4 * WAIT_MS)
    assert job.state is JobState.DONE
    assert ask("loaded") == ["torch"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has classes of priority instead")
def test_the_window_goes_before_what_models_compute(ask):
    assert ask("niceness") == min(os.nice(0) + 5, 19)
