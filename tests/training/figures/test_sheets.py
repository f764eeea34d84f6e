"""Workbooks hold what they were given, run nothing, and are the same for the same results."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook

from training.figures.sheets import Sheet, csv_of, guarded, write_workbook

SHEET = Sheet("Figures", "Some rows.", ("name", "value"), (("=1+1", 1.5), ("@cmd", float("nan")), ("r", -2)))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "  =1"])
def test_text_that_begins_like_a_formula_is_only_text(text):
    assert str(guarded(text)).startswith("'")


def test_numbers_keep_their_sign_and_what_is_no_number_is_nothing():
    assert guarded(-1.25) == -1.25
    assert guarded(float("nan")) is None
    assert guarded(float("inf")) is None


def test_control_characters_do_not_break_a_workbook(tmp_path):
    write_workbook(tmp_path / "a.xlsx", [Sheet("A", "", ("x",), (("a\x00b\x1bc",),))])
    assert load_workbook(tmp_path / "a.xlsx")["A"]["A2"].value == "a b c"


def test_a_workbook_holds_its_sheets_and_no_formula(tmp_path):
    write_workbook(tmp_path / "a.xlsx", [SHEET])
    book = load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Contents", "Figures"]
    assert [[c.value for c in row] for row in book["Figures"].iter_rows()] == [
        ["name", "value"], ["'=1+1", 1.5], ["'@cmd", None], ["r", -2],
    ]  # fmt: skip
    assert not any(c.data_type == "f" for page in book for row in page.iter_rows() for c in row)


def test_the_same_sheets_make_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(tmp_path / name, [SHEET])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_csv_file_is_guarded_too():
    assert csv_of(SHEET).decode("utf-8-sig").splitlines() == ["name,value", "'=1+1,1.5", "'@cmd,", "r,-2"]


@pytest.mark.parametrize("name", ["a/b", "x" * 32, "what?"])
def test_a_name_that_excel_refuses_is_refused_here(name):
    with pytest.raises(ValueError, match="Excel"):
        Sheet(name, "", (), ())
