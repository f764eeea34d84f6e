"""What an import brought, in words for the reader."""

from __future__ import annotations

from app.library.values import ImportSummary
from app.messages import safe_text


def import_words(summary: ImportSummary) -> tuple[str, str]:
    """What an import could not read, as a sentence and a list of the first few."""
    refused = summary.refused
    if not summary.study_uids and not refused:
        return "No DICOM images were found there.", "Choose a folder, a ZIP archive or a DICOMDIR."
    first = "; ".join(safe_text(f"{r.path.name}: {r.reason}", 120) for r in refused[:3])
    more = f"; and {len(refused) - 3} more" if len(refused) > 3 else ""
    count = "One file cannot be shown." if len(refused) == 1 else f"{len(refused)} files cannot be shown."
    return count, f"{first}{more}"
