"""The learning rate of a run, as it was and as it will be, and in words what nobody knows before."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from engine.experiment.moves import Held, rates, unforeseen
from widgets.look.text import message_text
from widgets.parts.scroll import BAR
from widgets.training.rate_plot import RatePlot

EDGE, POINTS = 16, 200
GUESS = 100  # batches of an epoch, where nothing is known
WIDE, DEEP, OFTEN = 1000.0, 100.0, 0.5  # factors between rates; a share of the run


class RateSection(QWidget):
    """Follows a recipe while it is typed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot, self.words = RatePlot(), QLabel(wordWrap=True)
        self.words.setProperty("role", "small")
        self.words.hide()
        self._shown: tuple[Sequence[Held], int] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE, 0, EDGE - BAR, 8)
        column.setSpacing(8)
        column.addWidget(self.plot)
        column.addWidget(self.words)

    def show_recipes(self, held: Sequence[Held], examples: int = 0) -> None:
        """Those of a run, one after the other. ``examples``: so many has an epoch; 0: nobody knows yet."""
        if (held, examples) == self._shown:
            return
        self._shown = (held, examples)
        last = held[-1].recipe
        points = rates(held, examples or GUESS * last.batch_size, POINTS)
        self.plot.show_rates(points, is_deep([rate for _, rate in points]), max(held[-1].since, last.epochs),
                             rough=not examples)
        reason = next((found for _, recipe in held if (found := unforeseen(recipe)) is not None), None)
        self.words.setText(message_text(reason) if reason is not None else "")
        self.words.setVisible(reason is not None)


def is_deep(found: list[float]) -> bool:
    """Whether the axis is logarithmic: the rates span much, and for most of the run they are far below the largest.

    Half a wave that ends near zero spans as much; it looks like itself on an axis that is not.
    """
    positive = [rate for rate in found if rate > 0]
    if not positive or max(positive) / min(positive) <= WIDE:
        return False
    limit = max(positive) / DEEP * (1 + 1e-9)
    return sum(rate <= limit for rate in found) > OFTEN * len(found)
