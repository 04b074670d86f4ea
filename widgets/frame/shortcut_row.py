"""A command and its keys in the card of shortcuts: Enter or a click, then the new keys are pressed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from widgets.canvas.gestures.keys import keys_of
from widgets.look import theme
from widgets.look.guarded import guarded

HEIGHT, CHIP, GAP = 25, 19, 4


def native(key: str) -> str:
    """A key as people write it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) or key


@guarded
class ShortcutRow(QPushButton):
    """Words at the left, keys at the right."""

    pressed_keys = Signal(str)  # while it listens
    left = Signal()  # … it lost the keyboard, or Esc was pressed

    def __init__(self, id: str, text: str, keys: Sequence[str], changed: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.id, self.words, self.is_listening = id, text, False
        self.setProperty("role", "key")
        self.setFixedHeight(HEIGHT)
        self.setMinimumWidth(200)
        self.setEnabled(bool(id))  # a gesture of the mouse is only told
        self.show_keys(keys, changed)

    def show_keys(self, keys: Sequence[str], changed: bool) -> None:
        """Other keys; ``changed``: they are not those that the command comes with."""
        self.keys, self.changed = list(keys), changed
        shown = ", ".join(map(native, keys)) if self.id else ", ".join(keys)
        self.setAccessibleName(f"{self.words}: {shown or self.tr('no keys')}")
        self.setAccessibleDescription(self.tr("Changed") if changed else "")
        self.update()

    def listen(self, on: bool) -> None:
        """Take the next keys as the command's."""
        self.is_listening = on
        self.update()

    def event(self, event: QEvent) -> bool:
        if self.is_listening and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if self.is_listening and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            self._take(event)
            return True
        return super().event(event)

    def _take(self, event: QKeyEvent) -> None:
        keys = keys_of(event)
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif keys:
            self.pressed_keys.emit(keys)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.is_listening:
            self.left.emit()

    # -- looks --------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(240, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and outline by the style, words and keys by hand."""
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            room = QRectF(self.rect()).adjusted(8, 0, -8, 0)
            width = self._paint_keys(painter, room)
            painter.setFont(theme.ui_font(13))
            painter.setPen(theme.color("text"))
            room.adjust(0, 0, -width - 8, 0)
            shown = QFontMetricsF(painter.font()).elidedText(self.words, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _paint_keys(self, painter: QPainter, room: QRectF) -> float:
        """The keys as they are on a keyboard, from the right; the width they take."""
        shown = [self.tr("Press keys…")] if self.is_listening else [
            native(key) if self.id else key for key in self.keys]
        font = theme.ui_font(11)
        metrics, right = QFontMetricsF(font), room.right()
        painter.setFont(font)
        for text in reversed(shown):
            width = metrics.horizontalAdvance(text) + 12
            chip = QRectF(right - width, room.center().y() - CHIP / 2 + 0.5, width, CHIP)
            painter.setPen(QPen(theme.color("accent" if self.is_listening or self.changed else "line"), 1))
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(chip, 4, 4)
            painter.setPen(theme.color("text" if self.is_listening or self.changed else "dim"))
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
            right -= width + GAP
        if self.changed and not self.is_listening:  # not by colour alone
            painter.setPen(theme.color("accent"))
            painter.drawText(QPointF(right - 8, room.center().y() + 5), "*")
            right -= 10
        return room.right() - right
