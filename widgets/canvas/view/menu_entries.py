"""Entries of the canvas' menu."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QIcon, QKeySequence
from PySide6.QtWidgets import QGraphicsItem, QMenu

from engine.graph.frames import COLORS, Frame
from engine.graph.graph import Edge, Graph, GraphError, Node
from engine.messages import Message, say
from widgets.canvas.ground.labels import label_icon, label_name
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.view.view import CanvasView


def tr(text: str) -> str:
    """In the person's language."""
    return QCoreApplication.translate("Canvas", text)


@dataclass(frozen=True)
class About:
    """What a menu is about, as it was when it was asked for: frames by their number."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    frames: tuple[tuple[int, Frame], ...] = ()

    def changed(self, graph: Graph) -> Message | None:
        """What of it is no longer so in this graph, and what to do; None: all is as it was."""
        for node in self.nodes:
            if node.name not in graph.nodes:
                return say("There is no layer named {name}", name=node.name)
            if graph.nodes[node.name] != node:
                return say("{name} has changed: open its menu again", name=node.name)
        if not set(self.edges) <= set(graph.edges):
            return say("This wire has changed: open its menu again")
        if any(graph.frames[index : index + 1] != (frame,) for index, frame in self.frames):
            return say("This frame has changed: open its menu again")
        return None

    def select(self, canvas: CanvasScene) -> None:
        """It alone, as it was when the menu was asked for: what has come since may be selected by now."""
        items: set[QGraphicsItem] = {canvas.cards[node.name] for node in self.nodes}
        items.update(canvas.wires[edge] for edge in self.edges)
        items.update(canvas.frames.items[index] for index, _ in self.frames)
        canvas.choose(items)


class Entries:
    """Writes one menu of a view: what it is called, what it does, and the key that does it too.

    What the menu is ``about`` may change while it is open: then nothing is done, and why is said. Where other things
    are selected meanwhile, it is still about the same.
    """

    def __init__(self, view: CanvasView, menu: QMenu, about: About) -> None:
        self.view, self.menu, self._about = view, menu, about

    def add(self, text: str, act: Callable[[], object], key: str = "", *, enabled: bool = True) -> None:
        """One more entry; ``key`` is the one that it comes with."""
        action = self.menu.addAction(text)
        action.setEnabled(enabled)
        action.triggered.connect(lambda *_: self._do(act))
        key = self.view.key_now(key)
        if key:  # shown only: the key itself belongs to the window, or to the view
            action.setText(f"{text}\t{QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)}")

    def add_choice(self, text: str, chosen: bool, act: Callable[[], object], icon: QIcon | None = None) -> None:
        """One of several, marked where it is the one that holds."""
        action = self.menu.addAction(icon or QIcon(), text)
        action.setCheckable(True)
        action.setChecked(chosen)
        action.triggered.connect(lambda *_: self._do(act))

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
        return Entries(self.view, self.menu.addMenu(title), self._about)

    def _do(self, act: Callable[[], object]) -> None:
        changed = self._about.changed(self.view.canvas.graph)
        if changed is not None:
            self.view.refused.emit(changed)
        else:
            self._about.select(self.view.canvas)
            act()

    def ask(self, text: str, change: Callable[[Graph], Graph]) -> None:
        """Ask for the graph as ``change`` makes it, or say why it cannot."""
        try:
            graph = change(self.view.canvas.graph)
        except GraphError as error:
            self.view.refused.emit(error.message)
        else:
            self.view.canvas.edit_requested.emit(text, graph, "")
