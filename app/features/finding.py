"""Finding layers of the network in front by name, kind, shape or problem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.document.page import Page
from app.window.commands import Command, Row
from app.window.host import Feature, Host

if TYPE_CHECKING:
    from app.features.finder import Finder


class Finding(Feature):
    """One line to type into over each canvas."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._finders: dict[Page, Finder] = self.per_page()

    def commands(self) -> Sequence[Row]:
        return [
            Command("find", "Find…", self.on_page(self.open), "Edit", "find", ("Ctrl+F",), looks=True),
            Command("find_next", "Find next", self.on_page(lambda page: self._finders[page].step(1)), "Edit", "find",
                    ("F3",), looks=True),
            Command("find_previous", "Find previous", self.on_page(lambda page: self._finders[page].step(-1)), "Edit",
                    "find", ("Shift+F3",), looks=True),
        ]

    def connect_page(self, page: Page) -> None:
        from app.features.finder import Finder  # not seen at first

        self._finders[page] = Finder(page)

    def finder(self, page: Page) -> Finder:
        """The line over this page's canvas."""
        return self._finders[page]

    def open(self, page: Page) -> None:
        """Begin to find."""
        self._finders[page].open()
