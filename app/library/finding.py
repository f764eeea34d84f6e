"""The files that an import is about: below folders, in archives, on discs with an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from inference.imaging.archives import is_archive, unpack
from inference.imaging.dicomdir import read_index
from inference.imaging.header import Rejected
from inference.imaging.listing import list_files
from inference.imaging.study import Refusal
from inference.progress import Report, share


@dataclass
class Found:
    """Plain files to read, and what is passed over. `origins`: where in its archive an unpacked file was."""

    files: list[Path]
    skipped: list[Refusal]
    refused: list[Refusal]
    origins: dict[Path, Path] = field(default_factory=dict)

    def refuse(self, rejected: Rejected) -> None:
        """Note a file that could not be read, under the name that the reader knows."""
        if rejected.index and rejected.path not in self.origins:
            missing = read_index(rejected.path).missing
            words = "The index of the disc lists it, but it is not there."
            self.refused += [Refusal(path, words) for path in missing]
        refusal = Refusal(self.origins.get(rejected.path, rejected.path), rejected.reason)
        (self.refused if rejected.dicom else self.skipped).append(refusal)


def find(roots: Sequence[Path], unpack_to: Path, report: Report) -> Found:
    """Every file that these paths name or contain; archives are unpacked once, and their members taken."""
    listing = list_files([path for root in roots for path in _pointed_to(root)], report)
    archives = [path for path in listing.files if is_archive(path)]
    kept = set(listing.files) - set(archives)
    found = Found([path for path in listing.files if path in kept], listing.skipped, listing.refused)
    for number, archive in enumerate(archives):
        part = share(report, number / len(archives), (number + 1) / len(archives))
        unpacked = unpack(archive, unpack_to, part)
        found.files += unpacked.files
        found.skipped += unpacked.skipped
        found.refused += unpacked.refused
        found.origins |= {Path(path): origin for path, origin in unpacked.origins.items()}
    return found


def _pointed_to(root: Path) -> list[Path]:
    """The index of a disc stands for the files that it lists, or for its folder where it is not whole."""
    if not (root.name.upper().startswith("DICOMDIR") and root.is_file()):
        return [root]
    listed = read_index(root)
    return [root, *listed.files] if listed.whole else [root.absolute().parent]
