"""Text to write Python in: what each key does, and what the strip beside it shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QKeySequence, QShortcut, QTextCharFormat, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.painted import Mark, of, painted
from tests.redrawn import is_redrawn
from widgets.look import theme
from widgets.source.code_area import CodeArea

CTRL, SHIFT, NONE = (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier,
                     Qt.KeyboardModifier.NoModifier)
Keys = Qt.Key


@pytest.fixture
def area(qtbot: QtBot) -> Iterator[CodeArea]:
    area = CodeArea()
    in_front(qtbot, area, 500, 300)
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
    assert is_redrawn(strip_, lambda: area.mark_error(5))
    assert is_redrawn(strip_, lambda: area.insertPlainText("y"))


def test_a_tab_is_four_letters_wide_and_lines_never_wrap(area: CodeArea) -> None:
    fill(area, "|\t" + "x" * 500)
    start = area.cursorRect().x()
    QTest.keyClick(area, Keys.Key_Right)
    assert area.cursorRect().x() - start == pytest.approx(4 * area.fontMetrics().horizontalAdvance(" "), abs=1)
    assert area.document().begin().layout().lineCount() == 1


def numbers(area: CodeArea, part: QRect | None = None) -> list[Mark]:
    """What is painted beside the lines."""
    return painted(lambda painter: area.paint_numbers(painter, part or QRect(0, 0, 100, 300)))


def test_every_line_in_sight_has_its_number(area: CodeArea) -> None:
    fill(area, "a\n|b\n" + "c\n" * 200)
    area.mark_lines([2, 3])
    marks = numbers(area)
    texts, bars = of("text", marks), of("area", marks)
    assert [mark.text for mark in texts] == [str(number) for number in range(1, len(texts) + 1)]
    high = area.cursorRect(QTextCursor(area.document().findBlockByNumber(1))).top() - area.cursorRect(
        QTextCursor(area.document().begin())).top()
    assert 290 / high < len(texts) <= 300 / high + 1
    strip_ = area.childAt(area.contentsRect().topLeft() + QPoint(3, 20))
    tops = [mark.place.top() for mark in texts]
    assert tops == pytest.approx([tops[0] + high * line for line in range(len(texts))])
    assert {mark.place.getRect()[::2] for mark in texts} == {(0, strip_.width() - 8)}
    assert {mark.place.height() for mark in texts} == {area.fontMetrics().height()}
    assert {mark.font.family() for mark in texts} == {area.font().family()}
    assert {mark.font.pixelSize() for mark in texts} == {13}
    accent = theme.color("accent").name()
    assert [(mark.place.getRect(), mark.fill) for mark in bars] == [
        ((0, pytest.approx(tops[line]), 3, pytest.approx(high)), accent) for line in (1, 2)]
    below = numbers(area, QRect(0, 0, 100, int(tops[3]) - 1))
    assert [mark.text for mark in of("text", below)] == ["1", "2", "3"]
    assert tops[3] == int(tops[3])
    touched = numbers(area, QRect(0, 0, 100, int(tops[3]) + 1))
    assert [mark.text for mark in of("text", touched)] == ["1", "2", "3", "4"]
    area.verticalScrollBar().setValue(100)
    assert of("text", numbers(area))[0].text == "101"


def test_numbers_are_drawn_anew_with_the_cursor_and_the_text(area: CodeArea) -> None:
    fill(area, "|a\nb\nc\n" * 60)
    strip_ = area.childAt(area.contentsRect().topLeft() + QPoint(3, 20))
    assert is_redrawn(strip_, lambda: QTest.keyClick(area, Keys.Key_Down))
    assert is_redrawn(strip_, lambda: area.mark_error(3))
    assert is_redrawn(strip_, lambda: area.mark_lines([2]))
    assert is_redrawn(strip_, lambda: area.verticalScrollBar().setValue(9))
    assert is_redrawn(strip_, lambda: area.insertPlainText("x"))


def test_the_text_begins_beside_its_numbers_at_the_top(area: CodeArea) -> None:
    fill(area, "|a")
    inside, text = area.contentsRect(), area.viewport().geometry()
    assert (text.top(), text.left()) == (inside.top(), inside.left() + area.numbers_width())
    assert (text.right(), text.bottom()) == (inside.right(), inside.bottom())
    assert area.document().documentMargin() == 6
    assert area.cursorRect().left() - 6 <= 1


def test_the_wave_below_an_error_is_red(area: CodeArea) -> None:
    fill(area, "a\n  |b c")
    area.mark_error(2)
    wave = area.extraSelections()[-1]
    assert wave.format.underlineStyle() == QTextCharFormat.UnderlineStyle.WaveUnderline
    assert wave.format.underlineColor().name() == theme.color("error").name()
    assert (wave.cursor.selectionStart(), wave.cursor.selectionEnd()) == (4, 7)
    tints = [mark.format.background().color().alpha() for mark in area.extraSelections()[:-1]]
    assert tints == [255, 40]
    area.mark_lines([1])
    assert area.extraSelections()[1].format.background().color().alpha() == 45


def test_a_line_that_is_broken_far_to_the_right_comes_back_into_sight(area: CodeArea) -> None:
    fill(area, "x" * 500 + "|")
    QTest.keyClick(area, Keys.Key_Return)
    assert area.viewport().rect().contains(area.cursorRect())
    fill(area, "a" * 30 + "| b|" + "\n" * 50)
    QTest.keyClick(area, Keys.Key_Return)
    assert not area.textCursor().hasSelection() and area.textCursor().positionInBlock() == 0


def test_another_theme_tints_anew(area: CodeArea) -> None:
    fill(area, "a|\nb")
    area.mark_error(2)
    theme.apply(QApplication.instance(), theme.LIGHT)
    QApplication.processEvents()
    assert [color for _, color, _ in backgrounds(area)] == [
        QColor(theme.LIGHT.raised).name(), QColor(theme.LIGHT.error).name()]


def test_a_new_line_is_in_sight(area: CodeArea) -> None:
    fill(area, "\n".join(f"    x{number} = 1" for number in range(100)) + "|")
    area.verticalScrollBar().setValue(0)
    QTest.keyClick(area, Keys.Key_Return)
    assert area.viewport().rect().contains(area.cursorRect())
