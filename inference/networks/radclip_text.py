"""Words to token ids: the bundled word list, or the published byte-pair encoding from a local folder."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from inference.errors import WeightsError
from inference.networks.radclip_config import BEGIN, END, RadCLIPConfig

FILE = "words.json"
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"
_FIRST = 4  # 0 pads, then the marks
_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Tokenizer(Protocol):
    """What the text tower asks of words."""

    def ids(self, texts: Sequence[str]) -> Tensor:
        """(n, L) token ids; each row begins and ends."""
        ...

    def unknown(self, text: str) -> tuple[str, ...]:
        """The words of a text that the model was never taught."""
        ...


@dataclass(frozen=True)
class WordList:
    """One id per word that was taught; any other word is spelled out, letter by letter.

    words      in the order of their ids
    spellings  other ways to write a word or a phrase, such as "hemorrhage", "x ray"
    """

    words: tuple[str, ...]
    spellings: Mapping[str, str] = field(default_factory=dict)
    positions: int = 24

    @property
    def size(self) -> int:
        """How many ids there are."""
        return _FIRST + len(LETTERS) + len(self.words)

    def plain(self, text: str) -> str:
        """The text in the spelling that was taught: "Head MR: hemorrhage" -> "head mri haemorrhage"."""
        cleaned = " ".join(_WORD.findall(text.lower()))
        for other, usual in self.spellings.items():
            cleaned = re.sub(rf"(?<![\w-]){re.escape(other)}(?![\w-])", usual, cleaned)
        return cleaned

    def unknown(self, text: str) -> tuple[str, ...]:
        """The words of a text that the model was never taught."""
        known = set(self.words)
        return tuple(word for word in self.plain(text).split() if word not in known)

    def ids(self, texts: Sequence[str]) -> Tensor:
        """(n, positions) ids; what is too long is cut, what is short ends early."""
        known = {word: n for n, word in enumerate(self.words, start=_FIRST + len(LETTERS))}
        rows = torch.full((len(texts), self.positions), END)
        for row, text in zip(rows, texts, strict=True):
            found = [i for word in self.plain(text).split() for i in self._spelled(word, known)]
            found = [BEGIN, *found[: self.positions - 2]]
            row[: len(found)] = torch.tensor(found)
        return rows

    def _spelled(self, word: str, known: Mapping[str, int]) -> list[int]:
        return [known[word]] if word in known else [_FIRST + LETTERS.index(letter) for letter in word]


def read_word_list(folder: Path, positions: int, sha256: str) -> WordList:
    """The word list that lies beside bundled weights; it must be the one that the card knows."""
    try:
        raw = (folder / FILE).read_bytes()
        if hashlib.sha256(raw).hexdigest() != sha256:
            raise ValueError("it is not the one that the card describes")
        data = json.loads(raw)
        return WordList(tuple(data["words"]), dict(data["spellings"]), positions)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(
            f"The word list of {folder.name} cannot be read: {error}.",
            hint="Install the model again, or train it with `python -m training radclip standard`.",
        ) from error


def word_list_to_json(words: WordList) -> dict[str, Any]:
    """The word list as plain JSON values."""
    return {"words": list(words.words), "spellings": dict(words.spellings)}


@dataclass(frozen=True, eq=False)
class PublishedTokenizer:
    """CLIP's byte-pair encoding; it spells every word, so that none is unknown to it."""

    backend: Any  # a `transformers` tokenizer
    positions: int

    def ids(self, texts: Sequence[str]) -> Tensor:
        """(n, positions) ids."""
        found = self.backend(
            [text.lower() for text in texts],
            padding="max_length",
            truncation=True,
            max_length=self.positions,
            return_tensors="pt",
        )
        ids: Tensor = found["input_ids"]
        return ids

    def unknown(self, text: str) -> tuple[str, ...]:  # noqa: ARG002 - an answer to the same question
        """Nobody published which words were taught."""
        return ()


def read_published_tokenizer(folder: Path, config: RadCLIPConfig) -> PublishedTokenizer:
    """The tokenizer files of a published CLIP in a local folder; nothing is downloaded."""
    from transformers import CLIPTokenizer

    try:
        backend = CLIPTokenizer.from_pretrained(str(folder), local_files_only=True)
    except Exception as error:  # files of any content, read by a library that fails in any way
        raise WeightsError(
            f"There is no readable tokenizer in {folder.name}.",
            hint="Put vocab.json and merges.txt (or tokenizer.json) of CLIP beside the weights.",
        ) from error
    if max(backend.get_vocab().values()) >= config.vocabulary:
        raise WeightsError(
            f"The tokenizer in {folder.name} has more words than the text tower.",
            hint="Weights and tokenizer must come from the same model.",
        )
    return PublishedTokenizer(backend, config.positions)
