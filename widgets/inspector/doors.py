"""The ways into what a layer holds."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from widgets.parts.elided import ElidedButton

GAP = 8


class Doors(QWidget):
    """Ways into what a layer holds: inside a block, out of it into its layers, to the code of a code layer."""

    inside_requested = Signal()
    dissolve_requested = Signal()
    code_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inside = self._button(self.tr("Look inside"), self.tr("Show the layers of this block (Enter)"))
        self.dissolve = self._button(self.tr("Dissolve"), self.tr("Put its layers in its place (Ctrl+Shift+G)"))
        self.code = self._button(self.tr("Edit code"), self.tr("Show the Python code of this layer (Enter)"))
        self.inside.clicked.connect(self.inside_requested)
        self.dissolve.clicked.connect(self.dissolve_requested)
        self.code.clicked.connect(self.code_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 12, 0, 0)
        row.setSpacing(GAP)
        for button in (self.inside, self.dissolve, self.code):
            row.addWidget(button)
        row.addStretch(1)

    def show_doors(self, block: bool, code: bool) -> None:
        """What this layer is."""
        self.inside.setVisible(block)
        self.dissolve.setVisible(block)
        self.code.setVisible(code)
        self.setVisible(block or code)

    def _button(self, text: str, hint: str) -> QPushButton:
        button = ElidedButton(text, self)
        button.setAccessibleName(text)
        button.setAccessibleDescription(hint)
        return button
