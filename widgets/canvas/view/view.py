"""The view in which one draws: its mouse, its keys, the clipboard, and what is put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsView

from engine.graph import edits
from engine.graph.graph import Edge, Graph, Position
from engine.graph.marks import clear_of, middle_of
from engine.layers.base import LAYERS, Layer
from engine.layers.inputs import Input
from engine.messages import LayerloomError, Message, say
from widgets.canvas.gestures.clipboard import begins, copied, copy_part, pasted, read_at_once
from widgets.canvas.gestures.edits import Edits
from widgets.canvas.gestures.gestures import Gestures
from widgets.canvas.gestures.keys import bindings, meaning, nudge_of
from widgets.canvas.ground.pressable import Pressable
from widgets.canvas.scene.asking import SearchAt
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.view.beginning import Beginning
from widgets.canvas.view.dropping import Dropping
from widgets.canvas.view.edge_scroll import EdgeScroll
from widgets.canvas.view.frame_editor import FrameEditor
from widgets.canvas.view.panning import Panning
from widgets.canvas.view.scene_view import MARGIN, SceneView
from widgets.look.guarded import guarded
from widgets.look.text import title_of

RIGHT = Qt.MouseButton.RightButton


def registered(kind: str) -> Layer | None:
    """A layer of this kind as it comes; None: there is no such kind."""
    return LAYERS[kind]() if kind in LAYERS else None


Reader = Callable[[str, Callable[[Graph], object], Callable[[Message], object]], object]


@guarded
class CanvasView(SceneView):
    """One network on the screen. Left button selects and draws, middle button or Space and drag pans, wheel zooms."""

    paste_refused = Signal(object)  # Message: why what the clipboard holds cannot be pasted
    refused = Signal(object)  # Message: why something cannot be done
    out_requested = Signal()
    block_requested = Signal()  # of the selection
    dissolve_requested = Signal()
    rename_requested = Signal()
    keep_requested = Signal()  # the selected block among the person's own
    forget_requested = Signal()  # no longer among them
    search_requested = Signal(object)  # SearchAt
    replace_requested = Signal(bool)  # layers of one kind by another: all, or those in the selection
    wider_requested = Signal()  # the selected layer, without changing what the network answers
    deeper_requested = Signal()  # a layer behind it that changes nothing
    menu_requested = Signal(QPointF, QPoint)  # about a scene point, at a point of the screen
    hidden = Signal()  # another page is in front

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__(scene)
        self.wraps = True  # whether a long network that is pasted comes in several columns
        self.is_inside = False  # whether what is shown is the inside of a block
        self.is_kept: Callable[[Layer], bool] = lambda _layer: False  # whether it is among the person's own blocks
        self.growing: tuple[tuple[str, ...], bool] = ((), False)  # how making it wider and deeper is called; possible
        self.make_layer: Callable[[str], Layer | None] = registered  # what a kind of the palette stands for
        self.reader: Reader = read_at_once  # what makes layers of a text that is pasted
        self.bindings: Mapping[str, str] = bindings()  # keys, and what the canvas does with them
        self.key_now: Callable[[str], str] = str  # the key that now does what this one does by default
        self.edits = Edits(scene)
        self.gestures = Gestures(scene, self.edits)
        self.comments = FrameEditor(self)
        self.beginning = Beginning(self)
        self._dropping = Dropping(self, lambda kind: self.make_layer(kind), self.put_layer, self.gestures)
        self._panning = Panning(self)
        self._scroll = EdgeScroll(self, self._follow_pointer)
        self._pointer: QPoint | None = None  # where the mouse is in the viewport
        self._cuts = False  # the right button was pressed for the knife, and not for a menu
        self._buttons, self._keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        self.setAccessibleName(self.tr("Network canvas"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.setAcceptDrops(True)
        scene.search_requested.connect(self.search_requested)
        scene.frame_opened.connect(self.comments.open)
        scene.shown.connect(self._show_beginning)

    # -- mouse --------------------------------------------------------------------------------------------------

    def pointer(self) -> QPointF | None:
        """The scene point under the mouse, or None where it is not over the canvas."""
        return None if self._pointer is None else self.mapToScene(self._pointer)

    def search_point(self) -> QPointF:
        """Where a search opens: at the mouse, else below the selected cards, else in the middle."""
        if (at := self.pointer()) is not None:
            return at
        if self.canvas.selected_names():
            area = self.canvas.extent(selection_only=True)
            return QPointF(area.center().x(), area.bottom())
        return self.mapToScene(self.viewport().rect()).boundingRect().center()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._panning.use()
        super().wheelEvent(event)
        self._follow_pointer()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.settle()
        self._note(event)
        if self._panning.press(event):
            return
        self._cuts = event.button() == RIGHT and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.button() == RIGHT and not self._cuts:
            event.accept()  # the menu is about the selection: it must not be lost
        else:
            super().mousePressEvent(event)
            self._scroll.look_at(self._pointer if self._drags() else None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._note(event)
        if not self._panning.move(event):
            super().mouseMoveEvent(event)
            self._scroll.look_at(self._pointer if self._drags() else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._scroll.look_at(None)
        self._note(event)
        if not self._panning.release():
            super().mouseReleaseEvent(event)
            event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._pointer = None

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._pointer = None
        return super().viewportEvent(event)

    def _note(self, event: QMouseEvent) -> None:
        self._pointer = event.position().toPoint()
        self._buttons, self._keys = event.buttons(), event.modifiers()

    def _drags(self) -> bool:
        return self.canvas.is_holding and bool(self._buttons & (RIGHT if self._cuts else Qt.MouseButton.LeftButton))

    def _follow_pointer(self) -> None:
        """What is held stays under the mouse although the scene has moved below it."""
        if self._pointer is None:
            return
        self._dropping.move_to(self.mapToScene(self._pointer))
        if self._drags():
            at, globally = QPointF(self._pointer), QPointF(self.viewport().mapToGlobal(self._pointer))
            QGraphicsView.mouseMoveEvent(self, QMouseEvent(
                QEvent.Type.MouseMove, at, globally, Qt.MouseButton.NoButton, self._buttons, self._keys))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the mouse it is about what lies there, by the keyboard about what is selected."""
        self.settle()
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            if self._cuts:
                return
            at = self.mapToScene(event.pos())
            if any(item.open_menu(at, event.globalPos()) for item in self.canvas.items(at)
                   if isinstance(item, Pressable)):
                return
            self.canvas.select_at(at)
        else:
            at = self.search_point()
        self.menu_requested.emit(at, event.globalPos())

    # -- what is dragged over it --------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._dropping.enter(event)
        self._look_where_dragged(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._dropping.move(event)
        self._look_where_dragged(event)

    def _look_where_dragged(self, event: QDragMoveEvent) -> None:
        self._pointer = event.position().toPoint()
        self._scroll.look_at(self._pointer if self._dropping.is_over else None)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._dropping.leave()
        self._scroll.look_at(None)

    def dropEvent(self, event: QDropEvent) -> None:
        self._scroll.look_at(None)
        self._dropping.drop(event)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        self._dropping.paint(painter)

    # -- keys ---------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        # What the canvas understands it takes before any command of that key.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and meaning(
                event, self.bindings):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        does = meaning(event, self.bindings)
        if does == "go_out":
            self.out_requested.emit()
        elif does == "go_inside":
            self._open_selected()
        elif does == "hand":
            self._panning.key_down(event)
        elif does == "cancel":
            if not self.cancel():
                self.canvas.clearSelection()
        elif does and (self.canvas.selected_names() or self.canvas.selected_frames()):
            self.edits.nudge(*nudge_of(does))
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if self._panning.key_up(event):
            self.search_requested.emit(SearchAt(self.search_point(), tuple(self.canvas.selected_names())))
        super().keyReleaseEvent(event)

    def _open_selected(self) -> None:
        names, frames = self.canvas.selected_names(), self.canvas.selected_frames()
        if len(names) == 1:
            self.canvas.open_requested.emit(names[0])
        elif len(frames) == 1:
            self.comments.open(frames[0])

    def cancel(self) -> bool:
        """Take back the gesture that is being made; whether there was one."""
        self._scroll.look_at(None)
        if self._panning.cancel():
            return True
        held = self.canvas.is_holding
        self.canvas.cancel_gesture()
        return held

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.hidden.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self.viewport().update()

    def _show_beginning(self) -> None:
        self.beginning.show_for(self.canvas.graph, self.key_now("Tab"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_beginning()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.beginning.place()

    def return_to_network(self, *, at_least: bool = True) -> None:
        """Bring the Input into sight, or what stands first; ``at_least``: where nothing of the network is in sight."""
        cards = sorted(self.canvas.cards.values(), key=lambda card: (not isinstance(card.node.layer, Input), card.y()))
        seen = self.mapToScene(self.viewport().rect()).boundingRect()
        if cards and not (at_least and any(card.body().intersects(seen) for card in cards)):
            self.ensureVisible(cards[0], MARGIN, MARGIN)

    # -- what is put in -----------------------------------------------------------------------------------------

    def request(self, text: str, graph: Graph, select: Sequence[str]) -> None:
        """Ask for another graph, and show and select what is new in it."""
        with self.canvas.selecting_once():
            self.canvas.edit_requested.emit(text, graph, "")
            if all(name in self.canvas.cards for name in select):
                self.show_chosen(select)

    def show_chosen(self, names: Sequence[str]) -> None:
        """Select these layers, as far as they are there, and bring them into sight."""
        here = [name for name in names if name in self.canvas.cards]
        if here:
            self.canvas.select(here)
        self.keep_in_sight(here)

    def keep_in_sight(self, names: Sequence[str]) -> None:
        """Look where these layers are, the last above all, as little aside as need be."""
        for name in names:
            self.ensureVisible(self.canvas.cards[name], 0 if self.is_column else MARGIN, MARGIN)

    def append(self, kind: str) -> None:
        """Put a layer behind what is selected, wired."""
        layer = self.make_layer(kind)
        if layer is not None:
            graph, name = edits.appended(self.canvas.graph, layer, self.canvas.selected_names())
            self.request(self.tr("Add {name}").format(name=title_of(layer)), graph, [name])

    def put_layer(self, layer: Layer, corner: QPointF, wire: Edge | None = None, after: str = "") -> None:
        """Put a layer down with its upper left corner at a scene point, or into a wire, or behind a layer and wired."""
        if wire is not None:
            graph, name = edits.inserted(self.canvas.graph, layer, wire)
        elif after:
            graph, name = edits.appended(self.canvas.graph, layer, [after])
        else:
            graph, name = edits.added(self.canvas.graph, layer, (round(corner.x()), round(corner.y())))
        self.request(self.tr("Add {name}").format(name=title_of(layer)), graph, [name])
        self.viewport().update()

    def comment(self) -> None:
        """A comment around what is selected, or a note at the mouse: its text can be typed at once."""
        self.comments.begin(self.canvas.selected_names(), self.search_point())

    def copy(self) -> None:
        """Put the selected cards and their wires on the clipboard."""
        names = self.canvas.chosen_names()
        if names:
            copy_part(self.canvas.graph, names, self.canvas.analysis)

    def cut(self) -> None:
        """Copy, then delete."""
        self.copy()
        self.edits.delete_selection(with_members=True)

    def paste(self, wired: bool = False) -> None:
        """Add what was copied, at the mouse or a little aside, and select it; ``wired``: led into as it was there."""
        at = self.pointer()
        try:
            held = copied()
        except LayerloomError as error:
            self.paste_refused.emit(error.message)
            return
        if isinstance(held, str):
            self.reader(held, lambda piece: self._put(self._laid_out(piece), (), wired, at), self.paste_refused.emit)
        else:
            self._put(*held, wired, at)

    def _laid_out(self, piece: Graph) -> Graph:
        """What was read from a text, as networks are laid out here."""
        from engine.layout.rows import arranged  # nobody pastes before the first picture

        return arranged(replace(piece, flow=self.canvas.graph.flow), wrap=self.wraps)

    def _put(self, piece: Graph, incoming: tuple[Edge, ...], wired: bool, at: QPointF | None) -> None:
        from engine.layout.rows import flowing  # nobody pastes before the first picture

        piece = flowing(piece, self.canvas.graph.flow, self.wraps)
        is_first = begins(self.canvas.graph, piece)
        offset = self._below_input(piece) if is_first else clear_of(
            self.canvas.graph, piece, self._paste_offset(piece, at))
        graph, names = pasted(self.canvas.graph, piece, incoming if wired else (), offset)
        self.request(self.tr("Paste"), graph, names)
        if is_first:
            self.show_from_top()
        if wired and not incoming:
            self.refused.emit(say("No wires led into what was copied"))

    def _below_input(self, piece: Graph) -> Position:
        """So that the Input that is there stands where that of the pasted network does."""
        here, there = (next(node.position for node in graph.nodes.values() if isinstance(node.layer, Input))
                       for graph in (self.canvas.graph, piece))
        return (here[0] - there[0], here[1] - there[1])

    def _paste_offset(self, piece: Graph, at: QPointF | None) -> Position:
        if at is None:
            return (0.0, 0.0)
        middle = middle_of(piece)
        return (round(at.x() - middle[0]), round(at.y() - middle[1]))

    def duplicate(self) -> None:
        """A second copy of the selected cards beside them."""
        names = self.canvas.chosen_names()
        if names:
            piece = edits.part(self.canvas.graph, names)
            offset = clear_of(self.canvas.graph, piece, (0.0, 0.0))
            graph, made = edits.pasted(self.canvas.graph, piece, offset)
            self.request(self.tr("Duplicate"), graph, made)
