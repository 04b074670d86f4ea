"""Lines of arithmetic in the font of numbers, on a raised ground."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from widgets.inside.arithmetic import Line
from widgets.look import theme


class ArithmeticLines(QFrame):
    """``Σ w·x over 6×5×5 = 1.874``; what stands out is bold."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "inset")
        self.text = QLabel(wordWrap=True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setFont(theme.mono_font(12))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.addWidget(self.text)
        self.show_lines(())

    def show_lines(self, lines: Sequence[Line]) -> None:
        """None: it is not there."""
        rows = [escape(line.text) + (f" <b>{escape(line.strong)}</b>" if line.strong else "") for line in lines]
        self.text.setText("<div style='line-height: 130%'>" + "<br>".join(rows) + "</div>")
        self.text.setAccessibleName("; ".join(f"{line.text} {line.strong}".strip() for line in lines))
        self.setVisible(bool(lines))
