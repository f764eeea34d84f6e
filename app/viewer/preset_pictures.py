"""Small pictures of the presets of 3-D: `python -m app.viewer.preset_pictures CT_FOLDER` draws them.

The MR is the study that comes with the product; resources/presets/CREDITS.md names the CT that was used.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path

from PySide6.QtGui import QIcon

import resources
from app.viewer.camera import Camera
from app.viewer.crop_box import CropBox, whole_box
from app.viewer.volume_presets import volume_presets
from inference.imaging.volume import Volume

SIDE = 96
_SLAB_MM = 24.0


@lru_cache(maxsize=64)
def picture_of(key: str) -> QIcon:
    """The picture of a preset; an empty one where none was drawn."""
    path = resources.path("presets") / "pictures" / f"{key}.png"
    return QIcon(str(path)) if path.is_file() else QIcon()


def draw_all(folder: Path, ct: Path) -> None:
    """Render each preset on a volume that it is meant for; `ct` is a folder of DICOM files."""
    from app.viewer.volume_request import Detail, VolumeRequest
    from app.viewer.volume_stage import VolumeStage
    from app.viewer.volume_view import ball_round

    folder.mkdir(parents=True, exist_ok=True)
    for modality, volume in (("CT", _largest(ct)), ("MR", _largest(resources.path("demo")))):
        stage = VolumeStage(volume, *ball_round(volume))
        for preset in volume_presets():
            if preset.modality == modality or (modality == "MR" and preset.modality in ("", "PT")):
                camera = Camera(zoom=1.6).turned(-35, 15)
                lowest = preset.blend == "minip"  # through the air round the patient nothing else is seen
                asked = VolumeRequest(
                    Camera(zoom=1.6) if lowest else camera,
                    preset,
                    (2 * SIDE, 2 * SIDE),
                    Detail.FULL,
                    crop=_middle_slab(volume) if lowest else None,
                )
                drawn = stage.render(asked, lambda: False)
                if drawn is not None:
                    drawn.image.scaledToWidth(SIDE).save(str(folder / f"{preset.key}.png"))
        stage.close()


def _middle_slab(volume: Volume) -> CropBox:
    """A thick coronal slice through the middle."""
    whole = whole_box(volume)
    middle = whole.side_lps_mm(0, high=True)[1]
    front = whole.moved(1, middle - _SLAB_MM / 2, high=False, within=whole)
    return front.moved(1, middle + _SLAB_MM / 2, high=True, within=whole)


def _largest(folder: Path) -> Volume:
    from inference.imaging.read import read_volume
    from inference.imaging.scan import scan

    study = scan([folder]).studies[0]
    return read_volume(max(study.display_sets, key=lambda d: d.shape[0]))


if __name__ == "__main__":
    from PySide6.QtGui import QGuiApplication

    _application = QGuiApplication(sys.argv)
    draw_all(resources.path("presets") / "pictures", Path(sys.argv[1]))
