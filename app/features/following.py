"""Following a tensor: its whole past and future stands out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.document.page import Page
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from engine.messages import say

if TYPE_CHECKING:
    from widgets.canvas.view.follow import Follower


class Following(Feature):
    """What the mouse rests on is followed for a moment, what is selected until asked again."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._followers: dict[Page, Follower] = self.per_page()

    def commands(self) -> Sequence[Row]:
        return [Command("follow", "Follow what is selected", self.on_page(self.follow), "View", "panels", ("Shift+F",),
                        canvas=True, checkable=True)]

    def connect_page(self, page: Page) -> None:
        from widgets.canvas.view.follow import Follower  # not seen at first

        follower = self._followers[page] = Follower(page.view)
        follower.asked.connect(lambda highlight: page.highlights.show("followed", highlight))

    def follower(self, page: Page) -> Follower:
        """What follows on this page's canvas."""
        return self._followers[page]

    def show_selection(self, page: Page | None) -> None:
        if page is not None:
            self.host.commands["follow"].setChecked(self._followers[page].holds)

    def follow(self, page: Page) -> None:
        """Begin with what is selected, or end."""
        follower = self._followers[page]
        follower.hold(not follower.holds)
        self.host.commands["follow"].setChecked(follower.holds)
        if follower.holds and not page.scene.selectedItems():
            self.host.say(say("Select a layer or a wire to follow what flows through it"))
