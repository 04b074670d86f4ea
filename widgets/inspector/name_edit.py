"""The layer's name, to be read and typed over."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from widgets.fields.editors import mark
from widgets.look.guarded import guarded

INDENT = 2  # QLineEdit's own; what has no frame stands flush with the labels around it


@guarded
class NameEdit(QLineEdit):
    """A title that can be typed into. Enter, or leaving, asks for the new name; Esc takes it back."""

    name_typed = Signal(str)
    calmed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self.setProperty("role", "name")
        self.setTextMargins(-INDENT, 0, 0, 0)
        self.setMaxLength(120)
        self.textEdited.connect(self._calm)

    def show_name(self, name: str) -> None:
        """The name as it is; a name being typed stays until another one comes."""
        if name != self._name:
            self._name = name
            self.take_back()

    def take_back(self) -> None:
        """Show the name as it is."""
        self.setText(self._name)
        self.setCursorPosition(len(self._name) if self.hasFocus() else 0)
        self._calm()

    def refuse(self) -> None:
        """The name was refused: keep it to be mended, or drop it when the person has gone on."""
        mark(self, "bad", True)
        if not self.hasFocus():
            self.setText(self._name)
            mark(self, "bad", False)

    def _calm(self) -> None:
        mark(self, "bad", False)
        self.calmed.emit()

    def _ask(self) -> None:
        if self.text().strip() != self._name:
            self.name_typed.emit(self.text().strip())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text() != self._name:
            self.take_back()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            return
        if self.property("bad"):
            self.take_back()
        else:
            self._ask()
