"""Menus of wires and frames, and the colours that cards and frames can have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from engine.graph import marks
from engine.graph.frames import COLORS
from engine.graph.graph import Edge
from widgets.canvas.cards.labels import label_icon, label_name
from widgets.canvas.gestures.asking import SearchAt

if TYPE_CHECKING:
    from widgets.canvas.view.view import CanvasView


def tr(text: str) -> str:
    """In the person's language."""
    return QCoreApplication.translate("Canvas", text)


def add(menu: QMenu, text: str, act: Callable[[], object], key: str = "") -> None:
    """One more entry."""
    action = menu.addAction(text)
    action.triggered.connect(lambda _checked=False: act())
    key = _key_now(menu, key)
    if key:  # shown only: the key itself belongs to the window, or to the view
        action.setText(f"{text}\t{QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)}")


def _key_now(menu: QMenu, key: str) -> str:
    """The key that a person has given to the command instead."""
    below = menu.parentWidget()
    while isinstance(below, QMenu):
        below = below.parentWidget()
    return str(getattr(below, "key_now", str)(key))


def of_wire(menu: QMenu, view: CanvasView, edges: Sequence[Edge]) -> None:
    """What can be done with wires; with a single one also where it runs."""
    point, canvas = view.menu_at, view.canvas
    if len(edges) == 1:
        edge = edges[0]
        add(menu, tr("Insert a layer…"), lambda: view.search_requested.emit(SearchAt(point, edge=edge)))
        menu.addSeparator()
        add(menu, tr("Add a bend"), lambda: canvas.turn_bend(canvas.wires[edge], point))
        if edge.via:
            add(menu, tr("Remove bends"), lambda: canvas.remove_bends(edge))
        menu.addSeparator()
    add(menu, tr("Delete"), canvas.delete_selection, "Del")


def of_frames(menu: QMenu, view: CanvasView, indices: Sequence[int]) -> None:
    """What can be done with comment frames."""
    canvas = view.canvas
    frames = [canvas.graph.frames[index] for index in indices]
    if len(indices) == 1:
        add(menu, tr("Write…"), lambda: view.comments.open(indices[0]), "Return")
    if any(frame.members for frame in frames):
        folded = all(frame.collapsed for frame in frames if frame.members)
        add(menu, tr("Unfold") if folded else tr("Collapse"), canvas.turn_fold, "H")
    add_colors(menu, tr("Colour"), view, {frame.color for frame in frames})
    menu.addSeparator()
    if any(frame.members for frame in frames):
        add(menu, tr("Copy with its layers"), view.copy, "Ctrl+C")
        add(menu, tr("Delete with its layers"), lambda: canvas.edit_requested.emit(
            canvas.tr("Delete"), marks.without_frames(canvas.graph, indices, with_members=True), ""))
    add(menu, tr("Delete"), canvas.delete_selection, "Del")


def add_colors(menu: QMenu, title: str, view: CanvasView, chosen: Collection[str]) -> None:
    """A submenu of the colours; the one that all have is marked."""
    submenu = menu.addMenu(title)
    for color in COLORS:
        action = submenu.addAction(label_icon(color), label_name(color))
        action.setCheckable(True)
        action.setChecked(set(chosen) == {color})
        action.triggered.connect(lambda _checked=False, color=color: view.canvas.color(color))
