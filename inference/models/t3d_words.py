"""Reports as word ids. Every token remembers its letters, so that a reader can point at a word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from inference.errors import WeightsError

BEGIN, PAD, END, UNKNOWN = 0, 1, 2, 3  # as RoBERTa has them
_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:-[^\W\d_]+)*|[.,;:]")
_NUMBER_STEP = 5


@dataclass(frozen=True)
class Token:
    """One word of a report: its id, and which letters it stands for."""

    id: int
    start: int
    end: int


class Words(Protocol):
    """What turns a report into tokens, without the marks of its beginning and end."""

    @property
    def size(self) -> int:
        """How many ids there are."""
        ...

    def tokens(self, text: str) -> tuple[Token, ...]:
        """The tokens of `text`, in order."""
        ...


@dataclass(frozen=True)
class Vocabulary:
    """Whole words, lower case; numbers in steps of five."""

    words: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many ids there are, the four marks among them."""
        return len(self.words) + 4

    def tokens(self, text: str) -> tuple[Token, ...]:
        """The tokens of `text`; a word that was never seen is "unknown"."""
        known = {word: n for n, word in enumerate(self.words, start=4)}
        return tuple(
            Token(known.get(_plain(found.group()), UNKNOWN), found.start(), found.end())
            for found in _TOKEN.finditer(text)
        )


def vocabulary_of(texts: Iterable[str], least: int = 2) -> Vocabulary:
    """The words that occur at least `least` times."""
    counts = Counter(_plain(found.group()) for text in texts for found in _TOKEN.finditer(text))
    return Vocabulary(tuple(sorted(word for word, count in counts.items() if count >= least)))


def _plain(token: str) -> str:
    if not token[0].isdigit():
        return token.lower()
    value = float(token.replace(",", "."))
    kind = "mm" if token.isdigit() else "cm"  # whole numbers are millimetres in these reports
    step = _NUMBER_STEP if kind == "mm" else 1
    return f"#{kind}{int(round(value / step) * step)}"


class FolderWords:
    """The tokenizer of a published model (RadBERT, RoBERTa) from a local folder; nothing is downloaded."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoTokenizer

        if not (folder / "tokenizer.json").exists() and not (folder / "vocab.json").exists():
            raise WeightsError(
                f"{folder} holds no tokenizer.",
                hint="Give the folder of a RoBERTa model with its vocabulary.",
            )
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, use_fast=True)

    @property
    def size(self) -> int:
        """How many ids there are."""
        return len(self._tokenizer)

    def tokens(self, text: str) -> tuple[Token, ...]:
        """The tokens of `text`, in order."""
        found = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        pairs = zip(found["input_ids"], found["offset_mapping"], strict=True)
        return tuple(Token(int(number), int(a), int(b)) for number, (a, b) in pairs)


def padded(rows: Sequence[Sequence[int]], longest: int) -> list[list[int]]:
    """Ids between the marks of beginning and end, cut to `longest` and padded to one length."""
    framed = [[BEGIN, *row[: longest - 2], END] for row in rows]
    width = max(len(row) for row in framed)
    return [row + [PAD] * (width - len(row)) for row in framed]
