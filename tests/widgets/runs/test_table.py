"""The table of runs in a person's hands: selecting, hovering, stars, notes, folds, sorting, filtering, its menu."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.legible import cut_words
from tests.mouse import interval
from tests.seen import colors, texts
from tests.widgets.runs.desk import COLUMNS, afternoon, color_of, many, row
from tests.widgets.runs.hands import (
    CTRL,
    LEFT,
    NONE,
    SHIFT,
    Keys,
    click,
    heading,
    heard,
    move,
    order,
    place,
    press,
    star_x,
)
from widgets.look import theme
from widgets.runs.ordering import Sorting
from widgets.runs.rows import Column, RunRow
from widgets.runs.table import RunsTable

# what the platform of tests says of every menu
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise", "grabbing the keyboard")
SEEDS = ["4.0", "4.1", "4.2", "4.3", "4.4"]


def show(table: RunsTable, *rows: RunRow) -> None:
    table.show_rows(COLUMNS, rows)
    QApplication.processEvents()


# -- selecting --------------------------------------------------------------------------------------------------------


def test_selecting_by_mouse_and_keys(table: RunsTable) -> None:
    said = heard(table.selected)
    click(table, "6")
    click(table, "3", CTRL)
    click(table, "2", SHIFT | CTRL)
    click(table, "6", CTRL)
    assert said == [["6"], ["6", "3"], ["6", "3", "2"], ["3", "2"]]
    click(table, "7")
    press(table, Keys.Key_Down)
    press(table, Keys.Key_Down, held=SHIFT)
    press(table, Keys.Key_End)
    assert said[4:] == [["7"], ["6"], ["6", "5"], ["1"]]
    press(table, Keys.Key_A, held=CTRL)
    assert said[-1] == ["7", "6", "5", *SEEDS, "3", "2", "1"] == table.keys


def test_selecting_from_outside_is_not_said(table: RunsTable) -> None:
    said = heard(table.selected)
    table.select(["5", "7"])
    assert (table.keys, said) == (["7", "5"], [])
    table.select(["gone"])
    assert (table.keys, said) == ([], [])
    click(table, "5")
    table.select(["5"])
    assert said == [["5"]]
    press(table, Keys.Key_Down)
    assert said[1:] == [SEEDS]


def test_a_group_stands_for_all_of_its_members(table: RunsTable) -> None:
    said = heard(table.selected)
    click(table, "4")
    assert said == [SEEDS]
    press(table, Keys.Key_Right)
    click(table, "4.1", CTRL)
    assert said == [SEEDS], "it is one of them already"
    click(table, "4.1")
    assert said[1:] == [["4.1"]]
    table.select(SEEDS)
    assert [table.tree.key_at(index) for index in table.tree.chosen_rows()] == ["4"]
    table.select(["4.3", "7"])
    assert table.keys == ["7", "4.3"]


def test_a_member_that_is_selected_from_outside_is_unfolded(table: RunsTable) -> None:
    table.select(["4.2"])
    assert "4.2" in order(table)
    assert table.keys == ["4.2"]


def test_folding_by_arrow_mouse_and_enter(table: RunsTable) -> None:
    said, opened = heard(table.selected), heard(table.activated)
    click(table, "4", x=37)
    assert order(table) == ["7", "6", "5", "4", *SEEDS, "3", "2", "1"]
    assert said == []
    click(table, "4", x=37)
    assert order(table) == ["7", "6", "5", "4", "3", "2", "1"]
    click(table, "4")
    press(table, Keys.Key_Right)
    assert "4.0" in order(table)
    press(table, Keys.Key_Left)
    assert "4.0" not in order(table)
    press(table, Keys.Key_Return)
    assert "4.0" in order(table)
    QTest.mouseDClick(table.tree.viewport(), LEFT, NONE, place(table, "4", 300))
    assert "4.0" not in order(table)
    assert opened == []


def test_an_unfolded_group_is_so_when_it_comes_back(table: RunsTable) -> None:
    click(table, "4", x=37)
    QTest.keyClicks(table.tree, "lr")
    assert order(table) == ["7", "2"]
    press(table, Keys.Key_Escape)
    assert order(table) == ["7", "6", "5", "4", *SEEDS, "3", "2", "1"]
    click(table, "4", x=37)
    QTest.keyClicks(table.tree, "lr")
    press(table, Keys.Key_Escape)
    assert order(table) == list("7654321"), "one that was folded again is so, too"


def test_a_sign_that_is_pressed_drags_no_selection(table: RunsTable) -> None:
    view, said = table.tree.viewport(), heard(table.selected)
    click(table, "1")
    for key, x in (("4", 37), ("7", star_x(table, "7"))):
        at = place(table, key, x)
        QTest.mousePress(view, LEFT, NONE, at)
        QTest.mouseMove(view, at + QPoint(6, 40))
        QTest.mouseRelease(view, LEFT, NONE, at + QPoint(6, 40))
        QApplication.processEvents()
    assert said == [["1"]]


# -- going there ------------------------------------------------------------------------------------------------------


def test_enter_and_a_double_click_go_to_its_canvas(table: RunsTable) -> None:
    opened = heard(table.activated)
    click(table, "6")
    press(table, Keys.Key_Return, Keys.Key_Down, Keys.Key_Enter)
    with interval(10_000):
        QTest.mouseDClick(table.tree.viewport(), LEFT, NONE, place(table, "3", 300))
    assert opened == ["6", "5", "3"]
    table.open_selected()
    table.select(["6", "5"])
    table.open_selected()
    assert opened[3:] == ["5"]


def test_hovering_is_said_and_lights_up(table: RunsTable) -> None:
    said = heard(table.hovered)
    move(table, place(table, "6"))
    move(table, place(table, "6", 500))
    move(table, place(table, "4"))
    move(table, QPoint(300, 300))
    assert said == ["6", "4", ""]
    move(table, place(table, "5"))
    show(table, *(each for each in afternoon() if each.key != "7"))
    assert said[3:] == ["5", "4"], "another run has come under the mouse"
    QApplication.sendEvent(table.tree.viewport(), QEvent(QEvent.Type.Leave))
    assert said[5:] == [""]


def test_the_wheel_brings_another_run_under_the_mouse(table: RunsTable) -> None:
    show(table, *many(60))
    said = heard(table.hovered)
    move(table, place(table, "58"))
    at = QPointF(place(table, "58"))
    QApplication.sendEvent(table.tree.viewport(), QWheelEvent(
        at, QPointF(table.tree.viewport().mapToGlobal(at.toPoint())), QPoint(), QPoint(0, -120),
        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False))
    assert said == ["58", "55"]


# -- stars, notes, deleting -------------------------------------------------------------------------------------------


def test_a_star_by_mouse_and_space(table: RunsTable) -> None:
    said, chosen, opened = heard(table.star_changed), heard(table.selected), heard(table.activated)
    click(table, "6", x=star_x(table, "6"))
    click(table, "1", x=star_x(table, "1"))
    assert said == [(["6"], True), (["1"], False)]
    assert chosen == []
    QTest.mouseDClick(table.tree.viewport(), LEFT, NONE, place(table, "6", star_x(table, "6")))
    assert said[2:] == [(["6"], True)] and opened == []
    click(table, "4", x=37)
    click(table, "4.2", x=star_x(table, "4.2"))
    click(table, "4", x=star_x(table, "4"))
    assert said[3:] == [(["4.2"], True), (SEEDS, True)] and chosen == []
    del said[3:]
    table.select(["2", "1"])
    press(table, Keys.Key_Space)
    table.select(["1"])
    press(table, Keys.Key_Space)
    table.select(SEEDS)
    table.toggle_star()
    table.select([])
    table.tree.setFocus()
    press(table, Keys.Key_Space)
    assert said[3:] == [(["2", "1"], True), (["1"], False), (SEEDS, True), (SEEDS, True)]


def test_delete_asks(table: RunsTable) -> None:
    said = heard(table.delete_requested)
    press(table, Keys.Key_Delete)
    assert said == []
    table.select(["6", *SEEDS])
    press(table, Keys.Key_Delete)
    assert said == [["6", *SEEDS]]
    assert "6" in order(table), "whoever listens takes it away"


def editor(table: RunsTable) -> QLineEdit:
    [found] = [each for each in table.tree.viewport().findChildren(QLineEdit) if each.isVisible()]
    return found


def test_a_note_is_typed_in_its_row(table: RunsTable) -> None:
    said = heard(table.note_changed)
    click(table, "6")
    press(table, Keys.Key_F2)
    box, words = editor(table).geometry(), table.tree.visualRect(table.model.index_of("6").siblingAtColumn(1))
    assert words.adjusted(0, -2, 2, 2).contains(box) and box.left() > words.left() + 80, "behind the words"
    QTest.keyClicks(editor(table), "looks ")
    table.edit_note()  # by its command: one is typing it already
    QTest.keyClicks(editor(table), "overfitted ")
    press(table, Keys.Key_Return)
    assert said == [("6", "looks overfitted")]
    press(table, Keys.Key_F2)
    QTest.keyClicks(editor(table), "no")
    press(table, Keys.Key_Escape)
    press(table, Keys.Key_F2, Keys.Key_Return)
    assert said == [("6", "looks overfitted")], "nothing else was written"
    assert table.tree.hasFocus()


def test_a_note_that_is_being_typed_stays_while_others_come(table: RunsTable) -> None:
    said = heard(table.note_changed)
    click(table, "6")
    press(table, Keys.Key_F2)
    QTest.keyClicks(editor(table), "lo")
    seven, six, *rest = afternoon()
    six = replace(six, note="other", changed="Dropout")
    show(table, row("8", state="running"), replace(seven, state=""), six, *rest)
    table.set_sorting(Sorting("best"))
    QTest.keyClicks(editor(table), "ok")
    QApplication.processEvents()
    assert editor(table).text() == "look"
    assert abs(editor(table).geometry().center().y() - place(table, "6").y()) <= 1
    press(table, Keys.Key_Return)
    assert said == [("6", "look")]


# -- showing by difference --------------------------------------------------------------------------------------------


def test_what_is_shown_again_stays_as_it_is(table: RunsTable) -> None:
    said = heard(table.selected)
    told = heard(table.model.dataChanged)
    click(table, "4", x=37)
    table.select(["4.1", "6"])
    seven, *rest = afternoon()
    show(table, seven, *rest)
    assert told == []
    show(table, replace(seven, changed="lr 0.1 → 0.05 by hand"), *rest)
    assert [(told_[0].row(), told_[1].row()) for told_ in told] == [(0, 0)]  # type: ignore[index]
    show(table, row("8"), seven, *rest)
    assert order(table)[:3] == ["8", "7", "6"] and "4.1" in order(table)
    show(table, *(each for each in rest if each.key != "5"))
    assert order(table) == ["6", "4", *SEEDS, "3", "2", "1"]
    assert table.keys == ["6", "4.1"] and said == []
    show(table, *(each for each in rest if each.key != "6"))
    assert said == [["4.1"]], "a run that is gone is selected no more"


def test_a_run_joins_a_group_and_a_group_goes(table: RunsTable) -> None:
    show(table, row("2"), row("1"))
    pair = RunRow("g", "1 × 2 seeds", "", "", (), children=(row("2"), row("1")))
    show(table, pair)
    click(table, "g", x=37)
    assert order(table) == ["g", "2", "1"]
    show(table, row("3"), replace(pair, children=(row("4"), *pair.children)))
    assert order(table) == ["3", "g", "4", "2", "1"]
    show(table, row("3"), replace(pair, children=(row("1"),)), row("2"))
    assert order(table) == ["3", "g", "1", "2"]
    show(table, row("2"), row("1"))
    assert order(table) == ["2", "1"]
    table.select(["1"])
    assert table.keys == ["1"]


def test_a_new_run_moves_nothing_that_is_in_sight(table: RunsTable) -> None:
    show(table, *many(100))
    table.tree.verticalScrollBar().setValue(500)
    before = place(table, "75")
    show(table, row("101"), *many(100))
    assert place(table, "75") == before
    table.tree.verticalScrollBar().setValue(0)
    show(table, row("102"), row("101"), *many(100))
    assert place(table, "102").y() < 26, "at the top one sees it come"


def test_other_columns(table: RunsTable) -> None:
    said = heard(table.selected)
    table.select(["6", "5"])
    table.set_sorting(Sorting("best"))
    loss = (Column("loss", "loss"), *COLUMNS[1:])
    table.show_rows(loss, afternoon())
    assert table.keys == ["6", "5"] and said == []
    assert order(table) == list("7654321"), "that column is gone"
    table.show_rows(COLUMNS, afternoon())
    assert "".join(order(table)) == "2135467" and table.keys == ["5", "6"], "it is there again"
    table.show_rows(loss, afternoon())
    assert table.model.headerData(2, Qt.Orientation.Horizontal) == "loss"
    told = heard(table.model.headerDataChanged)
    table.show_rows((Column("loss", "error"), *COLUMNS[1:]), afternoon())
    assert told and table.model.headerData(2, Qt.Orientation.Horizontal) == "error"


def test_what_was_remembered_is_told_before_there_are_columns(qtbot: QtBot) -> None:
    table = RunsTable(color_of)
    qtbot.addWidget(table)
    table.set_sorting(Sorting("best"))
    table.set_widths({"best": 120, "run": 200})
    table.show_rows(COLUMNS, afternoon())
    assert "".join(order(table)) == "2135467"
    assert [table.tree.head.sectionSize(column) for column in (0, 2)] == [200, 120]
    assert table.tree.head.sorting == table.sorting and table.widths == {"best": 120, "run": 200}


def test_no_rows_at_all_and_then_some(qtbot: QtBot) -> None:
    table = in_front(qtbot, RunsTable(color_of), 700, 300)
    assert texts(table) == ["No runs of this network yet: press Train, every run is kept here"]
    table.set_scope("all")
    assert texts(table) == ["No runs yet: press Train, every run is kept here"]
    press(table, Keys.Key_Down, Keys.Key_Return, Keys.Key_Space, Keys.Key_F2, Keys.Key_Delete)
    show(table, *afternoon())
    assert texts(table) == []
    show(table)
    assert texts(table) == ["No runs yet: press Train, every run is kept here"]


# -- sorting and filtering --------------------------------------------------------------------------------------------


def test_sorting_by_a_click_on_a_heading(table: RunsTable) -> None:
    said = heard(table.arranged)
    found = []
    for _ in range(3):
        heading(table, 2)
        found.append((table.sorting, "".join(order(table))))
    assert found == [(Sorting("best", True), "7645312"), (Sorting("best"), "2135467"), (Sorting(), "7654321")]
    heading(table, 1)
    assert table.sorting == Sorting("changed")
    assert len(said) == 4
    table.set_sorting(Sorting("time", True))
    assert "".join(order(table)) == "4316572" and len(said) == 4
    for _ in range(3):
        table.sort_by("best")
        found.append((table.sorting, "".join(order(table))))
    assert found[3:] == found[:3] and len(said) == 7


def test_selection_and_folds_survive_sorting(table: RunsTable) -> None:
    said = heard(table.selected)
    click(table, "4", x=37)
    click(table, "4.3")
    heading(table, 2)
    assert order(table) == ["7", "6", "4", "4.4", "4.3", "4.2", "4.1", "4.0", "5", "3", "1", "2"]
    assert table.keys == ["4.3"] and said == [["4.3"]]


def test_filtering_by_typing(table: RunsTable) -> None:
    said = heard(table.selected)
    table.select(["6", "5", "2"])
    QTest.keyClicks(table.tree, "lr")
    assert QApplication.focusWidget() is table.bar.line and table.bar.line.text() == "lr"
    assert order(table) == ["7", "2"]
    assert texts(table) == ["2 of 11 runs"]
    assert said[-1] == ["2"], "what is not in sight cannot be deleted by mistake"
    QTest.keyClicks(table.bar.line, ">0.5")
    assert order(table) == ["2"]
    press(table, Keys.Key_Down)
    assert QApplication.focusWidget() is table.tree
    press(table, Keys.Key_Home, Keys.Key_Up)
    assert QApplication.focusWidget() is table.bar.line
    press(table, Keys.Key_Escape)
    assert order(table) == list("7654321") and texts(table) == []
    assert not table.bar.all.isVisible()


def test_nothing_fits(table: RunsTable) -> None:
    click(table, "6")
    QTest.keyClicks(table.tree, "xyz")
    assert texts(table) == ["0 of 11 runs", "No run fits “xyz”"]
    QTest.mouseClick(table.bar.all, LEFT)
    assert order(table) == list("7654321")
    QTest.mouseClick(table.bar.star, LEFT)
    assert order(table) == ["1"] and texts(table) == ["1 of 11 runs"]
    show(table, *afternoon()[:-1])
    assert texts(table)[-1] == "No run has a star: press Space on one to give it one"
    QTest.mouseClick(table.bar.all, LEFT)
    assert not table.bar.star.isChecked() and table.bar.line.text() == ""


def test_keys_go_to_the_filter_when_all_rows_go(table: RunsTable) -> None:
    click(table, "6")
    show(table)
    assert QApplication.focusWidget() is table.bar.line
    show(table, *afternoon())
    click(table, "6")
    press(table, Keys.Key_F2)
    show(table)
    assert QApplication.focusWidget() is table.bar.line
    show(table, *(replace(each, note="why") for each in afternoon()))
    click(table, "6")
    press(table, Keys.Key_F2)
    assert editor(table).text() == "why", "the one of a row that went is no hindrance"


def test_a_run_that_is_noted_in_goes_and_comes_back(table: RunsTable) -> None:
    seven, six, *rest = afternoon()
    click(table, "6")
    press(table, Keys.Key_F2)
    show(table, seven, *rest)
    assert [each for each in table.tree.viewport().findChildren(QLineEdit) if each.isVisible()] == []
    show(table, seven, replace(six, note="a note that is seen"), *rest)
    note = QRect(270, place(table, "6").y() - 8, 100, 16)
    assert theme.current().text in colors(table.tree.viewport(), note)
    click(table, "6")
    press(table, Keys.Key_F2)
    assert editor(table).text() == "a note that is seen"


# -- columns ----------------------------------------------------------------------------------------------------------


def test_what_changed_has_the_room_that_is_left(table: RunsTable) -> None:
    head = table.tree.head
    assert head.length() == table.tree.viewport().width()
    wide = head.sectionSize(1)
    table.resize(1100, 380)
    QApplication.processEvents()
    assert (head.sectionSize(1), table.widths) == (wide + 120, {})
    table.resize(560, 380)
    QApplication.processEvents()
    assert head.sectionSize(1) == 150 and table.tree.horizontalScrollBar().maximum() > 0


def test_a_column_is_made_wider_and_let_go_again(table: RunsTable) -> None:
    head, said = table.tree.head, heard(table.arranged)
    before, edge = head.sectionSize(2), head.sectionViewportPosition(3) - 1
    view = head.viewport()
    QTest.mousePress(view, LEFT, NONE, QPoint(edge, 12))
    QTest.mouseMove(view, QPoint(edge + 30, 12))
    QTest.mouseRelease(view, LEFT, NONE, QPoint(edge + 30, 12))
    QApplication.processEvents()
    assert table.widths == {"best": before + 30} and len(said) == 1
    assert head.length() == table.tree.viewport().width(), "what changed has given way"
    assert table.sorting == Sorting()
    show(table, row("8"), *afternoon())
    assert head.sectionSize(2) == before + 30
    QTest.mouseDClick(view, LEFT, NONE, QPoint(head.sectionViewportPosition(3) - 1, 12))
    assert (table.widths, head.sectionSize(2), len(said)) == ({}, before, 2)
    table.set_widths({"run": 200, "changed": 300, "time": 5})
    assert [head.sectionSize(column) for column in (0, 1)] == [200, 300]
    assert head.sectionSize(6) >= 40


def test_columns_grow_with_what_stands_in_them(table: RunsTable) -> None:
    head = table.tree.head
    before = head.sectionSize(5)
    show(table, row("8", "", 0.9, 0.9, 0.9, 138_357_544), *afternoon())
    assert head.sectionSize(5) > before
    assert head.length() == table.tree.viewport().width()


# -- the line above, the line below, the menu -------------------------------------------------------------------------


def test_the_metric_and_the_scope(table: RunsTable) -> None:
    metrics, scopes = heard(table.metric_changed), heard(table.scope_changed)
    button = table.bar.tools.metrics
    assert button.text() == "metric ▾ validation accuracy"
    QTest.mouseClick(button, LEFT)
    menu = next(each for each in button.findChildren(QMenu) if each.isVisible())
    assert [(action.text(), action.isChecked()) for action in menu.actions()] == [
        ("validation accuracy", True), ("validation loss", False)]  # fmt: skip
    QTest.keyClick(menu, Keys.Key_Down)
    QTest.keyClick(menu, Keys.Key_Down)
    QTest.keyClick(menu, Keys.Key_Return)
    assert metrics == ["loss"]
    table.set_metrics((("loss", "validation loss"),), "loss")
    assert button.text() == "metric ▾ validation loss"
    table.set_metrics((), "")
    assert not button.isVisible()
    QTest.mouseClick(table.bar.tools.scope.buttons["all"], LEFT)
    assert scopes == ["all"]


def test_the_line_below(table: RunsTable) -> None:
    said = heard(table.tidy_requested)
    assert not table.tidy.isVisible()
    table.set_foot("7 runs · 41 MB", "Tidy up…")
    assert texts(table) == ["7 runs · 41 MB"]
    QTest.mouseClick(table.tidy, LEFT)
    assert len(said) == 1
    table.set_foot("7 runs · 41 MB")
    assert not table.tidy.isVisible() and texts(table) == ["7 runs · 41 MB"]
    table.set_foot("")
    assert texts(table) == []


def menu_of(table: RunsTable, key: str, reason: QContextMenuEvent.Reason = QContextMenuEvent.Reason.Mouse) -> QMenu:
    at = place(table, key, 400)
    if reason == QContextMenuEvent.Reason.Mouse:
        QTest.mousePress(table.tree.viewport(), Qt.MouseButton.RightButton, NONE, at)
        QTest.mouseRelease(table.tree.viewport(), Qt.MouseButton.RightButton, NONE, at)
    view = table.tree.viewport()
    QApplication.sendEvent(view, QContextMenuEvent(reason, at, view.mapToGlobal(at)))
    QApplication.processEvents()
    return next(each for each in table.findChildren(QMenu) if each.isVisible())


def test_the_menu_acts_on_what_is_selected(table: RunsTable, qtbot: QtBot) -> None:
    opened, compared, folders = heard(table.activated), heard(table.compare_requested), heard(table.folder_requested)
    stars, files, gone = heard(table.star_changed), heard(table.export_requested), heard(table.delete_requested)

    def choose(*titles: str) -> None:
        at = menu_of(table, "6")
        for title in titles[:-1]:
            at = next(action for action in at.actions() if action.text() == title).menu()
        next(action for action in at.actions() if action.text() == titles[-1]).trigger()
        QApplication.activePopupWidget().close()
        QApplication.processEvents()

    table.select(["2"])
    for titles in (("Open its canvas",), ("Show folder",), ("Star",), ("Delete",), ("Export", "CSV…"), ("Compare",)):
        choose(*titles)
    assert (opened, folders, stars, gone, files, compared) == (
        ["6"], ["6"], [(["6"], True)], [["6"]], [(["6"], "csv")], [])
    table.select(["6", "5"])
    for titles in (("Open its canvas",), ("Show folder",), ("Export", "TensorBoard…"), ("Compare",)):
        choose(*titles)
    assert (opened, folders, files[1:], compared) == (["6"], ["6"], [(["6", "5"], "tensorboard")], [["6", "5"]])
    choose("Sort by", "best")
    assert table.sorting == Sorting("best", True)
    choose("Note…")
    assert editor(table).isVisible()


def test_the_menu_by_its_key_and_where_there_is_none(table: RunsTable) -> None:
    view = table.tree.viewport()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(10, 10), view.mapToGlobal(QPoint(10, 10)))
    QApplication.sendEvent(view, event)
    assert QApplication.activePopupWidget() is None, "nothing is selected"
    table.select(["1"])
    table.tree.setCurrentIndex(table.model.index_of("1"))
    menu = menu_of(table, "1", QContextMenuEvent.Reason.Keyboard)
    assert [action.text() for action in menu.actions() if action.text()] == [
        "Open its canvas", "Compare", "Show folder", "Take the star away", "Note…", "Export", "Sort by", "Delete"]
    assert [action.text() for action in menu.actions() if not action.isEnabled() and action.text()] == ["Compare"]
    menu.close()


@pytest.mark.parametrize("width", [420, 560, 980])
def test_every_word_above_can_be_read(table: RunsTable, width: int) -> None:
    table.set_foot("7 runs · 41 MB", "Tidy up…")
    QTest.keyClicks(table.tree, "lr")
    table.resize(max(width, table.minimumSizeHint().width()), 300)
    QApplication.processEvents()
    assert cut_words(table) == []
