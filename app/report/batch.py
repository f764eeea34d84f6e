"""Many studies through `dask.distributed`: planned, done and failed are on disk; a crash costs one study."""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from app.report.batch_tables import unanswered_in, write_failed, write_studies
from app.report.canvas import drawing_application
from app.report.content import Review, now_utc
from app.report.manifest import Entry, Event, Manifest, sha256
from app.report.request import Request
from app.report.review import review_study, write_review
from app.workbench.fitting import installed, models_for
from inference.errors import ExportError, FileError, ReviewError
from inference.imaging.scan import scan
from inference.imaging.study import Refusal, Scan, Study
from inference.progress import Report, share, silent


@dataclass(frozen=True)
class Outcome:
    """What became of one study in a worker: files where it is written, a reason where it has no answer."""

    study_uid: str
    files: dict[str, str]
    reason: str = ""
    hint: str = ""

    @property
    def event(self) -> Event:
        """How it goes down in the manifest."""
        if not self.reason:
            return "done"
        return "unanswered" if self.files else "failed"


@dataclass(frozen=True)
class BatchResult:
    """How a batch ended: studies written now, written before, without an answer, failed; files refused."""

    done: int
    already: int
    unanswered: tuple[Entry, ...]
    failed: tuple[Entry, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True)
class Cluster:
    """Where the work is done: a local cluster of `workers` processes, or the scheduler at `address`."""

    workers: int = 1
    address: str = ""


def export(
    source: Path, out: Path, request: Request, cluster: Cluster = Cluster(), report: Report = silent
) -> BatchResult:
    """`review` for every study under `source` (a folder, or a CSV table with a column `path`) into `out`.

    Resumes after any end, also kill -9; never writes over what is there; one bad study never stops the rest.
    """
    found = studies_of(source, share(report, 0.0, 0.05))
    prepare_folder(out)
    manifest = Manifest(out)
    waiting = [s for s in found.studies if not (manifest.is_done(s.uid) or _adopt(manifest, s))]
    for study in waiting:
        manifest.add(Entry("planned", study.uid, folder_of(study), source_of(study), now_utc()))
    results = _run(waiting, out, request, cluster, manifest, share(report, 0.05, 1.0))
    failed = tuple(entry for entry in results if entry.event == "failed")
    unanswered = tuple(entry for entry in results if entry.event == "unanswered")
    write_failed(out, failed, found)
    write_studies(out, manifest, found)
    already = len(found.studies) - len(waiting)
    return BatchResult(
        len(results) - len(failed) - len(unanswered), already, unanswered, failed, found.refused
    )


def studies_of(source: Path, report: Report = silent) -> Scan:
    """Every study of a folder, or of the paths in a table; rows that cannot be read are refused by name."""
    if source.suffix.lower() != ".csv":
        return scan(source, report=report)
    try:
        with source.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileError(
            f"The table {source.name} cannot be read: {error}.", hint="Save it as CSV in UTF-8."
        ) from error
    if not rows or "path" not in rows[0]:
        raise FileError(
            f"The table {source.name} has no column `path`.",
            hint="Give one row per study, with the folder of its files in the column `path`.",
        )
    paths = [(source.parent / (row["path"] or "")).resolve() for row in rows]
    missing = tuple(Refusal(p, "listed in the table, but not there") for p in paths if not p.exists())
    found = scan([p for p in paths if p.exists()], report=report)
    return Scan(found.studies, (*missing, *found.refused), found.skipped, found.warnings)


def prepare_folder(out: Path) -> None:
    """Make the output folder and clear away what a crash left half written."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for left in out.glob(".partial-*"):
            shutil.rmtree(left)
    except OSError as error:
        raise ExportError(
            f"The folder {out} cannot be written: {error.strerror or error}.", hint="Choose another folder."
        ) from error


def folder_of(study: Study) -> str:
    """The folder of a study's report: its date and a hash of its uid, never text of unknown origin."""
    day = "".join(c for c in study.date if c.isascii() and c.isdigit())[:8] or "undated"
    return f"{day}-{hashlib.sha256(study.uid.encode()).hexdigest()[:12]}"


def source_of(study: Study) -> str:
    """The folder that holds the study's files."""
    paths = [str(i.path.parent) for s in study.series for i in s.instances]
    return os.path.commonpath(paths) if paths else ""


def review_into(study: Study, out: Path, request: Request) -> Outcome:
    """In a worker: review one study into its folder, all or nothing."""
    partial = out / f".partial-{uuid4().hex}"
    try:
        review = review_study(study, request)
        files = write_review(review, partial)
        partial.rename(out / folder_of(study))
    except ReviewError as error:
        return Outcome(study.uid, {}, str(error), error.hint)
    except Exception as error:  # noqa: BLE001 - the boundary: one bad study never stops the rest
        return Outcome(
            study.uid, {}, f"{type(error).__name__}: {error}", "Run `negatoscope review` on it alone."
        )
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Outcome(study.uid, files, review.prediction.unanswered, _others(review))


def _others(review: Review) -> str:
    """Which models may read what this one could not."""
    if not review.prediction.unanswered:
        return ""
    cards = [c for c in models_for(review.study, installed()) if c.key != review.prediction.card.key]
    return " ".join(f"{card.title} may read it: --model {card.key}." for card in cards)


def _run(
    studies: list[Study], out: Path, request: Request, cluster: Cluster, manifest: Manifest, report: Report
) -> list[Entry]:
    if not studies:
        return []
    from distributed import as_completed

    results: list[Entry] = []
    by_uid = {study.uid: study for study in studies}
    with _client(cluster) as client:
        futures = client.map(review_into, studies, out=out, request=request, retries=1, pure=False)
        keys = {future.key: study for future, study in zip(futures, studies, strict=True)}
        for future in as_completed(futures):
            outcome = _outcome(future, keys[future.key])
            results.append(_entry(outcome, by_uid[outcome.study_uid]))
            manifest.add(results[-1])
            report(len(results) / len(studies), f"{len(results)} of {len(studies)} studies")
    return results


def _outcome(future: Any, study: Study) -> Outcome:
    error = future.exception()
    if error is None:
        outcome: Outcome = future.result()
        return outcome
    reason = f"The worker process ended while it read this study ({type(error).__name__})."
    return Outcome(study.uid, {}, reason, "Run `negatoscope review` on it alone; more memory may help.")


def _entry(outcome: Outcome, study: Study) -> Entry:
    return Entry(
        outcome.event, outcome.study_uid, folder_of(study), source_of(study), now_utc(),
        outcome.reason, outcome.hint, outcome.files,
    )  # fmt: skip


def _adopt(manifest: Manifest, study: Study) -> bool:
    """A folder that was finished just before a crash could note it: never written over, checked and noted."""
    folder = manifest.out / folder_of(study)
    if not (folder / "findings.json").is_file():
        return False
    files = {p.relative_to(folder).as_posix(): sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()}
    last = manifest.last(study.uid)
    if last is not None and last.is_written:  # noted before, altered since: not ours to replace
        return True
    outcome = Outcome(study.uid, files, unanswered_in(folder / "findings.json"))
    manifest.add(_entry(outcome, study))
    return True


@contextmanager
def _client(cluster: Cluster) -> Iterator[Any]:
    """A client of the scheduler at `address`, or of a local cluster that ends with the batch."""
    import dask
    from distributed import Client, LocalCluster

    dask.config.set({"distributed.scheduler.allowed-failures": 1, "distributed.admin.tick.limit": "60s"})
    if cluster.address:
        with Client(cluster.address) as client:
            _make_ready(client)
            yield client
        return
    threads = max((os.cpu_count() or 1) // cluster.workers, 1)
    environment = {"OMP_NUM_THREADS": threads, "QT_QPA_PLATFORM": "offscreen"}
    with (
        dask.config.set({"distributed.nanny.pre-spawn-environ": environment}),
        LocalCluster(
            n_workers=cluster.workers, threads_per_worker=1, processes=True, dashboard_address=None
        ) as local,
        Client(local) as client,
    ):
        _make_ready(client)
        yield client


def _make_ready(client: Any) -> None:
    """Give every worker, also a later one, what pictures need: Qt wants that made on the main thread."""
    from distributed import WorkerPlugin

    class Canvas(WorkerPlugin):
        def setup(self, worker: Any) -> None:  # noqa: ARG002 - the signature is dask's
            drawing_application()

    client.register_plugin(Canvas(), name="canvas")
