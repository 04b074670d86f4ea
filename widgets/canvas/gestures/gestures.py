"""Which gesture begins where the mouse is pressed on a scene."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSceneMouseEvent

from widgets.canvas.cards.card import CardItem
from widgets.canvas.frames.frame import FrameItem
from widgets.canvas.gestures.bends import BendMove, bend_at
from widgets.canvas.gestures.boxing import BoxSelect
from widgets.canvas.gestures.cutting import Knife, Unplugging
from widgets.canvas.gestures.edits import Edits
from widgets.canvas.gestures.gesture import Gesture
from widgets.canvas.gestures.guides import Guides
from widgets.canvas.gestures.moving import CardMove
from widgets.canvas.gestures.resizing import NoteResize
from widgets.canvas.gestures.wire_gesture import WireGesture
from widgets.canvas.ground.pressable import Pressable
from widgets.canvas.scene.asking import SearchAt
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.wires.wire import WireItem

ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


class Gestures:
    """Handles the mouse of a scene: one gesture at a time, each an object of its own."""

    def __init__(self, scene: CanvasScene, edits: Edits) -> None:
        self._scene, self._edits = scene, edits
        self._current: Gesture | None = None
        self._was_selected: list[str] = []  # before the last press
        self._on_button = False  # the last press was
        self._button = LEFT  # with which the gesture is made
        self.snaps = True  # whether what is moved snaps to other cards
        self.guides = Guides()
        scene.addItem(self.guides)
        scene.mouse = self

    @property
    def current(self) -> Gesture | None:
        """The gesture that is being made, or stays a while after it was let go."""
        return self._current if self._current is not None and not self._current.is_over else None

    @property
    def is_holding(self) -> bool:
        """Whether a gesture is being made."""
        return self.current is not None

    def cancel(self) -> None:
        """Let go of what is held without doing anything."""
        gesture, self._current = self.current, None
        if gesture is not None:
            gesture.is_over = True
            gesture.cancel()

    # -- the mouse ----------------------------------------------------------------------------------------------

    def press(self, event: QGraphicsSceneMouseEvent) -> bool:
        """Begin a gesture; False: the scene shall do what it does by itself."""
        scene, point = self._scene, event.scenePos()
        self.cancel()
        self._was_selected = scene.selected_names()
        scene.taken_bend = None
        items = scene.items(point)
        self._on_button = any(isinstance(item, Pressable) for item in items)
        self._button = event.button()
        if event.button() == LEFT and not self._on_button:
            self._current = self._from_port(point, event.modifiers()) or self._grasp(point, event.modifiers(), items)
        elif event.button() == RIGHT and event.modifiers() & CTRL:
            self._current = Knife(scene, point)
        if self._current is None:
            return False
        event.accept()
        return True

    def _from_port(self, point: QPointF, keys: Qt.KeyboardModifier) -> Gesture | None:
        card = self._scene.card_at(point)
        port = card.port_at(point, self._scene.pixel()) if card is not None else None
        if card is None or port is None:
            return None
        return (Unplugging if keys & ALT else WireGesture)(self._scene, card, port, point)

    def _grasp(self, point: QPointF, keys: Qt.KeyboardModifier, items: list[QGraphicsItem]) -> Gesture | None:
        """Take hold of what lies there, the topmost first."""
        scene, guides = self._scene, self.guides if self.snaps else None
        for item in items:
            if isinstance(item, CardItem):
                return CardMove(scene, item, point, keys, guides)
            if isinstance(item, WireItem):
                return self._grasp_wire(item, point, keys)
            if isinstance(item, FrameItem):
                resizes = item.corner().contains(point)
                return NoteResize(scene, item, point) if resizes else CardMove(scene, item, point, keys, guides)
        return BoxSelect(scene, point, keys)

    def _grasp_wire(self, wire: WireItem, point: QPointF, keys: Qt.KeyboardModifier) -> Gesture | None:
        index = bend_at(wire, point)
        if index is not None or keys & ALT:
            return BendMove(self._scene, wire, point, index)
        if keys & SHIFT:
            wire.setSelected(True)
        return None

    def move(self, event: QGraphicsSceneMouseEvent) -> bool:
        """Go on with what is held."""
        if self.current is None or not event.buttons() & self._button:
            return False
        self.current.move_to(event.scenePos(), event.modifiers())
        event.accept()
        return True

    def release(self, event: QGraphicsSceneMouseEvent) -> bool:
        """End what is held."""
        gesture = self.current
        if gesture is None or event.button() != self._button:
            return False
        gesture.is_over = True  # what it asks for shows another graph, and that lets go of what is held
        gesture.end(event.scenePos(), event.modifiers())
        if self._current is gesture and gesture.is_over:
            self._current = None
        event.accept()
        return True

    def double_click(self, event: QGraphicsSceneMouseEvent) -> bool:
        """Open what lies there, bend a wire, or search on the empty canvas."""
        scene, point = self._scene, event.scenePos()
        kinds = CardItem | WireItem | FrameItem | Pressable
        top = next((item for item in scene.items(point) if isinstance(item, kinds)), None)
        event.accept()
        if self._on_button:
            return True  # it has been pressed, and may be gone by now
        if event.button() != LEFT or event.modifiers():
            return False
        if top is None:
            self._ask_for_layer(point)
        elif isinstance(top, CardItem) and top.port_at(point) is None:
            scene.open_requested.emit(top.node.name)
        elif isinstance(top, WireItem):
            self._edits.turn_bend(top, point)
        elif isinstance(top, FrameItem):
            if scene.frames.known([top]):  # else its text is open already
                scene.frame_opened.emit(scene.frames.index(top))
        else:
            self._on_button = isinstance(top, Pressable)  # the press before was elsewhere: this is one
            return False
        return True

    def _ask_for_layer(self, point: QPointF) -> None:
        """The press before it has let go of the selection: the new layer comes behind it all the same."""
        self.cancel()
        names = [name for name in self._was_selected if name in self._scene.cards]
        self._scene.select(names)
        self._scene.search_requested.emit(SearchAt(point, tuple(names)))
