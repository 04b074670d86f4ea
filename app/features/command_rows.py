"""The rows of the list of commands, and what picking one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.window.actions import words
from engine.experiment.experiment import gallery_ids
from widgets.parts.row_list import Row

if TYPE_CHECKING:
    from app.window.window import MainWindow

LEAVE_OUT = ("command_palette",)
NETWORK, TAB, LABEL = "gallery:", "tab:", "label:"


def tr(text: str) -> str:
    """In the person's language."""
    return QCoreApplication.translate("Commands", text)


def command_rows(window: MainWindow) -> list[Row]:
    """Those run last, then all as the menus have them, colour labels, the open networks and the gallery."""
    actions = window.actions_
    rows = {id: _command_row(window, id) for id in actions.commands if id not in LEAVE_OUT}
    recent = [rows[id] for id in window.settings.recent_commands if id in rows and not rows[id].dim]
    first = {row.key for row in recent}
    tabs = [Row(f"{TAB}{index}", page.document.name, tr("open network"), category="input")
            for index, page in enumerate(window.pages)]
    gallery = [Row(f"{NETWORK}{id}", id, tr("gallery"), category="block") for id in gallery_ids()]
    return [*recent, *(row for row in rows.values() if row.key not in first), *_label_rows(window), *tabs, *gallery]


def _label_rows(window: MainWindow) -> list[Row]:
    menu, why = window.actions_.submenus["label"], "" if window.page is not None else tr("Open a network first")
    return [Row(f"{LABEL}{index}", f"{menu.title()}: {action.text()}", words("Network"), dim=bool(why), tip=why)
            for index, action in enumerate(menu.actions())]


def _command_row(window: MainWindow, id: str) -> Row:
    actions = window.actions_
    action, command = actions[id], actions.commands[id]
    why = ""
    if command.canvas and window.page is None:
        why = tr("Open a network first")
    elif not action.isEnabled():
        why = tr("Not possible now")
    check = "✓ " if action.isCheckable() and action.isChecked() else ""
    title = action.text() if id in ("undo", "redo") else words(command.text)
    return Row(id, check + title, " › ".join(actions.paths[id]), actions.key_text(id), dim=bool(why), tip=why)


def run(window: MainWindow, key: str) -> None:
    """Do what the row stands for."""
    if key.startswith(NETWORK):
        window.files.open(key)
    elif key.startswith(LABEL):
        window.actions_.submenus["label"].actions()[int(key.removeprefix(LABEL))].trigger()
    elif key.startswith(TAB):
        window.layout_.tabs.setCurrentIndex(int(key.removeprefix(TAB)))
        window.switch(window.layout_.tabs.currentIndex())
    else:
        window.settings.remember_command(key)
        window.actions_[key].trigger()
