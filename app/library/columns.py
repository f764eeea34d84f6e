"""Column types for what the database's own would alter or refuse: hostile text, paths of any bytes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy import Dialect, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

ESCAPE = "\x01"


class AnyText(TypeDecorator[str]):
    """Text that comes back as it was, also where it holds NUL or lone surrogates, which databases refuse.

    Such text is kept as JSON behind an escape; all other text as it is, so that it can be searched.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - its API
        """To the database."""
        if value is None or _is_plain(value):
            return value
        return ESCAPE + json.dumps(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - its API
        """From the database."""
        if isinstance(value, str) and value.startswith(ESCAPE):
            return str(json.loads(value[1:]))
        return None if value is None else str(value)


class AnyPath(TypeDecorator[Path]):
    """A path with whatever bytes the file system gave it."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Path | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002 - its API
        """To the database."""
        return None if value is None else os.fsencode(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Path | None:  # noqa: ARG002 - its API
        """From the database."""
        return None if value is None else Path(os.fsdecode(bytes(value)))


class Json(TypeDecorator[Any]):
    """Plain values as JSON text in ASCII, so that hostile text inside survives every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ARG002 - its API
        """To the database."""
        return json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - its API
        """From the database."""
        return json.loads(value)


def _is_plain(text: str) -> bool:
    if "\x00" in text or text.startswith(ESCAPE):
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
