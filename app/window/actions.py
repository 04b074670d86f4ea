"""Every command of the window: its words, its key, and the menu it stands in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from widgets.canvas.gestures import keys as canvas_keys


class Command(NamedTuple):
    """One row: ``canvas`` commands listen to their key only while the canvas has the focus."""

    id: str
    text: str
    keys: tuple[str, ...] = ()
    canvas: bool = False


SEPARATOR = None
Entries = tuple[Any, ...]  # of Commands, SEPARATORs and submenus as (title, Entries)
MENUS: tuple[tuple[str, Entries], ...] = (
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
        Command("export_picture", "Export picture…", ("Ctrl+Shift+E",)),
        Command("load_weights", "Load weights…"),
        Command("forget_weights", "Forget loaded weights"),
        SEPARATOR,
        Command("compare", "Compare with…"),
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
        Command("paste_wired", "Paste with incoming wires", ("Ctrl+Shift+V",), canvas=True),
        Command("duplicate", "Duplicate", ("Ctrl+D",), canvas=True),
        Command("delete", "Delete", ("Del",), canvas=True),
        Command("heal", "Delete and rejoin", ("Shift+Del",), canvas=True),
        Command("select_all", "Select all", ("Ctrl+A",), canvas=True),
        SEPARATOR,
        Command("rename", "Rename", ("F2",), canvas=True),
        Command("replace_layer", "Replace…", ("R",), canvas=True),
        Command("replace_all", "Replace all…"),
        Command("replace_selected", "Replace in selection…"),
        Command("bypass", "Bypass", ("M",), canvas=True),
        Command("connect_to", "Connect to…", ("W",), canvas=True),
        Command("disconnect", "Disconnect", ("Shift+W",), canvas=True),
        SEPARATOR,
        Command("find", "Find…", ("Ctrl+F",)),
    )),
    ("View", (
        Command("fit_selection", "Show selection", ("F",), canvas=True),
        Command("fit", "Show everything", ("Home",), canvas=True),
        Command("zoom_in", "Zoom in", ("Ctrl++", "Ctrl+=")),
        Command("zoom_out", "Zoom out", ("Ctrl+-",)),
        SEPARATOR,
        Command("follow", "Follow what is selected", ("T",), canvas=True),
        Command("minimap", "Minimap", ("Alt+M",)),
        Command("outline", "Outline", ("Alt+O",)),
        Command("source", "Code", ("Alt+C",)),
        SEPARATOR,
        ("Heat map", (
            Command("heat_none", "None"),
            Command("heat_params", "Parameters"),
            Command("heat_compute", "Computation"),
            Command("heat_memory", "Memory"),
            Command("heat_time", "Measured time"),
        )),
        SEPARATOR,
        ("Go to", (
            Command("select_before", "Layer before", ("Alt+Up",), canvas=True),
            Command("select_after", "Layer after", ("Alt+Down",), canvas=True),
            Command("select_left", "Layer to the left", ("Alt+Left",), canvas=True),
            Command("select_right", "Layer to the right", ("Alt+Right",), canvas=True),
            Command("extend_before", "Layer before too", ("Alt+Shift+Up",), canvas=True),
            Command("extend_after", "Layer after too", ("Alt+Shift+Down",), canvas=True),
            Command("next_pane", "Next pane", ("F6",)),
            Command("previous_pane", "Previous pane", ("Shift+F6",)),
        )),
        SEPARATOR,
        Command("theme_system", "Theme of the system"),
        Command("theme_dark", "Dark theme"),
        Command("theme_light", "Light theme"),
    )),
    ("Network", (
        Command("search_here", "Add a layer here…", ("Tab",), canvas=True),
        Command("search", "Search the layers", ("/",), canvas=True),
        SEPARATOR,
        Command("arrange", "Lay out", ("L",), canvas=True),
        ("Align and distribute", (
            Command("align_left", "Align left edges"),
            Command("align_center", "Align centres"),
            Command("align_right", "Align right edges"),
            Command("align_top", "Align top edges"),
            Command("align_middle", "Align middles"),
            Command("align_bottom", "Align bottom edges"),
            Command("distribute_across", "Distribute across"),
            Command("distribute_down", "Distribute down"),
            Command("straighten", "Straighten"),
        )),
        Command("snap", "Snap to other cards"),
        SEPARATOR,
        Command("comment", "Comment", ("C",), canvas=True),
        Command("label", "Colour label"),
        Command("collapse", "Collapse or unfold", ("H",), canvas=True),
        SEPARATOR,
        Command("find_repeats", "Find repeated parts…"),
        Command("make_block", "Make block…", ("Ctrl+G",), canvas=True),
        Command("dissolve", "Dissolve block", ("Ctrl+Shift+G",), canvas=True),
        Command("edit_block", "Name and options of the block…"),
        Command("keep_block", "Add to my blocks"),
        Command("forget_block", "Remove from my blocks"),
        Command("save_block", "Save block as file…"),
        Command("load_blocks", "Add blocks from files…"),
        SEPARATOR,
        Command("problems", "Problems"),
        Command("next_problem", "Next problem", ("F8",)),
        Command("previous_problem", "Previous problem", ("Shift+F8",)),
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
        Command("command_palette", "Commands…", ("Ctrl+K",)),
        Command("shortcuts", "Keyboard shortcuts", ("?",)),
        Command("about", "About Layerloom"),
    )),
)  # fmt: skip
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
SUBMENUS = ("recent", "gallery", "label")
CHECKABLE = (
    "theme_system", "theme_dark", "theme_light", "follow", "minimap", "outline", "snap",
    "heat_none", "heat_params", "heat_compute", "heat_memory", "heat_time",
)  # fmt: skip


def words(text: str) -> str:
    """A command's words in the person's language."""
    return QCoreApplication.translate("actions", text)


class Actions:
    """The window's actions by id, and the menus that hold them."""

    def __init__(self, window: QWidget, menu_bar: QMenuBar) -> None:
        self._actions: dict[str, QAction] = {}
        self.commands: dict[str, Command] = {}
        self.paths: dict[str, tuple[str, ...]] = {}  # the menus a command stands in, in the person's language
        self.submenus: dict[str, QMenu] = {}
        self.canvas: list[QAction] = []
        self.canvas_keys: dict[str, list[str]] = {id: list(keys) for id, keys in canvas_keys.CANVAS_KEYS.items()}
        self.bindings: dict[str, str] = canvas_keys.bindings()  # changed in place: the pages hold it
        for title, commands in MENUS:
            menu = menu_bar.addMenu(words(title))
            for command in commands:
                self._add(window, menu, command, (words(title),))
        self._idle = set(self._actions)

    def _add(self, window: QWidget, menu: QMenu, command: Command | tuple[str, Entries] | None,
             path: tuple[str, ...]) -> None:
        if command is None:
            menu.addSeparator()
        elif not isinstance(command, Command):
            title, commands = command
            submenu = menu.addMenu(words(title))
            for inner in commands:
                self._add(window, submenu, inner, (*path, words(title)))
        elif command.id in SUBMENUS:
            self.submenus[command.id] = menu.addMenu(words(command.text))
        else:
            self._make(window, menu, command)
            self.paths[command.id] = path

    def _make(self, window: QWidget, menu: QMenu, command: Command) -> None:
        action = menu.addAction(words(command.text))
        self._actions[command.id], self.commands[command.id] = action, command
        self.set_keys(command.id, command.keys)
        action.setCheckable(command.id in CHECKABLE)
        if command.canvas:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self.canvas.append(action)
        else:
            window.addAction(action)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    # -- keys ---------------------------------------------------------------------------------------------------

    def keys(self, id: str) -> list[str]:
        """The keys of a command, as they are written in the settings."""
        if id in self.canvas_keys:
            return list(self.canvas_keys[id])
        return [key.toString(QKeySequence.SequenceFormat.PortableText) for key in self._actions[id].shortcuts()]

    def set_keys(self, id: str, keys: Sequence[str]) -> None:
        """Give a command these keys and no others."""
        if id in self.canvas_keys:
            written = QKeySequence.SequenceFormat.PortableText
            self.canvas_keys[id] = [QKeySequence(key).toString(written) for key in keys]
            self.bindings.clear()
            self.bindings.update(canvas_keys.bindings(self.canvas_keys))
            return
        self._actions[id].setShortcuts([QKeySequence(key) for key in keys])

    def key_text(self, id: str) -> str:
        """The first key of a command, as people write it; empty: it has none."""
        return self._actions[id].shortcut().toString(QKeySequence.SequenceFormat.NativeText)

    def key_now(self, default: str) -> str:
        """The key that now does what this one does by default; the same where no command has it."""
        ids = (*self.commands, *self.canvas_keys)
        id = next((id for id in ids if default in self.own_keys(id)), None)
        keys = self.keys(id) if id is not None else [default]
        return default if default in keys else keys[0] if keys else ""

    def owner_of(self, key: str, beside: str) -> str | None:
        """The other command that has this key."""
        wanted = QKeySequence(key)
        if (own := self.bindings.get(wanted.toString(QKeySequence.SequenceFormat.PortableText), beside)) != beside:
            return own
        return next((id for id, action in self._actions.items() if id != beside and wanted in action.shortcuts()), None)

    def own_keys(self, id: str) -> tuple[str, ...]:
        """The keys that a command comes with."""
        return canvas_keys.CANVAS_KEYS[id] if id in self.canvas_keys else self.commands[id].keys

    def text(self, id: str) -> str:
        """What a command is called, in the person's language."""
        return words(CANVAS_WORDS[id] if id in self.canvas_keys else self.commands[id].text)

    # -- doing --------------------------------------------------------------------------------------------------

    def show_undo(self, undo: str | None, redo: str | None) -> None:
        """Name what would be undone and redone; None: nothing."""
        for name, title, text in (("undo", "Undo", undo), ("redo", "Redo", redo)):
            self._actions[name].setEnabled(text is not None)
            self._actions[name].setText(f"{words(title)} “{text}”" if text else words(title))

    def on(self, handlers: dict[str, Callable[[], object]]) -> None:
        """Say what some commands do."""
        for name, handler in handlers.items():
            self._actions[name].triggered.connect(lambda _checked=False, act=handler: act())
            self._idle.discard(name)

    def check(self) -> None:
        """Every command must do something. Raises ValueError."""
        if self._idle:
            raise ValueError(f"commands without a handler: {self._idle}")
