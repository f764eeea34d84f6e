"""What training learns from: studies with a report and labels, real or made. One shape for both.

A table of real studies is a CSV file with a header row:

    study              folder (or file) of one DICOM study, relative to the table
    report             text of the report, or
    report_file        a text file with it, relative to the table
    patient            who it is; empty: the DICOM patient id. Decides the split, so that nobody is in two
    split              train, validation or test; empty: drawn from the patient and a seed
    priority           none, low or high; empty where unknown
    referral:<name>    1, 0 or empty where unknown
    <label>            every other column is a label: 1, 0 or empty where unknown (left out of the loss)
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from inference.errors import FileError, ReviewError
from inference.imaging.study import Study
from inference.imaging.volume import Volume
from inference.progress import Report, silent

SPLITS = ("train", "validation", "test")
PRIORITIES = ("none", "low", "high")
_COLUMNS = ("study", "report", "report_file", "patient", "split", "priority")
_REFERRAL = "referral:"
_ANSWERS: Mapping[str, bool | None] = {"1": True, "0": False, "": None}


@dataclass(frozen=True, eq=False)
class CaseSeries:
    """One series that exists in memory only: what its header would say, and its voxels."""

    description: str
    volume: Volume
    plane: str = ""
    sequence: str = ""


@dataclass(frozen=True, eq=False)
class Case:
    """One study to learn from. Real: `study` holds its headers. Made: `series` holds its voxels.

    labels, referral  name -> True, False, or None where nobody knows
    priority          "none", "low", "high", or empty where nobody knows
    """

    study_uid: str
    patient: str
    report: str
    labels: Mapping[str, bool | None]
    referral: Mapping[str, bool | None] = field(default_factory=dict)
    priority: str = ""
    split: str = "train"
    study: Study | None = None
    series: tuple[CaseSeries, ...] = ()


@dataclass(frozen=True)
class RowRefusal:
    """A row that cannot be used, and why. `line` counts as a text editor does."""

    line: int
    study: str
    reason: str
    hint: str


@dataclass(frozen=True, eq=False)
class CaseTable:
    """The rows that can be used, and those that cannot."""

    cases: tuple[Case, ...]
    refused: tuple[RowRefusal, ...] = ()

    def split(self, name: str) -> tuple[Case, ...]:
        """The cases of one split."""
        return tuple(case for case in self.cases if case.split == name)


def read_cases(
    path: Path,
    *,
    seed: int = 0,
    fractions: tuple[float, float, float] = (0.7, 0.15, 0.15),
    report: Report = silent,
) -> CaseTable:
    """Read a table of real studies, headers only. One bad row never hides the rest."""
    rows = _rows(path)
    cases: list[Case] = []
    refused: list[RowRefusal] = []
    for number, (line, row) in enumerate(rows):
        report(number / len(rows), f"row {number + 1} of {len(rows)}")
        try:
            cases.append(_case(row, path.parent, seed, fractions))
        except ReviewError as error:
            refused.append(RowRefusal(line, row.get("study") or "", str(error), error.hint))
    return CaseTable(_keep_patients_apart(cases, refused), tuple(refused))


def split_of(patient: str, *, seed: int = 0, fractions: Sequence[float] = (0.7, 0.15, 0.15)) -> str:
    """Split of a patient: the same for every study of theirs, whatever else the table holds."""
    digest = hashlib.sha256(f"{seed}/{patient}".encode()).digest()
    draw = int.from_bytes(digest[:8], "big") / 2**64 * sum(fractions)
    for name, fraction in zip(SPLITS[:-1], fractions, strict=False):
        if draw < fraction:
            return name
        draw -= fraction
    return SPLITS[-1]


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restkey="", restval="")
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileError(
            f"The table {path.name} cannot be read: {error}", hint="Save it as CSV in UTF-8."
        ) from error
    if "study" not in (reader.fieldnames or ()):
        raise FileError(
            f"The table {path.name} has no column called study.",
            hint="The first row names the columns; the column study holds the folder of each study.",
        )
    return rows


def _case(row: Mapping[str, str], root: Path, seed: int, fractions: Sequence[float]) -> Case:
    """One row as a case; a ReviewError says what is wrong with it."""
    if "" in row:
        raise FileError(
            "The row has more cells than the header row.", hint='Put a report that holds commas in "...".'
        )
    study = _study(row["study"], root)
    patient = row.get("patient") or study.patient.id or study.uid
    split = _one_of(SPLITS, row.get("split", ""), "split")
    labels = {n: _answer(n, cell) for n, cell in row.items() if n not in _COLUMNS and _REFERRAL not in n}
    referral = {
        n.removeprefix(_REFERRAL): _answer(n, cell) for n, cell in row.items() if n.startswith(_REFERRAL)
    }
    return Case(
        study_uid=study.uid,
        patient=patient,
        report=_report_text(row, root),
        labels=labels,
        referral=referral,
        priority=_one_of(PRIORITIES, row.get("priority", ""), "priority"),
        split=split or split_of(patient, seed=seed, fractions=fractions),
        study=study,
    )


def _study(cell: str, root: Path) -> Study:
    from inference.imaging.scan import scan  # here: tables without DICOM need no reader

    folder = root / cell
    if not cell or not folder.exists():
        raise FileError(
            f"There is no study at {cell or 'an empty path'}.",
            hint="The path counts from the folder of the table.",
        )
    studies = scan(folder).studies
    if len(studies) != 1:
        raise FileError(
            f"{cell} holds {len(studies)} studies; a row stands for one.", hint="Give each study its folder."
        )
    return studies[0]


def _report_text(row: Mapping[str, str], root: Path) -> str:
    name = row.get("report_file", "")
    if not name:
        return row.get("report", "")
    try:
        return (root / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(
            f"The report {name} cannot be read: {error}", hint="Reports are text files in UTF-8."
        ) from error


def _answer(column: str, cell: str) -> bool | None:
    try:
        return _ANSWERS[cell.strip()]
    except KeyError:
        raise FileError(
            f"{column} is {cell!r}.", hint="Labels are 1, 0, or empty where nobody knows."
        ) from None


def _one_of(allowed: Sequence[str], cell: str, column: str) -> str:
    text = cell.strip().lower()
    if text and text not in allowed:
        raise FileError(f"{column} is {cell!r}.", hint=f"It is one of {', '.join(allowed)}, or empty.")
    return text


def _keep_patients_apart(cases: Sequence[Case], refused: list[RowRefusal]) -> tuple[Case, ...]:
    """Refuse the cases of patients whom the table puts into two splits: they would leak into the test."""
    splits: dict[str, set[str]] = {}
    for case in cases:
        splits.setdefault(case.patient, set()).add(case.split)
    leaking = {patient for patient, names in splits.items() if len(names) > 1}
    refused += [
        RowRefusal(0, case.study_uid, "The patient is in more than one split.", "Give a patient one split.")
        for case in cases
        if case.patient in leaking
    ]
    return tuple(case for case in cases if case.patient not in leaking)
