"""The menu under the right mouse button: what can be done with what is selected, and nothing else."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QPointF
from PySide6.QtWidgets import QMenu

from widgets.canvas.scene.asking import SearchAt
from widgets.canvas.view.card_menu import add_of_cards
from widgets.canvas.view.mark_menu import add_of_frames, add_of_wires
from widgets.canvas.view.menu_entries import About, Entries, tr
from widgets.canvas.view.view import CanvasView


class ContextMenu(QObject):
    """Opens the menu of a view where it is asked for."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self.menu: QMenu | None = None  # the last one
        view.menu_requested.connect(self.open)

    def open(self, about: QPointF, at: QPoint) -> None:
        """About a scene point and what is selected, at a point of the screen."""
        self.menu = context_menu(self._view, about)
        self.menu.aboutToHide.connect(self.menu.deleteLater)
        self._view.hidden.connect(self.menu.close)  # nobody sees any more what it is about
        self.menu.popup(at)


def context_menu(view: CanvasView, about: QPointF) -> QMenu:
    """The menu for the view's selection, or for the empty canvas."""
    menu = QMenu(view)
    canvas = view.canvas
    nodes = [canvas.graph.nodes[name] for name in canvas.selected_names()]
    edges, frames = canvas.selected_edges(), canvas.selected_frames()
    entries = Entries(view, menu, About(tuple(nodes), tuple(edges),
                                        tuple((index, canvas.graph.frames[index]) for index in frames)))
    if nodes:
        add_of_cards(entries, nodes, about)
    elif frames:
        add_of_frames(entries, frames)
    elif edges:
        add_of_wires(entries, edges, about)
    else:
        _add_of_canvas(entries, about)
    return menu


def _add_of_canvas(entries: Entries, about: QPointF) -> None:
    view = entries.view
    if view.is_inside:
        entries.add(tr("Go out"), view.out_requested.emit, "Backspace")
        entries.separate()
    entries.add(tr("Add a layer here…"), lambda: view.search_requested.emit(SearchAt(about)), "Tab")
    entries.add(tr("Add a note"), lambda: view.comments.begin((), about), "C")
    entries.separate()
    entries.add(tr("Paste"), view.paste, "Ctrl+V")
    entries.add(tr("Paste with incoming wires"), lambda: view.paste(wired=True), "Ctrl+Shift+V")
    entries.separate()
    entries.add(tr("Select all"), lambda: view.canvas.select(view.canvas.graph.nodes), "Ctrl+A")
    entries.add(tr("Show everything"), view.fit, "Home")
