"""What is wrong with the layer, and what would mend it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.advice.advice import Problem, Repair
from widgets.look.text import breakable, message_text, sentence_text
from widgets.parts.repair_choice import RepairChoice

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
        old, self._items = self._items, []  # while they go, the mouse may come to one that is still there
        for item in old:
            item.hide()
            item.deleteLater()
        self._items = [self._item(problem) for problem in problems]
        for item in self._items:
            self._layout.addWidget(item)

    def _item(self, problem: Problem) -> QWidget:
        item = QWidget(self)
        layout = QVBoxLayout(item)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        sentence = QLabel(breakable(sentence_text(problem.message)), item)
        sentence.setProperty("role", {"error": "error", "warning": "warning"}.get(problem.tone, "dim"))
        sentence.setWordWrap(True)
        layout.addWidget(sentence)
        if problem.repairs:
            layout.addLayout(self._buttons(problem.repairs, item))
        return item

    def _buttons(self, repairs: Sequence[Repair], parent: QWidget) -> QBoxLayout:
        """Side by side where they fit, else one below the other."""
        buttons = [RepairChoice(message_text(repair.text), parent) for repair in repairs]
        fit = sum(button.sizeHint().width() + GAP for button in buttons) - GAP <= ROOM
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight if fit else QBoxLayout.Direction.TopToBottom)
        row.setSpacing(GAP)
        for number, button in enumerate(buttons):
            button.setAccessibleName(button.text())
            button.clicked.connect(lambda _=False, at=number: self._ask(parent, at))
            button.pointed_at.connect(lambda on, at=number: self._preview(parent, at, on))
            row.addWidget(button)
        if fit:  # below each other it would ask for height, and get what is free in the panel
            row.addStretch()
        return row

    def _preview(self, item: QWidget, number: int, on: bool) -> None:
        repair = self._repair(item, number) if on else None
        self.is_pointed_at = repair is not None
        self.repair_previewed.emit(repair)

    def _ask(self, item: QWidget, number: int) -> None:
        if (repair := self._repair(item, number)) is not None:
            self.repair_requested.emit(repair)

    def _repair(self, item: QWidget, number: int) -> Repair | None:
        """What a button stands for by now; None: its problem is shown no more."""
        return self._problems[self._items.index(item)].repairs[number] if item in self._items else None


def _words(problem: Problem) -> tuple[object, ...]:
    return (problem.severity, problem.unfinished, problem.message, *(repair.text for repair in problem.repairs))
