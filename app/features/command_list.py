"""The list of commands: every command, the open networks and the gallery, found by typing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from app.features.boxes import Boxes
from app.features.documents import Documents
from app.window.commands import Command, Row, words
from app.window.host import Feature
from engine.experiment.experiment import gallery_ids
from widgets.parts.row_list import Row as ListRow

ITSELF = "command_palette"
WIDTH, ROWS = 560, 12


class CommandList(Feature):
    """Remembers what was run last."""

    def commands(self) -> Sequence[Row]:
        return [Command(ITSELF, "Commands…", self.open, "Help", "help", ("Ctrl+K",))]

    def open(self) -> None:
        """Show the list over the window."""
        from widgets.find.pick_box import PickBox  # not seen at first

        found = self.choices()
        hint = self.tr("A command, an open network, or one of the gallery")
        box = PickBox(self.host.places.body, self.tr("Commands"), hint, list(found), WIDTH, ROWS)
        box.picked.connect(lambda row: found[row]())
        self.host.feature(Boxes).open_in_the_middle(box)

    def choices(self) -> dict[ListRow, Callable[[], object]]:
        """Those run last, then all as the menus have them, colour labels, the open networks and the gallery."""
        rows = {id: self._command_row(id) for id in self.host.commands.rows if id != ITSELF}
        recent = [id for id in self.host.settings.recent_commands if id in rows and not rows[id].dim]
        commands = {rows[id]: self._running(id) for id in dict.fromkeys([*recent, *rows])}
        return commands | self._labels() | self._open_networks() | self._gallery()

    def _running(self, id: str) -> Callable[[], object]:
        def run() -> None:
            self.host.settings.remember_command(id)
            self.host.commands[id].trigger()

        return run

    def _command_row(self, id: str) -> ListRow:
        commands = self.host.commands
        action, command = commands[id], commands.rows[id]
        why = ""
        if command.canvas and self.page is None:
            why = self.tr("Open a network first")
        elif not action.isEnabled():
            why = self.tr("Not possible now")
        check = "✓ " if action.isCheckable() and action.isChecked() else ""
        return ListRow(id, check + action.text(), " › ".join(commands.paths[id]), commands.key_text(id), dim=bool(why),
                       tip=why)

    def _labels(self) -> dict[ListRow, Callable[[], object]]:
        menu, why = self.host.commands.submenu("label"), "" if self.page else self.tr("Open a network first")
        return {ListRow(f"label:{index}", f"{menu.title()}: {action.text()}", words("Network"), dim=bool(why), tip=why):
                action.trigger for index, action in enumerate(menu.actions())}

    def _open_networks(self) -> dict[ListRow, Callable[[], object]]:
        detail = self.tr("open network")
        return {ListRow(f"tab:{index}", page.document.name, detail, category="input"):
                partial(self.host.turn_to, index)
                for index, page in enumerate(self.host.pages)}

    def _gallery(self) -> dict[ListRow, Callable[[], object]]:
        open_, detail = self.host.feature(Documents).open, self.tr("gallery")
        return {ListRow(f"gallery:{id}", id, detail, category="block"): partial(open_, f"gallery:{id}")
                for id in gallery_ids()}
