"""Commands: run by their menus and keys, given other keys, and found by them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenuBar, QWidget
from pytestqt.qtbot import QtBot

from app.window.commands import MENUS, Command, Commands
from widgets.canvas.gestures.keys import CANVAS_KEYS, bindings


class Desk:
    """Some commands of a window, and what has run."""

    def __init__(self, qtbot: QtBot) -> None:
        self.ran: list[str] = []
        self.window, self.bar = QWidget(), QMenuBar()
        qtbot.addWidget(self.window)
        qtbot.addWidget(self.bar)
        self.commands = Commands(self.window, self.bar)
        self.commands.fill([
            self.row("save", "File", "save", keys=("Ctrl+S",)), self.row("open", "File", "open", keys=("Ctrl+O", "F4")),
            self.row("cut", "Edit", "clipboard", keys=("X",), canvas=True), self.row("plain", "File", "open"),
            self.row("on", "View", "heat", submenu="Heat", checkable=True),
            self.row("off", "View", "heat", submenu="Heat"), self.row("far", "View", "walk", submenu="Go"),
        ])  # fmt: skip

    def row(self, id: str, menu: str, group: str, **more: object) -> Command:
        return Command(id, id.title(), lambda: self.ran.append(id), menu, group, **more)  # type: ignore[arg-type]


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    yield Desk(qtbot)


def test_menus_hold_them_by_group_and_submenu(desk: Desk) -> None:
    menus = {action.text(): action.menu() for action in desk.bar.actions()}
    assert list(menus) == list(MENUS)
    assert [action.text() for action in menus["File"].actions()] == ["Open", "Plain", "", "Save"]
    assert [action.text() for action in menus["View"].actions()] == ["Heat", "", "Go"]
    heat = menus["View"].actions()[0].menu()
    assert [(action.text(), action.isCheckable()) for action in heat.actions()] == [("On", True), ("Off", False)]
    assert desk.commands.paths["on"] == ("View", "Heat") and desk.commands.paths["save"] == ("File",)
    for id in ("save", "on", "cut"):
        desk.commands[id].trigger()
    assert desk.ran == ["save", "on", "cut"]


def test_keys_of_the_canvas_count_only_there(desk: Desk) -> None:
    assert desk.commands.canvas == [desk.commands["cut"]]
    assert desk.commands["cut"].shortcutContext() == Qt.ShortcutContext.WidgetWithChildrenShortcut
    assert set(desk.window.actions()) == {desk.commands[id] for id in desk.commands.rows if id != "cut"}


def test_which_keys_a_command_has(desk: Desk) -> None:
    commands, hand = desk.commands, CANVAS_KEYS["go_out"]
    assert "save" in commands and "go_out" in commands and "nothing" not in commands
    assert (commands.keys("open"), commands.key_text("open"), commands.key_text("plain")) == (
        ["Ctrl+O", "F4"], "Ctrl+O", "")
    assert commands.text("save") == "Save" and commands.text("go_out") == "Out of a block"
    assert tuple(commands.keys("go_out")) == commands.own_keys("go_out") == tuple(hand)
    assert commands.bindings == bindings()
    commands.set_keys("save", ["F2", "F3"])
    commands.set_keys("open", ["F4"])
    commands.set_keys("cut", [])
    commands.set_keys("go_out", ["F7"])
    assert commands.keys("save") == ["F2", "F3"] and commands.own_keys("save") == ("Ctrl+S",)
    assert commands.keys("go_out") == ["F7"] and commands.bindings["F7"] == "go_out"
    assert hand[0] not in commands.bindings
    assert [commands.key_now(key) for key in ("Ctrl+S", "F4", "X", hand[0], "F12")] == ["F2", "F4", "", "F7", "F12"]


def test_whose_a_key_is(desk: Desk) -> None:
    commands = desk.commands
    assert commands.owner_of("Ctrl+S", "open") == "save" and commands.owner_of("Ctrl+S", "save") is None
    assert commands.owner_of("F4", "save") == "open" and commands.owner_of("F12", "save") is None
    key = CANVAS_KEYS["go_out"][0]
    assert commands.owner_of(key, "save") == "go_out" and commands.owner_of(key, "go_out") is None
