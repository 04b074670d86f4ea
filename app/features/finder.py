"""Finding layers in one network: the line one types into, what is found, and which of it one is led to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.features.leading import lead_to
from engine.search.finding import find
from widgets.canvas.ground.highlight import Highlight
from widgets.find.find_bar import FindBar

if TYPE_CHECKING:
    from app.document.page import Page


class Finder(QObject):
    """What is found stands out on the canvas while the line is there."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page = page
        self.bar = FindBar(page.view, page)
        self.hits: list[str] = []
        self._index = -1
        self.bar.wanted.connect(self._seek)
        self.bar.stepped.connect(self.step)
        self.bar.closed.connect(self._end)
        page.scene.shown.connect(self._look_again)

    def open(self) -> None:
        """Begin to find."""
        self.bar.open()

    def step(self, step: int) -> None:
        """Lead to the next or the previous, also inside a block."""
        if not self.bar.isVisible():
            self.bar.open()
        if self.hits:
            first = 0 if step > 0 else len(self.hits) - 1
            self._index = (self._index + step) % len(self.hits) if self._index >= 0 else first
            lead_to(self._page, self.hits[self._index])
            self._show()

    # -- what is found ------------------------------------------------------------------------------------------

    def _seek(self, query: str) -> None:
        """Other words: the first of this level that they fit is selected, without going anywhere else."""
        self.hits, self._index = find(self._page.analysis, query, self._page.problems), -1
        here = [path for path in self.hits if self._level(path) == self._page.level.path]
        if here:
            selected = set(self._page.scene.selected_names())
            kept = next((path for path in here if path.rpartition(".")[2] in selected), here[0])
            self._index = self.hits.index(kept)
            lead_to(self._page, kept)
        self._show()

    def _look_again(self) -> None:
        """The network is another, or another level of it is shown."""
        if self.bar.isVisible():
            at = self.hits[self._index] if 0 <= self._index < len(self.hits) else ""
            self.hits = find(self._page.analysis, self.bar.field.text(), self._page.problems)
            self._index = self.hits.index(at) if at in self.hits else -1
            self._show()

    def _level(self, path: str) -> tuple[str, ...]:
        return tuple(path.split(".")[:-1])

    def _show(self) -> None:
        """All that was found stands out, and blocks that hold some of it."""
        self.bar.show_count(self._index, len(self.hits))
        level = self._page.level.path
        ways = [path.split(".") for path in self.hits]
        names = {way[len(level)] for way in ways if len(way) > len(level) and tuple(way[: len(level)]) == level}
        found = Highlight(frozenset(names)) if self.bar.field.text().strip() else None
        self._page.highlights.show("found", found)

    def _end(self) -> None:
        self._page.highlights.show("found", None)
