"""What of a table may be meant otherwise is said, or refused: rows inside of values, names that may be a row, …"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.data.errors import DataError
from tests.engine.data.formats.test_table_styles import notes, read

PLAIN = "fine\tpos\nbad\tneg\n" * 4
WORDS = "Beta,Rome,c\nGamma,Oslo,d\n" * 6
ENDED = "12,50,3,7\n8,25,1,4\n" * 6


@pytest.mark.parametrize(("content", "note"), [
    ('text\tlabel\n"wow, great\tpos\nbad\tneg\nthe end"\tneg\n' + PLAIN, "Lines 2 to 4 are one row, for a quotation"),
    ("2020-01-01,ERR,5\n" + "".join(f"2020-01-{day},{day}.5,{day % 7}\n" for day in range(10, 25)), "is taken for"),
    ("Alpha,New York,rare\n" + WORDS, "is taken for the names"), ("<5,ERR,x\n" + WORDS, "is taken for the names"),
    ("price,qty,y\n" + ENDED, "“price” is the name of the second one, and the first has none"),
    ("a,b,y\n" + "".join(f"'{row},5',x{row % 2},{row}\n" for row in range(12)), "“a” is the name of the second one"),
    ("| a | b | y |\n|:--|:-:|--:|\n" + "| 1 | p | s |\n| 2 | q | t |\n" * 4, "Line 2 below the names is no row"),
    ("a\tb\ty\ncontinuous\tdiscrete\tdiscrete\n\t\tclass\n" + "1.5\tr\ts\n2.5\tg\tt\n" * 4, "Two lines below"),
])  # fmt: skip
def test_what_may_be_meant_otherwise_is_said(content: str, note: str, tmp_path: Path) -> None:
    said = _of_reading(notes(read(tmp_path, content)))
    assert len(said) == 1 and note in said[0]


@pytest.mark.parametrize("content", [
    "text,label\n" + '"Dear all,\nI write, as agreed\nBye",spam\nfine,ham\n' * 4,
    "mpg,cyl\n" + "".join(f"car {row},{row}.5,{row % 3}\n" for row in range(12)),
    "cap-shape,class\n" + "x,e\nb,p\n" * 9,
    "country,2019,2020,2021\n" + "".join(f"c{row % 3},{row}.5,{row * row % 7}.25,1{row}.5\n" for row in range(12)),
])  # fmt: skip
def test_what_is_as_it_looks_is_not_said(content: str, tmp_path: Path) -> None:
    assert _of_reading(notes(read(tmp_path, content))) == []


def _of_reading(said: list[str]) -> list[str]:
    """Without what is said of columns that are left out."""
    return [each for each in said if "column 1" not in each and "left out" not in each.removesuffix("to be left out")]


def test_a_sparse_arff_is_refused(tmp_path: Path) -> None:
    head = "@relation r\n@attribute a numeric\n@attribute c {p,q}\n@data\n% none\n"
    with pytest.raises(DataError, match="is a sparse ARFF file"):
        read(tmp_path, head + "{0 1,1 q}\n{0 2,1 p}\n" * 4, "a.arff")
