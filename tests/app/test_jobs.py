import threading

import pytest

from app.jobs import Job, Jobs, JobState
from inference.errors import SeriesError

WAIT_MS = 5000


@pytest.fixture
def jobs(qtbot):  # noqa: ARG001 - a signal needs the application
    jobs = Jobs(workers=2)
    yield jobs
    jobs.close()


def test_a_job_answers_on_the_gui_thread(qtbot, jobs):
    threads = []
    job = jobs.run("Add", lambda _report: 1 + 1, then=lambda _: threads.append(threading.get_ident()))
    with qtbot.waitSignal(job.succeeded, timeout=WAIT_MS) as answered:
        pass
    assert answered.args == [2]
    assert threads == [threading.get_ident()]
    assert job.state is JobState.DONE


def test_a_failure_is_an_answer_too(qtbot, jobs):
    def fail(_report):
        raise SeriesError("No.", hint="Try.")

    errors = []
    job = jobs.run("Fail", fail, otherwise=errors.append)
    qtbot.waitUntil(lambda: job.is_over, timeout=WAIT_MS)
    assert isinstance(errors[0], SeriesError)
    assert job.state is JobState.FAILED


def test_ended_is_always_last_and_once(qtbot, jobs):
    said = []
    job = Job("Say", lambda report: report(0.5, "half"))
    for name in ("progressed", "succeeded", "failed", "ended"):
        getattr(job, name).connect(lambda *_, name=name: said.append(name))
    jobs.start(job, jobs._pool)
    qtbot.waitUntil(lambda: "ended" in said, timeout=WAIT_MS)
    qtbot.wait(20)
    assert said[-2:] == ["succeeded", "ended"]
    assert said.count("ended") == 1


def test_a_cancelled_job_says_nothing_but_that_it_ended(qtbot, jobs):
    begun, said = threading.Event(), []

    def work(report):
        begun.set()
        while True:
            report(0.1, "working")

    job = jobs.run("Loop", work, then=said.append, otherwise=said.append)
    assert begun.wait(5)
    job.cancel()
    assert job.state is JobState.STOPPING
    qtbot.waitUntil(lambda: job.is_over, timeout=WAIT_MS)
    assert job.state is JobState.CANCELLED
    assert said == []


def test_an_answer_on_its_way_is_not_delivered_after_cancel(qtbot, jobs):
    done, said = threading.Event(), []

    def work(_report):
        done.set()
        return 1

    job = jobs.run("Quick", work, then=said.append)
    assert done.wait(5)
    threading.Event().wait(0.05)  # the answer waits in the event queue of this thread
    job.cancel()
    qtbot.waitUntil(lambda: job.is_over, timeout=WAIT_MS)
    assert said == []


def test_a_job_that_waits_is_cancelled_at_once_and_never_begins(qtbot, jobs):
    gate, begun = threading.Event(), []
    blockers = [jobs.run("Block", lambda _report: gate.wait(5)) for _ in range(2)]
    job = jobs.run("Wait", lambda _report: begun.append(1))
    job.cancel()
    assert job.state is JobState.CANCELLED
    gate.set()
    qtbot.waitUntil(lambda: all(b.is_over for b in blockers), timeout=WAIT_MS)
    qtbot.wait(20)
    assert begun == []


def test_the_latest_progress_is_the_one_that_is_heard(qtbot, jobs):
    gate = threading.Event()

    def work(report):
        for n in range(10_000):
            report(n / 10_000, f"step {n}")
        report(1.0, "waiting")  # no lower than what was said before
        gate.wait(5)

    heard = []
    job = Job("Count", work)
    job.progressed.connect(lambda fraction, note: heard.append((fraction, note)))
    jobs.start(job, jobs._pool)
    qtbot.waitUntil(lambda: job.note == "waiting", timeout=WAIT_MS)
    gate.set()
    qtbot.waitUntil(lambda: job.is_over, timeout=WAIT_MS)
    assert heard == sorted(heard, key=lambda entry: entry[0])
    assert len(heard) < 10_000


def test_the_list_of_jobs_follows_their_lives(qtbot, jobs):
    lived = []
    jobs.started.connect(lambda job: lived.append(("started", job.title)))
    jobs.ended.connect(lambda job: lived.append(("ended", job.title)))
    gate = threading.Event()
    job = jobs.run("Read", lambda _report: gate.wait(5))
    assert jobs.running == (job,)
    gate.set()
    qtbot.waitUntil(lambda: job.is_over, timeout=WAIT_MS)
    assert jobs.running == ()
    assert jobs.recent == (job,)
    assert lived == [("started", "Read"), ("ended", "Read")]


def test_closing_ends_the_jobs_and_nothing_starts_after(qtbot):
    jobs, said = Jobs(workers=1), []

    def work(report):
        while True:
            report(0.5, "")

    jobs.run("Loop", work, then=said.append, otherwise=said.append)
    jobs.run("Wait", work, then=said.append, otherwise=said.append)
    qtbot.wait(20)
    assert jobs.close()
    late = jobs.run("Late", work, then=said.append)
    assert late.state is JobState.CANCELLED
    qtbot.waitUntil(lambda: jobs.running == (), timeout=WAIT_MS)
    assert said == []
