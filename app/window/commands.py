"""Commands: each one row with what it does, its words, its key and the menu it stands in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from widgets.canvas.gestures import keys as canvas_keys

MENUS: Mapping[str, tuple[str, ...]] = {  # their groups, apart by a line
    "File": ("open", "save", "take", "compare", "end"),
    "Edit": ("undo", "clipboard", "change", "find"),
    "View": ("workspace", "look", "panels", "heat", "walk", "inside", "theme"),
    "Network": ("add", "order", "marks", "blocks", "check", "inside"),
    "Train": ("run", "check", "runs", "results"),
    "Help": ("help",),
}
# What the canvas does by itself, with keys that are held or pressed while one drags: see widgets.canvas.gestures.keys.
CANVAS_WORDS = {
    "hand": "Search at the cursor; held: pan",
    "go_inside": "Into a block",
    "go_out": "Out of a block",
    "cancel": "Cancel the gesture, deselect",
    **{f"nudge_{way}": f"Move {words}" for way, words in (
        ("left", "to the left"), ("right", "to the right"), ("up", "up"), ("down", "down"))},
    **{f"nudge_{way}_a_little": f"Move {words} a little" for way, words in (
        ("left", "to the left"), ("right", "to the right"), ("up", "up"), ("down", "down"))},
}  # fmt: skip
PORTABLE = QKeySequence.SequenceFormat.PortableText


@dataclass(frozen=True)
class Command:
    """One row. A ``canvas`` command listens to its keys only while the canvas has the focus.

    In a group of a menu rows stand by ``rank``, those of one rank as they were added.
    """

    id: str
    text: str
    does: Callable[[], object]
    menu: str
    group: str
    keys: tuple[str, ...] = ()
    submenu: str = ""
    canvas: bool = False
    checkable: bool = False
    rank: int = 0
    looks: bool = False

    @property
    def only_looks(self) -> bool:
        """Whether nothing is done with a network, so that one may go on typing."""
        return self.looks or self.menu in ("View", "Help")


@dataclass(frozen=True)
class Submenu:
    """A menu that is filled each time it is opened."""

    id: str
    text: str
    fill: Callable[[QMenu], object]
    menu: str
    group: str
    rank: int = 0


Row = Command | Submenu


def words(text: str) -> str:
    """A command's words in the person's language."""
    return QCoreApplication.translate("actions", text)


def in_order(rows: Iterable[Row]) -> list[Row]:
    """As the menus have them. Raises ValueError for a group that no menu has, and for two rows with one id."""
    rows = list(rows)
    ids = [row.id for row in rows]
    if len(set(ids)) < len(ids):
        raise ValueError(f"two commands with one id: {sorted({id for id in ids if ids.count(id) > 1})}")
    places = {(menu, group): place for place, (menu, group) in enumerate(
        (menu, group) for menu, groups in MENUS.items() for group in groups)}
    homeless = [row.id for row in rows if (row.menu, row.group) not in places]
    if homeless:
        raise ValueError(f"commands for a menu that is not there: {homeless}")
    return sorted(rows, key=lambda row: (places[row.menu, row.group], row.rank))


class Commands:
    """The window's actions by id, and the menus that hold them; filled once, when every row is known.

    ``settle`` comes before whatever a command does with a network: nothing is done where it asks something first.
    """

    def __init__(self, window: QWidget, menu_bar: QMenuBar, settle: Callable[[], bool] = lambda: True) -> None:
        self._window, self._settle = window, settle
        self._menus = {title: menu_bar.addMenu(words(title)) for title in MENUS}
        self._actions: dict[str, QAction] = {}
        self.rows: dict[str, Command] = {}
        self._texts: dict[str, str] = {}  # of those that are called otherwise by now
        self.paths: dict[str, tuple[str, ...]] = {}  # the menus a command stands in, in the person's language
        self._submenus: dict[str, tuple[QMenu, Submenu]] = {}
        self.canvas: list[QAction] = []
        self.canvas_keys: dict[str, list[str]] = {id: list(keys) for id, keys in canvas_keys.CANVAS_KEYS.items()}
        self.bindings: dict[str, str] = canvas_keys.bindings()  # changed in place: the pages hold it

    def fill(self, rows: Iterable[Row]) -> None:
        """Put every row into its menu. Raises ValueError as ``in_order``."""
        before: Row | None = None
        folded: dict[tuple[str, str], QMenu] = {}
        for row in in_order(rows):
            menu = self._menus[row.menu]
            if before is not None and before.menu == row.menu and before.group != row.group:
                menu.addSeparator()
            before = row
            if isinstance(row, Submenu):
                self._add_submenu(menu, row)
                continue
            path: tuple[str, ...] = (words(row.menu),)
            if row.submenu:
                key = (row.menu, row.submenu)
                menu = folded[key] if key in folded else folded.setdefault(key, menu.addMenu(words(row.submenu)))
                path = (*path, words(row.submenu))
            self._add(menu, row, path)

    def _add_submenu(self, menu: QMenu, row: Submenu) -> None:
        submenu = menu.addMenu(words(row.text))
        self._submenus[row.id] = (submenu, row)
        submenu.aboutToShow.connect(lambda: row.fill(submenu))

    def submenu(self, id: str) -> QMenu:
        """A menu with what it holds now."""
        menu, row = self._submenus[id]
        row.fill(menu)
        return menu

    def _add(self, menu: QMenu, command: Command, path: tuple[str, ...]) -> None:
        action = menu.addAction(words(command.text))
        self._actions[command.id], self.rows[command.id], self.paths[command.id] = action, command, path
        self.set_keys(command.id, command.keys)
        action.setCheckable(command.checkable)
        action.triggered.connect(lambda *_: self._do(command))
        if command.canvas:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self.canvas.append(action)
        else:
            self._window.addAction(action)

    def _do(self, command: Command) -> None:
        if command.only_looks or self._settle():
            command.does()

    def __getitem__(self, id: str) -> QAction:
        return self._actions[id]

    def text(self, id: str) -> str:
        """What a command is called, in the person's language."""
        return words(CANVAS_WORDS[id] if id in self.canvas_keys else self._texts.get(id, self.rows[id].text))

    def rename(self, id: str, text: str) -> None:
        """Call a command otherwise, where it does the same with something else."""
        self._texts[id] = text
        self._actions[id].setText(words(text))

    # -- keys ---------------------------------------------------------------------------------------------------

    def __contains__(self, id: str) -> bool:
        """Whether there is such a command, or the canvas does it by itself."""
        return id in self.rows or id in self.canvas_keys

    def keys(self, id: str) -> list[str]:
        """The keys of a command, as they are written in the settings."""
        if id in self.canvas_keys:
            return list(self.canvas_keys[id])
        return [key.toString(PORTABLE) for key in self._actions[id].shortcuts()]

    def set_keys(self, id: str, keys: Sequence[str]) -> None:
        """Give a command these keys and no others."""
        if id in self.canvas_keys:
            self.canvas_keys[id] = [QKeySequence(key).toString(PORTABLE) for key in keys]
            self.bindings.clear()
            self.bindings.update(canvas_keys.bindings(self.canvas_keys))
            return
        self._actions[id].setShortcuts([QKeySequence(key) for key in keys])

    def key_text(self, id: str) -> str:
        """The first key of a command, as people write it; empty: it has none."""
        return self._actions[id].shortcut().toString(QKeySequence.SequenceFormat.NativeText)

    def key_now(self, default: str) -> str:
        """The key that now does what this one does by default; the same where no command has it."""
        id = next((id for id in (*self.rows, *self.canvas_keys) if default in self.own_keys(id)), None)
        keys = self.keys(id) if id is not None else [default]
        return default if default in keys else keys[0] if keys else ""

    def owner_of(self, key: str, beside: str) -> str | None:
        """The other command that has this key."""
        wanted = QKeySequence(key)
        if (own := self.bindings.get(wanted.toString(PORTABLE), beside)) != beside:
            return own
        return next((id for id, action in self._actions.items() if id != beside and wanted in action.shortcuts()), None)

    def own_keys(self, id: str) -> tuple[str, ...]:
        """The keys that a command comes with."""
        return canvas_keys.CANVAS_KEYS[id] if id in self.canvas_keys else self.rows[id].keys
