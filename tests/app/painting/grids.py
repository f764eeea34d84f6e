"""A volume that lies askew, and an empty segmentation on it."""

import numpy as np

from app.painting.segmentation import DrawnSegment, Segmentation
from inference.imaging.volume import Volume

SHAPE = (9, 70, 130)  # more than one brick along each axis


def turned(degrees=25.0, spacing=(3.0, 0.8, 0.6)):
    """An affine with unequal steps, turned about an axis of its own."""
    a = np.radians(degrees)
    turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]]) * spacing
    affine[:3, 3] = (-40, 20, 300)
    return affine


def volume(shape=SHAPE, seed=0):
    values = np.random.default_rng(seed).normal(0, 20, shape).astype(np.int16)
    return Volume(values, turned(), "HU")


def empty(shape=SHAPE, names=("liver", "spleen")):
    segments = tuple(DrawnSegment(n, name, (200, 20 * n, 90)) for n, name in enumerate(names, start=1))
    return Segmentation("u", "1.2.1", "1.2.1.1", "1.2.1.9", "1.2.3", shape, turned(), "T", segments)
