"""A study, or several, copied without what says who the patients are. All of it appears, or nothing."""

from __future__ import annotations

import os
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from app.deidentification.cleaning import Changes, clean
from app.deidentification.faces import Face, face_in, facts_of_file, unknown_words
from app.deidentification.pictures import clear_spare_bits, has_pixels, may_be_burned_in
from app.deidentification.profile import Options
from app.deidentification.pseudonyms import Pseudonyms
from app.deidentification.telling import LIST, as_text
from inference.errors import ExportError, ReviewError
from inference.imaging.quiet import quiet
from inference.progress import Report, silent

_DELIMITERS = 0xFFFE  # group of what stands between the items of a sequence
IMPLEMENTATION = "NEGATOSCOPE"
IMPLEMENTATION_UID = UID("2.25.136184071935530929706276713414906153043")


@dataclass
class Copied:
    """What an export did; nothing in it names a patient, save the sources of `left_out`.

    left_out   files that were not copied, with the reason
    burned_in  copied pictures that may have a name or a date in their pixels
    faces      series of a head, from which a face could be rendered
    unknown    series of a region that no header tells
    """

    folder: Path
    options: Options
    files: int = 0
    changes: Changes = field(default_factory=Counter)
    left_out: list[tuple[Path, str]] = field(default_factory=list)
    burned_in: int = 0
    faces: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)

    @property
    def cautions(self) -> tuple[str, ...]:
        """What the reader must look at before the copies leave the house."""
        said = []
        if self.burned_in:
            which = "One picture" if self.burned_in == 1 else f"{self.burned_in:,} pictures"
            said.append(f"{which} may have a name or a date in the pixels: look before they leave.")
        if self.faces:
            which = "one series" if len(self.faces) == 1 else f"{len(self.faces)} series"
            said.append(f"A face can be rendered from {which} of a head: this export does not remove faces.")
        if self.unknown:
            said.append(unknown_words(len(self.unknown)))
        return tuple(said)


def copy_deidentified(
    files: Sequence[Path], folder: Path, options: Options | None = None, *,
    pseudonyms: Pseudonyms | None = None, report: Report = silent,
) -> Copied:  # fmt: skip
    """Copy DICOM files into `folder`, which must not exist yet or be empty. The files stay as they are.

    ExportError where nothing could be copied, or where the folder cannot be written.
    """
    copying = _Copying(folder, options or Options(), pseudonyms or Pseudonyms())
    _refuse_what_is_there(folder)
    try:
        with _whole(folder) as temporary:
            for number, path in enumerate(files):
                report(number / max(len(files), 1), f"file {number + 1:,} of {len(files):,}")
                copying.copy(path, temporary)
            copied = copying.copied
            if not copied.files:
                why = f": {copied.left_out[0][1]}" if copied.left_out else "."
                raise ExportError(
                    f"No file could be de-identified{why}", hint="Only DICOM files with pictures are copied."
                )
            (temporary / LIST).write_text(as_text(copied), "utf-8")
    except OSError as error:
        raise ExportError(
            f"The copies cannot be written into {folder}: {error.strerror or error}.",
            hint="Choose a folder that you may write to, with free space.",
        ) from error
    return copied


class _Copying:
    """One export: names of files count upwards and never come from a text of a file."""

    def __init__(self, folder: Path, options: Options, pseudonyms: Pseudonyms) -> None:
        self._options, self._pseudonyms = options, pseudonyms
        self._places: dict[tuple[str, ...], str] = {}  # by subject, study and series
        self._counts: Counter[str] = Counter()
        self.copied = Copied(folder, options)

    def copy(self, path: Path, into: Path) -> None:
        """Copy one file, or note why not: one bad file never hides the good ones."""
        try:
            with quiet():
                dataset = _read(path)
                if not dataset.get("SOPInstanceUID"):
                    dataset.SOPInstanceUID = self._pseudonyms.uid(f"file {path}")
                self._write(dataset, into)
        except ReviewError as error:
            self.copied.left_out.append((path, str(error)))
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - untrusted bytes: whatever they do, the others are copied
            self.copied.left_out.append(
                (path, f"It is no DICOM file that can be read ({type(error).__name__}).")
            )

    def _write(self, dataset: Dataset, into: Path) -> None:
        if not has_pixels(dataset):
            raise ExportError("It holds text or drawings, no picture.", hint="")
        burned = may_be_burned_in(dataset) and not self._options.pixels_are_checked
        face = face_in(facts_of_file(dataset))
        cleared = clear_spare_bits(dataset)
        changes = clean(dataset, self._options, self._pseudonyms)
        if cleared:
            changes["overlay in spare bits of the pixels", "blanked"] += 1
        dataset.PatientIdentityRemoved = "NO" if burned else "YES"
        if self._options.pixels_are_checked:
            dataset.BurnedInAnnotation = "NO"
        place = into / self._name(dataset)
        place.parent.mkdir(parents=True, exist_ok=True)
        with_meta(dataset).save_as(place, enforce_file_format=True)
        _flush(place)
        copied = self.copied
        copied.files += 1
        copied.changes += changes
        copied.burned_in += burned
        copied.subjects.add(str(dataset.PatientID))
        if face is not Face.NONE:
            series = copied.faces if face is Face.LIKELY else copied.unknown
            series.add(str(dataset.get("SeriesInstanceUID", "")))

    def _name(self, dataset: Dataset) -> Path:
        """A path of our own making: subject, study, series and picture by number."""
        uids = [str(dataset.get(name, "")) for name in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID")]
        parts = [
            self._place(tuple(uids[: depth + 1]), word)
            for depth, word in enumerate(("subject", "study", "series"))
        ]
        series = "/".join(parts)
        self._counts[series] += 1
        return Path(series) / f"picture-{self._counts[series]:05d}.dcm"

    def _place(self, key: tuple[str, ...], word: str) -> str:
        if key not in self._places:
            siblings = sum(len(k) == len(key) and k[:-1] == key[:-1] for k in self._places)
            self._places[key] = f"{word}-{siblings + 1:03d}"
        return self._places[key]


def _read(path: Path) -> Dataset:
    """A file as it is; one without a file header too, as old scanners write them."""
    dataset = dcmread(path, force=True)
    if "SOPClassUID" not in dataset:
        raise ExportError("It is no DICOM file.", hint="")
    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit, little = dataset.original_encoding
        explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit
    _drop_unreadable(dataset)
    return dataset


def _drop_unreadable(dataset: Dataset) -> None:
    """Without elements that nobody can understand or clean, such as a stray end of a sequence."""
    for tag in list(dataset.keys()):
        try:
            element = dataset[tag] if tag.group != _DELIMITERS else None
        except Exception:  # noqa: BLE001 - untrusted bytes
            element = None
        if element is None:
            dataset.pop(tag)
        elif element.VR == "SQ":
            for item in element.value:
                _drop_unreadable(item)


def with_meta(dataset: Dataset) -> Dataset:
    """The data set under a fresh file header: nothing of the old one but how the pixels are encoded."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.ImplementationClassUID, meta.ImplementationVersionName = IMPLEMENTATION_UID, IMPLEMENTATION
    dataset.file_meta = meta
    dataset.preamble = b"\0" * 128
    return dataset


def _refuse_what_is_there(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportError(
            f"{folder} is there already and is not empty; nothing was written.",
            hint="Choose a new or an empty folder.",
        )


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A folder beside, which takes its place when the block ends well and vanishes otherwise."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.with_name(f".{secrets.token_hex(8)}")
    temporary.mkdir(mode=0o700)
    try:
        yield temporary
        temporary.chmod(0o755)
        with suppress(FileNotFoundError):
            folder.rmdir()  # an empty one
        temporary.replace(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
