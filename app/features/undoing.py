"""Undo and redo, named by what they would change."""

from __future__ import annotations

from collections.abc import Sequence

from app.document.page import Page
from app.window.commands import Command, Row
from app.window.host import Feature


class Undoing(Feature):
    """Goes back and forth among a document's states."""

    def commands(self) -> Sequence[Row]:
        return [
            Command("undo", "Undo", self.on_page(self._undo), "Edit", "undo", ("Ctrl+Z",)),
            Command("redo", "Redo", self.on_page(self._redo), "Edit", "undo", ("Ctrl+Shift+Z", "Ctrl+Y")),
        ]

    def _undo(self, page: Page) -> None:
        """What one comes back to is seen; where nothing is left to undo, from its beginning."""
        page.document.undo()
        page.view.return_to_network(at_least=page.document.history.undo_text is not None)

    def _redo(self, page: Page) -> None:
        page.document.redo()
        page.view.return_to_network()

    def show(self, page: Page) -> None:
        history, commands = page.document.history, self.host.commands
        for id, text in (("undo", history.undo_text), ("redo", history.redo_text)):
            words = commands.text(id)
            commands[id].setEnabled(text is not None)
            commands[id].setText(f"{words} “{text}”" if text else words)
