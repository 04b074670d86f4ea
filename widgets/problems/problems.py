"""The list of what is wrong or unwise, each with its node, its sentence and its repairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QStackedLayout, QVBoxLayout, QWidget

from engine.advice.advice import Problem
from widgets.look.guarded import guarded
from widgets.parts.scroll import ScrollPanel
from widgets.problems.row import NAME_WIDTH, ProblemRow, key_of


@guarded
class Problems(QWidget):
    """Keeps the rows that stay, so that nothing flickers and the focus stays where it is."""

    node_requested = Signal(str)
    repair_requested = Signal(object)
    repair_previewed = Signal(object)  # the Repair that is pointed at, or None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Problems"))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # keeps the keyboard when the button that had it goes
        self.rows: list[ProblemRow] = []
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(8, 8, 0, 8)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._empty = QLabel(self.tr("Nothing is wrong"))
        self._empty.setProperty("role", "dim")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        scroll = ScrollPanel()
        scroll.setWidget(self._list)
        self._scroll = scroll
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(scroll)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show these, in this order."""
        at = self._focused()
        kept: defaultdict[object, list[ProblemRow]] = defaultdict(list)
        for row in self.rows:
            kept[row.key].append(row)
        self.rows = [self._row(kept[key_of(problem)], problem) for problem in problems]
        for row in (row for rest in kept.values() for row in rest):
            if row.isAncestorOf(self.window().focusWidget()):
                self.setFocus()
            self._drop(row)
        for index, row in enumerate(self.rows):
            if self._column.indexOf(row) != index:
                self._column.insertWidget(index, row)
        self._fit_names()
        self._pages.setCurrentIndex(1 if self.rows else 0)
        if at is not None and self._focused() is None and self.rows:
            self.rows[min(at, len(self.rows) - 1)].take_focus()

    def _fit_names(self) -> None:
        """Of one width; whole while they leave the sentences most of the room."""
        widest = max((row.name_width for row in self.rows), default=0)
        width = max(NAME_WIDTH, min(widest, self.width() // 4))
        for row in self.rows:
            if row.name.width() != width:
                row.fit_name(width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width."""
        super().resizeEvent(event)
        self._fit_names()

    def _row(self, kept: list[ProblemRow], problem: Problem) -> ProblemRow:
        """The row that shows this problem already, with its newer repairs; else a new one."""
        if kept:
            row = kept.pop(0)
            row.problem = problem
            return row
        row = ProblemRow(problem, self._list)
        row.node_clicked.connect(self.node_requested)
        row.repair_clicked.connect(self.repair_requested)
        row.repair_previewed.connect(self.repair_previewed)
        row.left.connect(self._step)
        return row

    def _drop(self, row: ProblemRow) -> None:
        row.hide()
        row.deleteLater()

    def _focused(self) -> int | None:
        """The row that has the keyboard."""
        focus = self.window().focusWidget()
        return next((index for index, row in enumerate(self.rows) if row.isAncestorOf(focus)), None)

    def _step(self, step: int) -> None:
        at = self._focused()
        if at is not None:
            row = self.rows[min(max(0, at + step), len(self.rows) - 1)]
            row.take_focus()
            self._scroll.ensureWidgetVisible(row, ymargin=0)
