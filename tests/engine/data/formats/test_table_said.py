"""What of a table may be meant otherwise is said, or refused: rows inside of values, names that may be a row, …"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from engine.data.errors import DataError
from tests.engine.data.formats.test_table_styles import column, notes, read

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
    ("a\ty\ncontinuous\tdiscrete\n\t\n" + "1.5\ts\n2.5\tt\n" * 4, "Line 2 below the names is no row"),
    ('Q1,Q2\n"How\nmuch?",Which?\n"{""ImportId"":""a""}","{""ImportId"":""b""}"\n' + "1.5,s\n2.5,t\n" * 4, "Two lines"),
])  # fmt: skip
def test_what_may_be_meant_otherwise_is_said(content: str, note: str, tmp_path: Path) -> None:
    said = _of_reading(notes(read(tmp_path, content)))
    assert len(said) == 1 and note in said[0]


@pytest.mark.parametrize("content", [
    "text,label\n" + '"Dear all,\nI write, as agreed\nBye",spam\nfine,ham\n' * 4,
    "mpg,cyl\n" + "".join(f"car {row},{row}.5,{row % 3}\n" for row in range(12)),
    "cap-shape,class\n" + "x,e\nb,p\n" * 9, "a,b\nc,d\nm,i\n" + "c,t\nx,i\n" * 9,
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


@pytest.mark.parametrize("texts", [("1,000", "1000", "2,000"), ("-1", "−1", "1"), ("5%", "5 %", "6%"),
                                   ("+1", "1", "2")])
def test_two_texts_of_one_number_are_one_class(texts: tuple[str, str, str], tmp_path: Path) -> None:
    rows = "".join(f'"{text}",{row}.5\n' for row, text in enumerate(texts * 5))
    found = read(tmp_path, "y,x\n" + rows, target="y", task="classification")
    assert found.known is not None and len(found.known.classes) == 2
    assert found.targets.tolist()[:3] == [0, 0, 1]
    named = read(tmp_path, "y,x\n" + rows, target="x", kinds=(("y", "category"),))
    assert len(named.report.features) == 2


@pytest.mark.parametrize("other", ["New\u00a0York", "New\u200b York", "new york"])
@pytest.mark.parametrize("target", ["x", "y"])
def test_texts_that_look_alike_are_said(other: str, target: str, tmp_path: Path) -> None:
    said = notes(read(tmp_path, "x,y\n" + f"New York,1.5\n{other},2.5\nRome,3.5\n" * 4, target=target))
    assert sum("are different categories here" in note for note in said) == 1


@pytest.mark.parametrize("word", ["unknown", "n.a.", "*"])
def test_codes_stay_codes_beside_words_for_nothing(word: str, tmp_path: Path) -> None:
    found = read(tmp_path, column(["01", "1", "10", word, "010", "001"] * 3, ",", "3.5"))
    assert set(found.report.features) == {f"x={code}" for code in ("01", "1", "10", "010", "001", "missing")}
    assert "names rather than numbers" in notes(found)[0] and "3 values are not numbers" in notes(found)[1]


def test_a_zero_of_another_script_makes_a_code_too(tmp_path: Path) -> None:
    assert set(read(tmp_path, column(["０１２", "１２"] * 5)).report.features) == {"x=０１２", "x=１２"}


@pytest.mark.parametrize(("texts", "said"), [
    (["2+", "2", "2-", "3+", "3"], ["“2+” is read as 2", "“2-” is read as -2"]),
    (["1.5k", "2M", "300"], ["1500", "2000000"]),
    (["(5)", "4", "3-", "3-"], ["“(5)” is read as -5", "“3-” is read as -3"]),
    (["(US$460)", "US$2.334", "US$1.062"], ["“US$2.334” is read as 2.334", "“(US$460)” is read as -460"]),
])  # fmt: skip
def test_each_style_that_changes_a_number_is_said(texts: list[str], said: list[str], tmp_path: Path) -> None:
    found = notes(read(tmp_path, column(texts * 3, ",", "3.5")))
    assert len(found) == len(said) and all(part in note for part, note in zip(said, found, strict=True))


@pytest.mark.parametrize("before", [0, 500])
def test_a_word_is_a_value_wherever_it_stands(before: int, tmp_path: Path) -> None:
    found = read(tmp_path, "b,y\n" + ",1.5\n" * before + "none,2.5\nyes,3.5\n,4.5\n" * 9)
    assert found.report.features == ("b=none", "b=yes", "b=missing")


def test_a_category_called_missing_is_another_than_what_is_missing(tmp_path: Path) -> None:
    assert read(tmp_path, "b,y\n" + "missing,2.5\nyes,3.5\n,4.5\n" * 9).report.features == (
        "b=missing", "b=yes", "b is missing")


def test_what_else_an_archive_holds_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("train.csv", "x,y\n" + "1.5,2.5\n2.5,3.5\n" * 4)
        archive.writestr("test.xlsx", "-")
    assert notes(read(tmp_path, (tmp_path / "b.zip").read_bytes(), "a.zip"))[0].startswith("test.xlsx is not read")
