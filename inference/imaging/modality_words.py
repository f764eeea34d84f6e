"""Modalities in sentences: a code that says nothing, such as OT of a converted file, is called unknown."""

from __future__ import annotations

from inference.imaging.study import Kind, Study

_SILENT = ("", "OT")  # no entry, or "other", as for files that are not DICOM
UNKNOWN = "of unknown modality"


def modality_words(modality: str) -> str:
    """A modality as part of a sentence, such as "MR" or "of unknown modality"."""
    return UNKNOWN if modality in _SILENT else modality


def held_modalities(study: Study) -> str:
    """What the pictures of a study are, such as "CT, MR, pictures of unknown modality"; empty without any."""
    words = {modality_words(d.modality) for d in study.display_sets if d.kind is not Kind.DOCUMENT}
    named = sorted(words - {UNKNOWN})
    return ", ".join((*named, *([f"pictures {UNKNOWN}"] if UNKNOWN in words else [])))
