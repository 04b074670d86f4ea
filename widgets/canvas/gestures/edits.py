"""What can be done at once with what is selected; the scene asks for the graph that it makes."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from engine.graph import marks
from engine.graph.graph import Edge, Graph
from widgets.canvas.gestures.bends import bend_at, place_of
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.wires.wire import WireItem


class Edits:
    """Deleting, nudging, marking and bending, beside a scene."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene

    def _ask(self, text: str, graph: Graph, merge_key: str = "") -> None:
        self._scene.edit_requested.emit(text, graph, merge_key)

    def delete_selection(self, heal: bool = False, with_members: bool = False) -> None:
        """Remove the selected cards, wires and frames, or the bend that was taken last.

        ``heal`` leads each removed card's wire on; ``with_members``: also what the frames enclose.
        """
        scene = self._scene
        names = scene.chosen_names() if with_members else scene.selected_names()
        edges, frames = scene.selected_edges(), scene.selected_frames()
        if scene.taken_bend is not None and scene.taken_bend[0] in scene.wires and not names:
            edge, index = scene.taken_bend
            self._ask(scene.tr("Remove a bend"), marks.unbent(scene.graph, edge, index))
        elif names or edges or frames:
            graph = marks.without_frames(scene.graph.without_edges(edges), frames)
            for name in names:
                graph = graph.healed(name) if heal else graph
            self._ask(scene.tr("Delete"), graph if heal else graph.without(names))

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selected cards, and the frames with what they enclose, a little."""
        scene = self._scene
        names, notes = scene.chosen_names(), scene.selected_frames()
        graph = marks.nudged(scene.graph, names, dx, dy)
        for index in notes:
            graph = marks.frame_shifted(graph, index, (dx, dy))
        if graph != scene.graph:
            self._ask(scene.tr("Move"), graph, f"nudge {' '.join(names)} {notes}")

    def turn_bypass(self) -> None:
        """Bypass the selected layers, or let them take part again."""
        scene = self._scene
        names = scene.chosen_names()
        if names:
            self._ask(scene.tr("Bypass"), marks.bypass_turned(scene.graph, names))

    def turn_fold(self) -> None:
        """Collapse the selected frames, else the selected cards; or unfold them."""
        scene = self._scene
        frames, names = scene.selected_frames(), scene.selected_names()
        if frames:
            self._ask(scene.tr("Collapse"), marks.frames_folded(scene.graph, frames))
        elif names:
            self._ask(scene.tr("Collapse"), marks.fold_turned(scene.graph, names))

    def color(self, color: str) -> None:
        """Give the selected cards a colour label, and the selected frames that colour; "": none."""
        scene = self._scene
        graph = scene.graph.with_marks(scene.selected_names(), label=color)
        for index in scene.selected_frames():
            graph = marks.frame_colored(graph, index, color)
        if graph != scene.graph:
            self._ask(scene.tr("Colour"), graph)

    def turn_bend(self, wire: WireItem, point: QPointF) -> None:
        """Remove the bend at a point of a wire, or make one there."""
        scene, index = self._scene, bend_at(wire, point)
        if index is not None:
            self._ask(scene.tr("Remove a bend"), marks.unbent(scene.graph, wire.edge, index))
        else:
            graph = marks.bent(scene.graph, wire.edge, wire.leg_at(point), place_of(point))
            self._ask(scene.tr("Add a bend"), graph)

    def remove_bends(self, edge: Edge) -> None:
        """Draw a wire straight again."""
        self._ask(self._scene.tr("Remove bends"), marks.unbent(self._scene.graph, edge))
