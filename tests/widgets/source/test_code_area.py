"""Text to write Python in: what each key does, and what the strip beside it shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QKeySequence, QShortcut, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.look import theme
from widgets.source.code_area import CodeArea

CTRL, SHIFT, NONE = (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier,
                     Qt.KeyboardModifier.NoModifier)
Keys = Qt.Key


@pytest.fixture
def area(qtbot: QtBot) -> Iterator[CodeArea]:
    theme.apply(QApplication.instance(), theme.DARK)
    area = CodeArea()
    qtbot.addWidget(area)
    area.resize(500, 300)
    area.show()
    with qtbot.waitActive(area):
        area.activateWindow()
    area.setFocus()
    yield area


def fill(area: CodeArea, text: str) -> None:
    """``|`` is the cursor; with two of them, what is between is selected."""
    parts = text.split("|")
    area.setPlainText("".join(parts))
    cursor = area.textCursor()
    cursor.setPosition(len(parts[0]))
    if len(parts) == 3:
        cursor.setPosition(len(parts[0]) + len(parts[1]), QTextCursor.MoveMode.KeepAnchor)
    area.setTextCursor(cursor)


def filled(area: CodeArea) -> str:
    text, at = area.toPlainText(), area.textCursor().position()
    return f"{text[:at]}|{text[at:]}"


@pytest.mark.parametrize(("key", "keys", "before", "after"), [
    (Keys.Key_Return, NONE, "if x:|", "if x:\n    |"),
    (Keys.Key_Enter, NONE, "if x:  # why|", "if x:  # why\n    |"),
    (Keys.Key_Return, NONE, "    x = 1|", "    x = 1\n    |"),
    (Keys.Key_Return, NONE, "    x| = 1", "    x\n    | = 1"),
    (Keys.Key_Return, NONE, "  |  x", "  \n  |  x"),
    (Keys.Key_Return, NONE, "        return x|", "        return x\n    |"),
    (Keys.Key_Return, NONE, "  pass|", "  pass\n|"),
    (Keys.Key_Return, NONE, "    passed = 1|", "    passed = 1\n    |"),
    (Keys.Key_Return, NONE, "    x = {1: 2}|", "    x = {1: 2}\n    |"),
    (Keys.Key_Return, NONE, "    if return:|", "    if return:\n        |"),
    (Keys.Key_Return, SHIFT, "    raise x|", "    raise x\n|"),
    (Keys.Key_Tab, NONE, "abc|", "abc |"),
    (Keys.Key_Tab, NONE, "x\nabcd|", "x\nabcd    |"),
    (Keys.Key_Tab, NONE, "a|b|c", "    ab|c"),
    (Keys.Key_Backtab, SHIFT, "      a|", "  a|"),
    (Keys.Key_Backtab, SHIFT, "  a|", "a|"),
    (Keys.Key_Backtab, SHIFT, "a|", "a|"),
    (Keys.Key_Tab, NONE, "|a\n\n   \nb\n|c", "    a\n\n   \n    b\n|c"),
    (Keys.Key_Tab, NONE, "|a\nb|\nc", "    a\n    b|\nc"),
    (Keys.Key_Backspace, NONE, "x\n        |y", "x\n    |y"),
    (Keys.Key_Backspace, NONE, "x\n     |y", "x\n    |y"),
    (Keys.Key_Backspace, NONE, "    a    |", "    a   |"),
    (Keys.Key_Backspace, NONE, "x\n|y", "x|y"),
    (Keys.Key_Backspace, NONE, "   | | y", "   | y"),
    (Keys.Key_Backspace, CTRL, "        |y", "|y"),
    (Keys.Key_Return, CTRL, "x|", "x|"),
])  # fmt: skip
def test_what_a_key_does(key: Qt.Key, keys: Qt.KeyboardModifier, before: str, after: str, area: CodeArea) -> None:
    fill(area, before)
    QTest.keyClick(area, key, keys)
    assert filled(area) == after
    if before != after and "|" + after.replace("|", "") != after:
        QTest.keyClick(area, Keys.Key_Z, CTRL)
        assert area.toPlainText() == before.replace("|", ""), "in one step"


def test_a_new_line_at_the_end_is_seen(area: CodeArea) -> None:
    fill(area, "\n" * 100 + "if x:|")
    QTest.keyClick(area, Keys.Key_Return)
    assert area.viewport().rect().contains(area.cursorRect())


@pytest.mark.parametrize(("read_only", "key", "keys", "applied", "left", "shortcut"), [
    (False, Keys.Key_Return, CTRL, 1, 0, 0), (False, Keys.Key_Enter, CTRL, 1, 0, 0),
    (False, Keys.Key_Escape, NONE, 0, 1, 0), (False, Keys.Key_Return, NONE, 0, 0, 0),
    (True, Keys.Key_Return, CTRL, 0, 0, 1), (True, Keys.Key_Escape, NONE, 0, 1, 0), (True, Keys.Key_X, NONE, 0, 0, 0),
])  # fmt: skip
def test_keys_that_are_no_text(read_only: bool, key: Qt.Key, keys: Qt.KeyboardModifier, applied: int, left: int,
                               shortcut: int, area: CodeArea) -> None:
    got = {"applied": 0, "left": 0, "shortcut": 0}
    train = QShortcut(QKeySequence("Ctrl+Return"), area)

    def count(what: str) -> None:
        got[what] += 1

    area.applied.connect(lambda: count("applied"))
    area.left.connect(lambda: count("left"))
    train.activated.connect(lambda: count("shortcut"))
    area.setReadOnly(read_only)
    QTest.keyClick(area, key, keys)
    assert got == {"applied": applied, "left": left, "shortcut": shortcut}


# -- marks ----------------------------------------------------------------------------------------------------------


def strip(area: CodeArea, line: int, left: int = 0) -> set[str]:
    """The colours beside a line, counted from 1; from so far to the left."""
    QApplication.processEvents()
    row = area.cursorRect(QTextCursor(area.document().findBlockByNumber(line - 1)))
    image = area.grab(QRect(area.contentsRect().topLeft() + QPoint(0, row.top()),
                            area.contentsRect().topLeft() + QPoint(area.numbers_width() - 2, row.bottom()))).toImage()
    return {image.pixelColor(x, y).name() for x in range(left, image.width()) for y in range(image.height())}


def test_the_numbers_beside_the_lines(area: CodeArea) -> None:
    tone = {name: QColor(theme.color(name)).name() for name in ("dim", "text", "accent", "error")}
    fill(area, "a|\n\n\n\n\n\n")
    area.mark_error(2)
    area.mark_lines([4, 99])
    assert tone["text"] in strip(area, 1)
    assert tone["error"] in strip(area, 2)
    assert {tone["text"], tone["accent"]} <= strip(area, 4)
    assert tone["accent"] not in strip(area, 1) | strip(area, 2) | strip(area, 7)
    assert tone["dim"] in strip(area, 7)
    assert tone["text"] not in strip(area, 7)
    assert len(strip(area, 7, area.numbers_width() - 7)) == 1, "a distance to the text"
    QTest.keyClick(area, Keys.Key_End, CTRL)
    assert tone["text"] in strip(area, 7)
    assert tone["text"] not in strip(area, 1)


def backgrounds(area: CodeArea) -> list[tuple[int, str, bool]]:
    return [(mark.cursor.blockNumber() + 1, mark.format.background().color().name(),
             mark.format.boolProperty(mark.format.Property.FullWidthSelection))
            for mark in area.extraSelections() if mark.format.hasProperty(mark.format.Property.BackgroundBrush)]


def test_the_lines_themselves_are_tinted(area: CodeArea) -> None:
    tone = {name: QColor(theme.color(name)).name() for name in ("raised", "accent", "error")}
    fill(area, "a\n|b\n  c d  \nd|")
    area.mark_lines([4, 1, 7])
    area.mark_error(3)
    assert backgrounds(area) == [(4, tone["raised"], True), (1, tone["accent"], True), (4, tone["accent"], True),
                                 (3, tone["error"], True)]
    assert [mark.cursor.selectedText() for mark in area.extraSelections()] == ["", "", "", "", "c d  "]
    area.mark_lines([])
    area.mark_error(None)
    assert backgrounds(area) == [(4, tone["raised"], True)]


def test_an_error_is_shown_unless_one_writes(area: CodeArea) -> None:
    fill(area, "|" + "x\n" * 300)
    area.mark_error(250)
    assert (area.error_line(), area.textCursor().blockNumber()) == (250, 0)
    assert area.firstVisibleBlock().blockNumber() == 0
    area.clearFocus()
    area.mark_error(1)
    assert area.textCursor().blockNumber() == 0
    area.mark_error(250)
    assert area.textCursor().blockNumber() == 249
    page = area.verticalScrollBar().pageStep()
    assert abs(area.firstVisibleBlock().blockNumber() + page / 2 - 249) < 3, "in the middle"
    area.mark_error(0)
    assert area.error_line() is None


def test_the_strip_scrolls_with_the_text_and_grows_with_it(area: CodeArea) -> None:
    fill(area, "|" + "x\n" * 98)
    narrow = area.numbers_width()
    assert narrow == area.viewport().x() - area.contentsRect().x()
    assert narrow - 16 == 2 * area.fontMetrics().horizontalAdvance("0")
    area.insertPlainText("\n")
    assert area.numbers_width() - 16 == 3 * area.fontMetrics().horizontalAdvance("0")
    strip_ = area.childAt(area.contentsRect().topLeft() + QPoint(3, 20))
    assert area.numbers_width() == strip_.width()
    area.resize(500, 500)
    QApplication.processEvents()
    assert strip_.geometry() == QRect(area.contentsRect().topLeft(), strip_.size())
    assert strip_.height() == area.viewport().height()


def test_a_tab_is_four_letters_wide_and_lines_never_wrap(area: CodeArea) -> None:
    fill(area, "|\t" + "x" * 500)
    start = area.cursorRect().x()
    QTest.keyClick(area, Keys.Key_Right)
    assert area.cursorRect().x() - start == pytest.approx(4 * area.fontMetrics().horizontalAdvance(" "), abs=1)
    assert area.document().begin().layout().lineCount() == 1


def test_another_theme_tints_anew(area: CodeArea) -> None:
    fill(area, "a|\nb")
    area.mark_error(2)
    theme.apply(QApplication.instance(), theme.LIGHT)
    QApplication.processEvents()
    assert [color for _, color, _ in backgrounds(area)] == [
        QColor(theme.LIGHT.raised).name(), QColor(theme.LIGHT.error).name()]
