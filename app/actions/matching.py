"""`negatoscope match` and `negatoscope similar`: pictures against words, and against the library."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.actions.opening import open_study
from app.library.embedded import Embedding, Neighbour
from app.library.library import Library
from app.match_values import Match, MatchResult
from app.matching import MODEL, embed_study, embed_text, match_set, readable_set
from app.report.measures import chance_words
from app.settings import library_location, load_settings
from app.terminal import ERR, OUT, Exit, plain, progress
from inference.errors import FileError, NotApplicableError
from inference.models import catalogue
from inference.models.radclip_labels import labels_in
from inference.progress import Report, share


@dataclass(frozen=True)
class Wanted:
    """What to match a study with; `series` is a uid or a title, `weights` a folder of the user's own."""

    labels: str = ""
    labels_file: Path | None = None
    series: str = ""
    weights: Path | None = None


def match(path: Path, wanted: Wanted, *, uid: str, as_json: bool) -> int:
    """Rank labels for one series of a study."""
    labels = _labels(wanted)
    study = open_study(path, uid)
    display_set = readable_set(study, wanted.series)
    with progress("Matching") as report:
        found = match_set(study, display_set.uid, labels, report, wanted.weights)
    if as_json:
        _print_json(_values(found))
    else:
        _print_match(found)
    return Exit.DONE


def similar(path: Path | None, text: str, *, count: int, update: bool, as_json: bool) -> int:
    """The nearest studies of the library to a study or to words."""
    if (path is None) == (not text):
        raise FileError("Give a study, or words with --text.", hint="One of them, not both.")
    library = Library.open(library_location(load_settings()))
    try:
        with progress("Searching") as report:
            if update:
                embed_library(library, share(report, 0.0, 0.8))
            found = _search(library, path, text, count, share(report, 0.8, 1.0))
        _print_neighbours(library, found, as_json=as_json)
    finally:
        library.close()
    return Exit.DONE


def embed_library(library: Library, report: Report) -> int:
    """Embed the studies that have no embedding of this model yet; a bad study never stops it. How many."""
    sha256 = catalogue.card(MODEL).weights_sha256
    missing = library.embedded.missing(sha256)
    done = 0
    for n, uid in enumerate(missing):
        study = library.study(uid)
        stretch = share(report, n / len(missing), (n + 1) / len(missing))
        stretch(0.0, study.description or uid)
        made = embed_study(study, (), stretch)
        if made.vectors:
            library.embedded.keep([Embedding(uid, d, v) for d, v in made.vectors.items()], sha256)
            done += 1
        else:
            ERR.print(plain(f"{uid}: {'; '.join(e.reason for e in made.excluded[:2]) or 'no pictures'}"))
    return done


def _search(
    library: Library, path: Path | None, text: str, count: int, report: Report
) -> tuple[Neighbour, ...]:
    gallery = library.embedded.gallery(catalogue.card(MODEL).weights_sha256)
    if not len(gallery):
        raise NotApplicableError(
            "No study of the library can be searched yet.", hint="Run the command again with --update."
        )
    if path is None:
        return gallery.search(embed_text(text, report), count)
    study = open_study(path)
    display_set = readable_set(study, "")
    vector = embed_study(study, (display_set.uid,), report).vectors[display_set.uid]
    return gallery.search(vector, count, without=study.uid)


def _labels(wanted: Wanted) -> tuple[str, ...]:
    if wanted.labels_file is not None:
        try:
            return labels_in(wanted.labels_file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise FileError(
                f"{wanted.labels_file} cannot be read: {error}.",
                hint="Give a text file with one label per line.",
            ) from error
    if wanted.labels:
        return labels_in(wanted.labels)
    if wanted.weights is not None:
        raise NotApplicableError("These weights come without labels.", hint="Give them with --labels.")
    return tuple(target.title for target in catalogue.card(MODEL).targets)


def _print_match(found: MatchResult) -> None:
    OUT.print(plain(f"{found.title}, {len(found.slices.index)} of its pictures read"))
    for match in found.matches:
        OUT.print(plain(match_words(match)))
    for words in (found.slices.sentence, *found.prediction.warnings):
        if words:
            OUT.print(plain(words))
    OUT.print(plain(found.card.caveat), style="yellow")


def match_words(match: Match) -> str:
    """One label with its cosine and, apart from it, its probability."""
    calibrated = match.probability is not None
    chance = f"probability {chance_words(match.probability)}" if calibrated else "not calibrated"
    note = f"  never taught: {', '.join(match.unknown)}" if match.unknown else ""
    return f"{match.label:40} cosine {match.cosine:+.3f}  {chance}{note}"


def _values(found: MatchResult) -> dict[str, object]:
    return {
        "notice": found.card.caveat,
        "study": found.study_uid,
        "display_set": found.display_set_uid,
        "matches": [
            {
                "label": m.label,
                "cosine": m.cosine,
                "probability": m.probability,
                "never_taught": list(m.unknown),
            }
            for m in found.matches
        ],
        "slices": [
            {"picture": k + 1, "share": s}
            for k, s in zip(found.slices.index, found.slices.shares, strict=True)
        ],
        "deletion_check": found.slices.sentence,
        "weights_sha256": found.card.weights_sha256,
    }


def _print_neighbours(library: Library, found: Sequence[Neighbour], *, as_json: bool) -> None:
    entries = {entry.uid: entry for entry in library.entries()}
    if as_json:
        rows = [{"study": n.study_uid, "display_set": n.display_set_uid, "cosine": n.cosine} for n in found]
        _print_json({"notice": catalogue.card(MODEL).caveat, "similar": rows})
        return
    for n in found:
        entry = entries.get(n.study_uid)
        words = f"{entry.patient.name}  {entry.date}  {entry.description}" if entry else n.study_uid
        OUT.print(plain(f"cosine {n.cosine:+.3f}  {words}"))
    if not found:
        OUT.print("No other study is in the library.")
    OUT.print(plain(catalogue.card(MODEL).caveat), style="yellow")


def _print_json(values: object) -> None:
    OUT.out(json.dumps(values, indent=2, ensure_ascii=False), highlight=False)
