"""Workspaces: the same rooms arranged for building, training and looking inside, by the top bar and by keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtWidgets import QApplication

from app.document.page import Page
from app.window.commands import Command, Row, words
from app.window.host import Feature, Host
from app.window.settings import Workspace

TITLES: Mapping[Workspace, str] = {"build": "Build workspace", "train": "Train workspace",
                                  "inside": "Look inside workspace"}
ALONE: Mapping[Workspace, str] = {  # what stays where all is folded
    "build": "Canvas alone", "train": "Curves alone", "inside": "Canvas alone"}


class Workspaces(Feature):
    """Which one was chosen is remembered; nothing chooses one by itself, but for what asks for a room of another."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._seen: tuple[Page | None, list[str]] = None, []  # whose cards were selected, which
        host.places.top.workspace_chosen.connect(host.places.stage.choose)
        host.places.stage.rearranged.connect(self._rearrange)

    def commands(self) -> Sequence[Row]:
        return [Command(f"workspace_{workspace}", text, partial(self.choose, workspace), "View", "workspace",
                        (f"Ctrl+{number}",), checkable=True)
                for number, (workspace, text) in enumerate(TITLES.items(), 1)]

    def at_start(self, sources: Sequence[str]) -> None:
        self.host.places.stage.choose(self.host.settings.workspace)

    def begin(self) -> None:
        self._show()

    def show_start(self) -> None:
        self._show()

    def choose(self, workspace: Workspace) -> None:
        """Arrange the rooms so; on the start page there is nothing to arrange."""
        if self.page is not None:
            self.host.places.stage.choose(workspace)
        self._show()

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        if self._seen[0] is page:
            self._seen = None, []

    def _rearrange(self) -> None:
        self._show()
        if self.page is not None and not self.page.scene.selected_names():
            self.host.places.turn_to_layer(False)

    def show_selection(self, page: Page | None) -> None:
        """Where one trains, a card that is clicked is shown in the place of the recipe, until none is selected."""
        names = page.scene.selected_names() if page is not None else []
        before, self._seen = self._seen, (page, names)
        right, focus = self.host.places.right, QApplication.focusWidget()
        if before == self._seen or self.host.places.panels.workspace != "train" or (
                focus is not None and right.isAncestorOf(focus)):
            return
        if before[0] is page or not names:
            self.host.places.turn_to_layer(bool(names))

    def _show(self) -> None:
        places, commands = self.host.places, self.host.commands
        if self.page is not None:
            self.host.settings.workspace = places.stage.workspace
        if "workspace_build" not in commands:
            return
        for workspace, text in TITLES.items():
            commands[f"workspace_{workspace}"].setChecked(workspace == places.stage.workspace)
            places.top.workspaces.set_tip(workspace, f"{words(text)} ({commands.key_text(f'workspace_{workspace}')})")
        commands.rename("canvas_alone", ALONE[places.panels.workspace])
