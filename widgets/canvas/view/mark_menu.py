"""What the menu offers for wires and frames."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF

from engine.graph import marks
from engine.graph.graph import Edge
from widgets.canvas.scene.asking import SearchAt
from widgets.canvas.view.menu_entries import Entries, tr


def add_of_wires(entries: Entries, edges: Sequence[Edge], about: QPointF) -> None:
    """What can be done with wires; with a single one also where it runs."""
    view = entries.view
    if len(edges) == 1:
        edge = edges[0]
        entries.add(tr("Insert a layer…"), lambda: view.search_requested.emit(SearchAt(about, edge=edge)))
        entries.separate()
        entries.add(tr("Add a bend"), lambda: view.edits.turn_bend(view.canvas.wires[edge], about))
        if edge.via:
            entries.add(tr("Remove bends"), lambda: view.edits.remove_bends(edge))
        entries.separate()
    entries.add(tr("Delete"), view.edits.delete_selection, "Del")


def add_of_frames(entries: Entries, indices: Sequence[int]) -> None:
    """What can be done with comment frames."""
    view, canvas = entries.view, entries.view.canvas
    frames = [canvas.graph.frames[index] for index in indices]
    if len(indices) == 1:
        entries.add(tr("Write…"), lambda: view.comments.open(indices[0]), "Return")
    if any(frame.members for frame in frames):
        folded = all(frame.collapsed for frame in frames if frame.members)
        entries.add(tr("Unfold") if folded else tr("Collapse"), view.edits.turn_fold, "H")
    entries.add_colors(tr("Colour"), {frame.color for frame in frames})
    entries.separate()
    if any(frame.members for frame in frames):
        entries.add(tr("Copy with its layers"), view.copy, "Ctrl+C")
        entries.add(tr("Delete with its layers"), lambda: canvas.edit_requested.emit(
            canvas.tr("Delete"), marks.without_frames(canvas.graph, indices, with_members=True), ""))
    entries.add(tr("Delete"), view.edits.delete_selection, "Del")
