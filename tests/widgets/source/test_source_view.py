"""The network's source: only what differs is touched, lines are marked and chosen, what is stale looks like it."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from widgets.look import theme
from widgets.source.source_view import SourceView

LEFT = Qt.MouseButton.LeftButton
Keys = Qt.Key
MANY = "\n".join(f"line_{n} = {n}" for n in range(300))


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[SourceView]:
    stage = QWidget()
    stage.view, stage.beside = SourceView(stage), QLineEdit(stage)
    column = QVBoxLayout(stage)
    column.addWidget(stage.view)
    column.addWidget(stage.beside)
    in_front(qtbot, stage, 600, 400)
    stage.beside.setFocus()
    yield stage.view


def first_seen(view: SourceView) -> int:
    """The number of the first line in sight, counted from 1."""
    return view.area.firstVisibleBlock().blockNumber() + 1


def is_seen(view: SourceView, number: int) -> bool:
    place = view.area.cursorRect(QTextCursor(view.area.document().findBlockByNumber(number - 1)))
    return view.area.viewport().rect().contains(place)


def marked(view: SourceView) -> list[int]:
    """The lines that are tinted, the cursor's own aside."""
    return [mark.cursor.blockNumber() + 1 for mark in view.area.extraSelections()[1:]]


# -- showing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "stale", "enabled"), [("x = 1", False, True), ("x = 1", True, False),
                                                        ("", False, False)])
def test_what_can_run_can_be_taken_away(text: str, stale: bool, enabled: bool, view: SourceView, qtbot: QtBot) -> None:
    view.show_source(text, "Choose a line", stale)
    assert (view.copy.isEnabled(), view.export.isEnabled()) == (enabled, enabled)
    assert {view.state.text(), view.state.toolTip(), view.area.accessibleDescription()} == {"Choose a line"}
    asked = []
    view.copy_requested.connect(lambda: asked.append("copy"))
    view.export_requested.connect(lambda: asked.append("export"))
    QTest.mouseClick(view.copy, LEFT)
    QTest.mouseClick(view.export, LEFT)
    assert asked == (["copy", "export"] if enabled else [])
    assert (view.copy.accessibleName(), view.export.accessibleName()) == ("Copy the code", "Export the code")


def coloured(view: SourceView) -> bool:
    return bool(view.area.document().begin().layout().formats())


def test_what_is_stale_has_no_colours_and_says_so_in_red(view: SourceView) -> None:
    view.show_source("return 1", "fine")
    assert coloured(view)
    looks = []
    for stale in (True, True, False):
        view.show_source("return 1", "no", stale)
        QApplication.processEvents()
        looks.append(view.state.palette().color(view.state.foregroundRole()).name())
        assert coloured(view) == (not stale)
        assert bool(view.area.property("stale")) == stale
    assert looks[0] == looks[1] == theme.color("error").name() != looks[2]


def test_an_edit_above_moves_what_one_reads_with_it(view: SourceView) -> None:
    view.show_source(MANY)
    view.area.verticalScrollBar().setValue(100)
    lines = MANY.split("\n")
    view.show_source("\n".join(["new", "new", *lines]))
    assert first_seen(view) == 103
    view.show_source("\n".join(lines[5:]))
    assert first_seen(view) == 96
    view.show_source("\n".join([*lines[5:200], "new"]))
    assert first_seen(view) == 96, "what comes below moves nothing"


def test_an_edit_in_the_middle_moves_what_one_reads_by_what_came_or_went(view: SourceView) -> None:
    view.show_source(MANY)
    view.area.verticalScrollBar().setValue(100)
    lines = MANY.split("\n")
    view.show_source("\n".join([*lines[:40], "new", "newer", "newest", *lines[40:]]))
    assert first_seen(view) == 104
    view.show_source("\n".join([*lines[:40], "new", *lines[50:]]))
    assert first_seen(view) == 92
    view.show_source("\n".join([*lines[:40], "other", *lines[50:]]))
    assert first_seen(view) == 92, "a line that is other moves nothing"


@pytest.mark.parametrize("seed", range(12))
def test_whatever_changes_the_text_is_the_new_one(view: SourceView, seed: int) -> None:
    chance = random.Random(seed)
    lines = [f"line {number}" for number in range(6)]
    for _ in range(8):
        start = chance.randrange(len(lines) + 1)
        stop = min(len(lines), start + chance.randrange(4))
        lines = [*lines[:start], *(f"new {chance.random():.3f}" for _ in range(chance.randrange(4))), *lines[stop:]]
        text = "\n".join(lines)
        view.show_source(text)
        assert view.text == text


@pytest.mark.parametrize(("before", "after"), [
    ("a\nb\nccc", "a\nb\nddd\neee"), ("a\nb\nccc", "a\nb"), ("a\nb", "a\nb\nccc"), ("a\nb", "x\nb"),
    ("a\nb\nc", "a"), ("a", "a\nb\nc"), ("a", "b"), ("", "a\nb"), ("a\nb", ""), ("a\n\nb", "c\n\nd"),
])
def test_the_last_line_is_replaced_as_well(view: SourceView, before: str, after: str) -> None:
    view.show_source(before)
    view.show_source(after)
    assert view.text == after


def test_another_source_begins_at_its_top(view: SourceView) -> None:
    view.show_source(MANY)
    view.area.verticalScrollBar().setValue(100)
    view.show_source("\n".join(f"other_{n}\n" for n in range(300)))
    assert first_seen(view) == 1
    assert view.text.startswith("other_0\n\nother_1")


def test_the_marks_of_lines_that_stay_go_with_them(view: SourceView) -> None:
    view.show_source("a\nb\nc\nd")
    cursor = view.area.textCursor()
    cursor.setPosition(view.area.document().findBlockByNumber(2).position())
    view.area.setTextCursor(cursor)
    view.show_source("new\na\nb\nc\nd")
    assert view.area.textCursor().block().text() == "c"
    view.show_source("a\nb\nc\nx\ny")
    assert view.area.textCursor().block().text() == "c"


# -- marking and choosing -------------------------------------------------------------------------------------------


def test_marked_lines_come_into_sight_while_one_reads_elsewhere(view: SourceView) -> None:
    view.show_source(MANY)
    chosen = []
    view.line_chosen.connect(chosen.append)
    view.mark([200, 205])
    assert marked(view) == [200, 205]
    assert is_seen(view, 200)
    assert view.area.textCursor().blockNumber() == 199
    place = first_seen(view)
    view.mark([202])
    assert (marked(view), first_seen(view)) == ([202], place), "it can be seen already"
    view.mark([place])
    assert first_seen(view) == place
    view.mark([place - 1])
    assert is_seen(view, place - 1)
    assert first_seen(view) < place - 1, "with some of what is around it"
    view.mark([])
    assert marked(view) == []
    assert chosen == [], "nobody chose a line"


def test_the_last_line_that_is_cut_is_not_in_sight(view: SourceView) -> None:
    view.show_source(MANY)
    page = view.area.verticalScrollBar().pageStep()
    for number, stays in ((page - 1, True), (page, False)):
        view.area.verticalScrollBar().setValue(0)
        view.mark([number])
        assert (first_seen(view) == 1) == stays
        assert is_seen(view, number)


def test_marks_move_nothing_while_one_reads_here_or_where_they_are_the_same(view: SourceView) -> None:
    view.show_source(MANY)
    view.mark([150])
    view.area.verticalScrollBar().setValue(0)
    view.mark([150])
    assert first_seen(view) == 1
    view.area.setFocus()
    view.mark([200])
    assert (marked(view), first_seen(view)) == ([200], 1)


def test_a_line_is_chosen_by_mouse_and_keys(view: SourceView) -> None:
    view.show_source("a\nb\nc")
    chosen = []
    view.line_chosen.connect(chosen.append)
    spot = view.area.cursorRect(QTextCursor(view.area.document().findBlockByNumber(1))).center()
    QTest.mouseClick(view.area.viewport(), LEFT, pos=spot)
    assert chosen[-1] == 2
    QTest.keyClick(view.area, Keys.Key_Down)
    assert chosen[-1] == 3
    count = len(chosen)
    view.show_source("new\na\nb\nc")
    view.mark([1])
    assert len(chosen) == count


def test_the_keyboard_only_reads(view: SourceView) -> None:
    view.show_source("a\nb")
    view.area.setFocus()
    left = []
    view.left.connect(lambda: left.append(True))
    for key in (Keys.Key_X, Keys.Key_Return, Keys.Key_Backspace, Keys.Key_Delete):
        QTest.keyClick(view.area, key)
    QTest.keyClick(view.area, Keys.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert (view.text, left) == ("a\nb", [])
    QTest.keyClick(view.area, Keys.Key_Escape)
    assert left == [True]
    QTest.keyClick(view.area, Keys.Key_Tab)
    assert not view.area.hasFocus()
    assert not view.area.isUndoRedoEnabled()
