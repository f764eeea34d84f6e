"""How volumes were seen in 3-D the last time, by display set: one readable file beside the settings."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from app.viewer.volume_sight import VolumeSight, sight_from
from inference.imaging.files import write_atomic

FILE = "volume_sights.json"
MOST = 64  # display sets that are remembered; the one not seen for longest is forgotten first
_log = logging.getLogger(__name__)


def read_sights(path: Path) -> dict[str, VolumeSight]:
    """By display set uid, the one seen last at the end; what cannot be used hides no other."""
    try:
        stored = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        _log.warning("how volumes were seen cannot be read: %s", type(error).__name__)
        return {}
    found: dict[str, VolumeSight] = {}
    for uid, told in stored.items() if isinstance(stored, dict) else ():
        try:
            found[uid] = sight_from(told)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            _log.warning("how one volume was seen cannot be used: %s", error)
    return found


def write_sights(sights: Mapping[str, VolumeSight], path: Path) -> None:
    """Write the last ones whole or not at all."""
    told = {uid: sight.told() for uid, sight in list(sights.items())[-MOST:]}
    write_atomic(path, json.dumps(told).encode())
