"""Table files as they come: delimiters, encodings, and everything that can be wrong with them."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.data.errors import DataError
from engine.data.formats.table import reading
from engine.data.formats.table import records as table_records
from engine.data.formats.table.columns import use_of, uses_of
from engine.data.formats.table.dialect import sniffed
from engine.data.formats.table.records import Records, records_of
from engine.data.formats.table.target import task_of
from engine.data.formats.table.values import Values
from engine.data.options.table import Table
from engine.data.progress import result_of
from engine.data.spec.reading import described, read_arrays
from engine.data.spec.spec import DataSpec
from engine.messages import LayerloomError
from tests.engine.data.data_cases import preview_of

ROWS = "x,y\n1,2.5\n2,3.5\n3,4.5\n"


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path, table: Table | None = None) -> Records:
    return result_of(records_of(path, table or Table()))


def rows(records: Records) -> list[list[str]]:
    """The first of them, as text."""
    return [list(row) for row in records.head]


def columns_in(path: Path, table: Table | None = None) -> dict[str, Values]:
    return result_of(reading.found_in(path, table or Table())).columns


def spec_of(path: Path, **table: object) -> DataSpec:
    return DataSpec(dataset="table", path=str(path)).with_options(table=table)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found(delimiter: str, end: str, tmp_path: Path) -> None:
    text = "".join(f'"a{index}"{delimiter}"one, two; three|four"{delimiter}{index}{end}' for index in range(5))
    records = read(write(tmp_path / "a.csv", text), Table(header="no"))
    assert records.delimiter == delimiter and records.count == 5
    assert rows(records)[2] == ["a2", "one, two; three|four", "2"]
    assert records.names == ("column 1", "column 2", "column 3")


def test_a_tsv_prefers_tabs_and_a_chosen_delimiter_wins(tmp_path: Path) -> None:
    assert sniffed(["a,b\tc,d\n", "1,2\t3,4\n"], ".tsv") == "\t"
    path = write(tmp_path / "a.csv", "a b c\n1 2  3\n")
    assert rows(read(path, Table(delimiter="space"))) == [["1", "2", "3"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_read_in_every_form(encoding: str, tmp_path: Path) -> None:
    text = "Größe,Stadt,Preis\n" + "1,Köln,2.5\n2,Łódź,3.5\n3,Zürich,5\n" * 5
    records = read(write(tmp_path / "a.csv", text.encode(encoding)))
    assert records.names[0] == "Größe" and rows(records)[1][1] == "Łódź" and not records.notes


@pytest.mark.parametrize(("encoding", "raw"), [("cp1252", b"Gr\xf6\xdfe,\x80"), ("latin-1", b"Gr\xf6\xdfe,\x81")])
def test_other_encodings_are_guessed_and_said(encoding: str, raw: bytes, tmp_path: Path) -> None:
    records = read(write(tmp_path / "a.csv", raw + b"\n1,2\n"))
    assert records.names[0] == "Größe" and records.encoding == encoding
    assert str(records.notes[0]).startswith(f"The file is not UTF-8: it was read as {encoding}")


def test_quotes_line_breaks_and_empty_lines(tmp_path: Path) -> None:
    text = 'a,b\n\n"one\ntwo","say ""hi"""\n\n3,4\n'
    records = read(write(tmp_path / "a.csv", text))
    assert rows(records) == [["one\ntwo", 'say "hi"'], ["3", "4"]]
    assert records.lines.tolist() == [3, 6]


def test_names_are_made_whole_and_different(tmp_path: Path) -> None:
    records = read(write(tmp_path / "a.csv", "a,,a,a\n1,2,3,4\n"))
    assert records.names == ("a", "column 2", "a (2)", "a (3)")
    assert len(records.notes) == 2


def test_decimal_commas_are_numbers(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "x;y\n1,5;2,25\n2;3\n-3,5;4,5\n")
    arrays = read_arrays(spec_of(path, task="regression"))
    assert arrays.inputs[:, 0].tolist() == [1.5, 2, -3.5] and arrays.targets[:, 0].tolist() == [2.25, 3, 4.5]


@pytest.mark.parametrize("word", ["", "NA", "N/A", "nan", "NULL", "?", "-", "None"])
def test_words_for_missing(word: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", f"x,y\n1,2.5\n{word},3.5\n3,4.5\n")
    assert np.isnan(read_arrays(spec_of(path)).inputs[:, 0]).tolist() == [False, True, False]


def many(column: str = "z", rows: int = 300) -> str:
    return f"x,{column}\n" + "".join(f"{index},t{index % 150}\n" for index in range(rows))


BAD: dict[str, tuple[str | bytes, dict[str, object], str]] = {
    "long row": ("x,y\n1,2\n1,2,3\n3,4\n", {}, r"a\.csv, line 3: it has 3 values, but there are 2 columns"),
    "short row": ("x,y,z\n1,2,3\n1,2\n3\n", {}, r"line 3: it has 2 values, .* Lines like this: 2"),
    "open quote": ('x,y\n1,2\n"3,4\n5,6\n', {}, "line 3: a quotation mark is missing"),
    "empty": ("", {}, "is empty"),
    "blank": ("\n\n  \n", {}, "is empty"),
    "0 rows": ("x,y\n", {}, "has a header, but no rows"),
    "2 rows": ("x,y\n1,2\n2,3\n", {}, "Only 2 rows can be used"),
    "target absent": (ROWS, {"target": "price"}, "There is no column “price” in .*: choose one of x, y"),
    "text in the target": ("x,y\n1,2.5\n2,many\n3,4.5\n4,5\n", {}, "“y”, line 3: “many” is not a number"),
    "text in a numeric target": ("x,y\n1,a\n2,b\n3,4\n", {"task": "regression"}, "“y”, line 2: “a” is not a number"),
    "text in a number column": ("x,y\n1,2\n?,2\nbig,3\n", {"kinds": [["x", "number"]]}, "“x”, line 4: “big” is not"),
    "infinite": ("x,y\n1,2\ninf,2\n3,3\n", {"task": "regression"}, "“x”, line 3: “inf” is not a finite number"),
    "infinite target": ("x,y\n1,2\n2,2\n3,-inf\n", {"task": "regression"}, "“y”, line 4: “-inf” is not a finite"),
    "one class": ("x,y\n1,a\n2,a\n3,a\n", {}, "target “y” has only one class, “a”"),
    "one number": ("x,y\n1,5\n2,5\n3,5\n", {"task": "regression"}, "target “y” has the same value in every row"),
    "no logarithm": ("x,y\n1,5\n2,0\n3,7\n", {"task": "regression", "log_target": True}, "“y”, line 3: 0 has no log"),
    "only the target": ("y\n1.5\n2.5\n3.5\n", {}, "no column is left to learn from"),
    "only idle columns": ("a,b,y\n1,,1.5\n1,,2.5\n1,,3.5\n", {}, "no column is left .*“a” has the same value in every"),
    "all ignored": (ROWS, {"kinds": [["x", "ignore"]]}, "no column is left"),
    "target all missing": ("x,y\n1,\n2,\n3,\n", {"task": "regression"}, "The last column, the target “y”, is empty"),
    "dropped to nothing": ("x,z,y\n1,,1\n,2,2\n3,,3\n", {"missing_numbers": "drop", "task": "regression"},
                           "Only 0 rows"),
    "too many classes": ("x,y\n" + "".join(f"{i},t{i}\n" for i in range(1200)), {}, "1200 different values: more than"),
    "too many categories": ("z,y\n" + "".join(f"t{i},{i}\n" for i in range(1200)),
                            {"kinds": [["z", "category"]], "task": "regression"}, "“z” has 1200 different values"),
    "an image": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, {}, "is not a text file"),
    "zeros": (bytes(500), {}, "is not a text file"),
    "a workbook": (b"PK\x03\x04" + b"xl/workbook" * 9, {}, "is a spreadsheet or an archive: save it as CSV"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_tables_are_sentences(case: str, tmp_path: Path) -> None:
    content, table, reason = BAD[case]
    path = write(tmp_path / "a.csv", content)
    with pytest.raises(DataError, match=reason) as raised:
        described(spec_of(path, **table))
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 400


IDLE = {
    "constant": ("x,z,y\n1,7,1.5\n2,7,2.5\n3,7,3.5\n", "“z” has the same value in every row: it is left out"),
    "constant text": ("x,z,y\n1,a,1.5\n2,a,2.5\n3,a,3.5\n", "“z” has the same value in every row: it is left out"),
    "all missing": ("x,z,y\n1,,1.5\n2,NA,2.5\n3,,3.5\n", "“z” is empty: it is left out"),
    "row numbers": ("x,id,y\n1,1,1.5\n5,2,2.5\n3,3,3.5\n", "“id” only counts the rows: it is left out"),
    "names": ("z,x,y\n" + "".join(f"t{i},{i % 9},{i}.5\n" for i in range(30)),
              "“z” has 30 different texts: it is left out"),
    "constant once rows are dropped": ("x,z,w,y\n1,7,1,1.5\n2,7,2,2.5\n3,7,4,3.5\n4,8,,4.5\n",
                                       "“z” has the same value in every row: it is left out"),
}  # fmt: skip


@pytest.mark.parametrize("case", IDLE)
def test_columns_that_say_nothing_are_ignored_and_it_is_said(case: str, tmp_path: Path) -> None:
    text, note = IDLE[case]
    arrays = read_arrays(spec_of(write(tmp_path / "a.csv", text), missing_numbers="drop"))
    assert not any(name.startswith(("z", "id")) for name in arrays.report.features)
    assert note in [str(said) for said in arrays.report.notes]


def test_a_few_texts_among_numbers_are_named_and_missing(tmp_path: Path) -> None:
    text = "x,y\n" + "".join(f"{index % 3},{index}.5\n" for index in range(29)) + "oops,3\n"
    arrays = read_arrays(spec_of(write(tmp_path / "a.csv", text)))
    assert arrays.report.features == ("x",) and np.isnan(arrays.inputs[:, 0]).nonzero()[0].tolist() == [29]
    assert "“x”, row 30 (line 31): “oops” is not a number a network can take: it counts as missing" in [
        str(note) for note in arrays.report.notes]


def test_what_is_no_file_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="Choose a file first"):
        preview_of(DataSpec(dataset="table"))
    with pytest.raises(DataError, match="is not there"):
        preview_of(spec_of(tmp_path / "gone.csv"))
    with pytest.raises(DataError, match="is a folder"):
        preview_of(spec_of(tmp_path))

    path = write(tmp_path / "a.csv", ROWS)

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match="could not be read: permission denied"):
        preview_of(spec_of(path))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300) | st.text(alphabet="ab1 2.,;\t\n\r\"'|-NAé", max_size=300).map(str.encode),
       header=st.booleans())
def test_any_file_is_data_or_a_sentence(content: bytes, header: bool, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", content)
    for use in (preview_of, read_arrays):
        try:
            use(spec_of(path, header="yes" if header else "auto"))
        except LayerloomError as error:
            assert str(error) and "Traceback" not in str(error)


# -- at the very edge -------------------------------------------------------------------------------------------------


def column(folder: Path, values: Iterable[object], name: str = "z") -> Values:
    """A column with these values, beside another one."""
    rows = "".join(f"{value},{index}.5\n" for index, value in enumerate(values))
    return columns_in(write(folder / "a.csv", f"{name},y\n{rows}"))[name]


def texts(distinct: int, rows: int) -> list[str]:
    return [f"t{index % distinct}" for index in range(rows)]


@pytest.mark.parametrize(("values", "kind"), [
    (texts(100, 400), "category"), (texts(101, 400), "ignore"), (texts(20, 20), "category"), (texts(21, 21), "ignore"),
    (texts(21, 42), "category"), (texts(21, 41), "ignore"), (["7", "7", ""], "number"), (["7", "7", "7"], "ignore"),
    (["a", "a", ""], "category"), (["a", "a", "a"], "ignore"), (["", "NA", "?"], "ignore"),
    (["1", "2", "x"], "category"),
])  # fmt: skip
def test_what_a_column_looks_like(values: list[str], kind: str, tmp_path: Path) -> None:
    assert use_of(column(tmp_path, values), None).kind == kind


@pytest.mark.parametrize(("name", "values", "kind"), [
    ("id", "123", "ignore"), ("Unnamed: 0", "0123", "ignore"), ("ID", "789", "ignore"), ("row", "12", "number"),
    ("index", "124", "number"), ("size", "123", "number"), ("id", "321", "number"),
])  # fmt: skip
def test_a_column_that_counts_the_rows(name: str, values: str, kind: str, tmp_path: Path) -> None:
    found = columns_in(write(tmp_path / "a.csv", _beside(name, values)))
    assert uses_of(found, "y", Table())[name].kind == kind
    said = uses_of(found, "y", Table(kinds=((name, "number"),)))
    assert said[name].kind == "number"  # who says so, is right


def _beside(name: str, values: str) -> str:
    """A column, and another one to learn from."""
    return f"{name},x,y\n" + "".join(f"{value},{7 * index % 5 / 2},{index}.5\n" for index, value in enumerate(values))


@pytest.mark.parametrize(("words", "kind"), [(2, "number"), (3, "category")])
def test_a_tenth_of_texts_are_mistakes_and_more_make_categories(words: int, kind: str, tmp_path: Path) -> None:
    use = use_of(column(tmp_path, [*(index % 7 for index in range(20 - words)), *["x"] * words]), None)
    assert use.kind == use.looks_like == kind and use.note is not None
    assert ("2 values are not numbers" in str(use.note)) == (words == 2)
    assert ("3 of its 20 values are not numbers, more than a tenth" in str(use.note)) == (words == 3)


@pytest.mark.parametrize(("values", "task"), [
    (range(2), "classification"), (range(3), "regression"), ([0, 1, 2] * 4, "classification"),
    ([0, 1, 2] * 3 + [0, 1], "regression"), ([*range(20)] * 4, "classification"), ([*range(21)] * 4, "regression"),
    ([1, 2, 1.5] * 9, "regression"), (["1", "2", "a", "b"], "classification"),
    (["1", "2", "3", "a", "b"], "regression"), ([1, 2, ""] * 3, "classification"), ([3.0, 4.0] * 4, "classification"),
])  # fmt: skip
def test_what_a_target_looks_like(values: Iterable[object], task: str, tmp_path: Path) -> None:
    assert task_of(column(tmp_path, values), Table()) == task
    for kind, other in (("number", "regression"), ("category", "classification")):
        assert task_of(column(tmp_path, values), Table(kinds=(("z", kind),))) == other  # type: ignore[arg-type]
        assert task_of(column(tmp_path, values), Table(task=other, kinds=(("z", "ignore"),))) == other  # type: ignore[arg-type]


def test_a_thousand_categories_are_the_most(tmp_path: Path) -> None:
    assert use_of(column(tmp_path, texts(1000, 1000)), "category").kind == "category"
    with pytest.raises(DataError, match="“z” has 1001 different values: more than 1000 cannot be categories"):
        use_of(column(tmp_path, texts(1001, 1001)), "category")


def test_a_column_of_commas_is_of_numbers_only_where_all_are(tmp_path: Path) -> None:
    columns = columns_in(write(tmp_path / "a.csv", "a;b;c\n1,5;1,5;1,5\n2;x;\n-3e2;2;1.5\n"))
    assert columns["a"].numbers.tolist() == [1.5, 2, -300] and not columns["b"].is_numeric
    assert not columns["c"].is_numeric  # a mixture is none
    assert columns["a"].categories()[0] == ("-3e2", "1,5", "2") and columns["a"].distinct == 3


@pytest.mark.parametrize(("values", "names"), [(["10", "9", "9.0"], ["9", "10"]),
                                               (["b", "a", "", "10"], ["10", "a", "b"])])
def test_categories_are_in_order(values: list[str], names: list[str], tmp_path: Path) -> None:
    assert list(column(tmp_path, values).categories()[0]) == names


def test_what_is_too_large_to_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.csv", "x,y\na,2.5\nb,3.5\na,4.5\n")
    monkeypatch.setattr(table_records, "MAX_COLUMNS", 2)
    monkeypatch.setattr(reading, "MAX_BYTES", 2 * 3 * 8)
    assert read_arrays(spec_of(path)).inputs.shape == (3, 2)
    for module, name, reason in ((table_records, "MAX_COLUMNS", "has 2 columns: at most 1 can be read"),
                                 (reading, "MAX_BYTES", "3 rows of 2 numbers do not fit into memory")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, getattr(module, name) - 1)
            with pytest.raises(DataError, match=reason):
                read_arrays(spec_of(path))


def test_a_table_that_memory_cannot_hold_is_refused_before_it_is_read(tmp_path: Path,
                                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.csv", "x,y\n" + "1.5,2.5\n" * 200_000)
    monkeypatch.setattr(table_records, "ROOM", 1e-5)
    with pytest.raises(DataError, match=r"about 2.* rows of 2 columns: reading it takes .* of memory, and .* are free"):
        read_arrays(spec_of(path))


@pytest.mark.parametrize(("content", "is_text"), [
    ("x\n" + "a" * 97 + "\x01", True), ("x\n" + "a" * 96 + "\x01\x02", False), ("\t\f\v,y\n1,2", True),
])  # fmt: skip
def test_a_text_has_hardly_any_signs_that_cannot_be_seen(content: str, is_text: bool, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", content)
    if is_text:
        read(path)
    else:
        with pytest.raises(DataError, match="is not a text file"):
            read(path)


@pytest.mark.parametrize(("content", "delimiter"), [
    ("a;b\n1,5;2,5\n3;4,5\n", ";"), ("a,b,c\n1;2,3,4\n", ","), ("a|b|c\n1|2|3\n", "|"), ("a\nb\n", ","), ("", ","),
    ("a,b\n1,2\n\n3,4\n", ","), ('"a;b";c\n1;2\n', ";"),
])  # fmt: skip
def test_the_delimiter_makes_rows_of_one_length(content: str, delimiter: str) -> None:
    assert sniffed(content.splitlines(keepends=True)) == delimiter


@pytest.mark.parametrize(("count", "end"), [(12, "c11$"), (13, "c11, …$")])
def test_a_dozen_columns_are_named(count: int, end: str, tmp_path: Path) -> None:
    line = ",".join(f"c{index}" for index in range(count))
    with pytest.raises(DataError, match=f"choose one of c0, c1, .*{end}"):
        read_arrays(spec_of(write(tmp_path / "a.csv", f"{line}\n{line.replace('c', '')}\n"), target="z"))


def test_choices_for_columns_that_are_not_there_are_said(tmp_path: Path) -> None:
    arrays = read_arrays(spec_of(write(tmp_path / "a.csv", ROWS), kinds=[["gone", "number"], ["x", "number"]]))
    assert [str(note) for note in arrays.report.notes] == ["The table has no column “gone”"]


@pytest.mark.parametrize(("drops", "rows"), [((), 5), (("numbers",), 4), (("categories",), 4),
                                             (("numbers", "categories"), 3)])
def test_rows_with_gaps_are_dropped_where_they_are_to_be(drops: tuple[str, ...], rows: int, tmp_path: Path) -> None:
    content = "n,c,i,y\n1,a,,1.5\n,b,,2.5\n3,,,3.5\n4,a,,4.5\n5,b,,5.5\n6,b,,\n"
    options = {f"missing_{what}": "drop" for what in drops}
    path = write(tmp_path / "a.csv", content)
    arrays = read_arrays(spec_of(path, kinds=[["i", "ignore"]], task="regression", **options))
    assert len(arrays.inputs) == rows
    notes = [str(note) for note in arrays.report.notes]
    assert "1 row without a value of “y” is left out: line 7" in notes
    gaps = "1 row with missing values is left out" if rows == 4 else f"{5 - rows} rows with missing values are left out"
    assert (gaps in notes) == (rows < 5)
