from app.history import UndoHistory


def test_a_new_change_forgets_what_was_undone():
    history = UndoHistory[int]()
    history.do("one", 0, 1)
    history.undo()
    history.do("two", 0, 2)
    assert history.redo() is None
    assert history.undo() == 0


def test_changes_with_the_same_merge_are_one_step():
    history = UndoHistory[int]()
    history.do("drag", 0, 1, merge="a")
    history.do("drag", 1, 2, merge="a")
    history.do("drag", 2, 3, merge="b")
    assert [history.undo(), history.undo(), history.undo()] == [2, 0, None]


def test_a_drag_after_undo_is_a_step_of_its_own():
    history = UndoHistory[int]()
    history.do("first", 0, 1, merge="a")
    history.do("second", 1, 2, merge="b")
    history.undo()
    history.do("third", 1, 5, merge="a")
    assert history.undo() == 1


def test_the_history_is_bounded():
    history = UndoHistory[int](limit=3)
    for n in range(10):
        history.do(f"{n}", n, n + 1)
    assert [history.undo() for _ in range(4)] == [9, 8, 7, None]
