"""Packages that only figures and workbooks need: fetched when they are used, missed in a sentence."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

from inference.errors import ExportError


def needed(module: str, package: str, what: str) -> Any:
    """The module, or a sentence that says what cannot be made without it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ImportWarning)  # of parts that they can do without, and we too
            return import_module(module)
    except ImportError as error:
        raise ExportError(
            f"{what} need the package {package}, which is not installed.",
            hint="Install it with `pip install '.[train]'`.",
        ) from error
