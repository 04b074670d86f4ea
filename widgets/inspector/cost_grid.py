"""The four standing questions as numbers, two by two: parameters, multiply-adds, memory to train and to predict."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from engine.analysis.analysis import Costs
from engine.units import UNKNOWN, bytes_text, count_text, grouped, short_count
from widgets.look.text import tooltip

NUMBER_HEIGHT = 19
MOST_LETTERS = 17  # of “old → new” in half the panel


class CostGrid(QWidget):
    """Small labels with numbers below; a tooltip has the exact count and how it is reckoned."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setRowMinimumHeight(2, 6)
        titles = (self.tr("Parameters"), self.tr("Multiply-adds"), self.tr("Training memory"),
                  self.tr("Inference memory"))
        self._cells = [self._cell(index, title) for index, title in enumerate(titles)]
        for column in (0, 1):
            self._grid.setColumnStretch(column, 1)
        self.show_costs(None)

    def show_costs(self, costs: Costs | None, explanations: tuple[str, str, str, str] = ("", "", "", ""),
                   was: Costs | None = None) -> None:
        """Show the numbers, or “–” for what is not known; where they were others before, both."""
        texts = exact = (UNKNOWN,) * 4
        if costs is not None:
            texts = _texts(costs)
            exact = (grouped(costs.params), grouped(costs.mult_adds), self._bytes(costs.training_memory),
                     self._bytes(costs.inference_memory))
        olds = _texts(was) if was is not None and costs is not None else texts
        for (title, number), text, old, full, explanation in zip(
                self._cells, texts, olds, exact, explanations, strict=True):
            number.setText(text if text == old else _became(old, text))
            self._set_role(number, "number" if text == old else "change")
            for label in (title, number):
                label.setToolTip(tooltip(full, explanation) if costs is not None else "")

    def _set_role(self, label: QLabel, role: str) -> None:
        if label.property("role") != role:
            label.setProperty("role", role)
            label.style().unpolish(label)
            label.style().polish(label)

    def _bytes(self, count: int) -> str:
        return self.tr("{count} bytes").format(count=grouped(count))

    def _cell(self, index: int, title: str) -> tuple[QLabel, QLabel]:
        label, number = QLabel(title, self), QLabel(self)
        label.setProperty("role", "small")
        number.setProperty("role", "number")
        number.setAccessibleName(title)
        number.setMinimumHeight(NUMBER_HEIGHT)  # also of the smaller letters of “old → new”
        row, column = divmod(index, 2)
        self._grid.addWidget(label, 3 * row, column)
        self._grid.addWidget(number, 3 * row + 1, column)
        return label, number


def _became(old: str, new: str) -> str:
    """Both, or the new one alone where there is room for no more: the old one stands there until one tries."""
    both = f"{old} → {new}"
    return both if len(both) <= MOST_LETTERS else f"→ {new}"


def _texts(costs: Costs) -> tuple[str, str, str, str]:
    """What fits into half the panel."""
    return (count_text(costs.params), short_count(costs.mult_adds),
            bytes_text(costs.training_memory), bytes_text(costs.inference_memory))
