"""The card of shortcuts, and other keys for commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.features.base import Feature, Handlers
from app.window.actions import MENUS, words

if TYPE_CHECKING:
    from app.document.page import Page
    from app.window.window import MainWindow
    from widgets.frame.shortcut_card import Entry, ShortcutCard

KEYS = QT_TRANSLATE_NOOP("Shortcuts", "On the canvas")
MOUSE = QT_TRANSLATE_NOOP("Shortcuts", "With the mouse")
TOLD: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
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

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.card: ShortcutCard | None = None
        for id, keys in window.settings.shortcuts.items():
            if id in window.actions_.commands or id in window.actions_.canvas_keys:
                window.actions_.set_keys(id, keys)

    def handlers(self) -> Handlers:
        return {"shortcuts": self.show_card}

    def connect_page(self, page: Page) -> None:
        page.view.key_now = self.window.actions_.key_now
        page.view.bindings = self.window.actions_.bindings

    # -- the card -----------------------------------------------------------------------------------------------

    def show_card(self) -> None:
        """Show all keys and gestures; again: close it."""
        if self.card is not None:
            self.card.close_card()
            return
        from widgets.frame.shortcut_card import ShortcutCard

        card = self.card = ShortcutCard(self.window, self.sections(), self._owner)
        card.keys_chosen.connect(self.give)
        card.reset_requested.connect(self.reset)
        card.closed.connect(self._forget)
        card.open()

    def sections(self) -> list[tuple[str, list[Entry]]]:
        """Commands by menu, then what the canvas does by itself and what the mouse does."""
        from widgets.frame.shortcut_card import Entry

        actions = self.window.actions_
        by_menu: dict[str, list[Entry]] = {words(title): [] for title, _ in MENUS}
        for id in actions.commands:
            by_menu[actions.paths[id][0]].append(self._entry(id))
        told = [(_tr(title), [Entry("", _tr(text), (_tr(keys),)) for text, keys in rows]) for title, rows in TOLD]
        return [*by_menu.items(), (_tr(KEYS), [self._entry(id) for id in actions.canvas_keys]), *told]

    def _entry(self, id: str) -> Entry:
        from widgets.frame.shortcut_card import Entry

        actions = self.window.actions_
        path = actions.paths[id][1:] if id in actions.paths else ()
        return Entry(id, " › ".join((*path, actions.text(id))), tuple(actions.keys(id)),
                     id in self.window.settings.shortcuts)

    def _owner(self, key: str, id: str) -> str | None:
        other = self.window.actions_.owner_of(key, id)
        return self.window.actions_.text(other) if other is not None else None

    def _forget(self) -> None:
        self.card = None

    # -- keys ---------------------------------------------------------------------------------------------------

    def give(self, id: str, keys: list[str]) -> None:
        """Give a command these keys, from now on and at the next start; another that has one of them loses it."""
        actions = self.window.actions_
        for key in keys:
            other = actions.owner_of(key, id)
            if other is not None:
                self._set(other, [each for each in actions.keys(other) if each != key])
        self._set(id, keys)

    def reset(self, id: str) -> None:
        """Give a command the keys it came with, or (no id) all of them; who was given one of them loses it."""
        actions = self.window.actions_
        known = (*actions.commands, *actions.canvas_keys)
        ids = [id] if id else [each for each in self.window.settings.shortcuts if each in known]
        for each in ids:
            actions.set_keys(each, [])
        for each in ids:
            self.give(each, list(actions.own_keys(each)))

    def _set(self, id: str, keys: list[str]) -> None:
        actions, settings = self.window.actions_, self.window.settings
        actions.set_keys(id, keys)
        changed = {**settings.shortcuts, id: keys}
        if tuple(actions.keys(id)) == _portable(actions.own_keys(id)):
            del changed[id]
        settings.shortcuts = changed
        if self.card is not None:
            self.card.show_keys(id, keys, id in changed)


def _portable(keys: tuple[str, ...]) -> tuple[str, ...]:
    from PySide6.QtGui import QKeySequence

    return tuple(QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText) for key in keys)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Shortcuts", text)
