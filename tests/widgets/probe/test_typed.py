"""The typed row: Enter, lines, what is wrong, what was typed before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.seen import texts
from widgets.probe.typed import TypedRow

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def row(qtbot: QtBot) -> Iterator[TypedRow]:
    row = in_front(qtbot, TypedRow(), 240, 120)
    row.line.setFocus()
    yield row


def enter(row: TypedRow, text: str) -> None:
    row.line.selectAll()
    QTest.keyClicks(row.line, text)
    QTest.keyClick(row.line, Qt.Key.Key_Return)


def test_enter_says_what_was_typed(row: TypedRow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(row.typed) as heard:
        enter(row, " [1, 2, 3, 4] ")
    assert heard.args == ["[1, 2, 3, 4]"] and row.text() == " [1, 2, 3, 4] ", "it stays, to be changed"
    with qtbot.assertNotEmitted(row.typed):
        enter(row, "  ")


def test_it_grows_with_its_lines_up_to_a_few(row: TypedRow) -> None:
    heights = [row.line.height()]
    for _ in range(7):
        QTest.keyClick(row.line, Qt.Key.Key_Return, SHIFT)
        heights.append(row.line.height())
    assert heights == sorted(heights) and heights[1] > heights[0] and heights[4] == heights[7]
    row.show_text("torch.arange(9.).reshape(3, 3) * torch.ones(3, 3)")
    assert heights[0] < row.line.height(), "a long line breaks"
    row.show_text("1")
    assert row.line.height() == heights[0]


def test_what_is_wrong_is_said_in_place_until_it_is_entered_anew(row: TypedRow) -> None:
    row.show_error("A bracket is never closed.")
    assert texts(row) == ["A bracket is never closed."]
    assert row.line.accessibleDescription() == "A bracket is never closed."
    enter(row, "[1]")
    assert texts(row) == []


def test_up_and_down_lead_through_what_was_typed(row: TypedRow) -> None:
    for text in ("[1]", "[2]", "[3]", "[2]"):
        enter(row, text)
    row.show_text("")
    QTest.keyClicks(row.line, "[4")
    seen = []
    for key in (Qt.Key.Key_Up,) * 4 + (Qt.Key.Key_Down,) * 4:
        QTest.keyClick(row.line, key)
        seen.append(row.text())
    assert seen == ["[2]", "[3]", "[1]", "[1]", "[3]", "[2]", "[4", "[4"]


def test_up_goes_to_the_line_above_first(row: TypedRow) -> None:
    enter(row, "[1]")
    row.show_text("a\nb")
    QTest.keyClick(row.line, Qt.Key.Key_Up)
    assert row.text() == "a\nb"
    QTest.keyClick(row.line, Qt.Key.Key_Up)
    assert row.text() == "[1]"


def test_what_was_typed_goes_once_something_else_is_in_hand(row: TypedRow) -> None:
    enter(row, "[1, 2]")
    row.forget()
    assert row.text() == ""
    QTest.keyClick(row.line, Qt.Key.Key_Up)
    assert row.text() == "[1, 2]", "it is of the past"
    QTest.keyClicks(row.line, ", [3")
    row.forget()
    assert row.text() == "[1, 2], [3", "what is being typed stays"
