"""The layer as one line of PyTorch."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QFont, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from widgets.inspector.name_edit import INDENT
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip


@guarded
class CodeLine(QLineEdit):
    """One line of code to read and copy: shortened while it rests, whole while it has the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._code = ""
        self.setReadOnly(True)
        self.setProperty("role", "code")
        font = theme.mono_font(11)
        font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 98)  # a usual Conv2d call just fits the panel
        self.setFont(font)
        self.setTextMargins(-INDENT, 0, -INDENT, 0)
        self.setAccessibleName(self.tr("In PyTorch"))

    def show_code(self, code: str) -> None:
        """Show another line."""
        if code != self._code:
            self._code = code
            self.setToolTip(tooltip(self.tr("The same in PyTorch"), code))
            self._fit()

    def _fit(self) -> None:
        room = self.contentsRect().width()
        text = self._code
        if not self.hasFocus():
            text = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
        self.setText(text)
        self.setCursorPosition(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._fit()
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._fit()
