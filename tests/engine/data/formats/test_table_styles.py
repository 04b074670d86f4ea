"""Tables as people publish them: numbers in any style, bad cells, counters, headers, what stands around a table."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import math
import os
import random
import re
import zipfile
from pathlib import Path

import numpy as np
import pandas
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.data.errors import DataError
from engine.data.formats.arrays import Arrays
from engine.data.formats.preview import UnusableTableError
from engine.data.spec.reading import described, read_arrays
from engine.data.spec.spec import DataSpec

ROWS = range(1, 31)


def read(folder: Path, content: str | bytes, name: str = "a.csv", **table: object) -> Arrays:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_arrays(DataSpec(dataset="table", path=str(path)).with_options(table=table))


def notes(arrays: Arrays) -> list[str]:
    return [str(note) for note in arrays.report.notes]


def column(values: list[str], joint: str = ";", extra: str = "3,5") -> str:
    """A column of these values beside a target that tells the decimal sign."""
    return f"x{joint}y\n" + "".join(f"{value}{joint}{index}{extra[1:]}\n" for index, value in enumerate(values))


# -- numbers in the styles of people ----------------------------------------------------------------------------------

STYLES = {
    "thousands and target": ('a,y\n0.5,"2,033"\n0.25,"8,364"\n0.75,"12,000"\n', "y", [2033, 8364, 12000]),
    "dollars": ('a,y\n0.5,"$124,929"\n0.25,$17\n0.75,"$1,017.50"\n', "y", [124929, 17, 1017.5]),
    "a currency behind": ("a,y\n0.5,104 USD\n0.25,98 USD\n0.75,1 USD\n", "y", [104, 98, 1]),
    "european": ('a,y\n0.5,"1.002,80"\n0.25,"17,5"\n0.75,"1.000.000,00"\n', "y", [1002.8, 17.5, 1e6]),
    "european in semicolons": ("a;y\n0,5;1.002,80\n0,25;17,5\n0,75;-3\n", "y", [1002.8, 17.5, -3]),
    "euros behind": ("a;y\n0,5;1.002,80 €\n0,25;17,50 €\n0,75;0,99 €\n", "y", [1002.8, 17.5, 0.99]),
    "pounds": ("a,y\n0.5,£3.50\n0.25,£12\n0.75,£0.99\n", "y", [3.5, 12, 0.99]),
    "a real": ('a,y\n0.5,"R$ 1.234,56"\n0.25,"R$ 7,00"\n0.75,"R$ 9,10"\n', "y", [1234.56, 7, 9.1]),
    "per cent": ("x,y\n12%,0.5\n7.5%,1.5\n100%,2.5\n", "x", [12, 7.5, 100]),
    "minus": ("x,y\n−5.5,0.5\n5,1.5\n−0.25,2.5\n", "x", [-5.5, 5, -0.25]),
    "full width": ("x,y\n１２,0.5\n－３,1.5\n４．５,2.5\n", "x", [12, -3, 4.5]),
    "behind the number": ("x,y\n5-,0.5\n7,1.5\n3.5-,2.5\n", "x", [-5, 7, -3.5]),
    "in parentheses": ('x,y\n"(1,234.5)",0.5\n"5,000",1.5\n(2),2.5\n', "x", [-1234.5, 5000, -2]),
    "no-break spaces": ("x;y\n1\u00a0234;0,5\n12\u00a0345\u00a0678;1,5\n7;2,5\n", "x", [1234, 12345678, 7]),
    "narrow spaces": ("x;y\n1\u202f234,5;0,5\n17,25;1,5\n7;2,5\n", "x", [1234.5, 17.25, 7]),
    "spaces": ("x,y\n1 234,0.5\n12 345,1.5\n7,2.5\n", "x", [1234, 12345, 7]),
    "apostrophes": ("x,y\n1'234.5,0.5\n12’345,1.5\n7,2.5\n", "x", [1234.5, 12345, 7]),
    "underscores": ("x,y\n1_234,0.5\n12_345,1.5\n7,2.5\n", "x", [1234, 12345, 7]),
    "indian": ('x,y\n"12,34,567",0.5\n"1,00,000",1.5\n"7,000",2.5\n', "x", [1234567, 100000, 7000]),
    "units": ("x,y\n12 kg,0.5\n7.5 kg,1.5\n9 kg,2.5\n", "x", [12, 7.5, 9]),
    "squared": ("x,y\n12 m²,0.5\n7.5 m²,1.5\n9 m²,2.5\n", "x", [12, 7.5, 9]),
    "degrees": ("x,y\n12°C,0.5\n-7.5°C,1.5\n9°C,2.5\n", "x", [12, -7.5, 9]),
    "thousands and millions": ("x,y\n1.5k,0.5\n2M,1.5\n300,2.5\n", "x", [1500, 2e6, 300]),
    "thousands everywhere": ("x,y\n1.5k,0.5\n2k,1.5\n300,2.5\n", "x", [1500, 2000, 300]),
    "millions of money": ("x,y\n$1.5M,0.5\n$300,1.5\n$7,2.5\n", "x", [1.5e6, 300, 7]),
    "millions of money behind": ("x,y\n1.5M USD,0.5\n300 USD,1.5\n7,2.5\n", "x", [1.5e6, 300, 7]),
    "millions in a word": ("x,y\n2 Mio,0.5\n300,1.5\n7,2.5\n", "x", [2e6, 300, 7]),
    "ten thousands": ("x,y\n2万,0.5\n300,1.5\n7,2.5\n", "x", [2e4, 300, 7]),
    "thousands at least": ("x,y\n10k+,0.5\n1M+,1.5\n500+,2.5\n", "x", [1e4, 1e6, 500]),
    "a billion": ("a;y\n0,5;1.000.000.000\n0,25;17,5\n0,75;1.234.567.890\n", "y", [1e9, 17.5, 1234567890]),
    "billions of money": ("a;y\n0,5;1.100.200.250 €\n0,25;17,5 €\n0,75;3 €\n", "y", [1100200250, 17.5, 3]),
    "at least": ('x,y\n"10,000+",0.5\n500+,1.5\n"1,000,000+",2.5\n', "x", [10000, 500, 1e6]),
    "powers": ("x,y\n1.5e-3,0.5\n+2E5,1.5\n.5,2.5\n", "x", [0.0015, 2e5, 0.5]),
}  # fmt: skip


@pytest.mark.parametrize("case", STYLES)
def test_numbers_in_a_style_are_numbers_and_it_is_said(case: str, tmp_path: Path) -> None:
    content, name, expected = STYLES[case]
    arrays = read(tmp_path, content, task="regression")
    found = arrays.inputs if name == "x" else arrays.targets
    assert found[:, 0].tolist() == pytest.approx(expected, rel=1e-6)
    assert case == "powers" or any(note.startswith(f"“{name}”") and "is read as" in note for note in notes(arrays))


@pytest.mark.parametrize(("content", "expected", "other"), [
    ("a,x,y\n0.5,\"2,033\",1\n0.25,\"8,364\",2\n0.75,\"1,001\",3\n", [2033, 8364, 1001], ""),  # others tell
    ("x,y\n\"2,033\",1\n\"8,364\",2\n\"1,001\",3\n", [2033, 8364, 1001], "comma"),
    ("x;y\n2,033;1\n8,364;2\n1,001;3\n", [2.033, 8.364, 1.001], "point"),
    ("x;y\n2.033;1\n8.364;2\n1.001;3\n", [2.033, 8.364, 1.001], "comma"),
    ("x,y\n2.033,1\n8.364,2\n1.001,3\n", [2.033, 8.364, 1.001], "comma"),
    ("x,y\n-2.033,1\n7,2\n100,3\n", [-2.033, 7, 100], "comma"),
    ("x,y\n2.033,1\n8.364,2\n0.001,3\n", [2.033, 8.364, 0.001], ""),  # no thousands begin with 0 …
    ("x,y\n2.033,1\n8.364,2\n1001.500,3\n", [2.033, 8.364, 1001.5], ""),  # … or have four digits before the sign
    ("x,y\n2.033,0.25\n8.364,2\n1.001,3\n", [2.033, 8.364, 1.001], ""),
    ("x,y\n2.033,\"1.234,50\"\n8.364,\"1,25\"\n1.001,\"3,00\"\n", [2033, 8364, 1001], ""),
    ("x;y\n2.033;1,5\n8.364;2,25\n1.001;3\n", [2033, 8364, 1001], ""),
    ("x;y\n2,033;1\n8,36;2\n1,001;3\n", [2.033, 8.36, 1.001], ""),  # one value tells for all
])  # fmt: skip
def test_what_could_be_meant_in_two_ways_is_decided_by_the_whole_column_or_said(
        content: str, expected: list[float], other: str, tmp_path: Path) -> None:
    arrays = read(tmp_path, content, task="regression")
    assert arrays.inputs[:, -1].tolist() == expected
    said = [note for note in notes(arrays) if "could be meant in two ways" in note]
    assert bool(said) == bool(other)
    if other:
        assert f"set Decimal sign to {other}" in said[0]
        chosen = read(tmp_path, content, task="regression", decimal=other)
        assert chosen.inputs[:, 0].tolist() != expected and not any("two ways" in note for note in notes(chosen))


@pytest.mark.parametrize("values", [["$5", "€6"] * 8, ["12%", "0.3"] * 8, ["5 kg", "300 g"] * 8])
def test_units_that_differ_are_never_silently_one(values: list[str], tmp_path: Path) -> None:
    arrays = read(tmp_path, "x,y\n" + "".join(f"{value},{index}.5\n" for index, value in enumerate(values)))
    assert not any(name == "x" for name in arrays.report.features)
    assert any("“x” is used as categories: 8 of its 16 values are not numbers" in note for note in notes(arrays))


@pytest.mark.parametrize("text", ["2020-01-02", "31.12.2020", "12:30", "1.2.3", "10-20", "A12", "t1", "5/6", "3 1/2",
                                  "192.168.1.1", "12 34", "555-1234", "--5", "1,2,3", "$", "5 6 kg"])
def test_what_is_no_number_is_not_made_one(text: str, tmp_path: Path) -> None:
    arrays = read(tmp_path, "x,y\n" + "".join(f'"{(text, "other")[index % 2]}",{index}.5\n' for index in ROWS))
    assert set(arrays.report.features) == {f"x={text}", "x=other"}


@pytest.mark.parametrize("text", ["31B", "270K", "38M", "1.5T", "12k", "270 K", "12a", "7m", "192.168.100.200",
                                  "10.20.30.40", "1.100.200.250"])
def test_a_letter_or_an_address_among_plain_numbers_is_none_and_named(text: str, tmp_path: Path) -> None:
    for joint in ",;":
        rows = [f"{text if index == 7 else index % 9 + 20}{joint}{index}.5\n" for index in ROWS]
        arrays = read(tmp_path, f"x{joint}y\n" + "".join(rows))
        assert np.flatnonzero(np.isnan(arrays.inputs[:, 0])).tolist() == [6] and arrays.inputs[0, 0] == 21
        assert any(f"“{text}” is not a number a network can take" in note for note in notes(arrays))
    rows = [f"{text if index == 7 else index % 9 + 20},{index}.5\n" for index in ROWS]
    both = read(tmp_path, "x,y\n" + "".join(rows) + f"{text.swapcase()},1.5\n")
    assert not np.nan_to_num(both.inputs[:, 0]).max() > 29, "k and K are the same letter"
    rows = [f"{text if index % 3 == 0 else index % 9 + 20},{index}.5\n" for index in ROWS]
    said = notes(read(tmp_path, "x,y\n" + "".join(rows)))
    assert any("“x” is used as categories: 10 of its 30 values are not numbers" in note and text in note
               for note in said)


numbers = st.lists(st.integers(-10**9, 10**9).map(lambda value: value / 100), min_size=8, max_size=30).filter(
    lambda found: len({abs(value) % 1 for value in found}) > 1 and any(abs(value) * 10 % 1 for value in found))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=numbers, style=st.sampled_from(["en", "de", "fr", "ch"]), money=st.sampled_from(["", "$", "€ ", "CHF "]),
       unit=st.sampled_from(["", " kg", "%", " EUR"]), minus=st.sampled_from("-−"))
def test_numbers_written_in_a_locales_style_come_back(values: list[float], style: str, money: str, unit: str,
                                                      minus: str, tmp_path: Path) -> None:
    signs = {"en": (",", "."), "de": (".", ","), "fr": ("\u202f", ","), "ch": ("'", ".")}[style]
    texts = []
    for value in values:
        plain = f"{abs(value):,.2f}".replace(",", "\0").replace(".", signs[1]).replace("\0", signs[0])
        texts.append(f"{minus if value < 0 else ''}{money if not unit else ''}{plain}{unit}")
    frame = pandas.DataFrame({"x": texts, "y": [f"{index}.5" for index in range(len(texts))]})
    arrays = read(tmp_path, frame.to_csv(index=False))
    assert arrays.inputs[:, 0].tolist() == values


# -- bad cells --------------------------------------------------------------------------------------------------------


def with_bad(*bad: str, count: int = 40) -> str:
    rows = [f"{index % 7}.5,{index}.5" for index in range(count)]
    for place, text in enumerate(bad):
        rows[3 * place + 4] = f"{text},{3 * place + 4}.5"
    return "x,y\n" + "\n".join(rows)


def test_one_bad_cell_is_named_and_missing(tmp_path: Path) -> None:
    arrays = read(tmp_path, with_bad("oops"))
    assert arrays.report.features == ("x",) and np.flatnonzero(np.isnan(arrays.inputs[:, 0])).tolist() == [4]
    assert notes(arrays) == ["“x”, row 5 (line 6): “oops” is not a number a network can take: it counts as missing"]


def test_of_several_bad_cells_the_first_are_named_and_all_counted(tmp_path: Path) -> None:
    arrays = read(tmp_path, with_bad("a1b", "n.a?", "twelve", "#12"))
    assert np.isnan(arrays.inputs[:, 0]).sum() == 4
    assert notes(arrays) == ["“x”: 4 values are not numbers a network can take and count as missing (row, line): "
                             "“a1b” (5, 6); “n.a?” (8, 9); “twelve” (11, 12); …"]


def test_words_for_unknown_are_missing_however_many_there_are(tmp_path: Path) -> None:
    arrays = read(tmp_path, with_bad(*["unknown"] * 11))
    assert np.isnan(arrays.inputs[:, 0]).sum() == 11 and "11 values are not numbers" in notes(arrays)[0]


def test_a_bad_target_leaves_its_row_out_by_name(tmp_path: Path) -> None:
    arrays = read(tmp_path, "x,y\n" + "".join(f"{index % 7}.5,{'many' if index == 3 else index}\n" for index in ROWS))
    assert len(arrays.targets) == 29 and "“y”, row 3 (line 4): “many” is not a number" in " ".join(notes(arrays))


# -- columns that are no features, targets that are none --------------------------------------------------------------

COUNTERS = {
    "PassengerId": range(1, 31), "": range(30), "Unnamed: 0": range(30), "case": range(1, 31), "index": range(892, 922),
    "shuffled": random.Random(0).sample(range(1, 31), 30), "customer_id": random.Random(0).sample(range(9999), 30),
    "编号": range(101, 131),
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTERS)
@pytest.mark.parametrize("place", [0, 1])
def test_counters_under_any_name_are_left_out_and_it_is_said(name: str, place: int, tmp_path: Path) -> None:
    rows = [["a", name, "y"] if place else [name, "a", "y"]]
    for index, count in enumerate(COUNTERS[name]):
        values = [f"{index % 7}.5", str(count)]
        rows.append([*(values if place else values[::-1]), f"{index * 7 % 11}.5"])
    arrays = read(tmp_path, "\n".join(map(",".join, rows)))
    assert arrays.report.features == ("a",)
    assert any("only counts the rows" in note or "only numbers the rows" in note or "as names have" in note
               for note in notes(arrays))
    shown = name or f"column {place + 1}"
    assert read(tmp_path, "\n".join(map(",".join, rows)), kinds=[[shown, "number"]]).inputs.shape == (30, 2)


@pytest.mark.parametrize("values", [range(1950, 1980), [i * 2 for i in ROWS], [1, *ROWS[:-1]], [i + 0.5 for i in ROWS]])
def test_what_does_not_count_the_rows_stays(values: list[float], tmp_path: Path) -> None:
    rows = "".join(f"{index % 7}.5,{value},{index}.5\n" for index, value in enumerate(values))
    assert read(tmp_path, f"a,z,y\n{rows}").report.features == ("a", "z")


def test_the_only_column_to_learn_from_is_never_left_out_for_counting(tmp_path: Path) -> None:
    assert read(tmp_path, "x,y\n" + "".join(f"{i},{2 * i}.5\n" for i in ROWS)).report.features == ("x",)


@pytest.mark.parametrize(("count", "kinds", "use"), [(4, 4, "are used as categories"), (30, 0, "it is left out")])
def test_postcodes_keep_their_zeros(count: int, kinds: int, use: str, tmp_path: Path) -> None:
    rows = "".join(f"{(i % count) * 317:05},{i % 7}.5,{i}.5\n" for i in ROWS)
    arrays = read(tmp_path, f"zip,x,y\n{rows}")
    names = [name for name in arrays.report.features if name.startswith("zip")]
    assert len(names) == kinds and any("names rather than numbers" in note and use in note for note in notes(arrays))
    assert kinds == 0 or names[0] == "zip=00000"
    as_numbers = read(tmp_path, f"zip,x,y\n{rows}", kinds=[["zip", "number"]])
    assert as_numbers.inputs[:3, 0].tolist() == [(i % count) * 317 for i in (1, 2, 3)]


def test_numbers_that_are_too_large_to_be_told_apart_are_not_said_to_be_the_same(tmp_path: Path) -> None:
    large = "a,x,y\n" + "".join(f"{i % 7}.5,{2**60 + i},{i}.5\n" for i in range(40))
    arrays = read(tmp_path, large)
    assert arrays.report.features == ("a",)
    assert notes(arrays) == ["“x” has numbers that are too large to be told apart: it is left out"]
    with pytest.raises(DataError, match="target “x” has numbers that are too large to be told apart"):
        read(tmp_path, large, target="x", task="regression")
    same = read(tmp_path, "a,x,y\n" + "".join(f"{i % 7}.5,{2**60},{i}.5\n" for i in ROWS))
    assert notes(same) == ["“x” has the same value in every row: it is left out"]
    equal = read(tmp_path, "a,x,y\n" + "".join(f"{i % 7}.5,{('5 kg', '5.0 kg')[i % 2]},{i}.5\n" for i in ROWS))
    assert notes(equal) == ["“x” has the same number in every row: it is left out"]


@pytest.mark.parametrize("many", [1, 900])
def test_classes_that_are_large_numbers_stay_apart(many: int, tmp_path: Path) -> None:
    text = "x,y\n" + "".join(f"{i % 7}.5,{2**60 + i % 2}\n" for i in range(30 * many))
    assert read(tmp_path, text).known.classes == (str(2**60), str(2**60 + 1))  # type: ignore[union-attr]


def test_large_numbers_that_come_late_are_seen(tmp_path: Path) -> None:
    rows = [f"{i % 7}.5,{2**60 + i if i > 25_000 else i % 5},{i}.5" for i in range(30_000)]
    arrays = read(tmp_path, "a,x,y\n" + "\n".join(rows))
    assert arrays.report.features == ("a", "x") and arrays.inputs[-1, 1] == float(2**60 + 29_999)


def test_a_target_with_a_class_for_every_row_is_asked_about(tmp_path: Path) -> None:
    text = "x,name\n" + "".join(f"{i % 7}.5,person {i}\n" for i in ROWS)
    with pytest.raises(UnusableTableError, match=r"30 different texts in 30 rows, such as “person 1” and “person 10”.*"
                       "Choose another target, or set Task to Classification") as raised:
        read(tmp_path, text)
    assert [column.name for column in raised.value.preview.columns] == ["x", "name"]
    assert read(tmp_path, text, task="classification").known.classes[:2] == ("person 1", "person 10")  # type: ignore[union-attr]
    few = "x,name\n" + "".join(f"{i % 7}.5,person {i % 15}\n" for i in ROWS)
    assert len(read(tmp_path, few).known.classes) == 15  # type: ignore[union-attr]


@pytest.mark.parametrize(("template", "is_date"), [
    ("2020-01-{:02}", True), ("{}.1.2020", True), ("{:02}/01/2020 12:30", True), ("{}-Jan-20", True),
    ("Mar {}, 2020", True), ("{} March 2020", True), ("10:{:02}", True), ("2020年1月{}日", True),
    ("person {:05}", False), ("{}-x", False),
])  # fmt: skip
def test_dates_are_said_to_be_dates(template: str, is_date: bool, tmp_path: Path) -> None:
    rows = "".join(f'"{template.format(i)}",{i % 7}.5,{i}.5\n' for i in ROWS)
    arrays = read(tmp_path, f"day,x,y\n{rows}")
    assert arrays.report.features == ("x",)
    assert notes(arrays)[0].startswith("“day” holds 30 different dates or times" if is_date else
                                       "“day” has 30 different texts: it is left out")


# -- what stands around the table -------------------------------------------------------------------------------------

BODY = "".join(f"{i % 7}.5,{i * 3}.25\n" for i in ROWS)
SPACED = BODY.replace(",", "   ")
AROUND = {
    "sep": ("sep=;\nx;y\n" + BODY.replace(",", ";"), "a.csv", ("x",)),
    "sep comma": ("sep=,\r\nx,y\r\n" + BODY.replace("\n", "\r\n"), "a.csv", ("x",)),
    "comments": ("# made by hand\n# in 2020\nx,y\n" + BODY, "a.csv", ("x",)),
    "a commented header": ("# x y\n" + SPACED, "a.txt", ("x",)),
    "titles": ("Table 1: Houses\nSource: me\n\nx,y\n" + BODY, "a.csv", ("x",)),
    "spaces": (" x   y\n" + SPACED, "a.txt", ("x",)),
    "spaces, no header": ("  " + SPACED.replace("\n", "\n  "), "a.data", ("column 1",)),
    "tabs": (BODY.replace(",", "\t"), "a.tsv", ("column 1",)),
    "bars": ("x|y\n" + BODY.replace(",", "|"), "a.txt", ("x",)),
    "row names of R": ("x y\n" + "".join(f'"{i}" {i % 7}.5 {i * 3}.25\n' for i in ROWS), "a.txt", ("x",)),
    "trailing commas": ("x,y,\n" + BODY.replace("\n", ",\n"), "a.csv", ("x",)),
    "trailing commas below the header": ("x,y\n" + BODY.replace("\n", ",\n"), "a.csv", ("x",)),
    "empty lines of Excel": ("x,y\n" + BODY + ",\n,\n,\n", "a.csv", ("x",)),
    "utf-16": (("x\ty\n" + BODY.replace(",", "\t")).encode("utf-16"), "a.csv", ("x",)),
    "gzip": (gzip.compress(f"x,y\n{BODY}".encode()), "a.csv.gz", ("x",)),
    "bzip2": (bz2.compress(f"x,y\n{BODY}".encode()), "a.bz2", ("x",)),
    "xz": (lzma.compress(f"x,y\n{BODY}".encode()), "a.csv.xz", ("x",)),
}  # fmt: skip


@pytest.mark.parametrize("case", AROUND)
def test_what_stands_around_a_table_is_none_of_it(case: str, tmp_path: Path) -> None:
    content, name, features = AROUND[case]
    arrays = read(tmp_path, content, name)
    assert arrays.report.features == features
    assert arrays.inputs[:, 0].tolist() == [i % 7 + 0.5 for i in ROWS]
    assert arrays.targets[:, 0].tolist() == [i * 3 + 0.25 for i in ROWS]


def test_a_title_in_a_row_of_commas_is_passed_over(tmp_path: Path) -> None:
    arrays = read(tmp_path, "Houses,,\nx,z,y\n" + "".join(f"{i % 7}.5,{i % 5},{i}.5\n" for i in ROWS))
    assert arrays.report.features == ("x", "z")
    assert "Line 1 is above the table and passed over: “Houses”" in notes(arrays)


def test_the_true_reason_for_an_empty_last_column_is_said(tmp_path: Path) -> None:
    said = notes(read(tmp_path, "x,y,\n" + BODY.replace("\n", ",\n")))
    assert any("The last column has no name and is empty" in note and "the target is “y”" in note for note in said)
    with pytest.raises(DataError, match="The last column, the target “y”, is empty: choose another target"):
        read(tmp_path, "x,z,y\n" + BODY.replace("\n", ",\n"))


HEADERS = [
    ("3.3,4.1,rose\n4.2,3.5,lily\n4.6,3.7,iris\n3.9,4.2,rose\n", False),
    ("a,b,kind\n3.3,4.1,rose\n4.2,3.5,lily\n", True),
    ("p,x,s\np,y,s\ne,x,s\np,x,y\n", False), ("kind,shape,edible\np,y,s\ne,x,s\np,x,y\n", True),
    ("country,2001,2002,2003\na,1.5,2,3\nb,2.5,3,1\n", True), ("0,1,2\n0.5,3.5,a\n0.25,1,b\n", True),
    ("1,2.5\n2,3.5\n3,4.5\n", False), (",a,b\n0,1.5,2\n1,2.5,3\n", True),
    ("39, State-gov, <=50K\n50, Private, <=50K\n38, Private, >50K\n", False), ("?,1.5,2\n3,2.5,1\n2,?,4\n", False),
]  # fmt: skip


@pytest.mark.parametrize(("content", "is_header"), HEADERS)
def test_a_header_is_told_by_what_is_in_it(content: str, is_header: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content)
    found = DataSpec(dataset="table", path=str(path))
    for header, names in (("auto", is_header), ("yes", True), ("no", False)):
        try:
            preview = read_arrays(found.with_options(table={"header": header})).report.preview
        except UnusableTableError as error:
            preview = error.preview
        except DataError:
            continue
        assert preview is not None
        assert (preview.columns[0].name == "column 1") == (not names or content.startswith(","))
        assert preview.count == content.count("\n") - names
        assert any("holds no names" in str(note) for note in preview.notes) == (not names and header == "auto")


def test_a_header_of_an_earlier_version_is_understood() -> None:
    for old, new in ((True, "auto"), (False, "no"), ("no", "no")):
        assert DataSpec.model_validate({"dataset": "table", "table": {"header": old}}).table.header == new


def test_ragged_lines_are_left_out_by_number(tmp_path: Path) -> None:
    lines = [f"{i % 7}.5,{i}.5" for i in range(60)]
    lines[5] += ",9"
    arrays = read(tmp_path, "x,y\n" + "\n".join(lines))
    assert len(arrays.targets) == 59
    assert "Line 7 has 3 values, but there are 2 columns: it is left out" in notes(arrays)
    lines[8] = "7"
    assert "2 lines do not have 2 values, as there are columns, and are left out: 7, 10" in notes(
        read(tmp_path, "x,y\n" + "\n".join(lines)))


def zipped(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(re.sub(r"_(?=[a-z]+$)", ".", name), text)
    return packed.getvalue()


def test_the_only_table_of_an_archive_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, zipped(a_csv=f"x,y\n{BODY}", about_md="?"), "a.zip").report.features == ("x",)
    with pytest.raises(DataError, match=r"holds 2 files \(a\.csv, b\.csv\): unpack it and choose one"):
        read(tmp_path, zipped(a_csv="x,y\n", b_csv="x,y\n"), "a.zip")
    with pytest.raises(DataError, match="is a spreadsheet or an archive"):
        read(tmp_path, zipped(**{"[Content_Types]_xml": "<x/>"}), "a.csv")
    with pytest.raises(DataError, match="is a packed file that is damaged"):
        read(tmp_path, gzip.compress(f"x,y\n{BODY}".encode())[:-20], "a.csv.gz")


@pytest.mark.parametrize(("content", "reason"), [
    ("<!DOCTYPE html><html><body>Not found, sorry</body></html>\n" * 5, "is a web page, not a table"),
    ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "only says where the table is"),
    ("INSERT INTO `t` (`a`,`b`) VALUES\n" + "(0,0.5),\n" * 9, "is SQL, not a table"),
    ("-- dump\n--\n\n/*!40101 SET NAMES utf8 */;\n" + "INSERT INTO t VALUES (1,'a');\n" * 9, "is SQL, not a table"),
    ('[{"a": 1, "b": 2},\n{"a": 2, "b": 3}]\n', "is JSON, not a table"), ('"x,y\n1,2\n', "line 1: a quotation mark is"),
])  # fmt: skip
def test_what_is_often_found_under_a_tables_name_is_said(content: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=reason):
        read(tmp_path, content)


def test_wekas_tables_are_read(tmp_path: Path) -> None:
    head = "% iris\n@relation iris\n@attribute 'sepal length' numeric\n@attribute kind {a,b}\n@data\n"
    arrays = read(tmp_path, head + "".join(f"{i % 7}.5,{'ab'[i % 2]}\n" for i in ROWS), "iris.txt")
    assert arrays.report.features == ("sepal length",) and arrays.known is not None
    assert arrays.known.classes == ("a", "b") and len(arrays.targets) == 30


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    for path in (tmp_path / "a.csv", Path("/dev/zero")):
        with pytest.raises(DataError, match="not a plain file"):
            described(DataSpec(dataset="table", path=str(path)))


# -- long tables, which are read in pieces ----------------------------------------------------------------------------


def test_a_long_table_of_numbers_is_what_pandas_reads(tmp_path: Path) -> None:
    random_numbers = np.random.default_rng(0)
    frame = pandas.DataFrame(random_numbers.normal(0, 1000, (30_000, 12)), columns=list("abcdefghijkl"))
    frame.iloc[20_000:, 3] = np.nan
    frame.to_csv(tmp_path / "a.csv", index=False, float_format="%.6g")
    arrays = read_arrays(DataSpec(dataset="table", path=str(tmp_path / "a.csv")))
    expected = pandas.read_csv(tmp_path / "a.csv", float_precision="round_trip").to_numpy()
    assert np.array_equal(arrays.inputs, expected[:, :-1], equal_nan=True)


@pytest.mark.parametrize(("late", "note"), [
    ("oops", "“x”, row 29001 (line 29002): “oops” is not a number"), ("007", "“x” has values such as “007”"),
    ("1_5", "“x”, row 29001 (line 29002): “1_5” is not a number"), ('"1,5"', "“x”"),
])  # fmt: skip
def test_what_comes_late_in_a_long_table_is_seen(late: str, note: str, tmp_path: Path) -> None:
    rows = [f"{i % 9},{i % 5},{i}.5" for i in range(30_000)]
    rows[29_000] = f"{late},1,5.5"
    arrays = read(tmp_path, "x,z,y\n" + "\n".join(rows))
    assert any(said.startswith(note) for said in notes(arrays))
    if late == "007":
        assert "x=007" in arrays.report.features and "x=7" in arrays.report.features
    else:
        assert arrays.report.features == ("x", "z")
        value = arrays.inputs[29_000, 0]
        assert value == 1.5 if late == '"1,5"' else math.isnan(value)


def test_a_column_that_turns_to_text_late_is_read_as_text_from_its_beginning(tmp_path: Path) -> None:
    rows = [f"{i % 3 if i < 20_000 else 'abc'[i % 3]},{i % 5},{i}.5" for i in range(30_000)]
    names = read(tmp_path, "x,z,y\n" + "\n".join(rows)).report.features
    assert names == ("x=0", "x=1", "x=2", "x=a", "x=b", "x=c", "z")


def test_thousands_that_come_late_are_thousands(tmp_path: Path) -> None:
    rows = [f"{i % 900};{i},5" for i in range(40_000)]
    rows[35_000] = "1.234;7,5"
    arrays = read(tmp_path, "x;y\n" + "\n".join(rows))
    assert arrays.inputs[35_000, 0] == 1234
