"""What a run will take, before it runs: time, memory, the largest batch; or in words why nobody knows."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.units import UNKNOWN
from widgets.look.text import tooltip
from widgets.parts.scroll import BAR
from widgets.parts.still import StillButton

EDGE, NUMBER, NOTE = 16, 19, 28  # pixels: from the border; of a number; of the line below them

Four = tuple[str, str, str, str]  # an epoch, memory, the largest batch, all of it


class ForecastState(NamedTuple):
    """What is shown. ``old``: of something that is another by now; ``tone`` of the note: "" (dim) or "warning"."""

    numbers: Four = (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
    tips: Four = ("", "", "", "")
    old: bool = False
    note: str = ""
    tone: str = ""
    action: str = ""  # what would help; empty: nothing is offered
    can_measure: bool = False


class ForecastPanel(QWidget):
    """Four numbers, two by two, a note, and a button that measures or does what would help."""

    measure_requested = Signal()
    action_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = ForecastState()
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setRowMinimumHeight(2, 6)
        for half in (0, 1):
            grid.setColumnStretch(half, 1)
        titles = self.tr("an epoch"), self.tr("memory"), self.tr("largest batch"), self.tr("all of it")
        self.cells = [self._cell(grid, index, title) for index, title in enumerate(titles)]
        self.note = QLabel(wordWrap=True)
        self.note.setMinimumHeight(NOTE)
        self.note.setProperty("role", "small")
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.measure, self.action = StillButton(self.tr("Measure")), StillButton()
        self.measure.setProperty("role", "tight")
        self.measure.setToolTip(tooltip(self.tr("A few steps on a copy of the network; takes seconds")))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.note, 1)
        row.addWidget(self.measure, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE, 0, EDGE - BAR, 8)
        column.setSpacing(8)
        column.addLayout(grid)
        column.addLayout(row)
        column.addWidget(self.action, 0, Qt.AlignmentFlag.AlignLeft)
        self.measure.clicked.connect(self.measure_requested)
        self.action.clicked.connect(self.action_requested)
        self.show_state(self._state)

    def _cell(self, grid: QGridLayout, index: int, title: str) -> tuple[QLabel, QLabel]:
        label, number = QLabel(title, self), QLabel(self)
        label.setProperty("role", "small")
        number.setProperty("role", "number")
        number.setAccessibleName(title)
        number.setMinimumHeight(NUMBER)
        row, column = divmod(index, 2)
        grid.addWidget(label, 3 * row, column)
        grid.addWidget(number, 3 * row + 1, column)
        return label, number

    def show_state(self, state: ForecastState) -> None:
        """Other numbers, or what is said instead."""
        self._state = state
        for (label, number), text, tip in zip(self.cells, state.numbers, state.tips, strict=True):
            number.setText(text)
            number.setEnabled(not state.old)  # grey
            for each in (label, number):
                each.setToolTip(tooltip(tip) if tip else "")
        self.note.setText(state.note)
        self._set_role("warning" if state.tone == "warning" else "small")
        self.measure.setVisible(state.can_measure)
        self.action.setText(state.action)
        self.action.setVisible(bool(state.action))

    def _set_role(self, role: str) -> None:
        if self.note.property("role") != role:
            self.note.setProperty("role", role)
            self.note.style().unpolish(self.note)
            self.note.style().polish(self.note)
