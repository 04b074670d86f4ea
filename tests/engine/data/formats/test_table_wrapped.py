"""Numbers with something around them: quotation marks that are part of the text, signs of footnotes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.formats.table.numbers import parts_of
from engine.data.formats.table.wrapped import is_nearly_number
from tests.engine.data.formats.test_table_styles import notes, read


def table(values: list[str], joint: str = "\t") -> str:
    return f"x{joint}y\n" + "".join(f"{value}{joint}{row}.5\n" for row, value in enumerate(values))


@pytest.mark.parametrize(("values", "expected", "example"), [
    (["'1.5'", "'2'", "'-3'"] * 4, [1.5, 2, -3], "'1.5'"),
    (["‘1.5’", "’2’", "1"] * 4, [1.5, 2, 1], "‘1.5’"),
    (["“1.5”", "„2“", "«3»"] * 4, [1.5, 2, 3], "“1.5”"),
    (["`1.5`", "`2 kg`", "3"] * 4, [1.5, 2, 3], "`2 kg`"),
    (['="1.5"', '="2"', "3"] * 4, [1.5, 2, 3], '="1.5"'),
    (["'1'234.5'", "'2'", "3"] * 4, [1234.5, 2, 3], "'1'234.5'"),
    (["5*", "7", "8"] * 4, [5, 7, 8], "5*"), (["5", "7†", "8‡"] * 4, [5, 7, 8], "7†"),
    (["3[1]", "3.5 [a]", "8[1][2]"] * 4, [3, 3.5, 8], "3[1]"), (["4 (a)", "7", "8"] * 4, [4, 7, 8], "4 (a)"),
    (["1,234.5*", "7", "8"] * 4, [1234.5, 7, 8], "1,234.5*"), (["12 kg*", "7 kg", "8 kg**"] * 4, [12, 7, 8], "12 kg*"),
    (["3*", "3†", "3[1]", "4"] * 4, [3, 3, 3], "3*"), (["0.05**", "0.5", "0.01***"] * 4, [0.05, 0.5, 0.01], "0.05**"),
])  # fmt: skip
def test_what_stands_around_a_number_is_none_of_it_and_it_is_said(values: list[str], expected: list[float],
                                                                  example: str, tmp_path: Path) -> None:
    arrays = read(tmp_path, table(values))
    assert arrays.report.features == ("x",) and arrays.inputs[:3, 0].tolist() == expected
    assert any(note.startswith(f"“x”: “{example}” is read as") for note in notes(arrays))


def test_a_footnote_is_named_also_beside_numbers_in_another_style(tmp_path: Path) -> None:
    said = notes(read(tmp_path, table(["1,234,567", "5,000", "7,000*"] * 4)))
    assert said[-2:] == ["“x”: “1,234,567” is read as 1234567", "“x”: “7,000*” is read as 7000"]


@pytest.mark.parametrize("values", [["10¹", "12²", "13"], ["4 (5)", "3 (2)", "7"], ["1±0.1", "2±0.2", "3±0.1"],
                                    ["<0.05", ">0.1", "<0.01"], ["2⁻³", "5¹²", "3"], ["5!", "4!", "3"],
                                    ["1 (a)", "1 (b)", "2"], ["10^3", "10^4", "3×10^2"], ["#5", "[6]", "7'"],
                                    ["'007'", "'012'", "'100'"]])
def test_what_may_be_more_than_a_number_is_a_category_and_it_is_said(values: list[str], tmp_path: Path) -> None:
    arrays = read(tmp_path, table(values * 4))
    assert set(arrays.report.features) == {f"x={value}" for value in values}
    assert any("“x” is used as categories" in note and any(f"“{value}”" in note for value in values)
               for note in notes(arrays))


@pytest.mark.parametrize("values", [["10-19", "20-29", "30-39"], ["1st", "2nd", "5th"],
                                    ["2020-01-02", "2020-01-03", "x"], ["'a'", "'b'", "'c'"], ["*", "**", "***"]])
def test_names_with_digits_are_categories_as_ever(values: list[str], tmp_path: Path) -> None:
    arrays = read(tmp_path, table(values * 4))
    assert set(arrays.report.features) == {f"x={value}" for value in values} and notes(arrays) == []


@pytest.mark.parametrize("text", ["5" + "^5" * 2000 + "y", "5" + "(1)" * 2000 + "y", "5" + "±" * 3000 + "\n",
                                  "5×10²" * 1000 + "y", "(" * 5000, "5 " * 3000, "5" + "*" * 5000 + "y",
                                  "5[1]" * 14 + "y"])
def test_long_texts_are_judged_soon(text: str) -> None:
    assert not is_nearly_number(text) and parts_of(text) is None


def test_nothing_in_quotation_marks_is_missing(tmp_path: Path) -> None:
    arrays = read(tmp_path, table(["'1.5'", "''", "'NA'", "'2'"] * 4))
    assert arrays.report.features == ("x",) and np.isnan(arrays.inputs[:, 0]).sum() == 8
    assert notes(arrays) == ["“x”: “'1.5'” is read as 1.5"]
