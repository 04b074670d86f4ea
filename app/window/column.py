"""The column beside the curves: sections about training one below the other, the recipe first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from app.document.page import Page
from app.window.panel import nothing
from widgets.parts.scroll import BAR, ScrollPanel

EDGE, ABOVE, BELOW = 16, 16, 8  # beside a title, above it and below it


@dataclass(frozen=True, eq=False)
class Section:
    """One row. ``make`` makes its widget, which keeps its own distance from the borders, once it can be seen.

    ``show`` is called while the column is there, for the page in front, whenever something about it is another.
    """

    title: str  # "": it needs none
    make: Callable[[], QWidget]
    rank: int = 100  # where it stands
    show: Callable[[Page], object] = nothing


class Column(QFrame):
    """Holds the sections in the order of their rank; it scrolls as a whole."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("side")
        self._sections: list[Section] = []
        content = QWidget()
        self._content = QVBoxLayout(content)
        self._content.setContentsMargins(0, 0, 0, ABOVE)
        self._content.setSpacing(0)
        self._content.addStretch(1)
        scroll = ScrollPanel(self)
        scroll.setWidget(content)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)

    def add(self, section: Section) -> None:
        """Give it its place."""
        index = sum(other.rank <= section.rank for other in self._sections)
        self._sections.insert(index, section)
        self._content.insertWidget(index, self._part(section))

    def _part(self, section: Section) -> QWidget:
        part = QWidget()
        part.setAccessibleName(section.title)
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        if section.title:
            title = QLabel(section.title)
            title.setProperty("role", "section")
            title.setContentsMargins(EDGE, ABOVE, EDGE - BAR, BELOW)
            column.addWidget(title)
        else:
            column.addSpacing(BELOW)
        column.addWidget(section.make())
        return part

    @property
    def titles(self) -> list[str]:
        """What there is to see, from the top."""
        return [section.title for section in self._sections]

    def show_page(self, page: Page) -> None:
        """Something about the page in front is another."""
        for section in self._sections:
            section.show(page)
