"""The columns of a table line by line: what each cell says, in which colour, and how wide it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from engine.data.formats.preview import Column, Preview
from engine.data.options.table import Table
from engine.messages import say
from tests.in_front import in_front
from tests.seen import texts
from widgets.data.table import DataTable
from widgets.data.table_columns import DISTINCT, FIRST, KIND, MISSING, NAME, TARGET, ColumnsView
from widgets.look import theme

ROLE, ACROSS = Qt.ItemDataRole, Qt.Orientation.Horizontal
Keys = Qt.Key
COLUMNS = (Column("Id", "number", "ignore", 0, 3), Column("Street", "category", "category", 1200, 2),
           Column("Price", "number", "number", 0, 3, is_target=True),
           Column("Same", "number", "number", 0, 1, note=say("all values are the same")))
PREVIEW = Preview(COLUMNS, (("1", "Pave", "12.5", "7"), ("2", "", "13", "7")), 3)


@pytest.fixture
def table(qtbot: QtBot) -> Iterator[DataTable]:
    table = DataTable()
    in_front(qtbot, table, 800, 200)
    table.show_preview(PREVIEW)
    yield table


def line(view: ColumnsView, row: int, role: int = ROLE.DisplayRole) -> list[object]:
    model = view.model()
    return [model.index(row, column).data(role) for column in range(model.columnCount())]


def test_what_each_line_says(table: DataTable) -> None:
    view = table.columns
    assert [view.model().headerData(column, ACROSS) for column in range(7)] == [
        "Target", "Column", "Kind", "Missing", "Different", "row 1", "row 2"]
    assert [[str(text).replace("\xa0", " ") for text in line(view, row)] for row in range(4)] == [
        ["○", "Id", "ignored • ▾", "–", "3", "1", "2"], ["○", "Street", "category ▾", "1 200", "2", "Pave", "–"],
        ["◉", "Price", "", "–", "3", "12.5", "13"], ["○", "Same ⚠", "number ▾", "–", "1", "7", "7"]]
    model = view.model()
    assert (model.rowCount(model.index(0, 0)), model.columnCount(model.index(0, 0))) == (0, 0)
    assert model.headerData(0, Qt.Orientation.Vertical) is None
    assert model.headerData(0, ACROSS, ROLE.ToolTipRole) is None


def test_what_is_said_at_rest_and_aloud(table: DataTable) -> None:
    view = table.columns
    assert [line(view, row, ROLE.ToolTipRole)[NAME] for row in (0, 3)] == [
        "<qt>Id<br>It looks like: number</qt>",
        "<qt>Same<br>It looks like: number<br>all values are the same</qt>"]
    assert [line(view, row, ROLE.AccessibleTextRole)[:2] for row in (0, 2)] == [["not the target", None],
                                                                                ["target", None]]


def test_colours_sides_and_fonts(table: DataTable) -> None:
    view = table.columns
    tones = {theme.color(name).name(): name for name in ("accent", "warn", "dim", "text")}
    assert [[tones[color.name()] for color in line(view, row, ROLE.ForegroundRole)[:6]] for row in range(4)] == [
        ["dim"] * 6, ["dim", "text", "text", "warn", "dim", "text"], ["accent", "accent", "text", "dim", "dim", "text"],
        ["dim", "text", "text", "dim", "dim", "text"]]
    flags = Qt.AlignmentFlag
    sides = [flags.AlignHCenter, flags.AlignLeft, flags.AlignLeft, flags.AlignRight, flags.AlignRight, flags.AlignLeft]
    for column, side in enumerate(sides):
        assert line(view, 0, ROLE.TextAlignmentRole)[column] == side | flags.AlignVCenter
        assert view.model().headerData(column, ACROSS, ROLE.TextAlignmentRole) == side | flags.AlignVCenter
    fonts = [line(view, row, ROLE.FontRole)[:3] for row in (0, 2)]
    assert fonts[0] == [None] * 3
    assert (fonts[1][TARGET], fonts[1][KIND]) == (None, None)
    assert fonts[1][NAME].weight() == QFont.Weight.DemiBold


def test_there_is_room_for_what_it_says(table: DataTable) -> None:
    view, metrics = table.columns, QFontMetrics(theme.ui_font(12))
    for column in (TARGET, MISSING, DISTINCT):
        for row in range(4):
            assert view.columnWidth(column) > metrics.horizontalAdvance(str(line(view, row)[column]))
    assert view.columnWidth(KIND) > metrics.horizontalAdvance("category • ▾"), "as it may become"
    assert view.columnWidth(NAME) > view.columnWidth(FIRST) > metrics.horizontalAdvance("row 1")
    assert view.rowHeight(0) == 24
    assert view.verticalHeader().isHidden()
    widths = [view.columnWidth(column) for column in range(7)]
    view.setColumnWidth(NAME, 300)
    table.show_preview(replace(PREVIEW, columns=(replace(COLUMNS[0], missing=10), *COLUMNS[1:])))
    assert view.columnWidth(NAME) == 300, "a person's own width stays"
    assert str(line(view, 0)[MISSING]) == "10"
    table.show_preview(replace(PREVIEW, rows=PREVIEW.rows[:1]))
    assert [view.columnWidth(column) for column in range(6)] == widths[:6]


def test_another_table_begins_at_its_top_and_the_same_keeps_its_place(table: DataTable) -> None:
    many = Preview(tuple(replace(COLUMNS[0], name=f"c{index}") for index in range(50)), (("1",) * 50,), 1)
    table.show_preview(many)
    view = table.columns
    view.setCurrentIndex(view.model().index(40, KIND))
    told = []
    view.model().dataChanged.connect(lambda first, last: told.append((first.row(), first.column(), last.row(),
                                                                      last.column())))
    table.show_preview(replace(many, columns=tuple(replace(each, kind="number") for each in many.columns)))
    assert (view.currentIndex().row(), told) == (40, [(0, 0, 49, 5)])
    table.show_preview(replace(many, rows=(("2",) * 50,)))
    assert not view.currentIndex().isValid()
    view.setCurrentIndex(view.model().index(40, KIND))
    table.show_preview(PREVIEW)
    assert not view.currentIndex().isValid()
    table.show_preview(None)
    assert (view.model().rowCount(), view.model().columnCount()) == (0, 5)


def test_words_above_the_table(table: DataTable) -> None:
    assert [text.replace("\xa0", " ") for text in texts(table)] == ["3 rows · 4 columns · utf-8"]
    table.show_preview(replace(PREVIEW, notes=(say("1 row was left out"), say("no header"))))
    assert texts(table)[1] == "1 row was left out\nno header"
    table.show_preview(None)
    assert texts(table) == ["Reading the table…"]


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize("key", [Keys.Key_Return, Keys.Key_Enter, Keys.Key_Space])
def test_keys_do_what_a_click_does(key: Qt.Key, table: DataTable) -> None:
    view, asked = table.columns, []
    table.edited.connect(lambda _, field: asked.append(field))
    QTest.keyClick(view, key)
    for row, column in ((2, TARGET), (2, KIND), (0, NAME), (0, FIRST), (0, TARGET)):
        view.setCurrentIndex(view.model().index(row, column))
        QTest.keyClick(view, key)
        assert not [menu for menu in view.findChildren(QMenu) if menu.isVisible()]
    assert asked == ["target"]
    view.setCurrentIndex(view.model().index(1, KIND))
    QTest.keyClick(view, key)
    [menu] = [menu for menu in view.findChildren(QMenu) if menu.isVisible()]
    box = view.visualRect(view.model().index(1, KIND))
    assert menu.pos() == view.viewport().mapToGlobal(box.bottomLeft()) + QPoint(0, 1)
    assert [(action.text(), action.isChecked()) for action in menu.actions()] == [
        ("number", False), ("category, as it looks", True), ("ignored", False)]
    menu.close()
    QTest.keyClick(view, Keys.Key_Down)
    assert view.currentIndex().row() == 2


def test_each_edit_begins_with_what_was_asked_last(table: DataTable) -> None:
    asked: list[tuple[Table, str]] = []
    table.edited.connect(lambda value, field: asked.append((value, field)))
    table.show_table(Table(standardize=False))
    table.columns.target_chosen.emit("Id")
    table.columns.kind_chosen.emit("Street", "ignore")
    assert asked == [(Table(standardize=False, target="Id"), "target"),
                     (Table(standardize=False, target="Id").with_kind("Street", "ignore"), "kinds")]
