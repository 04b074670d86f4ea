"""The card of shortcuts, and other keys for commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QKeySequence

from app.document.page import Page
from app.window.commands import MENUS, PORTABLE, Command, Row, words
from app.window.host import Feature

if TYPE_CHECKING:
    from widgets.frame.shortcut_card import Entry, ShortcutCard

KEYS = QT_TRANSLATE_NOOP("Shortcuts", "On the canvas")
MOUSE = QT_TRANSLATE_NOOP("Shortcuts", "With the mouse")
TOLD = (
    (MOUSE, (
        (QT_TRANSLATE_NOOP("Shortcuts", "Search at the cursor"), QT_TRANSLATE_NOOP("Shortcuts", "Double-click, empty")),
        (QT_TRANSLATE_NOOP("Shortcuts", "Zoom at the cursor"), QT_TRANSLATE_NOOP("Shortcuts", "Wheel")),
        (QT_TRANSLATE_NOOP("Shortcuts", "Pan"), QT_TRANSLATE_NOOP("Shortcuts", "Middle drag, Space+drag")),
        (QT_TRANSLATE_NOOP("Shortcuts", "Select in a box"), QT_TRANSLATE_NOOP("Shortcuts", "Drag, empty")),
        (QT_TRANSLATE_NOOP("Shortcuts", "Add to the selection"), QT_TRANSLATE_NOOP("Shortcuts", "Shift+click")),
        (QT_TRANSLATE_NOOP("Shortcuts", "In or out of the selection"), QT_TRANSLATE_NOOP("Shortcuts", "Ctrl+click")),
        (QT_TRANSLATE_NOOP("Shortcuts", "Draw a wire"), QT_TRANSLATE_NOOP("Shortcuts", "Drag from a port")),
        (QT_TRANSLATE_NOOP("Shortcuts", "Search what fits a wire"),
         QT_TRANSLATE_NOOP("Shortcuts", "Drop it on nothing")),
        (QT_TRANSLATE_NOOP("Shortcuts", "Move a wire's end"),
         QT_TRANSLATE_NOOP("Shortcuts", "Drag from a taken input")),
        (QT_TRANSLATE_NOOP("Shortcuts", "Replace a wire"), QT_TRANSLATE_NOOP("Shortcuts", "Drop it on a taken input")),
        (QT_TRANSLATE_NOOP("Shortcuts", "Take a port's wires off"), QT_TRANSLATE_NOOP("Shortcuts", "Alt+click it")),
        (QT_TRANSLATE_NOOP("Shortcuts", "Cut wires"), QT_TRANSLATE_NOOP("Shortcuts", "Ctrl+right drag across")),
        (QT_TRANSLATE_NOOP("Shortcuts", "Put a layer into a wire"), QT_TRANSLATE_NOOP("Shortcuts", "Drop it there")),
        (QT_TRANSLATE_NOOP("Shortcuts", "… but not into it"), QT_TRANSLATE_NOOP("Shortcuts", "Alt+drop")),
        (QT_TRANSLATE_NOOP("Shortcuts", "Bend a wire, or straighten it"),
         QT_TRANSLATE_NOOP("Shortcuts", "Double-click it")),
        (QT_TRANSLATE_NOOP("Shortcuts", "Without snapping"), QT_TRANSLATE_NOOP("Shortcuts", "Ctrl+drag")),
        (QT_TRANSLATE_NOOP("Shortcuts", "Into a block, rename a comment"),
         QT_TRANSLATE_NOOP("Shortcuts", "Double-click it")),
    )),
)  # fmt: skip


class Shortcuts(Feature):
    """The card of shortcuts, and other keys for commands."""

    card: ShortcutCard | None = None

    def commands(self) -> Sequence[Row]:
        return [Command("shortcuts", "Keyboard shortcuts", self.show_card, "Help", "help", ("?",), rank=1)]

    def begin(self) -> None:
        for id, keys in self.host.settings.shortcuts.items():
            if id in self.host.commands:
                self._free(keys, id)
                self.host.commands.set_keys(id, keys)

    def _free(self, keys: Sequence[str], id: str) -> None:
        """A newer command may come with a key that a person has given to another before: it goes without."""
        commands = self.host.commands
        for key in keys:
            other = commands.owner_of(key, id)
            if other is not None and other not in self.host.settings.shortcuts:
                commands.set_keys(other, [each for each in commands.keys(other) if each != key])

    def connect_page(self, page: Page) -> None:
        page.view.key_now, page.view.bindings = self.host.commands.key_now, self.host.commands.bindings

    # -- the card -----------------------------------------------------------------------------------------------

    def show_card(self) -> None:
        """Show all keys and gestures; again: close it."""
        if self.card is not None:
            self.card.close_card()
            return
        from widgets.frame.shortcut_card import ShortcutCard  # not seen at first

        card = self.card = ShortcutCard(self.host.widget, self.sections(), self._owner)
        card.keys_chosen.connect(self.give)
        card.reset_requested.connect(self.reset)
        card.closed.connect(self._forget)
        card.open()

    def sections(self) -> list[tuple[str, list[Entry]]]:
        """Commands by menu, then what the canvas does by itself and what the mouse does."""
        from widgets.frame.shortcut_card import Entry  # not seen at first

        commands = self.host.commands
        by_menu: dict[str, list[Entry]] = {words(title): [] for title in MENUS}
        for id in commands.rows:
            by_menu[commands.paths[id][0]].append(self._entry(id))
        told = [(_tr(title), [Entry("", _tr(text), (_tr(keys),)) for text, keys in rows]) for title, rows in TOLD]
        return [*by_menu.items(), (_tr(KEYS), [self._entry(id) for id in commands.canvas_keys]), *told]

    def _entry(self, id: str) -> Entry:
        from widgets.frame.shortcut_card import Entry  # not seen at first

        commands = self.host.commands
        path = commands.paths[id][1:] if id in commands.paths else ()
        return Entry(id, " › ".join((*path, commands.text(id))), tuple(commands.keys(id)),
                     id in self.host.settings.shortcuts)

    def _owner(self, key: str, id: str) -> str | None:
        other = self.host.commands.owner_of(key, id)
        return self.host.commands.text(other) if other is not None else None

    def _forget(self) -> None:
        self.card = None

    # -- keys ---------------------------------------------------------------------------------------------------

    def give(self, id: str, keys: list[str]) -> None:
        """Give a command these keys, from now on and at the next start; another that has one of them loses it."""
        commands = self.host.commands
        for key in keys:
            other = commands.owner_of(key, id)
            if other is not None:
                self._set(other, [each for each in commands.keys(other) if each != key])
        self._set(id, keys)

    def reset(self, id: str) -> None:
        """Give a command the keys it came with, or (no id) all of them; who was given one of them loses it."""
        commands = self.host.commands
        ids = [id] if id else [each for each in self.host.settings.shortcuts if each in commands]
        for each in ids:
            commands.set_keys(each, [])
        for each in ids:
            self.give(each, list(commands.own_keys(each)))

    def _set(self, id: str, keys: list[str]) -> None:
        commands, settings = self.host.commands, self.host.settings
        commands.set_keys(id, keys)
        changed = {**settings.shortcuts, id: keys}
        if tuple(commands.keys(id)) == _portable(commands.own_keys(id)):
            del changed[id]
        settings.shortcuts = changed
        if self.card is not None:
            self.card.show_keys(id, keys, id in changed)


def _portable(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(QKeySequence(key).toString(PORTABLE) for key in keys)


def _tr(text: object) -> str:
    return QCoreApplication.translate("Shortcuts", str(text))
