"""A quiet line under the learning rate: what another optimizer usually learns with, and a button that takes it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from engine.units import typed_text

NEAR = 5.0  # of two rates of which one is not so many times the other, either will do


class UsualRate(QWidget):
    """Hidden where there is nothing to offer."""

    asked = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rate = 0.0
        self.words, self.button = QLabel(wordWrap=True), QPushButton()
        self.words.setProperty("role", "small")
        self.button.setProperty("role", "tight")
        self.button.clicked.connect(lambda: self.asked.emit(self._rate))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 4)
        row.setSpacing(8)
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        self.hide()

    def offer(self, optimizer: str, usual: float, rate: float) -> None:
        """Offer the usual rate of an optimizer where the one that is set is far from it; no name: nothing."""
        self._rate = usual
        is_far = bool(optimizer) and not usual / NEAR < rate < usual * NEAR
        if is_far:
            number = typed_text(usual)
            words = self.tr("{optimizer} usually learns with {rate}")
            self.words.setText(words.format(optimizer=optimizer, rate=number))
            self.button.setText(self.tr("Use"))
            self.button.setAccessibleName(self.tr("Use a learning rate of {rate}").format(rate=number))
        self.setVisible(is_far)
