"""Raw bytes of DICOM elements to text, numbers and dates: tolerant, and never silent about a bad value."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

from pydicom.charset import convert_encodings, decode_bytes

from inference.imaging import tags
from inference.imaging.elements import Elements
from inference.imaging.quiet import quiet
from inference.imaging.study import Triple

_BINARY = {"US": "H", "SS": "h", "UL": "L", "SL": "l", "FL": "f", "FD": "d", "UV": "Q", "SV": "q"}
_TEXT_DELIMITERS = frozenset({0x0A, 0x0C, 0x0D, 0x5C})
_NAME_DELIMITERS = frozenset({0x5E, 0x3D})
_BLANKED_DATE = re.compile(r"(\d{4})(0\d|1[0-2])00")
_PLAIN_AGE = re.compile(r"\d{3}[DWMY]")


@dataclass
class Values:
    """The elements of a data set or item, decoded when asked for. `problems` says what could not be read."""

    elements: Elements
    encodings: tuple[str, ...] = ("iso8859",)
    problems: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, elements: Elements) -> Values:
        """The values of a data set, in its own character set."""
        _, raw = elements.values.get(tags.CHARACTER_SET, ("", b""))
        return cls(elements, _encodings(raw))

    def within(self, elements: Elements) -> Values:
        """The values of an item of this data set, with its own character set where it names one."""
        own = elements.values.get(tags.CHARACTER_SET)
        return Values(elements, _encodings(own[1]) if own else self.encodings, self.problems)

    @cached_property
    def private_blocks(self) -> Mapping[tuple[int, str], list[int]]:
        """(group, creator in capitals) -> the blocks that the creator reserved."""
        blocks: dict[tuple[int, str], list[int]] = {}
        for tag, (_, raw) in self.elements.values.items():
            if tag & 0x1FF00 == 0x10000:  # odd group, element below 0x100
                creator = raw.strip(b" \0").upper().decode("ascii", "replace")
                blocks.setdefault((tag >> 16, creator), []).append(tag & 0xFF)
        return blocks

    def raw(self, tag: int) -> bytes:
        """The bytes of an element without padding; empty where it is missing."""
        return self.elements.values.get(tag, ("", b""))[1].strip(b" \0\t\r\n")

    def text(self, tag: int) -> str:
        """One value of text, without control characters."""
        raw = self.raw(tag)
        return decode(raw, self.encodings) if raw else ""

    def texts(self, tag: int) -> tuple[str, ...]:
        """All values of an element of text; empty where it is missing."""
        raw = self.raw(tag)
        return tuple(part.strip() for part in decode(raw, self.encodings).split("\\")) if raw else ()

    def name(self, tag: int) -> str:
        """A person's name as "Family, Given"."""
        raw = self.raw(tag)
        return person_name(decode(raw, self.encodings, names=True)) if raw else ""

    def numbers(self, tag: int) -> tuple[float, ...]:
        """All numbers of an element; empty where one of them cannot be read, and then a problem is noted."""
        vr, raw = self.elements.values.get(tag, ("", b""))
        vr = vr if vr in _BINARY or vr in ("DS", "IS") else tags.VR.get(tag, "DS")
        if vr in _BINARY:
            return self._unpacked(tag, _BINARY[vr], raw)
        return self._parsed(tag, raw)

    def number(self, tag: int) -> float | None:
        """The first number of an element."""
        numbers = self.numbers(tag)
        return numbers[0] if numbers else None

    def whole(self, tag: int) -> int | None:
        """The first number of an element, if it is a whole one."""
        number = self.number(tag)
        if number is None or number == int(number):
            return None if number is None else int(number)
        self._complain(tag, str(number))
        return None

    def triple(self, tag: int) -> Triple | None:
        """Exactly three numbers."""
        numbers = self.numbers(tag)
        if len(numbers) == 3:
            return numbers[0], numbers[1], numbers[2]
        if numbers:
            self._complain(tag, "\\".join(f"{number:g}" for number in numbers))
        return None

    def pair(self, tag: int) -> tuple[float, float] | None:
        """Two positive numbers; one number stands for both."""
        numbers = self.numbers(tag)
        if len(numbers) in (1, 2) and min(numbers) > 0:
            return numbers[0], numbers[-1]
        if numbers and any(numbers):
            self._complain(tag, "\\".join(f"{number:g}" for number in numbers))
        return None

    def items(self, tag: int) -> list[Values]:
        """The items of a sequence that was parsed."""
        return [self.within(item) for item in self.elements.nested.get(tag, [])]

    def _unpacked(self, tag: int, code: str, raw: bytes) -> tuple[float, ...]:
        count = len(raw) // struct.calcsize("=" + code)
        numbers = struct.unpack_from(f"{'<' if self.elements.little else '>'}{count}{code}", raw)
        if all(map(math.isfinite, numbers)):
            return numbers
        self._complain(tag, "not a number")
        return ()

    def _parsed(self, tag: int, raw: bytes) -> tuple[float, ...]:
        raw = raw.strip(b" \0\t\r\n")
        if not raw:
            return ()
        try:
            numbers = tuple(map(float, raw.split(b"\\")))
        except ValueError:
            numbers = tuple(_lenient(part) for part in raw.split(b"\\"))
        if all(map(math.isfinite, numbers)):
            return numbers
        self._complain(tag, raw[:40].decode("ascii", "replace"))
        return ()

    def _complain(self, tag: int, value: str) -> None:
        if tag in tags.TITLES:
            self.problems.append(f"{tags.TITLES[tag]} cannot be read: {clean(value)!r}.")


def _lenient(part: bytes) -> float:
    """A number with a decimal comma; not a number where even that fails."""
    try:
        return float(part.strip(b" \0").replace(b",", b"."))
    except ValueError:
        return math.nan


@lru_cache(maxsize=64)
def _encodings(raw: bytes) -> tuple[str, ...]:
    names = raw.decode("ascii", "replace").strip(" \0").split("\\")
    with quiet():
        return tuple(convert_encodings([name.strip() for name in names]))


@lru_cache(maxsize=4096)
def decode(raw: bytes, encodings: tuple[str, ...], *, names: bool = False) -> str:
    """Text in its character set; unreadable bytes become replacement characters."""
    if raw.isascii() and b"\x1b" not in raw:
        return clean(raw.decode("ascii"))
    with quiet():
        delimiters = set(_NAME_DELIMITERS if names else _TEXT_DELIMITERS)
        return clean(decode_bytes(raw, list(encodings), delimiters))


def clean(text: str) -> str:
    """Text without control characters and outer blanks."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return text.strip()


def person_name(text: str) -> str:
    """ "Family, Given Middle Prefix Suffix" of the first way of writing that holds anything."""
    group = next((g for g in text.split("=") if g.strip("^ ")), "")
    family, *rest = (" ".join(part.split()) for part in group.split("^"))
    given = " ".join(part for part in rest if part)
    return f"{family}, {given}" if family and given else family or given


def iso_date(text: str) -> str:
    """YYYY-MM-DD of a DICOM date, as much of it as is known, or the text as written where it is none.

    Who takes names away from files often puts zeroes in the place of days and months.
    """
    day = as_date(text)
    if day:
        return day.isoformat()
    blanked = _BLANKED_DATE.fullmatch(text)
    if blanked is None:
        return text
    year, month = blanked.groups()
    return "" if year == "0000" else year if month == "00" else f"{year}-{month}"


def as_date(text: str) -> date | None:
    """A date written YYYYMMDD or YYYY.MM.DD."""
    digits = text.replace(".", "").replace("-", "")
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) if len(digits) == 8 else None
    except ValueError:
        return None


def iso_time(text: str) -> str:
    """HH:MM:SS of a DICOM time, or the text as written where it is none."""
    seconds = as_seconds(text)
    if seconds is None:
        return text
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def as_seconds(text: str) -> float | None:
    """Seconds after midnight of a time written HHMMSS.ffffff, HHMM, HH or with colons."""
    digits = text.replace(":", "")
    if not digits[:2].isdigit():
        return None
    try:
        hours, minutes = int(digits[:2]), int(digits[2:4] or 0)
        seconds = float(digits[4:] or 0)
    except ValueError:
        return None
    return hours * 3600 + minutes * 60 + seconds if hours < 24 and minutes < 60 and seconds < 61 else None


def age_at(birth: str, day: str, stated: str = "") -> str:
    """Age on a day as "031Y" (months under two years, days under one month), else as stated."""
    born, then = as_date(birth), as_date(day)
    if born is None or then is None or then < born:
        return stated if _PLAIN_AGE.fullmatch(stated) else ""
    months = (then.year - born.year) * 12 + then.month - born.month - (then.day < born.day)
    if months >= 24:
        return f"{months // 12:03d}Y"
    return f"{months:03d}M" if months else f"{(then - born).days:03d}D"


def first(values: Sequence[str]) -> str:
    """The first of some texts, empty where there is none."""
    return values[0] if values else ""


def private_numbers(values: Values, group: int, creator: str, element: int, vr: str) -> tuple[float, ...]:
    """Numbers of a private element, found through the block that its creator reserved."""
    stored = values.elements.values
    for block in values.private_blocks.get((group, creator), ()):
        tag = group << 16 | block << 8 | element
        if tag in stored:
            return _private(stored[tag], vr, little=values.elements.little)
    return ()


def _private(stored: tuple[str, bytes], expected: str, *, little: bool) -> tuple[float, ...]:
    vr, raw = stored
    vr = vr if vr in _BINARY or vr in ("DS", "IS") else expected
    quiet = Values(Elements(values={0: (vr, raw)}, little=little))
    return quiet.numbers(0)
