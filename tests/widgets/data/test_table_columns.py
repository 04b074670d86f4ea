"""The list of a table's columns by hand: what one sees of it, and what mouse and keys do and leave alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from engine.data.formats.preview import Column, Preview
from tests.in_front import in_front
from tests.redrawn import is_redrawn
from tests.seen import colors
from widgets.data.table_columns import FIRST, KIND, LINE, MISSING, NAME, TARGET, ColumnsView
from widgets.look import theme

LEFT, NONE, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
PREVIEW = Preview(tuple(Column(f"c{index}", "number", "number", 0, 3, is_target=index == 0) for index in range(40)),
                  tuple(("some words",) * 40 for _ in range(30)), 30)


class Page(QWidget):
    """The list with a line before and one after it."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.view, self.after = QLineEdit(), ColumnsView(), QLineEdit()
        column = QVBoxLayout(self)
        for widget in (self.before, self.view, self.after):
            column.addWidget(widget)
        self.resize(700, 300)


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[Page]:
    page = Page()
    in_front(qtbot, page)
    page.view.show_preview(PREVIEW)
    page.view.setFocus()
    yield page


def cell(view: ColumnsView, row: int, column: int) -> QRect:
    return view.visualRect(view.model().index(row, column))


def test_no_lines_stand_between_the_cells(page: Page) -> None:
    port, box = page.view.viewport(), cell(page.view, 2, KIND)
    assert len(colors(port, QRect(box.right(), box.top(), 2, box.height()))) == 1
    assert len(colors(port, QRect(box.left(), box.bottom(), 20, 2))) == 1


def test_nothing_is_written_into_a_cell(page: Page) -> None:
    view = page.view
    QTest.mouseClick(view.viewport(), LEFT, NONE, cell(view, 3, NAME).center())
    QTest.mouseDClick(view.viewport(), LEFT, NONE, cell(view, 3, NAME).center())
    for key in (Qt.Key.Key_F2, Qt.Key.Key_X):
        QTest.keyClick(view, key)
    assert view.findChildren(QLineEdit) == []


def test_one_cell_at_a_time_is_chosen(page: Page) -> None:
    view = page.view
    view.setCurrentIndex(view.model().index(3, NAME))
    QTest.keyClick(view, Qt.Key.Key_Down, SHIFT)
    assert [(index.row(), index.column()) for index in view.selectedIndexes()] == [(4, NAME)]


def test_it_scrolls_by_pixels_both_ways(page: Page) -> None:
    view = page.view
    before = cell(view, 0, NAME).topLeft()
    view.verticalScrollBar().setValue(5)
    view.horizontalScrollBar().setValue(7)
    assert before - cell(view, 0, NAME).topLeft() == QPoint(7, 5)


def test_tab_goes_on_past_it(page: Page) -> None:
    QTest.keyClick(page.view, Qt.Key.Key_Tab)
    assert page.after.hasFocus()
    QTest.keyClick(page.after, Qt.Key.Key_Backtab, SHIFT)
    QTest.keyClick(page.view, Qt.Key.Key_Backtab, SHIFT)
    assert page.before.hasFocus()


def test_long_words_stay_on_their_line_and_heads_as_they_are(page: Page) -> None:
    view = page.view
    assert not view.wordWrap() and not view.horizontalHeader().highlightSections()
    assert {view.rowHeight(row) for row in range(40)} == {LINE}
    assert view.font().pixelSize() == 12
    assert view.horizontalHeader().sectionResizeMode(KIND) == view.horizontalHeader().ResizeMode.Interactive


def test_widths_are_for_what_is_known_and_a_few_letters_of_the_rest(page: Page) -> None:
    view = page.view
    few = {column: view.columnWidth(column) for column in (NAME, FIRST, FIRST + 1, FIRST + 29)}
    letters = theme.letters(view.font(), 1)
    assert few[FIRST] == few[FIRST + 1] == few[FIRST + 29] >= 10 * letters
    assert few[NAME] >= theme.letters(view.font(), 24) > few[FIRST]
    wide = replace(PREVIEW, columns=tuple(replace(each, missing=123_456_789) for each in PREVIEW.columns),
                   rows=PREVIEW.rows[:2])
    view.show_preview(wide)
    metrics = QFontMetrics(view.font())
    assert view.columnWidth(MISSING) > metrics.horizontalAdvance("123 456 789")
    assert view.columnWidth(TARGET) < 100


def test_another_kind_of_the_same_table_is_drawn_at_once(page: Page) -> None:
    other = replace(PREVIEW, columns=tuple(replace(each, kind="ignore") for each in PREVIEW.columns))
    assert is_redrawn(page.view.viewport(), lambda: page.view.show_preview(other))
    assert page.view.model().index(3, KIND).data() == "ignored • ▾"


def test_a_click_beside_the_first_cells_asks_for_nothing(page: Page) -> None:
    view, asked = page.view, []
    view.target_chosen.connect(asked.append)
    for column in (NAME, MISSING, FIRST):
        QTest.mouseClick(view.viewport(), LEFT, NONE, cell(view, 2, column).center())
    assert asked == []
    QTest.mouseClick(view.viewport(), LEFT, NONE, cell(view, 2, TARGET).center())
    assert asked == ["c2"]


@pytest.mark.parametrize(("column", "checked", "asked"), [
    (Column("a", "number", "number", 0, 1), "number, as it looks", [("a", None), ("a", "category"), ("a", "ignore")]),
    (Column("b", "category", "ignore", 0, 1), "ignored", [("b", "number"), ("b", None), ("b", "ignore")]),
])
def test_the_kinds_of_a_column(page: Page, column: Column, checked: str, asked: list[tuple[str, object]]) -> None:
    told: list[tuple[str, object]] = []
    page.view.kind_chosen.connect(lambda name, kind: told.append((name, kind)))
    menu = page.view.kind_menu(column)
    assert [action.text() for action in menu.actions() if action.isChecked()] == [checked]
    for action in menu.actions():
        action.trigger()
    assert told == asked
