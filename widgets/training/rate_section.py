"""The learning rate before it runs, and in words what nobody knows before."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from engine.experiment.moves import rates, unforeseen
from engine.experiment.recipe import Recipe
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
        self._shown: tuple[Recipe, int] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE, 0, EDGE - BAR, 8)
        column.setSpacing(8)
        column.addWidget(self.plot)
        column.addWidget(self.words)

    def show_recipe(self, recipe: Recipe, batches: int = 0) -> None:
        """``batches``: so many has an epoch; 0: nobody knows yet."""
        if (recipe, batches) == self._shown:
            return
        self._shown = (recipe, batches)
        points = rates(recipe, batches or GUESS, POINTS)
        self.plot.show_rates(points, is_deep([rate for _, rate in points]), recipe.epochs, rough=not batches)
        reason = unforeseen(recipe)
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
