"""Files, folders, archives and discs to the studies they hold; nothing is dropped without a word."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

from inference.imaging.archives import cache_folder, is_archive, unpack
from inference.imaging.dicomdir import read_index
from inference.imaging.grouping import group
from inference.imaging.header import Header, Rejected, read_header
from inference.imaging.listing import Listing, list_files
from inference.imaging.study import Refusal, Scan
from inference.progress import Report, share, silent

POOL_FROM = 3000  # files; below this the start of the processes costs more than they save
CHUNK = 200
EVERY = 25
MOST_PROCESSES = 8
_PATIENCE_S = 0.1
_MISSING = "The index of the disc lists it, but it is not there."


@dataclass
class _Found:
    """What is known so far, in the words of `Scan`."""

    headers: list[Header] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    skipped: list[Refusal] = field(default_factory=list)


def scan(
    paths: Path | Sequence[Path],
    *,
    unpack_to: Path | None = None,
    workers: int | None = None,
    report: Report = silent,
) -> Scan:
    """Every study in files, folders, ZIP archives and discs (DICOMDIR), from headers only.

    `unpack_to` holds what archives contain, and must last as long as the studies are looked at; by default
    a private folder for temporary files. `workers` is the number of processes for many files; 1 for none.
    """
    named = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    report(0.0, "Looking for files")
    listing = list_files(_pointed_to(named), report)
    origins = _open_archives(listing, unpack_to, share(report, 0.0, 0.3))
    found = _Found(refused=listing.refused, skipped=listing.skipped)
    for result in _results(listing.files, workers, share(report, 0.3 if origins else 0.0, 0.95)):
        _sort(result, origins, found)
    report(0.95, "Sorting into studies")
    grouped = group(found.headers)
    report(1.0, "Done")
    return Scan(
        studies=grouped.studies,
        refused=_ordered(found.refused),
        skipped=_ordered([*found.skipped, *grouped.copies]),
        warnings=grouped.warnings,
    )


def read_headers(files: Sequence[Path], report: Report = silent) -> list[Header | Rejected]:
    """Read some headers, one after the other."""
    return list(_one_by_one(files, report))


def _pointed_to(paths: Sequence[Path]) -> list[Path]:
    """A disc's index stands for the files that it lists, or for its folder where the index is not whole."""
    targets: list[Path] = []
    for path in paths:
        if path.is_file() and path.name.upper().startswith("DICOMDIR"):
            listed = read_index(path)
            targets += [path, *listed.files] if listed.whole else [path.absolute().parent]
        else:
            targets.append(path)
    return targets


def _open_archives(listing: Listing, unpack_to: Path | None, report: Report) -> dict[str, Path]:
    """Replace archives by their members; where in its archive each unpacked file came from."""
    archives = [path for path in listing.files if is_archive(path)]
    origins: dict[str, Path] = {}
    for number, path in enumerate(archives):
        part = share(report, number / len(archives), (number + 1) / len(archives))
        unpacked = unpack(path, unpack_to or cache_folder(), part)
        listing.files += unpacked.files
        listing.skipped += [Refusal(path, "It is an archive; its contents are read."), *unpacked.skipped]
        listing.refused += unpacked.refused
        origins |= unpacked.origins
    opened = set(archives)
    listing.files = [path for path in listing.files if path not in opened]
    return origins


def _sort(result: Header | Rejected, origins: dict[str, Path], found: _Found) -> None:
    if isinstance(result, Header):
        found.headers.append(result)
        return
    if result.index:
        missing = read_index(result.path).missing if str(result.path) not in origins else ()
        found.refused += [Refusal(path, _MISSING) for path in missing]
    refusal = Refusal(origins.get(str(result.path), result.path), result.reason)
    (found.refused if result.dicom else found.skipped).append(refusal)


def _results(files: Sequence[Path], workers: int | None, report: Report) -> Iterator[Header | Rejected]:
    count = min(workers or os.cpu_count() or 1, MOST_PROCESSES)
    if count < 2 or (workers is None and len(files) < POOL_FROM):
        yield from _one_by_one(files, report)
        return
    done = 0
    try:
        for chunk in _in_processes(files, count, report):
            yield from chunk
            done += len(chunk)
    except (BrokenProcessPool, AssertionError, OSError):
        # No processes here (a daemon's child, a limit of the machine): the rest is read in this one.
        yield from _one_by_one(files[done:], report)


def _one_by_one(files: Sequence[Path], report: Report) -> Iterator[Header | Rejected]:
    for number, path in enumerate(files):
        if number % EVERY == 0:
            report(number / len(files), f"{number} of {len(files)} files read")
        yield read_header(path)


def _in_processes(files: Sequence[Path], count: int, report: Report) -> Iterator[list[Header | Rejected]]:
    """Chunks of results in the order of the files; a report that raises ends the processes at once."""
    chunks = [files[start : start + CHUNK] for start in range(0, len(files), CHUNK)]
    pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))
    try:
        waiting = [pool.submit(read_headers, chunk) for chunk in chunks]
        done = 0
        for future, chunk in zip(waiting, chunks, strict=True):
            _await(future, report, done / len(files), f"{done} of {len(files)} files read")
            yield future.result()
            done += len(chunk)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _await(future: Future[list[Header | Rejected]], report: Report, fraction: float, note: str) -> None:
    while True:
        report(fraction, note)
        if wait([future], _PATIENCE_S, FIRST_COMPLETED).done:
            return


def _ordered(refusals: Sequence[Refusal]) -> tuple[Refusal, ...]:
    return tuple(sorted({one.path: one for one in refusals}.values(), key=lambda one: str(one.path)))
