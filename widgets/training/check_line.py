"""A check that takes seconds: its button, what it has come to in a word beside it and in a sentence below it."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from widgets.look.text import tooltip
from widgets.parts.flow import Flow
from widgets.parts.still import StillButton


class CheckState(NamedTuple):
    """Where a check stands. ``tone`` is that of the sentence: "" (dim), "plain", "warning" or "error"."""

    running: bool = False
    beside: str = ""
    action: str = ""  # the button beside it; empty: there is nothing to take over
    words: str = ""
    tone: str = ""
    reason: str = ""  # why it cannot begin; empty: it can


ROLES = {"": "small", "plain": "", "warning": "warning", "error": "error"}


class CheckLine(QWidget):
    """Asks for the check, for its end, or for what it proposes to be taken over."""

    asked = Signal()
    stopped = Signal()
    taken = Signal()

    def __init__(self, title: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._tip = title, tip
        self._state = CheckState()
        self.button, self.beside, self.action = StillButton(title), QLabel(), StillButton()
        self.words = QLabel(wordWrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.beside.setProperty("role", "small")
        self.action.setProperty("role", "tight")
        self.setAccessibleName(title)
        row = QWidget()
        flow = Flow(row)
        for part in (self.button, self.beside, self.action):
            flow.addWidget(part)
            part.setMinimumHeight(28)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)
        self.column.addWidget(row)
        self.column.addWidget(self.words)
        self.button.clicked.connect(lambda: (self.stopped if self._state.running else self.asked).emit())
        self.action.clicked.connect(self.taken)
        self.show_state(self._state)

    def show_state(self, state: CheckState) -> None:
        """Say how far it is."""
        self._state = state
        self.button.setText(self.tr("Stop") if state.running else self._title)
        self.button.setEnabled(state.running or not state.reason)
        self.button.setToolTip(tooltip(state.reason or self._tip))
        for label, text in ((self.beside, state.beside), (self.words, state.words), (self.action, state.action)):
            label.setText(text)
            label.setVisible(bool(text))
        self.action.setAccessibleName(f"{self._title} {state.action}")
        if self.words.property("role") != ROLES[state.tone]:
            self.words.setProperty("role", ROLES[state.tone])
            self.words.style().unpolish(self.words)
            self.words.style().polish(self.words)
