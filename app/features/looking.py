"""What part of the network one looks at."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.document.page import Page
from app.window.commands import Command, Row
from app.window.host import Feature

NEARER, FARTHER = 1.25, 0.8


class Looking(Feature):
    """Show the selection or everything, zoom."""

    def commands(self) -> Sequence[Row]:
        return [
            Command("fit_selection", "Show selection", self.on_page(lambda page: page.view.fit(selection_only=True)),
                    "View", "look", ("F",), canvas=True),
            Command("fit", "Show everything", self.on_page(lambda page: page.view.fit()), "View", "look", ("Home",),
                    canvas=True),
            Command("zoom_in", "Zoom in", self._zooming(NEARER), "View", "look", ("Ctrl++", "Ctrl+=")),
            Command("zoom_out", "Zoom out", self._zooming(FARTHER), "View", "look", ("Ctrl+-",)),
        ]

    def _zooming(self, factor: float) -> Callable[[], None]:
        def zoom(page: Page) -> None:
            page.view.zoom_at(factor, page.view.viewport().rect().center())

        return self.on_page(zoom)
