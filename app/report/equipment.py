"""Who made an object, and the equipment that contributed to it, as IHE AI Results asks for (PS3.3 C.12.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.version import application_version

MAKER = "Negatoscope"


@dataclass(frozen=True)
class Maker:
    """Who made an object: the model with the identity of its weights, or the program alone."""

    name: str = MAKER
    version: str = ""
    weights_sha256: str = ""
    origin: str = ""

    @property
    def device_uid(self) -> str:
        """A UID of these very weights, which changes when the model is trained again; empty without any."""
        return f"2.25.{int(self.weights_sha256[:32], 16)}" if self.weights_sha256 else ""


def contributing(maker: Maker) -> list[Any]:
    """The program, and before it the model where one spoke."""
    items = [_item(Maker(MAKER, application_version()), "Wrote this object")]
    if maker.name != MAKER:
        items.insert(0, _item(maker, f"Made what this object says; {maker.origin}; not for diagnostic use"))
    return items


def _item(maker: Maker, words: str) -> Any:
    from highdicom import UID, ContributingEquipment
    from pydicom.sr.codedict import codes

    item = ContributingEquipment(
        MAKER, codes.DCM.ProcessingEquipment, manufacturer_model_name=maker.name,
        software_versions=maker.version or application_version(), contribution_description=words,
    )  # fmt: skip
    if maker.device_uid:
        item.DeviceUID = UID(maker.device_uid)
    return item
