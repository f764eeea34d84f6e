"""Batches follow the work of a row, and nothing else."""

from __future__ import annotations

import pytest
import torch

from explain.pace import WORK_AT_ONCE, Pace

CPU = torch.device("cpu")


def product(size: int) -> torch.Tensor:
    return torch.zeros(1, size) @ torch.zeros(size, size)


@pytest.mark.parametrize(("size", "rows"), [(1, 256), (4000, WORK_AT_ONCE["cpu"] // (2 * 4000 * 4000))])
def test_light_rows_go_many_together_and_heavy_ones_few(size, rows):
    assert Pace(CPU, 256).rows("row", lambda: product(size)) == min(256, rows)


def test_a_row_heavier_than_the_limit_goes_alone(monkeypatch):
    monkeypatch.setitem(WORK_AT_ONCE, "cpu", 10)
    assert Pace(CPU, 256).rows("row", lambda: product(100)) == 1


def test_every_kind_of_row_is_counted_once():
    pace, asked = Pace(CPU, 256), []
    for kind in (0, 0, 1):
        pace.rows(kind, lambda kind=kind: asked.append(kind))
    assert asked == [0, 1]
