"""The grid of values by itself: cells, headers, slices, what is typed, what is copied."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHeaderView, QLabel, QStyle, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.painted import Mark, of, painted
from tests.seen import colors, texts
from widgets.look import theme
from widgets.tensors import value_grid
from widgets.tensors.value_grid import ValueGrid

ROLE, ACROSS, DOWN = Qt.ItemDataRole, Qt.Orientation.Horizontal, Qt.Orientation.Vertical
CTRL = Qt.KeyboardModifier.ControlModifier
Keys = Qt.Key
TABLE = np.array([[1.0, -2.0, 0.0], [math.nan, math.inf, 0.25]])
CUBE = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


@pytest.fixture
def grid(qtbot: QtBot) -> ValueGrid:
    return in_front(qtbot, ValueGrid(), 500, 300)


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
    grid.show_array("w", TABLE, 0.5)
    assert [tint.alpha() for tint in (grid.values.index(0, 0).data(ROLE.BackgroundRole),
                                      grid.values.index(1, 2).data(ROLE.BackgroundRole))] == [90, 45]
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


# -- how it is drawn ------------------------------------------------------------------------------------------------

STATE = QStyle.StateFlag


def marks(grid: ValueGrid, row: int, column: int, state: QStyle.StateFlag = STATE.State_None) -> list[Mark]:
    """What is painted of one cell of 60 × 24 pixels."""
    option = QStyleOptionViewItem()
    option.rect, option.state, option.font = QRect(10, 20, 60, 24), state, theme.mono_font(11)
    return painted(lambda painter: grid.view.itemDelegate().paint(painter, option, grid.values.index(row, column)))


def test_a_number_stands_on_its_tint_within_its_cell(grid: ValueGrid) -> None:
    grid.show_array("w", TABLE, 2.0)
    tint, number = marks(grid, 0, 0)
    assert (tint.kind, tint.place, tint.fill) == ("area", QRectF(10, 20, 59, 23), theme.color("accent").name())
    assert (number.text, number.place, number.pen) == ("1", QRectF(14, 20, 50, 24), theme.color("text").name())
    assert (number.font.family(), number.font.pixelSize()) == (theme.mono_font(11).family(), 11)
    assert [mark.kind for mark in marks(grid, 1, 0)] == ["text"], "what is no number has no tint"
    for state, tone in ((STATE.State_Selected | STATE.State_Active, "accent"), (STATE.State_Selected, "dim")):
        [frame] = of("box", marks(grid, 0, 0, state))
        assert (frame.place, frame.pen, frame.fill) == (QRectF(10, 20, 58, 22), theme.color(tone).name(), "")


def test_cells_are_of_one_size_and_cannot_be_dragged_to_another(grid: ValueGrid) -> None:
    grid.show_array("w", np.zeros((4, 4)))
    across, down = grid.view.horizontalHeader(), grid.view.verticalHeader()
    assert {down.sectionSize(row) for row in range(4)} == {24}
    assert len({across.sectionSize(column) for column in range(4)}) == 1
    for header in (across, down):
        size, sideways = header.sectionSize(0), header is across
        edge = QPoint(size - 1, 8) if sideways else QPoint(8, size - 1)
        QTest.mousePress(header.viewport(), Qt.MouseButton.LeftButton, pos=edge)
        QTest.mouseMove(header.viewport(), edge + QPoint(30, 30))
        QTest.mouseRelease(header.viewport(), Qt.MouseButton.LeftButton, pos=edge + QPoint(30, 30))
        assert header.sectionSize(0) == size


def inks(header: QHeaderView, section: int) -> list[int]:
    """Where something is written in a heading, from its left edge."""
    image, left = header.grab().toImage(), header.sectionViewportPosition(section)
    ground = image.pixelColor(left + 2, 12)
    rows = range(4, min(20, image.height() - 4))
    return [x for x in range(2, header.sectionSize(section) - 3)
            if any(image.pixelColor(left + x, y) != ground for y in rows)]


def test_headings_stand_above_their_numbers_and_do_not_change_with_what_is_chosen(grid: ValueGrid) -> None:
    grid.show_array("w", np.zeros((4, 4)))
    across, down = grid.view.horizontalHeader(), grid.view.verticalHeader()
    grid.view.clearSelection()
    QApplication.processEvents()
    before = [header.grab().toImage() for header in (across, down)]
    assert min(inks(across, 1)) > across.sectionSize(1) / 2, "at the right"
    grid.view.setCurrentIndex(grid.values.index(1, 2))
    assert [header.grab().toImage() for header in (across, down)] == before
    assert {header.font().pixelSize() for header in (across, down)} == {10}
    assert {header.font().family() for header in (across, down)} == {theme.mono_font(10).family()}
    assert (grid.view.font().family(), grid.view.font().pixelSize()) == (theme.mono_font(11).family(), 11)


def test_no_lines_are_drawn_between_cells(grid: ValueGrid) -> None:
    grid.show_array("w", np.zeros((4, 4)))
    grid.view.clearSelection()
    QApplication.processEvents()
    box = grid.view.visualRect(grid.values.index(1, 1))
    edge = QRect(box.right() - 1, box.top() + 2, 3, box.height() - 4)
    assert len(colors(grid.view.viewport(), edge)) == 1


def test_a_wide_array_is_scrolled_smoothly(grid: ValueGrid) -> None:
    grid.show_array("w", np.zeros((2, 40)))
    QApplication.processEvents()
    grid.view.horizontalScrollBar().setValue(5)
    assert grid.view.visualRect(grid.values.index(0, 0)).left() == -5


def test_a_long_reason_takes_more_lines(grid: ValueGrid) -> None:
    grid.set_editable(False, "Short")
    QApplication.processEvents()
    high = grid.note.height()
    grid.set_editable(False, "These weights belong to a run that is over and are kept as they are. " * 4)
    for _ in range(2):
        QApplication.processEvents()
    assert grid.note.height() > 2 * high
    assert grid.minimumSizeHint().width() < 500


def test_an_index_stands_in_the_middle_of_its_field(grid: ValueGrid) -> None:
    grid.show_array("w", np.zeros((2, 1000, 3, 3)))
    QApplication.processEvents()
    first, second = grid.fields
    assert second.width() > first.width() > 26 + first.fontMetrics().horizontalAdvance("0")
    assert {field.font().family() for field in grid.fields} == {theme.mono_font(12).family()}
    for field in grid.fields:
        image = field.grab().toImage()
        ink = [x for x in range(5, field.width() - 5) for y in range(6, 20)
               if abs(image.pixelColor(x, y).lightness() - image.pixelColor(4, 13).lightness()) > 60]
        assert (min(ink) + max(ink)) / 2 == pytest.approx(field.width() / 2, abs=2.5)
    signs = [label for label in grid.findChildren(QLabel) if label.isVisible() and label.text() in ("[", ",")]
    assert {label.font().family() for label in signs} == {theme.mono_font(12).family()}


def test_views_are_told_of_another_array(grid: ValueGrid) -> None:
    model, told = grid.values, []
    model.modelAboutToBeReset.connect(lambda: told.append(("before", model.rowCount())))
    model.modelReset.connect(lambda: told.append(("after", model.rowCount())))
    model.dataChanged.connect(lambda first, last: told.append((first.row(), first.column(), last.row(), last.column())))
    grid.show_array("w", TABLE)
    assert told == [("before", 0), ("after", 2)]
    grid.show_array("w", TABLE + 1)
    assert told[2:] == [(0, 0, 1, 2)]
    model.setData(model.index(1, 2), "4")
    assert told[3:] == [(1, 2, 1, 2)]
    grid.show_array("w", TABLE[:1])
    assert told[4:] == [("before", 2), ("after", 1)]


@pytest.mark.parametrize(("kind", "fits", "other"), [
    ("float32", "3.4e38", "1e308"), ("float16", "-65504", "70000"), ("float64", "1e308", "1e309"),
    ("int64", "12", "1e30"), ("int64", "12", "0.5"), ("uint8", "255", "256"), ("uint8", "0", "-1"), ("bool", "1", "2"),
])  # fmt: skip
def test_a_number_that_the_tensor_cannot_hold_is_refused(grid: ValueGrid, kind: str, fits: str, other: str) -> None:
    grid.show_array("w", np.full((2, 2), fits == "0", kind))
    cell = grid.values.index(0, 1)
    assert not grid.values.setData(cell, other)
    assert "is not a number that fits here" in grid.note.text()
    assert grid.values.setData(cell, fits)
