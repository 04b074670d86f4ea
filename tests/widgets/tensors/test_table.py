"""The table of tensors: what each cell looks like, says at rest, and how rows are ordered and kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QRect, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.inspect.tensor_info import TensorInfo
from tests.in_front import in_front
from tests.seen import colors
from widgets.look import theme
from widgets.parts.column_width import column_width
from widgets.tensors.table import COLUMNS, TensorTable, kind_text

ROLE, ACROSS = Qt.ItemDataRole, Qt.Orientation.Horizontal
Keys = Qt.Key
W = TensorInfo("fc.weight", (2, 3), "float32", "weight", 6, -1.0, 2.0, 0.5, 0.25, gradient_norm=0.0)
B = TensorInfo("fc.bias", (2,), "float32", "frozen", 2, 0.0, 0.0, 0.0, 0.0)
N = TensorInfo("bn.steps", (), "int64", "buffer", 1, not_finite=1)


@pytest.fixture
def table(qtbot: QtBot) -> Iterator[TensorTable]:
    table = TensorTable()
    in_front(qtbot, table, 1000, 200)
    table.show_infos([W, B, N])
    yield table


def at(table: TensorTable, key: str, title: str) -> QModelIndex:
    titles = [table.model().headerData(column, ACROSS) for column in range(len(COLUMNS))]
    return table.model().index(table.shown_keys().index(key), titles.index(title))


def test_numbers_stand_at_the_right_in_equal_digits(table: TensorTable) -> None:
    for column in range(len(COLUMNS)):
        index = table.model().index(0, column)
        title = table.model().headerData(column, ACROSS)
        right = title not in ("Tensor", "Shape", "Type", "Learns")
        for alignment in (index.data(ROLE.TextAlignmentRole),
                          table.model().headerData(column, ACROSS, ROLE.TextAlignmentRole)):
            assert bool(alignment & Qt.AlignmentFlag.AlignRight) == right
            assert bool(alignment & Qt.AlignmentFlag.AlignLeft) != right
            assert alignment & Qt.AlignmentFlag.AlignVCenter
        assert (index.data(ROLE.FontRole) is not None) == (title not in ("Tensor", "Learns"))
    assert table.model().headerData(0, Qt.Orientation.Vertical) is None


def test_what_is_not_finite_is_red(table: TensorTable) -> None:
    tones = {title: at(table, "bn.steps", title).data(ROLE.ForegroundRole).name()
             for title in ("Tensor", "Learns", "Least", "SD", "Gradient")}
    text, dim, error = (theme.color(name).name() for name in ("text", "dim", "error"))
    assert tones == {"Tensor": text, "Learns": dim, "Least": error, "SD": error, "Gradient": dim}
    assert at(table, "fc.bias", "Least").data(ROLE.ForegroundRole).name() == dim


def test_what_is_said_at_rest(table: TensorTable) -> None:
    assert at(table, "fc.bias", "Tensor").data(ROLE.ToolTipRole) == "fc.bias"
    assert at(table, "fc.bias", "Shape").data(ROLE.ToolTipRole) is None
    hints = [table.model().headerData(column, ACROSS, ROLE.ToolTipRole) for column in range(len(COLUMNS))]
    assert [index for index, hint in enumerate(hints) if hint] == [3, 4, 8, 9]
    assert hints[3] == "How many numbers it has"
    assert [kind_text(kind) for kind in ("weight", "frozen", "buffer")] == ["trainable", "frozen", "buffer"]
    assert at(table, "fc.bias", "Shape").data(ROLE.DecorationRole) is None


def test_what_is_not_known_is_less_than_any(table: TensorTable) -> None:
    for title, order in (("Gradient", ["fc.bias", "bn.steps", "fc.weight"]), ("Tensor", ["bn.steps", "fc.bias",
                                                                                     "fc.weight"]),
                         ("Least", ["bn.steps", "fc.weight", "fc.bias"])):
        column = at(table, "fc.bias", title).column()
        table.sortByColumn(column, Qt.SortOrder.AscendingOrder)
        assert table.shown_keys() == order
    table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert table.shown_keys() == ["fc.weight", "fc.bias", "bn.steps"]


def test_the_same_tensors_with_other_values_keep_their_rows(table: TensorTable) -> None:
    told = []
    table.tensor_selected.connect(told.append)
    table.select_key("fc.bias")
    assert told == [B]
    table.show_infos([W, replace(B, mean=7.0), N])
    assert (table.selected().mean, told) == (7.0, [B])
    assert at(table, "fc.bias", "Mean").data() == "7"
    table.show_infos([N, B])
    assert table.selected() is B
    table.show_infos([W, N])
    assert table.selected() is W
    table.select_key("nothing")
    assert table.selected() is W
    table.show_infos([])
    assert (table.selected(), table.model().rowCount()) == (None, 0)


def test_new_values_are_drawn_at_once(table: TensorTable) -> None:
    before = table.viewport().grab().toImage()
    table.show_infos([replace(W, count=123), replace(B, count=123), replace(N, std=3.5)])
    assert table.viewport().grab().toImage() != before


def test_one_that_the_filter_hides_is_not_selected(table: TensorTable) -> None:
    table.filter("weight")
    assert table.shown_keys() == ["fc.weight"]
    table.select_key("fc.bias")
    assert table.selected() is W
    table.filter("")
    table.filter("int64")
    assert table.selected() is None
    QTest.keyClick(table, Keys.Key_Return)


def test_a_selected_row_comes_into_sight(table: TensorTable) -> None:
    many = [replace(B, key=f"fc{index}.bias") for index in range(100)]
    table.show_infos(many)
    table.select_key("fc90.bias")
    assert table.viewport().rect().contains(table.visualRect(table.currentIndex()))


@pytest.mark.parametrize("key", [Keys.Key_Return, Keys.Key_Enter])
def test_enter_goes_to_the_layer_and_arrows_through_the_rows(key: Qt.Key, table: TensorTable) -> None:
    asked = []
    table.node_requested.connect(asked.append)
    table.setFocus()
    QTest.keyClick(table, Keys.Key_Down)
    assert (table.selected(), asked) == (B, [])
    QTest.keyClick(table, key)
    assert asked == ["fc"]


def test_columns_have_room_for_what_they_say_and_no_more(table: TensorTable) -> None:
    widths = [table.columnWidth(column) for column in range(len(COLUMNS))]
    long = replace(W, key="a" * 200, shape=(1000, 1000, 1000, 1000))
    table.show_infos([long])
    assert table.columnWidth(1) > widths[1]
    assert widths[0] < table.columnWidth(0) < 400, "a key may be shortened"
    assert table.verticalHeader().isHidden()
    table.show_infos([W, B, N])
    assert [table.columnWidth(column) for column in range(len(COLUMNS))] == widths
    narrow = table.columnWidth(3)
    table.setColumnWidth(3, 48)
    table.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    assert table.columnWidth(3) >= narrow, "the sign of sorting takes room as well"


def test_a_column_that_was_made_narrow_by_hand_is_widened_by_sorting_and_by_nothing_else(table: TensorTable) -> None:
    needed = table.columnWidth(0)
    table.setColumnWidth(0, 10)
    assert table.columnWidth(0) == 48, "no column can be lost"
    table.setColumnWidth(1, 300)
    table.show_infos([replace(W, count=1), B, N])
    assert (table.columnWidth(0), table.columnWidth(1)) == (48, 300), "the same tensors change no width"
    table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert table.columnWidth(1) == 300, "wide enough"
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert table.columnWidth(0) >= needed
    table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert table.columnWidth(0) >= needed


def test_a_short_key_leaves_room_for_its_heading(table: TensorTable) -> None:
    table.show_infos([replace(B, key="b")])
    assert table.columnWidth(0) == column_width(table, 0, (), table.font())
    table.show_infos([replace(B, key="layer.bias")])
    assert table.columnWidth(0) == column_width(table, 0, ["layer.bias"], table.font())
    assert table.columnWidth(9) == max(column_width(table, 9, ["−1.23e−4"], theme.mono_font(11)),
                                       column_width(table, 9, (), table.font()))


def click(table: TensorTable, key: str, title: str, keys: Qt.KeyboardModifier) -> None:
    place = table.visualRect(at(table, key, title)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, keys, place)


def test_one_whole_row_is_selected_and_nothing_can_be_typed(table: TensorTable) -> None:
    click(table, "fc.weight", "Values", Qt.KeyboardModifier.NoModifier)
    click(table, "fc.bias", "Mean", Qt.KeyboardModifier.ShiftModifier)
    assert [index.row() for index in table.selectionModel().selectedRows()] == [1]
    assert len(table.selectedIndexes()) == len(COLUMNS)
    QTest.keyClick(table, Keys.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(table.selectionModel().selectedRows()) == 1
    QTest.keyClick(table, Keys.Key_F2)
    assert table.state() == TensorTable.State.NoState
    QTest.keyClick(table, Keys.Key_Tab)
    assert table.currentIndex().row() == 1
    assert table.currentIndex().column() == at(table, "fc.bias", "Mean").column(), "Tab goes on to what comes next"


def test_rows_are_close_and_have_no_lines_between_them(table: TensorTable) -> None:
    table.clearSelection()
    table.clearFocus()
    boxes = [table.visualRect(table.model().index(row, 0)) for row in range(3)]
    assert [box.top() for box in boxes] == [0, 26, 52]
    assert len(colors(table.viewport(), QRect(boxes[0].right() - 1, 0, 3, 70))) == 1


def test_a_heading_looks_the_same_whatever_is_selected(table: TensorTable) -> None:
    table.clearSelection()
    header = table.horizontalHeader()
    before = header.grab().toImage()
    table.select_key("fc.bias")
    assert header.grab().toImage() == before


def test_what_is_selected_is_brought_back_into_sight(table: TensorTable) -> None:
    table.show_infos([replace(B, key=f"fc{index}.bias") for index in range(100)])
    table.select_key("fc90.bias")
    table.verticalScrollBar().setValue(0)
    table.select_key("fc90.bias")
    assert table.viewport().rect().contains(table.visualRect(table.currentIndex()))


def test_a_double_click_on_any_cell_goes_to_the_layer(table: TensorTable) -> None:
    asked = []
    table.node_requested.connect(asked.append)
    place = table.visualRect(at(table, "bn.steps", "Mean")).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert asked == ["bn"]


def test_views_are_told_what_changes(table: TensorTable) -> None:
    model, told = table.tensors, []
    model.modelAboutToBeReset.connect(lambda: told.append(("before", model.rowCount())))
    model.modelReset.connect(lambda: told.append(("after", model.rowCount())))
    model.dataChanged.connect(lambda first, last: told.append(
        ((first.row(), first.column()), (last.row(), last.column()))))
    table.show_infos([W, B, replace(N, std=1.0)])
    assert told == [((0, 0), (2, len(COLUMNS) - 1))]
    table.show_infos([B])
    assert told[1:] == [("before", 3), ("after", 1)]
    assert (model.rowCount(model.index(0, 0)), model.columnCount(model.index(0, 0))) == (0, 0)
    assert model.columnCount() == len(COLUMNS)
