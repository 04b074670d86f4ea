"""What stands beside every page of an evaluation: which examples, how good the network is on them, and remarks."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from engine.evaluation.values import Evaluation
from engine.units import grouped, measure_text, value_text
from widgets.look.guarded import guarded
from widgets.look.text import message_text
from widgets.parts.choice import Choice
from widgets.parts.scroll import BAR, ScrollPanel
from widgets.parts.words import Words

WIDE, EDGE, HIGH = 222, 12, 26


@guarded
class Side(ScrollPanel):
    """A column; a page puts what it asks itself into it."""

    part_chosen = Signal(str)  # "train", "validation", "test"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.part = Choice(self.tr("Split"), 4)
        self.part.set_choices([("train", self.tr("Training")), ("validation", self.tr("Validation")),
                               ("test", self.tr("Test"))])
        self.part.show_choice("validation")
        self.part.setFixedHeight(HIGH)
        self.part.chosen.connect(self.part_chosen)
        self.number, self.detail = QLabel(), Words("small")
        self.number.setProperty("role", "number")
        self.read, self.notes, self.progress = Words("small"), Words("warning"), Words("small")
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(EDGE, 5, EDGE - BAR + 2, 5)
        self._column.setSpacing(3)
        for widget in (self.part, self.number, self.detail, self.progress, self.read, self.notes):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        self.setWidget(content)
        self.setFixedWidth(WIDE)

    def add(self, widget: QWidget) -> None:
        """What the page asks itself, below the numbers."""
        self._column.insertWidget(self._column.indexOf(self.read), widget)

    def show_part(self, part: str) -> None:
        """Which examples are asked for."""
        self.part.show_choice(part)

    def show_progress(self, text: str) -> None:
        """How far it is; nothing: it is done."""
        self.progress.say(text)

    def show_evaluation(self, evaluation: Evaluation | None) -> None:
        """What came of it; None: nothing is known."""
        self.number.setVisible(evaluation is not None)
        if evaluation is None:
            self.detail.say("")
            self.notes.say("")
            return
        loss = self.tr("loss {loss}").format(loss=value_text(evaluation.loss))
        if evaluation.of_classes:
            self.number.setText(self.tr("Accuracy {accuracy}").format(accuracy=measure_text(evaluation.accuracy)))
            right = self.tr("{right} of {all} right").format(right=grouped(evaluation.right),
                                                             all=grouped(evaluation.examples))
            self.detail.say(f"{right} · {loss}")
        else:
            self.number.setText(self.tr("R² {number}").format(number=measure_text(evaluation.r2)))
            count = self.tr("{count} examples").format(count=grouped(evaluation.examples))
            off = f"mae {value_text(evaluation.mae, 3)} · rmse {value_text(evaluation.rmse, 3)}"
            self.detail.say(f"{off}\n{loss} · {count}")
        self.notes.say("\n".join(map(message_text, evaluation.notes)))
