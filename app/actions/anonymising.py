"""`negatoscope anonymise`: DICOM files copied without what says who the patients are."""

from __future__ import annotations

from pathlib import Path

from app.deidentification.copying import copy_deidentified
from app.deidentification.profile import Options
from app.deidentification.telling import LIST
from app.terminal import ERR, OUT, Exit, plain, progress
from inference.errors import FileError
from inference.imaging.scan import scan
from inference.progress import share


def run(source: Path, out: Path, options: Options) -> int:
    """Copy, and print what to look at before the copies leave the house."""
    with progress("Anonymising") as report:
        found = scan(source, report=share(report, 0.0, 0.2))
        series = (series for study in found.studies for series in study.series)
        files = list(dict.fromkeys(i.path for each in series for i in each.instances))
        if not files:
            raise FileError(f"{source} holds no DICOM files.", hint="Choose a folder, a ZIP or a DICOMDIR.")
        copied = copy_deidentified(files, out, options, report=share(report, 0.2, 1.0))
    left = [*copied.left_out, *((refusal.path, refusal.reason) for refusal in found.refused)]
    for path, why in left:
        ERR.print(plain(f"{path}: {why}"))
    for caution in copied.cautions:
        ERR.print(plain(caution), style="yellow")
    OUT.print(plain(f"{copied.files} files written to {out.resolve()}, {len(left)} not; see {LIST} there"))
    return Exit.IN_PART if left else Exit.DONE
