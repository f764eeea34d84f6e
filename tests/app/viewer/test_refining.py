"""What is slow is shown coarsely at once and whole as soon as it has come; what is kept is not made again."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from app.viewer.refining import Refining, Work
from app.viewer.render_thread import wait_for_all


class Layer:
    """Stands for a layer of a view."""


@pytest.fixture
def refining(qtbot):
    view = QWidget()
    qtbot.addWidget(view)
    made = Refining(view)
    yield made
    view.close()
    assert wait_for_all()


def test_what_is_quick_is_made_once_for_one_key(refining):
    layer, made = Layer(), []

    def make():
        made.append(len(made))
        return made[-1]

    for key, wanted in ((("a",), 0), (("a",), 0), (("b",), 1), (("b",), 1)):
        work = Work(layer, key, lambda _is_stale: None)
        assert refining.result(work, make, slow=False) == wanted


def test_what_is_slow_is_coarse_until_it_has_come(qtbot, refining):
    work = Work(Layer(), ("a",), lambda _is_stale: "whole")
    assert refining.result(work, lambda: "coarse", slow=True) == "coarse"
    qtbot.waitSignal(refining.refined, timeout=10000).wait()
    assert refining.result(work, lambda: "coarse", slow=True) == "whole"


def test_of_a_movement_only_the_last_is_made_whole(qtbot, refining):
    layer, made = Layer(), []

    def make(step):
        made.append(step)
        return f"whole {step}"

    works = [Work(layer, (step,), lambda _is_stale, step=step: make(step)) for step in range(20)]
    for work in works:
        refining.result(work, lambda: "coarse", slow=True)
    qtbot.waitSignal(refining.refined, timeout=10000).wait()
    assert made == [19]
    assert refining.result(works[-1], lambda: "coarse", slow=True) == "whole 19"


def test_two_layers_of_a_view_do_not_push_each_other_out(qtbot, refining):
    works = [Work(Layer(), ("a",), lambda _is_stale, name=name: name) for name in ("masks", "map")]
    for work in works:
        refining.result(work, lambda: "coarse", slow=True)
    qtbot.waitUntil(
        lambda: all(refining.result(w, lambda: "coarse", slow=True) != "coarse" for w in works), timeout=10000
    )
    assert [refining.result(work, lambda: "coarse", slow=True) for work in works] == ["masks", "map"]


def test_what_became_stale_is_not_kept(qtbot, refining):
    layer = Layer()
    refining.result(Work(layer, ("a",), lambda _is_stale: None), lambda: "coarse", slow=True)
    qtbot.wait(200)
    assert refining.result(Work(layer, ("a",), lambda _s: "whole"), lambda: "coarse", slow=True) == "coarse"
