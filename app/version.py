"""Which Negatoscope this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def application_version() -> str:
    """The installed version, or "development" where the tree is run without an installation."""
    try:
        return version("negatoscope")
    except PackageNotFoundError:
        return "development"
