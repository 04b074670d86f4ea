"""A page of an evaluation: the column at its side, and what it shows, or why it shows nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from engine.evaluation.values import Evaluation
from widgets.evaluation.side import Side
from widgets.look.guarded import guarded


@guarded
class EvaluationPage(QWidget):
    """Whoever has a page puts its views into it, and says in ``show_views`` which one an evaluation needs."""

    part_chosen = Signal(str)
    acted = Signal()  # the button below a message
    example_chosen = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.evaluation: Evaluation | None = None
        self.side, self.stack = Side(), QStackedWidget()
        self.message, self.action = QLabel(wordWrap=True), QPushButton()
        self.message.setProperty("role", "dim")
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.side.part_chosen.connect(self.part_chosen)
        self.action.clicked.connect(self.acted)
        empty, rule = QWidget(), QFrame()
        column = QVBoxLayout(empty)
        column.setContentsMargins(24, 8, 24, 8)
        column.addStretch(1)
        column.addWidget(self.message)
        column.addWidget(self.action, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.stack.addWidget(empty)
        rule.setProperty("role", "rule")
        rule.setFixedWidth(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for widget, stretch in ((self.side, 0), (rule, 0), (self.stack, 1)):
            row.addWidget(widget, stretch)
        self.show_message("")

    def show_part(self, part: str) -> None:
        """Which examples are asked for."""
        self.side.show_part(part)

    def show_message(self, text: str, action: str = "") -> None:
        """Why there is nothing to see; ``action``: the button that helps."""
        self.evaluation = None
        self.message.setText(text)
        self.action.setText(action)
        self.action.setVisible(bool(action))
        self.side.show_evaluation(None)
        self.side.show_progress("")
        self.stack.setCurrentIndex(0)

    def show_progress(self, text: str) -> None:
        """How far the next evaluation is; the one before is seen still."""
        if self.evaluation is None:
            self.message.setText(text)
            self.action.hide()
        else:
            self.side.show_progress(text)

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """What came of it."""
        self.evaluation = evaluation
        self.side.show_evaluation(evaluation)
        self.side.show_progress("")
        self.stack.setCurrentWidget(self.show_views(evaluation))

    def show_views(self, evaluation: Evaluation) -> QWidget:
        """Put it into a view, which is the one that is seen."""
        raise NotImplementedError


def padded(*widgets: QWidget, right: int = 12) -> QWidget:
    """Views side by side with room around them."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(12, 4, right, 3)
    row.setSpacing(14)
    for index, widget in enumerate(widgets):
        row.addWidget(widget, 0 if index else 1)
    return holder
