"""Entries of the canvas' menu."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QIcon, QKeySequence
from PySide6.QtWidgets import QMenu

from engine.graph.frames import COLORS
from engine.graph.graph import Graph, GraphError
from widgets.canvas.ground.labels import label_icon, label_name
from widgets.canvas.view.view import CanvasView


def tr(text: str) -> str:
    """In the person's language."""
    return QCoreApplication.translate("Canvas", text)


class Entries:
    """Writes one menu of a view: what it is called, what it does, and the key that does it too."""

    def __init__(self, view: CanvasView, menu: QMenu) -> None:
        self.view, self.menu = view, menu

    def add(self, text: str, act: Callable[[], object], key: str = "") -> None:
        """One more entry; ``key`` is the one that it comes with."""
        action = self.menu.addAction(text)
        action.triggered.connect(lambda *_: act())
        key = self.view.key_now(key)
        if key:  # shown only: the key itself belongs to the window, or to the view
            action.setText(f"{text}\t{QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)}")

    def add_choice(self, text: str, chosen: bool, act: Callable[[], object], icon: QIcon | None = None) -> None:
        """One of several, marked where it is the one that holds."""
        action = self.menu.addAction(icon or QIcon(), text)
        action.setCheckable(True)
        action.setChecked(chosen)
        action.triggered.connect(lambda *_: act())

    def add_colors(self, title: str, chosen: Collection[str]) -> None:
        """A submenu of the colours; the one that all have is marked."""
        within = self.within(title)
        for color in COLORS:
            does = partial(self.view.edits.color, color)
            within.add_choice(label_name(color), set(chosen) == {color}, does, label_icon(color))

    def separate(self) -> None:
        """A line below what was added."""
        self.menu.addSeparator()

    def within(self, title: str) -> Entries:
        """A menu in this one."""
        return Entries(self.view, self.menu.addMenu(title))

    def ask(self, text: str, change: Callable[[Graph], Graph]) -> None:
        """Ask for the graph as ``change`` makes it, or say why it cannot."""
        try:
            graph = change(self.view.canvas.graph)
        except GraphError as error:
            self.view.refused.emit(error.message)
        else:
            self.view.canvas.edit_requested.emit(text, graph, "")
