"""Runs on one page: what differs, the best of it, ways to canvases, text for another program."""

from __future__ import annotations

import csv
import io

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.legible import cut_words
from tests.mouse import click, middle
from tests.painted import of, painted
from tests.redrawn import is_redrawn
from tests.seen import button_with, colors, texts
from tests.widgets.runs.desk import color_of
from tests.widgets.runs.hands import CTRL, Keys, heard
from widgets.look import theme
from widgets.runs.compared import ComparedRow, ComparedRun
from widgets.runs.comparison import RunsComparison
from widgets.runs.rows import IN_HAND

RUNS = (ComparedRun("a", "7", "lr 0.1 → 0.06 by hand", IN_HAND), ComparedRun("b", "6", "Dropout 0.2 → 0", 0),
        ComparedRun("c", "4 × 5 seeds", "Sigmoid → ReLU everywhere"))  # fmt: skip
ROWS = (
    ComparedRow("results", "Best accuracy", ("0.9741", "0.9702", "0.968 ± 0.003"), (0, 2)),
    ComparedRow("network", "act1", ("ReLU", "ReLU", "Sigmoid")),
    ComparedRow("recipe", "Learning rate", ("0.06", "0.1", "0.1")),
    ComparedRow("costs", "Time", ("0:11", "0:18", "1:34"), (0,)),
    ComparedRow("network", "drop1, rate", ("0.2", "0", "0.2")),
)


@pytest.fixture
def page(qtbot: QtBot) -> RunsComparison:
    made = RunsComparison(color_of)
    made.show_runs(RUNS, ROWS)
    in_front(qtbot, made, 980, 380)
    made.table.setFocus()
    return made


def titles(page: RunsComparison) -> list[str]:
    return [page.model.headerData(row, Qt.Orientation.Vertical) for row in range(page.model.rowCount())]


def box_of(page: RunsComparison, title: str, column: int) -> QRect:
    QApplication.processEvents()
    return page.table.visualRect(page.model.index(titles(page).index(title), column))


def tones(page: RunsComparison, title: str, column: int) -> set[str]:
    return colors(page.table.viewport(), box_of(page, title, column)) & {
        theme.current().text, theme.current().dim, theme.current().ok}  # fmt: skip


def test_rows_stand_in_their_groups(page: RunsComparison) -> None:
    assert titles(page) == ["Network", "act1", "drop1, rate", "Recipe", "Learning rate", "Costs", "Time", "Results",
                            "Best accuracy"]  # fmt: skip
    assert [page.model.index(1, column).data() for column in range(3)] == ["ReLU", "ReLU", "Sigmoid"]
    assert page.model.index(0, 0).data() is None
    assert texts(page) == ["lr 0.1 → 0.06 by hand", "Dropout 0.2 → 0", "Sigmoid → ReLU everywhere"]
    assert cut_words(page) == []


def test_what_is_as_in_the_first_is_quiet_and_the_best_stands_out(page: RunsComparison) -> None:
    look = theme.current()
    assert [tones(page, "act1", column) for column in range(3)] == [{look.text}, {look.dim}, {look.text}]
    assert [tones(page, "Best accuracy", column) for column in range(3)] == [{look.ok}, {look.text}, {look.ok}]
    tops = [colors(page.table.viewport(), QRect(0, box_of(page, title, 0).top(), 500, 1)) for title in titles(page)]
    assert [look.line in top for top in tops] == [title in ("Recipe", "Costs", "Results") for title in titles(page)]
    role = Qt.ItemDataRole.AccessibleTextRole
    assert page.model.index(8, 0).data(role) == "Best accuracy, 7, 0.9741, best"
    assert page.model.index(8, 1).data(role) == "Best accuracy, 6, 0.9702"


def test_ways_to_canvases(page: RunsComparison) -> None:
    opened, shown = heard(page.open_canvas), heard(page.show_on_canvas)
    heads = page.table.heads.heads
    assert [head.link.isVisible() for head in heads] == [False, True, True]
    click(page, middle(button_with(page, "6")))
    click(page, middle(heads[2].link))
    assert (opened, shown) == (["b"], [("a", "c")])
    page.table.setFocus()
    page.table.setCurrentIndex(page.model.index(1, 1))
    QTest.keyClick(page.table, Keys.Key_Return)
    QTest.keyClick(page.table, Keys.Key_Return, CTRL)
    QTest.keyClick(page.table, Keys.Key_Left)
    QTest.keyClick(page.table, Keys.Key_Return, CTRL)  # the first beside itself: nothing
    assert (opened[1:], shown[1:]) == (["b"], [("a", "b")])
    head = heads[2]
    names = [head.name.accessibleName(), head.link.accessibleName()]
    assert names == ["Open the canvas of run 4 × 5 seeds", "Run 4 × 5 seeds on the canvas"]


def test_copied_as_text(page: RunsComparison) -> None:
    QTest.keyClick(page.table, Keys.Key_C, CTRL)
    table = list(csv.reader(io.StringIO(QApplication.clipboard().text()), delimiter="\t"))
    assert table[0] == ["", "7: lr 0.1 → 0.06 by hand", "6: Dropout 0.2 → 0", "4 × 5 seeds: Sigmoid → ReLU everywhere"]
    assert table[1] == ["Network"]
    assert [row[1:] for row in table if row[0] == "Time"] == [["0:11", "0:18", "1:34"]]
    assert len(table) == 10
    page.table.selectRow(titles(page).index("Time"))
    QTest.keyClick(page.table, Keys.Key_C, CTRL)
    assert QApplication.clipboard().text().splitlines()[1:] == ["Time\t0:11\t0:18\t1:34"]
    page.table.clearSelection()
    page.copy()
    assert len(QApplication.clipboard().text().splitlines()) == 10


def test_many_runs_scroll_sideways_below_their_heads(page: RunsComparison) -> None:
    runs = [ComparedRun(str(number), str(number), f"change {number}") for number in range(12)]
    page.show_runs(runs, [ComparedRow("recipe", "Learning rate", tuple(f"0.{number}" for number in range(12)))])
    QApplication.processEvents()
    bar, heads = page.table.horizontalScrollBar(), page.table.heads
    assert bar.maximum() > 500
    title = page.table.titles.geometry()
    bar.setValue(bar.maximum())
    QApplication.processEvents()
    assert page.table.titles.geometry() == title
    last, box = heads.heads[11], box_of(page, "Learning rate", 11)
    assert (last.x(), last.width()) == (box.x(), box.width()) and last.geometry().right() <= heads.viewport().width()
    assert "change 11" in texts(page)
    page.show_runs(runs[:3], ROWS)
    QApplication.processEvents()
    assert len(heads.heads) == 3 and bar.maximum() == 0


def test_the_same_again_keeps_selection_and_scrolling(page: RunsComparison) -> None:
    page.resize(600, 200)
    page.table.selectRow(6)
    page.table.horizontalScrollBar().setValue(60)
    QApplication.processEvents()
    other = ROWS[0]._replace(values=("0.98", "0.5", "0.7"))
    assert is_redrawn(page.table.viewport(), lambda: page.show_runs(
        (RUNS[0], RUNS[1]._replace(words="lr 0.5", color=2), RUNS[2]), (other, *ROWS[1:])))
    assert [index.row() for index in page.table.selectionModel().selectedRows()] == [6]
    assert page.table.horizontalScrollBar().value() == 60
    assert page.model.index(8, 0).data() == "0.98"
    assert page.table.heads.heads[1].words.text() == "lr 0.5"


def test_verdicts_and_empty_pages(page: RunsComparison) -> None:
    verdict = "7 and 4 × 5 seeds overlap: no real difference"
    page.set_verdicts([verdict, "Two of them are one seed only"])
    assert texts(page)[0] == f"{verdict}\nTwo of them are one seed only"
    page.set_verdicts([])
    assert not page.verdicts.isVisible()
    page.show_runs(RUNS[:1], ())
    assert texts(page) == ["Select two runs or more to compare them"]
    page.show_runs(RUNS, ())
    assert texts(page) == ["Nothing differs between these runs"]
    page.show_runs((), ())
    assert texts(page) == ["Select two runs or more to compare them"]
    page.show_runs(RUNS, ROWS)
    assert len(page.findChildren(QLabel)) >= 3 and "Dropout 0.2 → 0" in texts(page)


def test_headings_are_bold_and_what_is_selected_is_raised(page: RunsComparison) -> None:
    look, side = theme.current(), page.table.titles

    def there(title: str) -> set[str]:
        place = titles(page).index(title)
        return colors(side.viewport(), QRect(0, side.sectionViewportPosition(place) + 1, side.width(), 24))

    assert look.dim in there("Network") and look.text not in there("Network")
    assert look.text in there("act1") and look.dim not in there("act1")
    assert look.raised not in there("act1")
    QTest.mouseClick(side.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, side.sectionViewportPosition(1) + 12))
    assert look.raised in there("act1") and look.raised not in there("drop1, rate")
    assert look.raised in colors(page.table.viewport(), box_of(page, "act1", 1))
    drawn = painted(lambda painter: side.paintSection(painter, QRect(0, 0, 200, 26), 0))
    assert of("text", drawn)[0].font.bold()


def test_another_theme(page: RunsComparison, qapp: QApplication) -> None:
    theme.apply(qapp, theme.LIGHT)
    seen = colors(page.table)
    assert {theme.LIGHT.ok, theme.LIGHT.line, theme.LIGHT.accent, color_of(0).name()} <= seen
    assert not {theme.DARK.ok, theme.DARK.text, theme.DARK.accent} & seen
