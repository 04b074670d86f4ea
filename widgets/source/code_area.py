"""Text to write or read Python in: line numbers, marked lines, indentation as hands expect it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.source.python_syntax import PythonHighlighter

STEP = 4  # spaces
EDGE = 8  # left and right of the line numbers
BAR = 3  # beside lines that are marked
_OPENS = re.compile(r":\s*(#.*)?$")
_LEAVES = re.compile(r"\s*(return|raise|pass|break|continue)\b")
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_CTRL = Qt.KeyboardModifier.ControlModifier


@guarded
class _Numbers(QWidget):
    """The strip with the line numbers."""

    def __init__(self, area: CodeArea) -> None:
        super().__init__(area)
        self._area = area

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._area.paint_numbers(painter, event.rect())


@guarded
class CodeArea(QPlainTextEdit):
    """Ctrl+Enter asks to apply; Esc leaves, since Tab belongs to the text."""

    applied = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._error: QTextCursor | None = None  # keeps to its line while the text around it changes
        self.marked: frozenset[int] = frozenset()  # lines, counted from 1
        self.setProperty("role", "code")
        self.setFont(theme.mono_font(13))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabStopDistance(STEP * self.fontMetrics().horizontalAdvance(" "))
        self.document().setDocumentMargin(6)
        self._numbers = _Numbers(self)
        self.highlighter = PythonHighlighter(self.document(), self)
        self.blockCountChanged.connect(lambda _: self._make_room())
        self.updateRequest.connect(self._follow)
        self.cursorPositionChanged.connect(self._mark)
        self._make_room()
        self._mark()

    # -- marks --------------------------------------------------------------------------------------------------

    def mark_error(self, line: int | None) -> None:
        """Mark a line, counted from 1, as wrong, and show it; None takes the mark away."""
        self._error = None
        block = self.document().findBlockByNumber(line - 1) if line else QTextBlock()
        if block.isValid():
            self._error = QTextCursor(block)
            if not self.hasFocus():
                self.setTextCursor(QTextCursor(block))
                self.centerCursor()
        self._mark()

    def error_line(self) -> int | None:
        """The number of the marked line, counted from 1."""
        return self._error.blockNumber() + 1 if self._error is not None else None

    def mark_lines(self, numbers: Iterable[int]) -> None:
        """Mark these lines, counted from 1, and no others."""
        if frozenset(numbers) != self.marked:
            self.marked = frozenset(numbers)
            self._mark()

    def _mark(self) -> None:
        marks = [_line_mark(self.textCursor(), theme.color("raised"))]
        chosen = theme.color("accent")
        chosen.setAlpha(45)
        for number in sorted(self.marked):
            block = self.document().findBlockByNumber(number - 1)
            if block.isValid():
                marks.append(_line_mark(QTextCursor(block), chosen))
        if self._error is not None:
            tint = theme.color("error")
            tint.setAlpha(40)
            marks += [_line_mark(self._error, tint), _wave(self._error)]
        self.setExtraSelections(marks)
        self._numbers.update()

    def changeEvent(self, event: QEvent) -> None:
        """Take the new theme's colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_numbers"):
            self._mark()

    # -- line numbers -------------------------------------------------------------------------------------------

    def numbers_width(self) -> int:
        """Room for the last line's number."""
        digits = max(2, len(str(self.blockCount())))
        return 2 * EDGE + digits * self.fontMetrics().horizontalAdvance("0")

    def paint_numbers(self, painter: QPainter, part: QRect) -> None:
        """The numbers of the lines that are in sight; the current one stands out, the wrong one is red."""
        painter.setFont(self.font())
        block = self.firstVisibleBlock()
        while block.isValid():
            place = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if place.top() > part.bottom():
                break
            if block.blockNumber() + 1 in self.marked:
                height = self.blockBoundingRect(block).height()
                painter.fillRect(QRectF(0, place.top(), BAR, height), theme.color("accent"))
            painter.setPen(theme.color(self._tone(block.blockNumber())))
            room = QRectF(0, place.top(), self._numbers.width() - EDGE, self.fontMetrics().height())
            painter.drawText(room, Qt.AlignmentFlag.AlignRight, str(block.blockNumber() + 1))
            block = block.next()

    def _tone(self, number: int) -> str:
        if number + 1 == self.error_line():
            return "error"
        return "text" if number == self.textCursor().blockNumber() or number + 1 in self.marked else "dim"

    def _make_room(self) -> None:
        self.setViewportMargins(self.numbers_width(), 0, 0, 0)
        self._place_numbers()

    def _place_numbers(self) -> None:
        inside = self.contentsRect()
        self._numbers.setGeometry(inside.left(), inside.top(), self.numbers_width(), self.viewport().height())

    def _follow(self, part: QRect, by: int) -> None:
        if by:
            self._numbers.scroll(0, by)
        else:
            self._numbers.update(0, part.y(), self._numbers.width(), part.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The numbers are as high as the text."""
        super().resizeEvent(event)
        self._place_numbers()

    # -- keys ---------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Ctrl+Enter is meant for the code while one writes it, not for the window's training."""
        writes = not self.isReadOnly()
        if writes and event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _applies(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that know of indentation; the rest is text."""
        key = Qt.Key(event.key())
        if self.isReadOnly():
            if key == Qt.Key.Key_Escape:
                self.left.emit()
            else:
                super().keyPressEvent(event)
        elif _applies(event):
            self.applied.emit()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key in _ENTER:
            self._break_line()
        elif key == Qt.Key.Key_Tab and not self.textCursor().hasSelection():
            column = self.textCursor().positionInBlock()
            self.textCursor().insertText(" " * (STEP - column % STEP))
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self._shift_lines(1 if key == Qt.Key.Key_Tab else -1)
        elif key == Qt.Key.Key_Backspace and event.modifiers() == Qt.KeyboardModifier.NoModifier and self._is_indent():
            self._unindent()
        else:
            super().keyPressEvent(event)

    def _break_line(self) -> None:
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        indent = len(before) - len(before.lstrip(" "))
        if _OPENS.search(before):
            indent += STEP
        elif _LEAVES.match(before):
            indent = max(0, indent - STEP)
        cursor.insertText("\n" + " " * indent)
        self.setTextCursor(cursor)

    def _is_indent(self) -> bool:
        """Whether the cursor stands behind spaces only."""
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        return bool(before) and not before.strip(" ") and not cursor.hasSelection()

    def _unindent(self) -> None:
        cursor = self.textCursor()
        count = (cursor.positionInBlock() - 1) % STEP + 1
        cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, count)
        cursor.removeSelectedText()

    def _shift_lines(self, by: int) -> None:
        """Move the selected lines, or the one with the cursor, a step to the right or to the left."""
        cursor = self.textCursor()
        first = self.document().findBlock(cursor.selectionStart()).blockNumber()
        last = self.document().findBlock(max(cursor.selectionStart(), cursor.selectionEnd() - 1)).blockNumber()
        edit = QTextCursor(self.document())
        edit.beginEditBlock()
        for number in range(first, last + 1):
            block = self.document().findBlockByNumber(number)
            edit.setPosition(block.position())
            if by > 0 and block.text().strip():
                edit.insertText(" " * STEP)
            elif by < 0:
                spaces = len(block.text()) - len(block.text().lstrip(" "))
                count = min(STEP, spaces)
                edit.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor, count)
                edit.removeSelectedText()
        edit.endEditBlock()


def _applies(event: QKeyEvent) -> bool:
    return event.key() in _ENTER and bool(event.modifiers() & _CTRL)


def _line_mark(cursor: QTextCursor, color: QColor) -> QTextEdit.ExtraSelection:
    mark = QTextEdit.ExtraSelection()
    mark.cursor = QTextCursor(cursor)
    mark.cursor.clearSelection()
    mark.format.setBackground(color)
    mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
    return mark


def _wave(cursor: QTextCursor) -> QTextEdit.ExtraSelection:
    """A wave below the words of the line."""
    mark = QTextEdit.ExtraSelection()
    mark.cursor = QTextCursor(cursor.block())
    spaces = len(cursor.block().text()) - len(cursor.block().text().lstrip())
    mark.cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.MoveAnchor, spaces)
    mark.cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    mark.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    mark.format.setUnderlineColor(theme.color("error"))
    return mark
