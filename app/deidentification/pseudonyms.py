"""What takes the place of identities: the same for the same within one export, and not to be undone."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import date, timedelta

_WEEKS = (52, 520)  # that dates are moved back by: one to ten years
_STANDARD = "1.2.840.10008."  # UIDs that DICOM itself gave name no patient
_DAY = re.compile(r"(\d{4})\.?(\d{2})\.?(\d{2})")


def is_of_the_standard(uid: object) -> bool:
    """Whether a UID is one that DICOM gave, such as of a kind of object."""
    return str(uid).startswith(_STANDARD)


class Pseudonyms:
    """Made once per export from a secret that is kept nowhere."""

    def __init__(self, secret: bytes = b"") -> None:
        self._secret = secret or secrets.token_bytes(32)

    def uid(self, uid: str) -> str:
        """Another UID for one; those of the standard stay."""
        if not uid or is_of_the_standard(uid):
            return uid
        return f"2.25.{int.from_bytes(self._digest('uid', uid)[:16]) | 1 << 127}"

    def subject(self, patient: str) -> str:
        """Name and ID for a patient."""
        return f"ANON-{self._digest('subject', patient).hex()[:8].upper()}"

    def days(self, patient: str) -> int:
        """How far the dates of a patient are moved back: whole weeks, so that weekdays stay."""
        low, high = _WEEKS
        return 7 * (low + int.from_bytes(self._digest("days", patient)[:8]) % (high - low))

    def moved(self, moment: str, patient: str) -> str:
        """A date, or a date with a time, moved back; empty where it is none."""
        found = _DAY.match(moment.strip())
        if found is None:
            return ""
        try:
            there = date(*map(int, found.groups())) - timedelta(days=self.days(patient))
        except (ValueError, OverflowError):
            return ""
        return there.strftime("%Y%m%d").rjust(8, "0") + moment.strip()[found.end() :]

    def _digest(self, what: str, value: str) -> bytes:
        return hmac.digest(self._secret, f"{what}\0{value}".encode(errors="surrogateescape"), hashlib.sha256)
