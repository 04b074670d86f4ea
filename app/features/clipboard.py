"""What is selected on the canvas: copied, pasted, removed."""

from __future__ import annotations

from collections.abc import Sequence

from app.document.page import Page
from app.window.commands import Command, Row
from app.window.host import Feature


class Clipboard(Feature):
    """Cut, copy, paste, duplicate, delete, select all."""

    def commands(self) -> Sequence[Row]:
        rows = (
            ("cut", "Cut", lambda page: page.view.cut(), "Ctrl+X"),
            ("copy", "Copy", lambda page: page.view.copy(), "Ctrl+C"),
            ("paste", "Paste", lambda page: page.view.paste(), "Ctrl+V"),
            ("paste_wired", "Paste with incoming wires", lambda page: page.view.paste(wired=True), "Ctrl+Shift+V"),
            ("duplicate", "Duplicate", lambda page: page.view.duplicate(), "Ctrl+D"),
            ("delete", "Delete", lambda page: page.view.edits.delete_selection(), "Del"),
            ("heal", "Delete and rejoin", lambda page: page.view.edits.delete_selection(heal=True), "Shift+Del"),
            ("select_all", "Select all", lambda page: page.scene.select(page.scene.graph.nodes), "Ctrl+A"),
        )  # fmt: skip
        return [Command(id, text, self.on_page(act), "Edit", "clipboard", (key,), canvas=True)
                for id, text, act, key in rows]

    def connect_page(self, page: Page) -> None:
        page.view.paste_refused.connect(self.host.say)
