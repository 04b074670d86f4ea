"""The data panel's table pages: columns with their kinds, the target, how they are prepared."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from engine.data.formats.preview import Column, Preview
from engine.data.options.table import Table
from engine.data.spec.spec import DataSpec
from engine.messages import say
from tests.in_front import in_front
from widgets.data.panel import DataPanel
from widgets.data.table_columns import KIND, MISSING, NAME, TARGET

LEFT = Qt.MouseButton.LeftButton
PREVIEW = Preview(
    (Column("Id", "number", "ignore", 0, 3), Column("Street", "category", "category", 2, 2),
     Column("Price", "number", "number", 0, 3, is_target=True), Column("Same", "number", "ignore", 0, 1,
                                                                      note=say("all values are the same"))),
    (("1", "Pave", "12.5", "7"), ("2", "", "13", "7")), 3, notes=(say("1 row was left out"),),
)  # fmt: skip


@pytest.fixture
def panel(qtbot: QtBot) -> DataPanel:
    return in_front(qtbot, DataPanel(), 1100, 260)


@pytest.fixture
def table(panel: DataPanel) -> DataPanel:
    panel.show_spec(DataSpec(dataset="table", path="/tmp/a.csv"))
    panel.show_rows(("a", "b"), [(1.0, 2.0)])
    panel.show_preview(PREVIEW)
    panel.tabs.show_page(panel.table)
    QApplication.processEvents()
    return panel


def cell(panel: DataPanel, row: int, place: int) -> QPoint:
    view = panel.table.columns
    return view.visualRect(view.model().index(row, place)).center()


def text(panel: DataPanel, row: int, place: int) -> str:
    return panel.table.columns.model().index(row, place).data()


def test_columns_are_shown_with_their_first_rows(table: DataPanel) -> None:
    assert [text(table, row, NAME) for row in range(4)] == ["Id", "Street", "Price", "Same ⚠"]
    assert [text(table, row, TARGET) for row in range(4)] == ["○", "○", "◉", "○"]
    assert text(table, 0, KIND).startswith("ignored •")
    assert text(table, 1, KIND).startswith("category ▾")
    assert text(table, 1, MISSING) == "2"
    assert [text(table, 1, place) for place in (5, 6)] == ["Pave", "–"]
    assert "all values are the same" in table.table.columns.model().index(3, NAME).data(Qt.ItemDataRole.ToolTipRole)
    assert "1 row was left out" in table.table.notes.text()
    assert "3 rows · 4 columns" in table.table.about.text()


def test_a_click_makes_a_column_the_target(table: DataPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.spec_changed) as changed:
        qtbot.mouseClick(table.table.columns.viewport(), LEFT, pos=cell(table, 1, TARGET))
    assert changed.args[0].table == Table(target="Street")
    assert changed.args[1] == "table.target"
    with qtbot.assertNotEmitted(table.spec_changed):
        qtbot.mouseClick(table.table.columns.viewport(), LEFT, pos=cell(table, 2, TARGET))
    view = table.table.columns
    view.setFocus()
    view.setCurrentIndex(view.model().index(0, TARGET))
    with qtbot.waitSignal(table.spec_changed) as changed:
        qtbot.keyClick(view, Qt.Key.Key_Space)
    assert changed.args[0].table.target == "Id"


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_kind_is_chosen_from_a_menu(table: DataPanel, qtbot: QtBot) -> None:
    view = table.table.columns
    qtbot.mouseClick(view.viewport(), LEFT, pos=cell(table, 0, KIND))
    menu = next(menu for menu in view.findChildren(QMenu) if menu.isVisible())
    assert [action.text() for action in menu.actions()] == ["number, as it looks", "category", "ignored"]
    assert [action.isChecked() for action in menu.actions()] == [False, False, True]
    with qtbot.waitSignal(table.spec_changed) as changed:
        menu.actions()[1].trigger()
    menu.close()
    assert changed.args[0].table.kind_of("Id") == "category"
    assert changed.args[1] == "table.kinds"
    menu = view.kind_menu(PREVIEW.columns[0])
    with qtbot.waitSignal(table.spec_changed) as changed:
        menu.actions()[0].trigger()
    assert changed.args[0].table.kind_of("Id") is None
    menu.close()


def test_what_one_page_asked_for_the_other_keeps(table: DataPanel, qtbot: QtBot) -> None:
    qtbot.mouseClick(table.table.columns.viewport(), LEFT, pos=cell(table, 1, TARGET))
    table.tabs.show_page(table.preparing)
    standardize = table.preparation.rows["standardize"].editor
    with qtbot.waitSignal(table.spec_changed) as changed:
        qtbot.mouseClick(standardize, LEFT, pos=QPoint(8, standardize.height() // 2))
    assert changed.args[0].table == Table(target="Street", standardize=False)
    assert changed.args[1] == "table.standardize"


@pytest.mark.usefixtures("font")
def test_a_wide_table_is_shown_at_once_and_keeps_its_place(panel: DataPanel, qtbot: QtBot) -> None:
    columns = tuple(Column(f"c{i}", "number", "number", i, 9, is_target=i == 0) for i in range(3000))
    wide = Preview(columns, tuple(tuple("1.5" for _ in columns) for _ in range(20)), 10)
    panel.show_spec(DataSpec(dataset="table", path="/tmp/a.csv"))
    panel.show_rows(("a",), [(1.0,)])
    panel.tabs.show_page(panel.table)
    panel.show_preview(wide)
    view = panel.table.columns
    view.scrollTo(view.model().index(2500, 0))
    before = view.verticalScrollBar().value()
    panel.show_preview(Preview(tuple(c.__class__(c.name, "number", "category", 0, 9) for c in columns), wide.rows, 10))
    assert view.verticalScrollBar().value() == before > 0
