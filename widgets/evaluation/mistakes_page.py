"""The examples that a network takes for something else, the surest first; or all, those of a class or of a cell."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QWidget

from engine.evaluation.confusion import examples_of, mistakes
from engine.evaluation.values import Evaluation
from engine.units import grouped
from widgets.evaluation.page import EvaluationPage, padded
from widgets.evaluation.side import HIGH
from widgets.evaluation.wall import ExampleWall, Make
from widgets.look.guarded import guarded
from widgets.parts.choice import Choice

MISTAKES, ALL, ORDER, CELL = "mistakes", "all", "order", "cell"
Cell = tuple[int | None, int | None]


@guarded
class MistakesPage(EvaluationPage):
    """Asks for a menu of an example, and says which one is to be looked at."""

    menu_asked = Signal(int, QPoint)
    cell_shown = Signal(object)  # (true, predicted) whose examples are shown; None: others are

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Mistakes"), parent)
        self.wall, self.which = ExampleWall(), Choice(self.tr("Show"), 4)
        self.which.setFixedHeight(HIGH)
        self.side.add(self.which)
        self._make: Make | None = None
        self._is_text = False
        self._cell: Cell | None = None
        self._kind = MISTAKES
        self._view = padded(self.wall, right=4)
        self.stack.addWidget(self._view)
        self.which.chosen.connect(self._choose)
        self.wall.chosen.connect(self.example_chosen)
        self.wall.menu_asked.connect(self.menu_asked)

    def show_examples(self, evaluation: Evaluation, make: Make, *, is_text: bool) -> None:
        """What came of it, and who makes an example of a number; ``is_text``: they are no pictures."""
        before = self.evaluation
        if before is not None and before.classes != evaluation.classes:
            self._cell, self._kind = None, MISTAKES
        self._make, self._is_text = make, is_text
        self.show_evaluation(evaluation)

    def show_views(self, evaluation: Evaluation) -> QWidget:
        """The wall of those that are chosen."""
        self._offer(evaluation)
        self._fill(evaluation)
        return self._view

    def open_cell(self, true: int | None, predicted: int | None) -> None:
        """Show the examples of a cell, of a class, or of what is called so."""
        self._cell, self._kind = (true, predicted), CELL
        if self.evaluation is not None:
            self._offer(self.evaluation)
            self._fill(self.evaluation)

    def _choose(self, kind: str) -> None:
        self._kind = kind
        if self.evaluation is not None:
            self._fill(self.evaluation)

    def _offer(self, evaluation: Evaluation) -> None:
        first = self.tr("Mistakes, surest first") if evaluation.of_classes else self.tr("Largest errors")
        choices = [(MISTAKES, first), (ORDER, self.tr("All, as they come"))]
        if evaluation.of_classes:
            choices.append((ALL, self.tr("All, surest first")))
        if self._cell is not None and evaluation.of_classes:
            choices.append((CELL, self._words(evaluation, *self._cell)))
        elif self._kind == CELL:
            self._kind = MISTAKES
        self.which.set_choices(choices)
        self.which.show_choice(self._kind)

    def _words(self, evaluation: Evaluation, true: int | None, predicted: int | None) -> str:
        names = evaluation.classes
        if true is not None and predicted is not None:
            return f"{names[true]} → {names[predicted]}"
        if true is not None:
            return self.tr("True {name}").format(name=names[true])
        return self.tr("Predicted {name}").format(name=names[predicted]) if predicted is not None else self.tr("All")

    def _numbers(self, evaluation: Evaluation) -> Sequence[int]:
        """Those of the examples that are shown, in their order."""
        if self._kind == CELL and self._cell is not None:
            return list(map(int, examples_of(evaluation, *self._cell)))
        if self._kind == ORDER:
            return range(evaluation.examples)
        return list(map(int, examples_of(evaluation) if self._kind == ALL else mistakes(evaluation)))

    def _fill(self, evaluation: Evaluation) -> None:
        assert self._make is not None
        numbers = self._numbers(evaluation)
        self.wall.show_examples(numbers, self._make, is_text=self._is_text)
        none = self.tr("No mistakes") if self._kind == MISTAKES else self.tr("No examples")
        words = self.tr("{count} examples").format(count=grouped(len(numbers))) if len(numbers) else none
        self.side.read.say(words)
        cell = self._cell if self._kind == CELL else None
        self.cell_shown.emit(cell if cell is not None and None not in cell else None)
