"""What parts the values of a table: tabs, spaces, quotation marks, and lines that are no rows."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest

from engine.data.errors import DataError
from engine.data.formats.table import records as table_records
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
    [["names", "count"], *([f"Doe {n}, Jo, Al, Bo", str(n)] for n in range(30))],
    [["name", "note", "y"], *([f"a;b{n}", "one, two", str(n)] for n in range(30))],
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


@pytest.mark.parametrize("row", ["{n},x{n}\t,{n}.5", "{n}\t,x{n},{n}.5", "{n},x{n},{n}.5\t"])
def test_a_tab_at_the_end_of_a_value_parts_nothing(row: str, tmp_path: Path) -> None:
    found = records(tmp_path / "a.csv", "".join(row.format(n=n) + "\n" for n in range(20)))
    assert found.delimiter == "," and found.head[3] == ("3", "x3", "3.5")


def test_several_tabs_may_stand_for_one(tmp_path: Path) -> None:
    text = "".join(f"{n}.5\t{'	' * (n % 9 == 0)}{n}\t{2 * n}.25\n" for n in range(30))
    found = records(tmp_path / "a.txt", text)
    assert found.delimiter == " " and found.head[0] == ("0.5", "0", "0.25")


# -- lines that are no rows --------------------------------------------------------------------------------------------

BODY = "".join(f"z{n},{n}.5,{n * 3 % 7}\n" for n in range(20))


@pytest.mark.parametrize(("above", "names", "count"), [
    ("# made by x\ntag,a,y\n", ["tag", "a", "y"], 1),
    ("# made by x, y and z\n# in 2020, in Oslo, by hand\ntag,a,y\n", ["tag", "a", "y"], 2),
    ("# made by x\n#tag,a,y\n", ["tag", "a", "y"], 1),
    ("#tag,a,y\n", ["tag", "a", "y"], 0),
    ("#tag,a,y\n#x1,1.5,2\n", ["tag", "a", "y"], 0),
    ("#,a,y\n", ["#", "a", "y"], 0),
    ("# made by x,,\n#,,\ntag,a,y\n", ["tag", "a", "y"], 2),
    ("% one\n\n% two\ntag,a,y\n", ["tag", "a", "y"], 2),
])  # fmt: skip
@pytest.mark.parametrize("mark", ["#", "//"])
def test_comments_are_left_out_and_counted(above: str, names: list[str], count: int, mark: str, tmp_path: Path) -> None:
    above = above.replace("#", mark).replace("%", mark)
    text = f"{above}{BODY}{mark}x2,2.5,4\n{mark} the end\n{mark} of, it\n"
    found = records(tmp_path / "a.csv", text)
    assert list(found.names) == [name.replace("#", mark) for name in names]
    first = [f"{mark}x1", "1.5", "2"] if "x1" in above else ["z0", "0.5", "0"]
    assert list(found.head[0]) == first and found.count == 21 + ("x1" in above)
    notes = [str(note) for note in found.notes if "begin" in str(note)]
    assert notes == [f"{count + 2} lines that begin with {mark} are left out"]
    tags = [values for values in csv.reader(text.splitlines()) if len(values) == 3][-1]
    assert tags == [f"{mark}x2", "2.5", "4"]  # is a row, the last one


def test_one_comment_is_one(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"# made by x\ntag,a,y\n{BODY}")
    assert "1 line that begins with # is left out" in notes_of(tmp_path / "a.csv")


def test_a_mark_inside_of_a_value_begins_no_comment(tmp_path: Path) -> None:
    text = "# a note\nname,y\n" + "".join(f'"in\n# three\nlines {n}",{n}.5\n' for n in range(6))
    found = records(tmp_path / "a.csv", text)
    assert found.head[1] == ("in\n# three\nlines 1", "1.5") and found.count == 6


def test_names_of_several_lines_below_a_comment_are_names(tmp_path: Path) -> None:
    found = records(tmp_path / "a.csv", '# made by x\n"a\nb",y\n' + "".join(f"{n},{n}.5\n" for n in range(9)))
    assert found.names == ("a\nb", "y") and found.count == 9


def test_what_begins_with_a_mark_below_names_is_a_row(tmp_path: Path) -> None:
    found = records(tmp_path / "a.csv", "tag,y\n" + "".join(f"#t{n % 3},{n}.5\n" for n in range(9)))
    assert found.count == 9 and found.head[0] == ("#t0", "0.5")


# -- quotation marks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("joint", [", ", ",  ", "; ", "| "])
def test_a_space_before_a_quotation_mark_is_none_of_the_value(joint: str, tmp_path: Path) -> None:
    rows = [["a", "b", "y"], *([f"{n}.5", f"x{joint}y{n % 3}", str(2 * n)] for n in range(20))]
    text = "".join(joint.join((a, f'"{b}"', c)) + "\n" for a, b, c in rows)
    found = records(tmp_path / "a.csv", text)
    assert heads(found)[:5] == rows[:5] == list(csv.reader(
        text.splitlines(), delimiter=joint[0], skipinitialspace=True))[:5]


def test_a_quotation_mark_that_ends_before_its_value_is_part_of_it(tmp_path: Path) -> None:
    text = "film, title, y\n" + "".join(f'f{n % 4}, "Alien" ({n % 3}), {n}\n' for n in range(12))
    found = records(tmp_path / "a.csv", text)
    assert found.head[0] == ("f0", '"Alien" (0)', "0")


@pytest.mark.parametrize("every", [1, 2, 19])
def test_a_value_of_several_lines_may_begin_behind_a_space(every: int, tmp_path: Path) -> None:
    rows = [(f"{n}", "two\nlines, and more" if n % every == 0 else "one", f"{n}.5") for n in range(20)]
    found = records(tmp_path / "a.csv", "id, text, v\n" + "".join(f'{a}, "{b}", {c}\n' for a, b, c in rows))
    assert found.names == ("id", "text", "v") and list(found.head) == rows[: len(found.head)] and found.count == 20


# -- names that may be none --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "note"), [
    ("# one, here; now", "are those of a comment: “one, here, now”"),
    ("1;2;3", "The first line, “1, 2, 3”, is taken for the names"),
])
def test_names_that_may_be_none_are_said(first: str, note: str, tmp_path: Path) -> None:
    body = "".join(f"{n * 7 % 31}.5;{n}{';4' * (first[0] == '1')}\n" for n in range(30))
    path = tmp_path / "a.csv"
    path.write_text(f"{first}\n{body}")
    assert any(note in str(each) for each in result_of(records_of(path, Table())).notes)
    found = result_of(records_of(path, Table(header="no")))
    assert found.names[0] == "column 1" and not any(note in str(each) for each in found.notes)


# -- lines that give nothing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["\n", "1.5,2,3,4\n", "# nothing\n", ",,\n"])
def test_reading_can_be_left_while_no_rows_come(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_records, "OTHERS", 2)
    path = tmp_path / "a.csv"
    steps = []
    for count in (10, 210):
        path.write_text("# top\na,b,y\n" + "1.5,2,3\n" * 2000 + line * count)
        work = records_of(path, Table())
        steps.append(sum(1 for _ in work))
    assert steps[1] >= steps[0] + 100


# -- archives ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("names", "reason"), [
    (["a.png"], "holds no table, but a.png: choose a"),
    (["a/1.jpg", "a/2.jpg"], "no table, but a/1.jpg, a/2.jpg: choose"),
    (["x.zip"], "no table, but x.zip"),
    (["a.csv", "b.csv"], "holds 2 files"), (["README", "notes.md"], "holds 2 files"),
])  # fmt: skip
def test_an_archive_without_a_table_says_what_it_holds(names: list[str], reason: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "a,b\n1,2\n3,4\n")
    with pytest.raises(DataError, match=reason):
        result_of(records_of(tmp_path / "a.zip", Table()))


# -- titles, names and rows above each other ---------------------------------------------------------------------------


@pytest.mark.parametrize(("head", "names"), [
    ("Source: me\nx;y\n", ["x", "y"]), ("Source: me\nTable 2\nx;y\n", ["x", "y"]),
])  # fmt: skip
def test_a_title_above_two_columns_is_none_of_their_names(head: str, names: list[str], tmp_path: Path) -> None:
    found = records(tmp_path / "a.csv", head + "".join(f"{n}.5;{n}.25\n" for n in range(30)))
    assert list(found.names) == names and found.count == 30
    assert any("above the table" in str(note) for note in found.notes)


def test_names_below_a_title_are_names_also_where_only_rows_end_with_a_delimiter(tmp_path: Path) -> None:
    found = records(tmp_path / "a.csv", "Source: me\nx;z;y\n" + "".join(f"{n}.5;{n}.25;{n};\n" for n in range(30)))
    assert list(found.names)[:3] == ["x", "z", "y"] and found.count == 30


def test_what_quotation_marks_contradict_parts_no_values(tmp_path: Path) -> None:
    rows = [f'{n}.5 EUR|{n}.25' for n in range(6)] + [f'"{n}.5 EUR"|{n}.25' for n in range(6)] + ["NaN|3.5"]
    found = records(tmp_path / "a.csv", "x|y z\n" + "\n".join(rows))
    assert found.delimiter == "|" and found.count == 13


def test_a_word_that_stands_below_too_is_no_name(tmp_path: Path) -> None:
    rows = [("unknown", 7)[n % 5 > 0] for n in range(30)]
    found = records(tmp_path / "a.csv", "".join(f"{value},{'ab'[n % 2]}\n" for n, value in enumerate(rows)))
    assert found.names[0] == "column 1" and found.count == 30


@pytest.mark.parametrize(("head", "is_said"), [("a,1.5\n", True), ("a,b\n", False), ("a,2001\n", False),
                                               ("a,2m temp\n", False)])
def test_names_with_numbers_among_them_may_be_a_row_and_it_is_said(head: str, is_said: bool, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(head + "".join(f"{n}.5,{'xyz'[n % 3]}\n" for n in range(30)))
    assert any("is taken for the names" in note for note in notes_of(tmp_path / "a.csv")) is is_said
