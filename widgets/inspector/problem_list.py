"""What is wrong with the layer, and what would mend it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.advice.advice import Problem, Repair
from widgets.look.text import breakable, message_text, sentence_text
from widgets.problems.repair_choice import RepairChoice

GAP, ROOM = 8, 248  # of repair buttons; the width of the narrowest panel


class ProblemList(QWidget):
    """Sentences in the colour of their severity, each with its repairs as buttons."""

    repair_requested = Signal(object)
    repair_previewed = Signal(object)  # the Repair whose button has the mouse or the keyboard, or None
    focus_freed = Signal()  # the button that had the keyboard goes

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problems: tuple[Problem, ...] = ()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(12)
        self._items: list[QWidget] = []
        self.is_pointed_at = False

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show these; equal sentences keep their buttons, which then stand for the newer repairs."""
        before, self._problems = self._problems, tuple(problems)
        if [_words(problem) for problem in before] != [_words(problem) for problem in problems]:
            self._replace(problems)
        self.setVisible(bool(problems))

    def _replace(self, problems: Sequence[Problem]) -> None:
        focus = QApplication.focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            self.focus_freed.emit()
        for item in self._items:
            item.hide()
            item.deleteLater()
        self._items = [self._item(index, problem) for index, problem in enumerate(problems)]
        for item in self._items:
            self._layout.addWidget(item)

    def _item(self, index: int, problem: Problem) -> QWidget:
        item = QWidget(self)
        layout = QVBoxLayout(item)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        sentence = QLabel(breakable(sentence_text(problem.message)), item)
        sentence.setProperty("role", {"error": "error", "warning": "warning"}.get(problem.severity, "dim"))
        sentence.setWordWrap(True)
        layout.addWidget(sentence)
        if problem.repairs:
            layout.addLayout(self._buttons(index, problem.repairs, item))
        return item

    def _buttons(self, index: int, repairs: Sequence[Repair], parent: QWidget) -> QBoxLayout:
        """Side by side where they fit, else one below the other."""
        buttons = [RepairChoice(message_text(repair.text), parent) for repair in repairs]
        fit = sum(button.sizeHint().width() + GAP for button in buttons) - GAP <= ROOM
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight if fit else QBoxLayout.Direction.TopToBottom)
        row.setSpacing(GAP)
        for number, button in enumerate(buttons):
            button.setAccessibleName(button.text())
            button.clicked.connect(lambda _=False, at=number: self._ask(index, at))
            button.pointed_at.connect(lambda on, at=number: self._preview(index, at, on))
            row.addWidget(button)
        row.addStretch()
        return row

    def _preview(self, index: int, number: int, on: bool) -> None:
        self.is_pointed_at = on
        self.repair_previewed.emit(self._problems[index].repairs[number] if on else None)

    def _ask(self, index: int, number: int) -> None:
        self.repair_requested.emit(self._problems[index].repairs[number])


def _words(problem: Problem) -> tuple[object, ...]:
    return (problem.severity, problem.message, *(repair.text for repair in problem.repairs))
