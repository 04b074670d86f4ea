"""What parts the values of a table: tabs, spaces, quotation marks, and lines that are no rows."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from engine.data.formats.table.reading import reading_table
from engine.data.formats.table.records import Records, records_of
from engine.data.options.table import Table
from engine.data.progress import result_of

CITIES = ("New York", "Los Angeles", "San Diego")


def records(path: Path, text: str, table: Table | None = None) -> Records:
    path.write_text(text, encoding="utf-8", newline="")
    return result_of(records_of(path, table or Table()))


def heads(found: Records) -> list[list[str]]:
    """The names and the first rows."""
    return [list(found.names), *map(list, found.head)]


def notes_of(path: Path) -> list[str]:
    return [str(note) for note in result_of(reading_table(path, Table())).report.notes]


@pytest.mark.parametrize("suffix", [".txt", ".csv", ".tsv"])
@pytest.mark.parametrize("rows", [
    [["size", "city", "price"], *([str(40 + n), CITIES[n % 3], f"{n}.5"] for n in range(30))],
    [["time", "temp", "humidity", "power"],
     *([f"2020-01-{n + 1:02} 0{n % 9}:00:00", f"{n}.25", str(n), f"{3 * n}.5"] for n in range(28))],
    [["id", "name", "age"], *([str(n), ("Ana Lee", "Bo Ek")[n % 2], str(20 + n)] for n in range(30))],
    [[str(n), CITIES[n % 3], str(n * n)] for n in range(30)],
    [["city", "place", "price"], *([f"c{n}", f"{n}.5 {n}.25", str(n)] for n in range(30))],
])  # fmt: skip
def test_tabs_part_values_of_several_words(rows: list[list[str]], suffix: str, tmp_path: Path) -> None:
    text = "".join("\t".join(row) + "\n" for row in rows)
    found = records(tmp_path / f"a{suffix}", text)
    assert found.delimiter == "\t"
    wanted = list(csv.reader(text.splitlines(), delimiter="\t"))
    assert heads(found)[-5:] == wanted[len(wanted) - found.count :][: len(found.head)][-5:]


def test_spaces_part_numbers_where_a_tab_is_only_before_the_name(tmp_path: Path) -> None:
    text = "".join(f'{n}.0   8   {100 + n}.5  {n % 3}\t"car of {n}"\n' for n in range(30))
    found = records(tmp_path / "a.data", text)
    assert found.delimiter == " " and found.head[3] == ("3.0", "8", "103.5", "0", "car of 3")


def test_several_tabs_may_stand_for_one(tmp_path: Path) -> None:
    text = "".join(f"{n}.5\t{'	' * (n % 9 == 0)}{n}\t{2 * n}.25\n" for n in range(30))
    found = records(tmp_path / "a.txt", text)
    assert found.delimiter == " " and found.head[0] == ("0.5", "0", "0.25")
