"""Every command of the window: its words, its key, and the menu it stands in."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget


class Command(NamedTuple):
    """One row: ``canvas`` commands listen to their key only while the canvas has the focus."""

    id: str
    text: str
    keys: tuple[str, ...] = ()
    canvas: bool = False


SEPARATOR = None
MENUS: tuple[tuple[str, tuple[Command | None, ...]], ...] = (
    ("File", (
        Command("new", "New network", ("Ctrl+N",)),
        Command("start", "Start page"),
        Command("open", "Open…", ("Ctrl+O",)),
        Command("recent", "Open recent"),
        Command("gallery", "Gallery"),
        SEPARATOR,
        Command("save", "Save", ("Ctrl+S",)),
        Command("save_as", "Save as…", ("Ctrl+Shift+S",)),
        SEPARATOR,
        Command("export_best", "Export best weights…", ("Ctrl+E",)),
        Command("export_latest", "Export latest weights…"),
        Command("export_code", "Export PyTorch code…"),
        Command("load_weights", "Load weights…"),
        Command("forget_weights", "Forget loaded weights"),
        SEPARATOR,
        Command("close", "Close", ("Ctrl+W",)),
        Command("quit", "Quit", ("Ctrl+Q",)),
    )),
    ("Edit", (
        Command("undo", "Undo", ("Ctrl+Z",)),
        Command("redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y")),
        SEPARATOR,
        Command("cut", "Cut", ("Ctrl+X",), canvas=True),
        Command("copy", "Copy", ("Ctrl+C",), canvas=True),
        Command("paste", "Paste", ("Ctrl+V",), canvas=True),
        Command("duplicate", "Duplicate", ("Ctrl+D",), canvas=True),
        Command("delete", "Delete", ("Del",), canvas=True),
        Command("heal", "Delete and rejoin", ("Shift+Del",), canvas=True),
        Command("select_all", "Select all", ("Ctrl+A",), canvas=True),
        SEPARATOR,
        Command("rename", "Rename", ("F2",), canvas=True),
    )),
    ("View", (
        Command("fit_selection", "Show selection", ("F",), canvas=True),
        Command("fit", "Show everything", ("Home",), canvas=True),
        Command("zoom_in", "Zoom in", ("Ctrl++", "Ctrl+=")),
        Command("zoom_out", "Zoom out", ("Ctrl+-",)),
        SEPARATOR,
        Command("theme_system", "Theme of the system"),
        Command("theme_dark", "Dark theme"),
        Command("theme_light", "Light theme"),
    )),
    ("Network", (
        Command("search", "Find a layer", ("/",), canvas=True),
        SEPARATOR,
        Command("make_block", "Make block…", ("Ctrl+G",), canvas=True),
        Command("dissolve", "Dissolve block", ("Ctrl+Shift+G",), canvas=True),
        Command("edit_block", "Name and options of the block…"),
        Command("keep_block", "Add to my blocks"),
        Command("forget_block", "Remove from my blocks"),
        Command("save_block", "Save block as file…"),
        Command("load_blocks", "Add blocks from files…"),
        SEPARATOR,
        Command("problems", "Problems"),
        Command("copy_code", "Copy PyTorch code", ("Ctrl+Shift+C",)),
    )),
    ("Train", (
        Command("train", "Train", ("Ctrl+Return",)),
        Command("pause", "Pause or resume", ("Ctrl+P",)),
        Command("stop", "Stop"),
        Command("train_series", "Train all variants or folds"),
        SEPARATOR,
        Command("save_curves", "Save curves…"),
        Command("data_folder", "Choose data folder…"),
    )),
    ("Help", (
        Command("about", "About Layerloom"),
    )),
)  # fmt: skip
SUBMENUS = ("recent", "gallery")
CHECKABLE = ("theme_system", "theme_dark", "theme_light")


def words(text: str) -> str:
    """A command's words in the person's language."""
    return QCoreApplication.translate("actions", text)


class Actions:
    """The window's actions by id, and the menus that hold them."""

    def __init__(self, window: QWidget, menu_bar: QMenuBar) -> None:
        self._actions: dict[str, QAction] = {}
        self.submenus: dict[str, QMenu] = {}
        self.canvas: list[QAction] = []
        for title, commands in MENUS:
            menu = menu_bar.addMenu(words(title))
            for command in commands:
                self._add(window, menu, command)

    def _add(self, window: QWidget, menu: QMenu, command: Command | None) -> None:
        if command is None:
            menu.addSeparator()
        elif command.id in SUBMENUS:
            self.submenus[command.id] = menu.addMenu(words(command.text))
        else:
            action = menu.addAction(words(command.text))
            action.setShortcuts([QKeySequence(key) for key in command.keys])
            action.setCheckable(command.id in CHECKABLE)
            self._actions[command.id] = action
            if command.canvas:
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                self.canvas.append(action)
            else:
                window.addAction(action)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def show_undo(self, undo: str | None, redo: str | None) -> None:
        """Name what would be undone and redone; None: nothing."""
        for name, title, text in (("undo", "Undo", undo), ("redo", "Redo", redo)):
            self._actions[name].setEnabled(text is not None)
            self._actions[name].setText(f"{words(title)} “{text}”" if text else words(title))

    def on(self, handlers: dict[str, Callable[[], object]]) -> None:
        """Say what each command does. Every command must be named, and nothing else."""
        if handlers.keys() != self._actions.keys():
            raise ValueError(f"commands without a handler: {handlers.keys() ^ self._actions.keys()}")
        for name, handler in handlers.items():
            self._actions[name].triggered.connect(lambda _checked=False, act=handler: act())
