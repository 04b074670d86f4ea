"""What a text in a table means does not depend on how late it comes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.formats.table import records
from engine.data.formats.table.reading import found_in
from engine.data.formats.table.values import Values
from engine.data.options.table import Table
from engine.data.progress import result_of

ROWS, AT_A_TIME = 120, 60  # values


@pytest.fixture(autouse=True)
def _few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "CELLS", AT_A_TIME)


def column(path: Path, texts: list[str], delimiter: str) -> Values:
    """As it is read beside one of whole numbers."""
    lines = [f"n{delimiter}v", *(f"{n * 7 % 50}{delimiter}{text}" for n, text in enumerate(texts))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return result_of(found_in(path, Table())).columns["v"]


@pytest.mark.parametrize(("delimiter", "plain", "odd", "number"), [
    (",", "{}.25", '"1,012.54"', 1012.54), (";", "{}", "0,5", 0.5), (";", "{}.5", "1 012.54", 1012.54),
    (",", "{}", "$99", 99), (",", "{}.5", "\u22127.25", -7.25), (",", "{}.5", '"1,000,000"', 1e6),
    ("\t", "{}", "12 kg", 12),
])  # fmt: skip
@pytest.mark.parametrize("count", [1, 20])
def test_a_number_written_in_another_way_is_read_early_and_late(delimiter: str, plain: str, odd: str, number: float,
                                                                count: int, tmp_path: Path) -> None:
    plains = [plain.format(n) for n in range(ROWS)]
    late, early = [*plains, *[odd] * count], [*[odd] * count, *plains]
    ends = [column(tmp_path / "a.csv", texts, delimiter) for texts in (late, early)]
    wanted = [*map(float, plains), *[number] * count]
    assert ends[0].numbers.tolist() == wanted
    assert ends[1].numbers.tolist() == wanted[ROWS:] + wanted[:ROWS]


def test_what_is_no_number_is_named_wherever_it_stands(tmp_path: Path) -> None:
    texts = [f"{n}.5" for n in range(ROWS)]
    late, early = (column(tmp_path / "a.csv", each, ",") for each in ([*texts, "oops"], ["oops", *texts]))
    assert np.isnan(late.numbers[-1]) and np.isnan(early.numbers[0])
    assert late.text(ROWS) == early.text(0) == "oops" and str(early.mistakes()).startswith("“v”, row 1 (line 2)")


@pytest.mark.parametrize(("text", "number"), [("1_0", np.nan), ("1_000", 1000), ("1_000.5", 1000.5), ("_5", np.nan)])
def test_lines_below_figures_are_read_as_ever(text: str, number: float, tmp_path: Path) -> None:
    plain = [f"{n}.5" for n in range(ROWS)]
    late, early = (column(tmp_path / "a.csv", each, ",") for each in ([*plain, text], [text, *plain]))
    assert np.array_equal([late.numbers[-1], early.numbers[0]], [number, number], equal_nan=True)
