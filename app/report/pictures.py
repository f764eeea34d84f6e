"""Key pictures: the slices that the strongest elements lie in, and prior beside current."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.comparison import Comparison
from app.loops import position_at
from app.report.canvas import beside, draw, png
from app.report.content import KeyPicture, where
from app.viewer import gestures
from app.viewer.exhibit import Exhibit, cine_exhibit, picture_exhibit, volume_exhibit
from app.viewer.layers.explained import Overlay
from app.viewer.layers.moments import loop_of
from app.viewer.look import Look
from app.viewer.slicing import nearest_slice
from app.viewer.window_presets import default_window
from explain.attribution import Attribution, Top
from inference.imaging.read import read_cine, read_picture, read_volume
from inference.imaging.resample import resample
from inference.imaging.study import DisplaySet, Study
from inference.imaging.volume import Volume
from inference.place import Place

TOP = 3
HEIGHTS = (0.35, 0.5, 0.65)  # where prior and current are shown, as shares of the current's slices


def key_pictures(study: Study, attribution: Attribution, number: int, badge: str = "") -> list[KeyPicture]:
    """One picture per slice that holds the middle of a top element; elements of one slice share it."""
    pictures: list[KeyPicture] = []
    overlay = Overlay(attribution)
    for unit, tops in _by_unit(attribution.top(TOP)):
        place = attribution.units[unit].place
        display_set = study.display_set(place.display_set_uid)
        exhibit = _exhibit(study, display_set, place, badge)
        for index, letters, words in _by_slice(exhibit, attribution, tops):
            image = draw(exhibit, look_at(exhibit, index), overlay, _notice(attribution))
            title = f"{letters} · {attribution.method}"
            caption = f"{attribution.method}, {attribution.target.title}. {words}."
            name = f"{_method_key(attribution)}-{badge.lower()}{letters.replace(' ', '')}.png"
            pictures.append(KeyPicture(name, title, caption, png(image), number))
    return sorted(pictures, key=lambda p: p.title)


def comparison_pictures(comparison: Comparison) -> tuple[KeyPicture, ...]:
    """Prior and current side by side, then the key pictures of both explanations."""
    pictures = list(_side_by_side(comparison)) if comparison.pair else []
    for number, (study, attribution, badge) in enumerate(
        (
            (comparison.pre, comparison.pre_attribution, "PRE"),
            (comparison.post, comparison.post_attribution, "POST"),
        )
    ):
        if attribution is not None:
            pictures += key_pictures(study, attribution, number, badge)
    return tuple(pictures)


def look_at(exhibit: Exhibit, index: int) -> Look:
    """Slice `index` under the window that the file asks for, turned as it hangs."""
    look = Look(slice_index=index, window=default_window(exhibit), inverted=exhibit.inverted)
    return gestures.in_stance(look, exhibit.stance)


def on_the_grid_of(fixed: Volume, moving: Volume, moving_from_fixed_lps: NDArray[np.float64]) -> Volume:
    """The moving volume, moved and sampled on the grid of the fixed one."""
    moved = replace(moving, affine_lps=np.linalg.inv(moving_from_fixed_lps) @ moving.affine_lps)
    outside = float(moving.padding if moving.padding is not None else moving.voxels.min())
    return resample(moved, fixed.shape, fixed.affine_lps, outside=outside)


def _side_by_side(comparison: Comparison) -> Iterable[KeyPicture]:
    assert comparison.pair is not None
    prior, current = (read_volume(display_set) for display_set in comparison.pair)
    registration = comparison.registration
    aligned = registration is not None and registration.trustworthy
    if aligned and registration is not None:
        prior = on_the_grid_of(current, prior, registration.moving_from_fixed_lps)
    left = volume_exhibit(prior, comparison.pre, comparison.pair[0], "PRE")
    right = volume_exhibit(current, comparison.post, comparison.pair[1], "POST")
    how = "prior moved onto the current study" if aligned else "not aligned: each at its own slice"
    for number, height in enumerate(HEIGHTS):
        images = [
            draw(exhibit, look_at(exhibit, round(height * (exhibit.native.count - 1))))
            for exhibit in (left, right)
        ]
        joined = beside(images, f"PRE left, POST right · {how}")
        yield KeyPicture(
            f"pre-post-{number + 1}.png", "PRE and POST", f"PRE left, POST right; {how}.", png(joined)
        )


def _by_unit(tops: tuple[Top, ...]) -> list[tuple[int, list[Top]]]:
    units = dict.fromkeys(top.unit for top in tops)
    return [(unit, [top for top in tops if top.unit == unit]) for unit in units]


def _by_slice(exhibit: Exhibit, attribution: Attribution, tops: list[Top]) -> Iterable[tuple[int, str, str]]:
    """(slice index, letters, where in words) of every slice that is shown."""
    found: dict[int, list[Top]] = {}
    for top in tops:
        place = attribution.units[top.unit].place
        found.setdefault(_picture_of(exhibit, place, top.element), []).append(top)
    for index, here in found.items():
        words = "; ".join(f"{t.letter} {where(attribution.units[t.unit], t.element)}" for t in here)
        yield index, " ".join(t.letter for t in here), words


def _exhibit(study: Study, display_set: DisplaySet, place: Place, badge: str) -> Exhibit:
    """The volume, the loop or the single picture that a map belongs to."""
    if place.times_ms is None and len(display_set.frame_index) == 1:
        return picture_exhibit(read_picture(display_set), study, display_set, badge)
    if place.times_ms is None:
        return volume_exhibit(read_volume(display_set), study, display_set, badge)
    position = position_at(display_set, place.affine_lps[:3, 3]) or 0
    return cine_exhibit(read_cine(display_set, position=position), study, display_set, badge)


def _picture_of(exhibit: Exhibit, place: Place, element: int) -> int:
    """The slice through the middle of an element, or the frame of its moment."""
    cine = loop_of(exhibit)
    if cine is None or place.times_ms is None:
        return nearest_slice(exhibit.native, place.centres_lps_mm[element])
    moment_ms = float(place.times_ms[place.index[element, 0]])
    return int(np.abs(cine.times_ms - moment_ms).argmin())


def _notice(attribution: Attribution) -> str:
    what = f"{attribution.model_key} · {attribution.target.title} · {attribution.method}"
    reliable = "" if attribution.evidence.holds else " · a check failed: do not use"
    return f"{what} · {attribution.weights_origin} · not for diagnostic use{reliable}"


def _method_key(attribution: Attribution) -> str:
    return attribution.method.lower().replace(" ", "-")
