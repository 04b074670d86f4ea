"""The scene: shows a Graph and its analysis, and turns gestures into requests for another Graph."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSceneMouseEvent

from engine.graph import marks
from engine.graph.graph import Edge
from widgets.canvas.cards.items import CardItem, RepairButton, WireItem
from widgets.canvas.frames.frames import FrameItem, NoteResize
from widgets.canvas.gestures.asking import SearchAt
from widgets.canvas.gestures.bends import BendMove, bend_at
from widgets.canvas.gestures.boxing import BoxSelect
from widgets.canvas.gestures.moving import CardMove
from widgets.canvas.gestures.wire_gesture import WireGesture
from widgets.canvas.view.shown import ShownScene

REASON_MS = 1600  # how long the reason stays after a refused wire was let go
AWAY = 24.0  # scene pixels from its port from which on a wire is let go over nothing, and not just clicked
UNDER = 94.0  # how far to each side of its middle a dropped card lies on a wire, scene pixels
ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


class Hold(Protocol):
    """Something the mouse holds, from the press to the release."""

    def move_to(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """The mouse is at another scene point."""

    def end(self, keys: Qt.KeyboardModifier) -> None:
        """It was let go there."""

    def cancel(self) -> None:
        """It shall be as before."""


class CanvasScene(ShownScene):
    """Shows what it is given; every change a person makes is asked for with ``edit_requested``."""

    search_requested = Signal(object)  # SearchAt; a wire let go over nothing is held until ``cancel_gesture``
    frame_opened = Signal(int)  # the text of this frame shall be written

    def __init__(self) -> None:
        super().__init__()
        self.gesture: WireGesture | None = None
        self.hold: Hold | None = None
        self.snaps = True  # whether what is moved snaps to other cards
        self._was_selected: list[str] = []  # before the last press

    @property
    def is_holding(self) -> bool:
        """Whether a gesture is being made."""
        return self.gesture is not None or self.hold is not None

    def card_at(self, point: QPointF) -> CardItem | None:
        """The card at a scene point, ports included."""
        return next((item for item in self.items(point) if isinstance(item, CardItem)), None)

    def wire_at(self, point: QPointF) -> WireItem | None:
        """The wire under a card whose middle is at a scene point; it need not be exactly there."""
        for area in (QRectF(-20, -20, 40, 40), QRectF(-UNDER, -15, 2 * UNDER, 30)):
            wires = [item for item in self.items(area.translated(point)) if isinstance(item, WireItem)]
            if wires:
                return wires[0]
        return None

    # -- mouse --------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        self.cancel_gesture()
        self._was_selected = self.selected_names()
        self.hot_bend = None
        if event.button() == LEFT:
            point, items = event.scenePos(), self.items(event.scenePos())
            if not any(isinstance(item, RepairButton) for item in items):
                if not self._begin_wire(point):
                    self.hold = self._grasp(point, event.modifiers(), items)
                if self.is_holding:
                    event.accept()
                    return
        super().mousePressEvent(event)

    def _grasp(self, point: QPointF, keys: Qt.KeyboardModifier, items: list[QGraphicsItem]) -> Hold | None:
        """Take hold of what lies there, the topmost first."""
        for item in items:
            if isinstance(item, CardItem):
                return CardMove(self, item, point, keys)
            if isinstance(item, WireItem):
                return self._grasp_wire(item, point, keys)
            if isinstance(item, FrameItem):
                resizes = item.corner().contains(point)
                return NoteResize(self, item, point) if resizes else CardMove(self, item, point, keys)
        return BoxSelect(self, point, keys)

    def _grasp_wire(self, wire: WireItem, point: QPointF, keys: Qt.KeyboardModifier) -> Hold | None:
        index = bend_at(wire, point)
        if index is not None or keys & ALT:
            return BendMove(self, wire, point, index)
        if keys & SHIFT:
            wire.setSelected(True)
        return None

    def mouseMoveEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        if self.gesture is not None and event.buttons() & LEFT:
            self.gesture.move_to(event.scenePos(), self.card_at(event.scenePos()))
        elif self.hold is not None and event.buttons() & LEFT:
            self.hold.move_to(event.scenePos(), event.modifiers())
        else:
            super().mouseMoveEvent(event)
            return
        event.accept()

    def mouseReleaseEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        if self.gesture is not None and event.button() == LEFT:
            self._end_wire(event.scenePos())
        elif self.hold is not None and event.button() == LEFT:
            hold, self.hold = self.hold, None
            hold.end(event.modifiers())
        else:
            super().mouseReleaseEvent(event)
            return
        event.accept()

    def mouseDoubleClickEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        point = event.scenePos()
        items = [item for item in self.items(point) if isinstance(item, CardItem | WireItem | FrameItem | RepairButton)]
        top = items[0] if items else None
        event.accept()
        if event.button() != LEFT or event.modifiers():
            super().mouseDoubleClickEvent(event)
        elif top is None:
            self._ask_for_layer(point)
        elif isinstance(top, CardItem) and top.port_at(point) is None:
            self.open_requested.emit(top.node.name)
        elif isinstance(top, WireItem):
            self.turn_bend(top, point)
        elif isinstance(top, FrameItem):
            self.frame_opened.emit(self.frames.index(top))
        else:
            super().mouseDoubleClickEvent(event)

    def _ask_for_layer(self, point: QPointF) -> None:
        """The press before it has let go of the selection: the new layer comes behind it all the same."""
        self.cancel_gesture()
        names = [name for name in self._was_selected if name in self.cards]
        self.select(names)
        self.search_requested.emit(SearchAt(point, tuple(names)))

    # -- wires --------------------------------------------------------------------------------------------------

    def _begin_wire(self, point: QPointF) -> bool:
        """Begin at an output, at a free input, or take the end of the wire that is in the input."""
        card = self.card_at(point)
        port = card.port_at(point) if card is not None else None
        if card is None or port is None:
            return False
        wire = next((e for e in self.graph.inputs[card.node.name] if e.port == port), None) if port >= 0 else None
        if wire is not None:
            self.wires[wire].setVisible(False)
            self.gesture = WireGesture(self.graph, self.cards[wire.source], -1, detached=wire)
        else:
            self.gesture = WireGesture(self.graph, card, port)
        self.addItem(self.gesture)
        self.gesture.move_to(point, card if wire is not None else None)
        return True

    def _end_wire(self, point: QPointF) -> None:
        assert self.gesture is not None
        gesture, graph = self.gesture, self.gesture.result()
        if gesture.reason:
            QTimer.singleShot(REASON_MS, self, lambda: self._drop_gesture(gesture))
            self._show_detached(gesture)
            return
        if graph is None and gesture.detached is None and gesture.length() > AWAY and self.card_at(point) is None:
            self.search_requested.emit(gesture.search_at(point))
            return
        self.cancel_gesture()
        if graph is not None:
            self.edit_requested.emit(self.tr("Disconnect") if gesture.edge is None else self.tr("Connect"), graph, "")

    def cancel_gesture(self) -> None:
        """Let go of what is held without doing anything."""
        if self.hold is not None:
            hold, self.hold = self.hold, None
            hold.cancel()
        if self.gesture is not None:
            self._show_detached(self.gesture)
            self._drop_gesture(self.gesture)

    def _show_detached(self, gesture: WireGesture) -> None:
        if gesture.detached in self.wires:
            self.wires[gesture.detached].show_unless_folded()

    def _drop_gesture(self, gesture: WireGesture) -> None:
        if gesture is self.gesture:
            self.gesture = None
            self.removeItem(gesture)

    def turn_bend(self, wire: WireItem, point: QPointF) -> None:
        """Remove the bend at a point of a wire, or make one there."""
        index = bend_at(wire, point)
        if index is not None:
            self.edit_requested.emit(self.tr("Remove a bend"), marks.unbent(self.graph, wire.edge, index), "")
        else:
            at = (float(round(point.x())), float(round(point.y())))
            graph = marks.bent(self.graph, wire.edge, wire.leg_at(point), at)
            self.edit_requested.emit(self.tr("Add a bend"), graph, "")

    # -- edits by key -------------------------------------------------------------------------------------------

    def delete_selection(self, heal: bool = False, with_members: bool = False) -> None:
        """Remove the selected cards, wires and frames, or the bend that was taken last.

        ``heal`` leads each removed card's wire on; ``with_members``: also what the frames enclose.
        """
        names = self.chosen_names() if with_members else self.selected_names()
        edges, frames = self.selected_edges(), self.selected_frames()
        if self.hot_bend is not None and self.hot_bend[0] in self.wires and not names:
            edge, index = self.hot_bend
            self.edit_requested.emit(self.tr("Remove a bend"), marks.unbent(self.graph, edge, index), "")
        elif names or edges or frames:
            graph = marks.without_frames(self.graph.without_edges(edges), frames)
            for name in names:
                graph = graph.healed(name) if heal else graph
            self.edit_requested.emit(self.tr("Delete"), graph if heal else graph.without(names), "")

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selected cards, and the frames with what they enclose, a little."""
        names, notes = self.chosen_names(), self.selected_frames()
        graph = marks.nudged(self.graph, names, dx, dy)
        for index in notes:
            graph = marks.frame_shifted(graph, index, (dx, dy))
        if graph != self.graph:
            key = f"nudge {' '.join(names)} {notes}"
            self.edit_requested.emit(self.tr("Move"), graph, key)

    def turn_bypass(self) -> None:
        """Bypass the selected layers, or let them take part again."""
        names = self.chosen_names()
        if names:
            self.edit_requested.emit(self.tr("Bypass"), marks.bypass_turned(self.graph, names), "")

    def turn_fold(self) -> None:
        """Collapse the selected frames, else the selected cards; or unfold them."""
        frames, names = self.selected_frames(), self.selected_names()
        if frames:
            self.edit_requested.emit(self.tr("Collapse"), marks.frames_folded(self.graph, frames), "")
        elif names:
            self.edit_requested.emit(self.tr("Collapse"), marks.fold_turned(self.graph, names), "")

    def color(self, color: str) -> None:
        """Give the selected cards a colour label, and the selected frames that colour; "": none."""
        frames, names = self.selected_frames(), self.selected_names()
        graph = self.graph.with_marks(names, label=color)
        for index in frames:
            graph = marks.frame_colored(graph, index, color)
        if graph != self.graph:
            self.edit_requested.emit(self.tr("Colour"), graph, "")

    def remove_bends(self, edge: Edge) -> None:
        """Draw a wire straight again."""
        self.edit_requested.emit(self.tr("Remove bends"), marks.unbent(self.graph, edge), "")

    def select_at(self, point: QPointF) -> None:
        """Select what lies at a point, unless it is selected already."""
        kinds = CardItem | WireItem | FrameItem
        item = next((item for item in self.items(point) if isinstance(item, kinds)), None)
        if item is None or not item.isSelected():
            self.select([item.node.name] if isinstance(item, CardItem) else [])
            if item is not None:
                item.setSelected(True)
