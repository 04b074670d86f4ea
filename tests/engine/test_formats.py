"""Tables of kinds of files: a name finds its row, and every table is one that dialogs and sentences can use."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.export import formats as networks
from engine.export.weight_files import WEIGHTS
from engine.figures import export as drawings
from engine.formats import Format, format_of, suffixes
from engine.runs import pictures as curves

TABLES = {"weights": WEIGHTS, "networks": networks.FORMATS, "drawings": drawings.FORMATS, "curves": curves.FORMATS}


@pytest.mark.parametrize("name", TABLES)
def test_every_row_is_found_by_its_suffix_and_only_once(name: str) -> None:
    table = TABLES[name]
    for row in table:
        assert format_of(Path(f"a.b{row.suffix.upper()}"), table) is row
        assert row.suffix.startswith(".") and row.suffix == row.suffix.lower() and row.title
    assert len({row.suffix for row in table}) == len(table)
    assert format_of(Path("without"), table) is None and format_of(Path("a.loom"), table) is None


def test_suffixes_are_listed_as_a_sentence_needs_them() -> None:
    rows = [Format(f".{name}", name) for name in "abc"]
    assert suffixes(rows) == ".a, .b, .c" and suffixes(rows, " or ") == ".a, .b or .c"
    assert suffixes(rows[:1], " or ") == ".a" and suffixes([]) == ""
