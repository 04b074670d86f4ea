"""A box at a card that says what it is about, and at its foot what comes of it or why it cannot be."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from widgets.parts.popup import Popup


class HeadedBox(Popup):
    """Stays open until what was chosen is done, or has said why it cannot be."""

    def __init__(self, host: QWidget, width: int, most: int, heading: str) -> None:
        super().__init__(host, width, most)
        label = QLabel(heading, self)
        label.setProperty("role", "section")
        top = QHBoxLayout()
        top.setContentsMargins(14, 10, 12, 0)
        top.addWidget(label)
        self.column.insertLayout(0, top)
        self.setAccessibleName(heading)

    def tell(self, text: str, tone: str = "") -> None:
        """At the bottom of it; ``tone``: "warning" for why something cannot be done."""
        self.foot.setText(text)
        if self.foot.property("role") != (tone or "small"):
            self.foot.setProperty("role", tone or "small")
            self.foot.style().unpolish(self.foot)
            self.foot.style().polish(self.foot)
        if not self.isHidden():
            self.place()
