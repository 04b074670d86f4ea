"""The minimap in a corner of each canvas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.document.page import Page
from app.features.training import Training
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from engine.messages import say

if TYPE_CHECKING:
    from widgets.frame.minimap import Minimap as Map


class Minimap(Feature):
    """There where it is wanted and not everything is in view."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._maps: dict[Page, Map] = self.per_page()

    def commands(self) -> Sequence[Row]:
        return [Command("minimap", "Minimap", self.toggle, "View", "panels", ("Alt+M",), checkable=True)]

    def begin(self) -> None:
        self.host.commands["minimap"].setChecked(self.host.settings.minimap)
        self.host.feature(Training).trainer.state_changed.connect(lambda _state: self._show_running())
        self.host.feature(Training).beside.changed.connect(self._show_running)

    def connect_page(self, page: Page) -> None:
        from widgets.frame.minimap import Minimap as Map  # not seen at first

        self._maps[page] = Map(page.view)
        self._maps[page].set_wanted(self.host.settings.minimap)
        self._show_running()

    def map(self, page: Page) -> Map:
        """The one over this page's canvas."""
        return self._maps[page]

    def toggle(self) -> None:
        """Whether it is wanted, from now on."""
        on = self.host.settings.minimap = self.host.commands["minimap"].isChecked()
        for each in self._maps.values():
            each.set_wanted(on)
        if on and self.page is not None and not self._maps[self.page].isVisible():
            self.host.say(say("The minimap appears as soon as not everything is in view"))

    def _show_running(self) -> None:
        training = self.host.feature(Training)
        for page, each in self._maps.items():
            each.show_running(training.trains(page.document))
