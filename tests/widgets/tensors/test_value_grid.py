"""The grid of values by itself: cells, headers, slices, what is typed, what is copied."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.seen import texts
from widgets.look import theme
from widgets.tensors import value_grid
from widgets.tensors.value_grid import ValueGrid

ROLE, ACROSS, DOWN = Qt.ItemDataRole, Qt.Orientation.Horizontal, Qt.Orientation.Vertical
CTRL = Qt.KeyboardModifier.ControlModifier
Keys = Qt.Key
TABLE = np.array([[1.0, -2.0, 0.0], [math.nan, math.inf, 0.25]])
CUBE = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


@pytest.fixture
def grid(qtbot: QtBot) -> Iterator[ValueGrid]:
    theme.apply(QApplication.instance(), theme.DARK)
    grid = ValueGrid()
    qtbot.addWidget(grid)
    grid.resize(500, 300)
    grid.show()
    with qtbot.waitActive(grid):
        grid.activateWindow()
    yield grid


def shown(grid: ValueGrid, role: int = ROLE.DisplayRole) -> list[list[Any]]:
    model = grid.values
    return [[model.index(row, column).data(role) for column in range(model.columnCount())]
            for row in range(model.rowCount())]


def heads(grid: ValueGrid) -> tuple[list[str], list[str]]:
    model = grid.values
    return ([model.headerData(column, ACROSS) for column in range(model.columnCount())],
            [model.headerData(row, DOWN) for row in range(model.rowCount())])


@pytest.mark.parametrize(("array", "cells", "across", "down"), [
    (np.array(7), [["7"]], [""], [""]), (np.array([1, 2]), [["1"], ["2"]], [""], ["0", "1"]),
    (np.array([[1, 2]]), [["1", "2"]], ["0", "1"], ["0"]), (CUBE[:, :1, :2], [["0", "1"]], ["0", "1"], ["0"]),
    (np.zeros((0, 3)), [], [], []), (np.zeros((3, 0)), [], [], []), (np.zeros((0, 2, 3)), [], [], []),
    (np.array([123456789]), [["123456789"]], [""], ["0"]), (np.array([0.123456789]), [["0.1235"]], [""], ["0"]),
    (np.array([True, False]), [["1"], ["0"]], [""], ["0", "1"]), (np.array([200], np.uint8), [["200"]], [""], ["0"]),
])  # fmt: skip
def test_rows_and_columns(array: np.ndarray[Any, Any], cells: list[list[str]], across: list[str], down: list[str],
                          grid: ValueGrid) -> None:
    grid.show_array("w", array)
    assert [[cell.replace("\xa0", "") for cell in row] for row in shown(grid)] == cells
    assert heads(grid) == (across, down)
    assert grid.view.horizontalHeader().isHidden() == (array.ndim < 2)
    model = grid.values
    assert (model.rowCount(model.index(0, 0)), model.columnCount(model.index(0, 0))) == (0, 0) or not cells


def test_what_is_said_of_a_cell(grid: ValueGrid) -> None:
    grid.show_array("w", TABLE, 2.0)
    assert shown(grid) == [["1", "−2", "0"], ["NaN", "∞", "0.25"]]
    assert shown(grid, ROLE.ToolTipRole)[0] == ["w[0, 0] = 1", "w[0, 1] = −2", "w[0, 2] = 0"]
    assert shown(grid, ROLE.EditRole) == [["1", "-2", "0"], ["nan", "inf", "0.25"]]
    assert shown(grid, ROLE.TextAlignmentRole)[0][0] == Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    assert shown(grid, ROLE.DecorationRole)[0][0] is None
    assert grid.values.headerData(0, ACROSS, ROLE.ToolTipRole) is None
    grid.show_array("b", np.array(0.123456789))
    assert grid.values.index(0, 0).data(ROLE.ToolTipRole) == "b = 0.123456789"


def test_tints(grid: ValueGrid) -> None:
    grid.show_array("w", TABLE, 2.0)
    (one, minus_two, zero), (nan, infinite, quarter) = shown(grid, ROLE.BackgroundRole)
    assert nan is None
    assert one.name() == infinite.name() == theme.color("accent").name()
    assert minus_two.name() == theme.color("error").name()
    assert [tint.alpha() for tint in (minus_two, infinite, one, quarter, zero)] == [90, 90, 45, 11, 0]
    grid.show_array("w", TABLE, 0.0)
    assert {tint for row in shown(grid, ROLE.BackgroundRole) for tint in row} == {None}


def cell(grid: ValueGrid, row: int, column: int) -> QImage:
    """A cell as it is drawn."""
    QApplication.processEvents()
    box = grid.view.visualRect(grid.values.index(row, column))
    return grid.grab(box.translated(grid.view.viewport().mapTo(grid, QPoint()))).toImage()


def pixel(grid: ValueGrid, row: int, column: int, left: int, top: int) -> QColor:
    return cell(grid, row, column).pixelColor(left, top)


def test_cells_are_drawn_on_their_tint_and_the_chosen_one_is_framed(grid: ValueGrid) -> None:
    grid.show_array("w", TABLE, 2.0)
    grid.view.clearSelection()
    plain = pixel(grid, 1, 0, 3, 3)
    assert pixel(grid, 0, 0, 3, 3).blue() > plain.blue()
    assert pixel(grid, 0, 1, 3, 3).red() > plain.red()
    width = grid.view.columnWidth(0)
    assert pixel(grid, 0, 1, width - 1, 3) == plain, "a gap"
    grid.view.setFocus()
    grid.view.setCurrentIndex(grid.values.index(1, 2))
    assert pixel(grid, 1, 2, 0, 5) == theme.color("accent")
    assert pixel(grid, 1, 2, width - 2, 5) == theme.color("accent")
    assert pixel(grid, 1, 1, 0, 5) != theme.color("accent")
    image = cell(grid, 0, 0)
    inks = [x for x in range(image.width()) for y in range(image.height())
            if image.pixelColor(x, y).lightness() > 170]
    assert min(inks) > image.width() / 2, "at the right"
    assert max(inks) <= image.width() - 6


# -- slices ---------------------------------------------------------------------------------------------------------


def test_each_leading_dimension_has_a_field(grid: ValueGrid) -> None:
    grid.show_array("w", CUBE)
    assert {"[", ",", "row, column ]"} <= set(texts(grid))
    [field] = grid.fields
    assert (field.text(), field.accessibleName()) == ("0", "Index 1")
    assert field.toolTip() == "0 … 1: type, or use the arrow keys or the wheel"
    field.setFocus()
    for key, text, first in ((Keys.Key_Up, "1", "12"), (Keys.Key_Up, "1", "12"), (Keys.Key_Down, "0", "0"),
                             (Keys.Key_Down, "0", "0")):
        QTest.keyClick(field, key)
        assert (field.text(), shown(grid)[0][0]) == (text, first)
    field.selectAll()
    QTest.keyClicks(field, "x")
    assert field.property("bad")
    assert shown(grid)[0][0] == "0"
    field.selectAll()
    QTest.keyClicks(field, "1")
    assert not field.property("bad")
    assert grid.values.index(2, 3).data(ROLE.ToolTipRole) == "w[1, 2, 3] = 23"


def test_the_same_tensor_again_keeps_its_slice_and_another_begins_anew(grid: ValueGrid) -> None:
    grid.show_array("w", CUBE)
    [field] = grid.fields
    field.setFocus()
    QTest.keyClick(field, Keys.Key_Up)
    grid.show_array("w", CUBE + 100)
    assert (grid.fields, shown(grid)[0][0]) == ([field], "112")
    grid.show_array("v", CUBE)
    assert grid.fields != [field]
    assert (grid.fields[0].text(), shown(grid)[0][0]) == ("0", "0")
    grid.show_array("v", CUBE.reshape(2, 3, 2, 2))
    assert [field.text() for field in grid.fields] == ["0", "0"]
    QApplication.processEvents()
    assert texts(grid).count("[") == 1
    assert texts(grid).count(",") == 2
    edges = [field.geometry() for field in grid.fields]
    assert edges[0].right() < edges[1].left()
    assert edges[1].right() < 200, "at the left"
    grid.show_array("b", np.array([1.0]))
    assert (grid.fields, "[" in texts(grid)) == ([], False)
    grid.show_array("", None)
    assert (shown(grid), grid.fields) == ([], [])


def test_another_slice_is_drawn_at_once(grid: ValueGrid) -> None:
    grid.show_array("w", CUBE, 24.0)
    told = []
    grid.values.dataChanged.connect(lambda first, last: told.append((first.row(), first.column(), last.row(),
                                                                     last.column())))
    grid.values.show_slice((1,))
    grid.show_array("w", CUBE, 24.0)
    assert told == [(0, 0, 2, 3)] * 2


# -- typing and copying -------------------------------------------------------------------------------------------


def test_what_is_typed_stands_until_values_come(grid: ValueGrid) -> None:
    asked = []
    grid.value_edited.connect(lambda place, value: asked.append((place, value)))
    grid.show_array("w", TABLE)
    cell = grid.values.index(0, 1)
    assert grid.values.setData(cell, " 3,5 ")
    assert (asked, cell.data(), TABLE[0, 1]) == ([((0, 1), 3.5)], "3.5", -2.0)
    assert grid.values.setData(cell, "3.5")
    assert len(asked) == 1, "it says so already"
    grid.show_array("w", TABLE)
    assert cell.data() == "−2"
    assert not grid.values.setData(cell, "x" * 60)
    assert grid.note.text().replace("\u200b", "") == f"“{'x' * 40}” is not a number that fits here"
    assert grid.note.palette().color(grid.note.foregroundRole()).name() == theme.color("error").name()
    grid.values.setData(cell, "4")
    assert not grid.note.isVisible()
    grid.values.setData(cell, "x")
    grid.show_array("w", TABLE)
    assert not grid.note.isVisible()


@pytest.mark.parametrize(("text", "fits"), [("4", True), ("4.0", True), ("4.5", False), ("-1", True)])
def test_whole_numbers_stay_whole(text: str, fits: bool, grid: ValueGrid) -> None:
    grid.show_array("n", np.array([1, 2]))
    assert grid.values.setData(grid.values.index(0, 0), text) == fits
    assert (grid.values.index(0, 0).data() == "1") == (not fits)


def test_what_cannot_be_edited_says_why_in_small_letters(grid: ValueGrid) -> None:
    grid.show_array("w", TABLE)
    assert not grid.values.flags(grid.values.index(0, 0)) & Qt.ItemFlag.ItemIsEditable
    grid.set_editable(False, "Only before training")
    assert (grid.note.isVisible(), grid.note.text()) == (True, "Only before training")
    assert grid.note.palette().color(grid.note.foregroundRole()).name() != theme.color("error").name()
    grid.set_editable(True, "Only before training")
    assert not grid.note.isVisible()
    assert grid.values.flags(grid.values.index(0, 0)) & Qt.ItemFlag.ItemIsEditable
    assert grid.values.flags(grid.values.index(0, 0)) & Qt.ItemFlag.ItemIsSelectable


def copy(grid: ValueGrid, *boxes: tuple[int, int, int, int]) -> str:
    QGuiApplication.clipboard().setText("before")
    chosen = QItemSelection()
    for top, left, bottom, right in boxes:
        chosen.select(grid.values.index(top, left), grid.values.index(bottom, right))
    grid.view.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
    grid.view.setFocus()
    QTest.keyClick(grid.view, Keys.Key_C, CTRL)
    return QGuiApplication.clipboard().text()


def test_what_is_selected_is_copied(grid: ValueGrid, monkeypatch: pytest.MonkeyPatch) -> None:
    grid.show_array("w", CUBE[0])
    assert copy(grid, (0, 1, 1, 2)) == "1\t2\n5\t6"
    assert copy(grid, (2, 3, 2, 3)) == "11"
    assert copy(grid, (0, 0, 0, 0), (2, 2, 2, 3)) == "0\n10\t11"
    monkeypatch.setattr(value_grid, "MOST_COPIED", 8)
    assert copy(grid, (0, 0, 2, 3)) == "0\t1\t2\t3\n4\t5\t6\t7", "only so many"
    QTest.keyClick(grid.view, Keys.Key_Home, CTRL)
    QTest.keyClick(grid.view, Keys.Key_Right)
    assert grid.view.currentIndex().column() == 1
    QTest.keyClick(grid.view, Keys.Key_Tab)
    assert not grid.view.hasFocus() or grid.view.currentIndex().column() == 1
