"""Cards, frames and notes held by the mouse: they move together, snap, join frames, and go into a wire."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt

from engine.graph import marks
from engine.graph.graph import Graph, Position
from widgets.canvas.cards.card import CardItem
from widgets.canvas.frames.frame import FrameItem
from widgets.canvas.gestures.gesture import Gesture
from widgets.canvas.gestures.guides import Guides
from widgets.canvas.gestures.snapping import snapped_in_flow
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.wires.wire import WireItem, wires_at

SLACK = 3.0  # screen pixels a click may wander
REACH = 6.0  # screen pixels within which it snaps
AROUND = QRectF(-560, -420, 1120, 840)  # what lies here around it is what it can line up with
MOST = 60  # cards to line up with
CTRL, SHIFT, ALT = (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier,
                    Qt.KeyboardModifier.AltModifier)


def around(scene: CanvasScene, body: QRectF, but: Collection[CardItem] = ()) -> list[QRectF]:
    """The cards near a body that it can line up with."""
    near = AROUND.translated(body.center()).united(body.adjusted(-60, -160, 60, 160))
    items = scene.items(near, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
    return [item.slot() for item in items if isinstance(item, CardItem) and item not in but][:MOST]


class CardMove(Gesture):
    """From a press on a card or a frame. Without a move it is a click, which selects.

    Ctrl: it does not snap. Alt: it goes into no wire and joins no frame.
    """

    def __init__(self, scene: CanvasScene, item: CardItem | FrameItem, point: QPointF,
                 keys: Qt.KeyboardModifier, guides: Guides | None) -> None:
        self._scene, self._item, self._start, self._guides = scene, item, point, guides  # None: nothing snaps
        self._begun = False
        self._click(keys)

    def _click(self, keys: Qt.KeyboardModifier) -> None:
        self._toggles = bool(keys & CTRL)
        if keys & SHIFT:
            self._item.setSelected(True)
        elif not keys & CTRL and not self._item.isSelected():
            self._scene.choose({self._item})

    def _begin(self) -> None:
        scene = self._scene
        if self._toggles:
            self._item.setSelected(True)
        elif not self._item.isSelected():  # something else was chosen since the press
            scene.choose({self._item})
        if self._begun or self.is_over:  # whoever heard what is chosen may scroll the view: the mouse is elsewhere then
            return
        self._pixel = scene.pixel()
        chosen = scene.selectedItems()
        frames = [item for item in chosen if isinstance(item, FrameItem)]
        self._notes = [frame for frame in frames if not frame.frame.members]
        enclosed = {name for frame in frames for name in frame.frame.members}
        names = dict.fromkeys([*(i.node.name for i in chosen if isinstance(i, CardItem)), *enclosed])
        self._loose = [name for name in names if name not in enclosed]  # those that can join or leave a frame
        self._cards = {scene.cards[name]: scene.cards[name].pos() for name in names}
        self._places = {note: note.area.topLeft() for note in self._notes}
        self._body = QRectF()
        for area in (*(card.slot() for card in self._cards), *(note.area for note in self._notes)):
            self._body = self._body.united(area)
        graph = scene.graph  # what is wired already goes into no wire: not looked at with every move
        self._is_apart = all(e.source in names for n in names for e in graph.inputs[n]) and all(
            e.target in names for n in names for e in graph.outputs[n])
        wires = wires_at(self._cards)
        self._between = {w for w in wires if not w.via and not w.is_folded and {w.source, w.target} <= set(self._cards)}
        self._leading = wires - self._between
        self._way = QPointF()
        self._wire: WireItem | None = None
        self._begun = True
        scene.lift(self._cards)

    def move_to(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Everything that is held goes with the mouse."""
        way = point - self._start
        if not self._begun:
            if way.manhattanLength() < SLACK * self._scene.pixel():
                return
            self._begin()
        if self.is_over:
            return
        body = self._body.translated(way)
        self._aim_at_wire(way, keys)
        lines: tuple[QLineF, ...] = ()
        if self._guides is not None and not keys & CTRL and self._wire is None:
            others = around(self._scene, body, self._cards)
            on = snapped_in_flow(body, others, REACH * self._pixel, self._scene.graph.flow)
            way, lines = way + on.way, on.lines
        self._show_lines(lines)
        self._put(way)

    def _show_lines(self, lines: tuple[QLineF, ...]) -> None:
        if self._guides is not None:
            self._guides.show_lines(lines)

    def _put(self, way: QPointF) -> None:
        step, self._way = way - self._way, way
        for card, place in self._cards.items():
            card.carried = True
            card.setPos(place + way)
            card.carried = False
        for wire in self._between:
            wire.carry(step)
        for wire in self._leading:
            wire.follow()
        for note, place in self._places.items():
            note.place(place + way)
        self._scene.frames.arrange(None if self._keeps_frames() else {card.node.name for card in self._cards})
        self._scene.stir(True)

    def _keeps_frames(self) -> bool:
        return not self._loose

    # -- into a wire --------------------------------------------------------------------------------------------

    def _aim_at_wire(self, way: QPointF, keys: Qt.KeyboardModifier) -> None:
        wire = None if keys & ALT or self._notes else self._fitting_wire(way)
        if wire is not self._wire:
            for item, tone in ((self._wire, ""), (wire, "lit")):
                if item is not None:
                    item.show_tone(tone)
            self._wire = wire

    def _fitting_wire(self, way: QPointF) -> WireItem | None:
        """The wire that the card under the mouse lies on, if all that is held fits into it."""
        if not self._is_apart or not isinstance(self._item, CardItem):
            return None
        names, size = [card.node.name for card in self._cards], self._item.slot().size()
        area = QRectF(self._cards[self._item] + way, size).adjusted(20, 8, -20, -8)
        wires = [item for item in self._scene.items(area) if isinstance(item, WireItem)]
        return next((wire for wire in wires if marks.can_go_into(self._scene.graph, names, wire.edge)), None)

    # -- letting go ---------------------------------------------------------------------------------------------

    def end(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Ask for the graph in which everything lies as it is shown; or it was a click."""
        scene = self._scene
        if not self._begun:
            if self._toggles:
                self._item.setSelected(not self._item.isSelected())
            elif not keys & SHIFT:
                scene.choose({self._item})
            return
        wire, homes = self._wire, self._homes(keys)
        self._let_go()
        if self._way.isNull():
            return
        graph, names = self._moved(), [card.node.name for card in self._cards]
        for name, frames in homes.items():
            graph = marks.joined(graph, [name], frames)
        if wire is not None:
            graph = marks.put_into(graph, names, wire.edge)
        text = scene.tr("Insert into the wire") if wire is not None else scene.tr("Move")
        scene.edit_requested.emit(text, graph, "")

    def _moved(self) -> Graph:
        scene = self._scene
        places: dict[str, Position] = {card.node.name: (card.x(), card.y()) for card in self._cards}
        graph = scene.graph.moved(places)
        for note in scene.frames.known(self._notes):
            corner = note.area.topLeft()
            graph = marks.frame_placed(graph, scene.frames.index(note), (corner.x(), corner.y()))
        return graph

    def _homes(self, keys: Qt.KeyboardModifier) -> dict[str, set[int]]:
        """The frames that each card that was moved by itself is now in."""
        frames = self._scene.frames
        if keys & ALT or not any(item.frame.members for item in frames.items):
            return {}
        held = {card.node.name for card in self._cards}
        return {name: frames.around(self._scene.cards[name], held) for name in self._loose}

    def _let_go(self) -> None:
        self._show_lines(())
        self._scene.lift(())
        if self._wire is not None:
            self._wire.show_tone("")
            self._wire = None

    def cancel(self) -> None:
        """Everything back to where it was."""
        if self._begun:
            self._put(QPointF())
            self._let_go()
            self._scene.frames.arrange()
