"""A line to type an input into, as numbers or as torch writes them: it grows with its lines and knows its past."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip
from widgets.parts.words import Words
from widgets.probe.dropped import given_by, is_picture

MOST, KEPT, EDGE = 5, 50, 14  # lines in sight; inputs that are remembered; pixels around the text


@guarded
class _Line(QPlainTextEdit):
    """Enter is said, with Shift it begins a line; up and down at its ends lead through what was typed before."""

    entered = Signal()
    past_asked = Signal(int)  # -1: earlier, 1: later
    picture_given = Signal(object)  # the path of a file, or a QImage

    def __init__(self) -> None:
        super().__init__()
        self.setFont(theme.mono_font(12))
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(2)
        self.textChanged.connect(self._grow)
        self._grow()

    def _grow(self) -> None:
        lines = min(MOST, max(1, int(self.document().size().height())))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + EDGE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width breaks other lines."""
        super().resizeEvent(event)
        self._grow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, up, down; the rest is text."""
        key, shift = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not shift:
            self.entered.emit()
        elif key == Qt.Key.Key_Up and self._is_at(QTextCursor.MoveOperation.Up):
            self.past_asked.emit(-1)
        elif key == Qt.Key.Key_Down and self._is_at(QTextCursor.MoveOperation.Down):
            self.past_asked.emit(1)
        else:
            super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Text, and pictures."""
        return _picture_in(source) is not None or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """A picture that is pasted or dropped here is no text: it is to be looked at."""
        given = _picture_in(source)
        if given is None:
            super().insertFromMimeData(source)
        else:
            self.picture_given.emit(given)

    def _is_at(self, way: QTextCursor.MoveOperation) -> bool:
        """Whether there is no line further that way."""
        return not QTextCursor(self.textCursor()).movePosition(way)


def _picture_in(source: QMimeData) -> str | QImage | None:
    given = given_by(source)
    if isinstance(given, str):
        return given if is_picture(given) else None
    return None if source.hasText() else given


class TypedRow(QWidget):
    """Says what was typed; whoever reads it says what is wrong with it."""

    typed = Signal(str)
    picture_given = Signal(object)  # the path of a file, or a QImage

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line, self.error = _Line(), Words("error")
        self._past: list[str] = []
        self._at = 0  # of the past; its length: what is being typed
        self._draft = ""
        self.line.setPlaceholderText("[1, 2, 3, 4]")
        self.line.setAccessibleName(self.tr("Typed input"))
        self.line.setToolTip(tooltip(self.tr("Numbers, or as torch writes them: torch.arange(9.).reshape(3, 3)."),
                                     self.tr("Enter runs it, Shift+Enter begins a line.")))
        self.line.entered.connect(self._enter)
        self.line.past_asked.connect(self._go)
        self.line.picture_given.connect(self.picture_given)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.line)
        column.addWidget(self.error)

    def text(self) -> str:
        """What stands there."""
        return self.line.toPlainText()

    def show_text(self, text: str) -> None:
        """As if it had been typed, without saying so."""
        self.line.setPlainText(text)
        self.line.moveCursor(QTextCursor.MoveOperation.End)
        self.show_error("")

    def forget(self) -> None:
        """Another input is in hand: the last one that was typed is of the past; what is being typed stays."""
        if self._past and self.text().strip() == self._past[-1]:
            self.show_text("")

    def show_error(self, text: str) -> None:
        """What is wrong with it, in place; nothing: it is right."""
        self.error.say(text)
        self.line.setAccessibleDescription(text)

    def _enter(self) -> None:
        text = self.text().strip()
        if text:
            self._past = [*[each for each in self._past if each != text], text][-KEPT:]
            self._at, self._draft = len(self._past), ""
            self.show_error("")
            self.typed.emit(text)

    def _go(self, way: int) -> None:
        """To what was typed earlier or later; after the last is what was begun."""
        if self._at == len(self._past):
            self._draft = self.text()
        there = self._at + way
        if 0 <= there <= len(self._past):
            self._at = there
            self.show_text(self._draft if there == len(self._past) else self._past[there])
