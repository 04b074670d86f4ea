"""The recipe beside the curves: as wide as it reads well while there is room; it scrolls by itself."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from widgets.look.guarded import guarded
from widgets.parts.scroll import ScrollPanel

WIDTH, LEAST, WIDEST = 304, 244, 320


@guarded
class RecipeScroll(ScrollPanel):
    """Holds whatever holds the recipe."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setMinimumWidth(LEAST)
        self.setMaximumWidth(WIDEST)
        self.setWidget(content)

    def sizeHint(self) -> QSize:
        """Its own width, whatever is held."""
        return QSize(WIDTH, super().sizeHint().height())
