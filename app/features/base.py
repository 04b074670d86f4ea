"""What every feature of the window is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from app.document.page import Page
    from app.window.window import MainWindow

Handlers = dict[str, Callable[[], object]]


class Feature(QObject):
    """A part of the window; the window calls these. Widgets are imported where they are first needed."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window = window

    @property
    def page(self) -> Page | None:
        """The page in front, or None on the start page."""
        return self.window.page

    def handlers(self) -> Handlers:
        """What its commands do, by their id in ``app.window.actions``."""
        return {}

    def connect_page(self, page: Page) -> None:
        """A page was opened."""

    def complete(self) -> None:
        """The first picture is on the screen: what takes longer can be made now."""

    def show(self, page: Page) -> None:
        """The page in front, its document or its level changed."""

    def show_selection(self, page: Page | None) -> None:
        """Other layers are selected."""

    def finish(self) -> None:
        """The window closes: wait for what is running."""
