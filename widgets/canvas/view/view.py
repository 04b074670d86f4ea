"""The view: looks at the scene, pans, takes keys, the clipboard, and what is dropped."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsView, QMenu

from engine.graph import edits
from engine.graph.graph import Graph, Position
from engine.graph.marks import clear_of, middle_of
from engine.layers.base import Layer
from engine.messages import LayerloomError, say
from widgets.canvas.frames.editor import FrameEditor
from widgets.canvas.gestures.asking import SearchAt
from widgets.canvas.gestures.clipboard import copied, copy_part, pasted
from widgets.canvas.gestures.dropping import DroppingView, registered
from widgets.canvas.gestures.edge_scroll import EdgeScroll
from widgets.canvas.gestures.keys import bindings, meaning, nudge_of
from widgets.canvas.gestures.menu import context_menu
from widgets.canvas.view.looking import MARGIN, Place
from widgets.canvas.view.scene import CanvasScene

__all__ = ["MARGIN", "CanvasView", "Place", "registered"]



class CanvasView(DroppingView):
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

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__(scene)
        self.is_inside = False  # whether what is shown is the inside of a block
        self.is_kept: Callable[[Layer], bool] = lambda _layer: False  # whether it is among the person's own blocks
        self.bindings: Mapping[str, str] = bindings()  # keys, and what the canvas does with them
        self._hand_key = 0  # what was pressed to pan with
        self.key_now: Callable[[str], str] = str  # the key that now does what this one does by default
        self.menu: QMenu | None = None
        self.menu_at = QPointF()  # the scene point it is about
        self.comments = FrameEditor(self)
        self._scroll = EdgeScroll(self)
        self._pan: tuple[QPoint, Place] | None = None  # where the mouse was last, what was looked at first
        self._space = self._tapped = False
        self._pointer: QPoint | None = None  # where the mouse is in the viewport
        self._buttons, self._keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        self.setAccessibleName(self.tr("Network canvas"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        scene.search_requested.connect(self.search_requested)
        scene.frame_opened.connect(self.comments.open)

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

    # -- mouse --------------------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._tapped = False
        super().wheelEvent(event)
        self.follow_pointer()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.settle()
        self._note(event)
        if event.button() == Qt.MouseButton.MiddleButton or (
                self._space and event.button() == Qt.MouseButton.LeftButton):
            self._pan, self._tapped = (event.position().toPoint(), self.place()), False
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.RightButton:
            event.accept()  # the menu is about the selection: it must not be lost
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._note(event)
        if self._pan is None:
            super().mouseMoveEvent(event)
            self._scroll.look_at(self._pointer if self._drags() else None)
            return
        at, (was, place) = event.position().toPoint(), self._pan
        self._pan = (at, place)
        self.pan(at.x() - was.x(), at.y() - was.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._scroll.look_at(None)
        self._note(event)
        if self._pan is not None:
            self._pan = None
            self._show_hand()
            return
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

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)
        self._pointer = event.position().toPoint()
        self._scroll.look_at(self._pointer if self.is_dragged_over else None)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._scroll.look_at(None)

    def dropEvent(self, event: QDropEvent) -> None:
        self._scroll.look_at(None)
        super().dropEvent(event)

    def _drags(self) -> bool:
        return self.canvas.is_holding and bool(self._buttons & Qt.MouseButton.LeftButton)

    def follow_pointer(self) -> None:
        """What is held stays under the mouse although the scene has moved below it."""
        if self._pointer is not None and self.is_dragged_over:
            self.drag_to(self.mapToScene(self._pointer))
        if self._pointer is None or not self._drags():
            return
        at, globally = QPointF(self._pointer), QPointF(self.viewport().mapToGlobal(self._pointer))
        QGraphicsView.mouseMoveEvent(self, QMouseEvent(
            QEvent.Type.MouseMove, at, globally, Qt.MouseButton.NoButton, self._buttons, self._keys))

    def _show_hand(self) -> None:
        if self._space:
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.viewport().unsetCursor()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the mouse it is about what lies there, by the keyboard about what is selected."""
        self.settle()
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            self.menu_at = self.mapToScene(event.pos())
            self.canvas.select_at(self.menu_at)
        else:
            self.menu_at = self.search_point()
        self.menu = context_menu(self)
        self.menu.aboutToHide.connect(self.menu.deleteLater)
        self.menu.popup(event.globalPos())

    # -- keys ---------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        # What the canvas understands it takes before any command of that key.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and meaning(
                event, self.bindings):
            event.accept()
            return True
        return super().event(event)

    def _open_selected(self) -> None:
        names, frames = self.canvas.selected_names(), self.canvas.selected_frames()
        if len(names) == 1:
            self.canvas.open_requested.emit(names[0])
        elif len(frames) == 1:
            self.comments.open(frames[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        does = meaning(event, self.bindings)
        if does == "go_out":
            self.out_requested.emit()
        elif does == "go_inside":
            self._open_selected()
        elif does == "hand":
            if not event.isAutoRepeat():
                self._space = self._tapped = True
                self._hand_key = event.key()
                self._show_hand()
        elif does == "cancel":
            if not self.cancel():
                self.canvas.clearSelection()
        elif does and (self.canvas.selected_names() or self.canvas.selected_frames()):
            self.canvas.nudge(*nudge_of(does))
        else:
            super().keyPressEvent(event)

    def cancel(self) -> bool:
        """Take back the gesture that is being made; whether there was one."""
        self._scroll.look_at(None)
        if self._pan is not None:
            place, self._pan = self._pan[1], None
            self._show_hand()
            self.go_to(place)
            return True
        held = self.canvas.is_holding
        self.canvas.cancel_gesture()
        return held

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == self._hand_key and not event.isAutoRepeat():
            tapped = self._space and self._tapped and not self.canvas.is_holding
            self._space = False
            self._show_hand()
            if tapped:
                self.search_requested.emit(SearchAt(self.search_point(), tuple(self.canvas.selected_names())))
        super().keyReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self.viewport().update()

    def comment(self) -> None:
        """A comment around what is selected, or a note at the mouse: its text can be typed at once."""
        self.comments.begin(self.canvas.selected_names(), self.search_point())

    # -- clipboard ----------------------------------------------------------------------------------------------

    def copy(self) -> None:
        """Put the selected cards and their wires on the clipboard."""
        names = self.canvas.chosen_names()
        if names:
            copy_part(self.canvas.graph, names, self.canvas.analysis)

    def cut(self) -> None:
        """Copy, then delete."""
        self.copy()
        self.canvas.delete_selection(with_members=True)

    def paste(self, wired: bool = False) -> None:
        """Add what was copied, at the mouse or a little aside, and select it; ``wired``: led into as it was there."""
        try:
            piece, incoming = copied()
        except LayerloomError as error:
            self.paste_refused.emit(error.message)
            return
        offset = clear_of(self.canvas.graph, piece, self._paste_offset(piece))
        graph, names = pasted(self.canvas.graph, piece, incoming if wired else (), offset)
        self.request(self.tr("Paste"), graph, list(names))
        if wired and not incoming:
            self.refused.emit(say("No wires led into what was copied"))

    def _paste_offset(self, piece: Graph) -> Position:
        at = self.pointer()
        if at is None:
            return (0.0, 0.0)
        middle = middle_of(piece)
        return (round(at.x() - middle[0]), round(at.y() - middle[1]))

    def duplicate(self) -> None:
        """A second copy of the selected cards beside them."""
        names = self.canvas.chosen_names()
        if names:
            piece = edits.part(self.canvas.graph, names)
            graph, names = edits.pasted(self.canvas.graph, piece, clear_of(self.canvas.graph, piece, (0.0, 0.0)))
            self.request(self.tr("Duplicate"), graph, list(names))
