"""Files, folders, archives and discs to the studies they hold; nothing is dropped without a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from inference.imaging.archives import cache_folder, is_archive, unpack
from inference.imaging.dicomdir import read_index
from inference.imaging.grouping import group
from inference.imaging.header import Header, Rejected, read_header
from inference.imaging.listing import Listing, list_files
from inference.imaging.study import Refusal, Scan
from inference.progress import Report, share, silent

THREADS = 8  # they hide the latency of discs and networks; processes do not pay: a header takes 0.2 ms
CHUNK = 25
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
    a private folder for temporary files. `workers` is the number of threads that read.
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
    """What each file holds, in the order of the files. Where `report` raises, the threads end at once."""
    chunks = [files[start : start + CHUNK] for start in range(0, len(files), CHUNK)]
    pool = ThreadPoolExecutor(workers or THREADS, thread_name_prefix="headers")
    try:
        waiting = [pool.submit(_read_all, chunk) for chunk in chunks]
        done = 0
        for future, chunk in zip(waiting, chunks, strict=True):
            _await(future, report, done / len(files), f"{done} of {len(files)} files read")
            yield from future.result()
            done += len(chunk)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _read_all(files: Sequence[Path]) -> list[Header | Rejected]:
    return [read_header(path) for path in files]


def _await(future: Future[list[Header | Rejected]], report: Report, fraction: float, note: str) -> None:
    """Wait without work of our own, but let the user stop a reading that hangs on a slow disc."""
    report(fraction, note)
    while not wait([future], _PATIENCE_S).done:
        report(fraction, note)


def _ordered(refusals: Sequence[Refusal]) -> tuple[Refusal, ...]:
    return tuple(sorted({one.path: one for one in refusals}.values(), key=lambda one: str(one.path)))
