from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Integer, column, create_engine, insert, select, table

from app.library.columns import AnyPath, AnyText, Json

HOSTILE = st.text(st.characters(codec=None, exclude_categories=()))  # lone surrogates and NUL as well


def through(kind, value):
    """The value after a stay in a database."""
    kept = table("kept", column("id", Integer), column("value", kind))
    with create_engine("sqlite://").begin() as connection:
        connection.exec_driver_sql("CREATE TABLE kept (id INTEGER, value)")
        connection.execute(insert(kept).values(id=1, value=value))
        return connection.execute(select(kept.c.value)).scalar_one()


@given(HOSTILE)
def test_any_text_comes_back_as_it_was(value):
    assert through(AnyText(), value) == value


@pytest.mark.parametrize("value", ["\x00", "a\x00b", "\udcff", "\x01[]", "\x01", "", "山", "'; --"])
def test_text_that_databases_refuse_comes_back(value):
    assert through(AnyText(), value) == value


@given(st.dictionaries(HOSTILE, st.lists(st.none() | st.floats(allow_nan=False) | st.integers() | HOSTILE)))
def test_plain_values_come_back(value):
    assert through(Json(), value) == value


@pytest.mark.parametrize("name", ["a.dcm", "caf\udce9", "ä b", "山/x"])
def test_a_path_comes_back(name):
    assert through(AnyPath(), Path(name)) == Path(name)
