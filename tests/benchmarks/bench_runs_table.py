"""The table of 1 000 runs: how soon it is there, how smoothly it scrolls, filters, sorts, and follows one that runs."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from tests.benchmarks.targets import Figures, cold, ms, times_ms
from tests.widgets.runs.desk import COLUMNS, color_of, many
from widgets.look import theme
from widgets.runs.ordering import Sorting
from widgets.runs.rows import Cell, RunRow
from widgets.runs.table import RunsTable

RUNS, TRIES, SIZES = 1000, 5, {"as drawn": (980, 380), "the whole screen": (1920, 1040)}


def made(rows: tuple[RunRow, ...], size: tuple[int, int]) -> RunsTable:
    """A table of them on the screen."""
    table = RunsTable(color_of)
    table.resize(*size)
    table.show_rows(COLUMNS, rows)
    table.show()
    _drawn(table)
    return table


def opened() -> float:
    """Milliseconds from nothing but the program to the table drawn."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply(app, theme.DARK)
    rows = many(RUNS)
    return ms(lambda: made(rows, SIZES["as drawn"]))


def _drawn(table: RunsTable) -> None:
    QApplication.processEvents()
    table.tree.viewport().repaint()


def _after(table: RunsTable, act: Callable[[], object]) -> Callable[[], None]:
    """What it does, until it is drawn."""

    def both() -> None:
        act()
        _drawn(table)

    return both


def _again(table: RunsTable, selects: Callable[[], object]) -> list[float]:
    """Milliseconds of each time, with nothing selected before."""
    found = []
    for _ in range(TRIES):
        table.select(())
        found.append(ms(_after(table, selects)))
    return found


def _turn(table: RunsTable, down: bool) -> None:
    at = QPointF(400, 200)
    step = QPoint(0, -120 if down else 120)
    event = QWheelEvent(at, QPointF(table.tree.viewport().mapToGlobal(at.toPoint())), QPoint(), step,
                        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(table.tree.viewport(), event)


def scrolled(table: RunsTable, count: int) -> list[float]:
    """Milliseconds of each frame: what one turn of the wheel takes until it is drawn."""
    times = []
    for step in range(count):
        begun = time.perf_counter()
        _turn(table, step < count * 0.8)
        QApplication.processEvents()
        times.append(1000 * (time.perf_counter() - begun))
    return times


def typed(table: RunsTable, text: str) -> list[float]:
    """Milliseconds of each key."""
    return [ms(_after(table, lambda end=end: table.bar.line.setText(text[:end]))) for end in range(len(text) + 1)]


def running(rows: tuple[RunRow, ...], second: int) -> tuple[RunRow, ...]:
    """A second later: the program has made all rows anew, and the first says something else."""
    again = tuple(replace(row) for row in rows)
    cells = (Cell(f"{0.5 + second / 1000:.4f}", 0.5 + second / 1000), *again[0].cells[1:])
    return (replace(again[0], state="running", cells=cells), *again[1:])


def measure(figures: Figures, name: str, size: tuple[int, int]) -> None:
    """All that is done in a table of this size."""
    rows = many(RUNS)
    table = made(rows, size)
    frames = scrolled(table, 100)
    figures.add(f"{name}: a frame while it scrolls", frames, below=8)
    figures.add(f"{name}: the longest of them but one", sorted(frames)[-2], below=16)
    figures.add(f"{name}: all of it drawn", times_ms(lambda: table.tree.viewport().repaint(), 20), below=8)
    for text in ("batch 64", "lr<0.05", "reLU ev"):
        keys, emptied = zip(*((max(typed(table, text)), ms(_after(table, table.bar.clear))) for _ in range(TRIES)),
                            strict=True)
        figures.add(f"{name}: the slowest key in the filter, “{text}”", keys, below=30)
        figures.add(f"{name}: the filter emptied", emptied, below=30)
    sort = [ms(_after(table, lambda each=each: table.set_sorting(each)))
            for each in (Sorting("best", True), Sorting("best"), Sorting("run"), Sorting("changed", True), Sorting())]
    figures.add(f"{name}: sorted by a click", sort, below=50)
    seconds = [running(rows, second) for second in range(10)]
    figures.add(f"{name}: told again each second",
                [ms(_after(table, lambda each=each: table.show_rows(COLUMNS, each))) for each in seconds], below=50)
    table.set_sorting(Sorting("best", True))
    figures.add(f"{name}: the same, sorted by what changes",
                [ms(_after(table, lambda each=each: table.show_rows(COLUMNS, each))) for each in seconds], below=50)
    figures.add(f"{name}: all selected", _again(table, table.tree.selectAll), below=100)
    figures.add(f"{name}: told again while all are selected",
                [ms(_after(table, lambda each=each: table.show_rows(COLUMNS, each))) for each in seconds], below=100)
    table.set_sorting(Sorting())
    odd = [row.key for row in rows[::2]]
    figures.add(f"{name}: every other one selected from elsewhere", _again(table, lambda: table.select(odd)), below=100)
    again = [ms(_after(table, lambda each=each: table.set_sorting(Sorting(each)))) for each in ("time", "best", "run")]
    figures.add(f"{name}: sorted while these are selected", again, below=100)
    table.close()


def main() -> int:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply(app, theme.DARK)
    figures = Figures(f"A table of {RUNS} runs")
    figures.add("opened, in a new process", cold("bench_runs_table", "opened()"), below=500)
    for name, size in SIZES.items():
        measure(figures, name, size)
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
