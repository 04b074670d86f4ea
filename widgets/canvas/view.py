"""The view: looks at the scene, pans, zooms, takes what is dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsView, QMenu

from engine import edits
from engine.experiment import Experiment, from_json, to_json
from engine.graph import Graph
from engine.layers.base import LAYERS, Layer
from engine.messages import LayerloomError
from widgets.canvas.faces import title_of
from widgets.canvas.fade import fade
from widgets.canvas.menu import context_menu
from widgets.canvas.painting import CARD_HEIGHT, CARD_WIDTH, Face, paint_card
from widgets.canvas.scene import CanvasScene
from widgets.palette import LAYER_MIME

SMALLEST, LARGEST = 0.04, 4.0
ROOM = 1e6  # one can pan this far, scene pixels
MARGIN = 48
ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip


class Place(NamedTuple):
    """What the view looks at: the scene point in its middle, and its zoom."""

    centre: QPointF
    zoom: float


def registered(kind: str) -> Layer | None:
    """A layer of this kind as it comes; None: there is no such kind."""
    return LAYERS[kind]() if kind in LAYERS else None


class CanvasView(QGraphicsView):
    """One network on the screen. Left button selects and draws, middle button or Space and drag pans, wheel zooms."""

    paste_refused = Signal()  # the clipboard holds no network
    refused = Signal(object)  # Message: why something cannot be done
    out_requested = Signal()
    block_requested = Signal()  # of the selection
    dissolve_requested = Signal()
    rename_requested = Signal()
    keep_requested = Signal()  # the selected block among the person's own
    forget_requested = Signal()  # no longer among them
    search_requested = Signal(object)  # SearchAt
    looked = Signal()  # at another part of the scene: panned, zoomed, or of another size

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__(scene)
        self.canvas = scene
        self.is_inside = False  # whether what is shown is the inside of a block
        self.make_layer: Callable[[str], Layer | None] = registered  # what a kind of the palette stands for
        self.is_kept: Callable[[Layer], bool] = lambda _layer: False  # whether it is among the person's own blocks
        self.menu: QMenu | None = None
        self._pan_from: QPoint | None = None
        self._space = False
        self._dragged: tuple[Layer, QPointF] | None = None
        self._pastes = 0
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.setDragMode(QGraphicsView.DragMode.RubberBandDrag)
        self.setSceneRect(QRectF(-ROOM, -ROOM, 2 * ROOM, 2 * ROOM))
        self.setAcceptDrops(True)
        self.setAccessibleName(self.tr("Network canvas"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # -- looking ------------------------------------------------------------------------------------------------

    def zoom(self) -> float:
        """Screen pixels per scene pixel."""
        return self.transform().m11()

    def zoom_at(self, factor: float, at: QPoint) -> None:
        """Zoom so that the scene point under the viewport point ``at`` stays there."""
        factor = min(max(factor, SMALLEST / self.zoom()), LARGEST / self.zoom())
        before = self.mapToScene(at)
        self.scale(factor, factor)
        self.canvas.set_scale(self.zoom())
        moved = self.mapToScene(at) - before
        self.translate(moved.x(), moved.y())

    def fit(self, selection_only: bool = False) -> None:
        """Show everything, or the selected cards; never larger than life."""
        names = self.canvas.selected_names() if selection_only else []
        cards = [self.canvas.cards[name] for name in names] or list(self.canvas.cards.values())
        area = QRectF()
        for card in cards:
            area = area.united(card.sceneBoundingRect())
        if area.isEmpty():
            area = QRectF(-CARD_WIDTH, -CARD_HEIGHT, CARD_WIDTH * 3, CARD_HEIGHT * 3)
        room = self.viewport().size()
        width, height = max(room.width() - MARGIN, 50), max(room.height() - MARGIN, 50)
        scale = min(1.0, width / area.width(), height / area.height())
        self.resetTransform()
        self.scale(max(scale, SMALLEST), max(scale, SMALLEST))
        self.canvas.set_scale(self.zoom())
        self.centerOn(area.center())

    def show_from_top(self) -> None:
        """The whole network if it fits at full size, else its beginning."""
        self.fit()
        if self.zoom() < 1 and self.canvas.cards:
            top = min(self.canvas.cards.values(), key=lambda card: card.y())
            self.resetTransform()
            self.canvas.set_scale(1.0)
            self.centerOn(top.x() + CARD_WIDTH / 2, top.y() + (self.viewport().height() - MARGIN) / 2)

    def place(self) -> Place:
        """What is looked at now."""
        middle = QRectF(self.viewport().rect()).center()
        return Place(self.viewportTransform().inverted()[0].map(middle), self.zoom())

    def go_to(self, place: Place) -> None:
        """Look there again."""
        self.resetTransform()
        self.scale(place.zoom, place.zoom)
        self.canvas.set_scale(self.zoom())
        self.centerOn(place.centre)

    def fade(self, towards: QPointF | None, inwards: bool) -> None:
        """Let what is shown fade over what is shown next, growing towards a scene point (None: the middle)."""
        middle = self.viewport().rect().center() if towards is None else self.mapFromScene(towards)
        fade(self.viewport(), middle, inwards)

    # -- panning and zooming ------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() or event.angleDelta().x()
        self.zoom_at(1.0015**steps, event.position().toPoint())
        if self.canvas.gesture is not None:
            self._follow_gesture(event.position().toPoint())
        event.accept()

    def _follow_gesture(self, at: QPoint) -> None:
        point = self.mapToScene(at)
        if self.canvas.gesture is not None:
            self.canvas.gesture.move_to(point, self.canvas.card_at(point))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        middle = event.button() == Qt.MouseButton.MiddleButton
        if middle or (self._space and event.button() == Qt.MouseButton.LeftButton):
            self._pan_from = event.position().toPoint()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            return
        if event.button() == Qt.MouseButton.RightButton:
            event.accept()  # the menu is about the selection: it must not be lost
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._press_adding(event)
        else:
            super().mousePressEvent(event)

    def _press_adding(self, event: QMouseEvent) -> None:
        """Shift adds a card, or a box of them, to the selection. Qt knows only Ctrl, which toggles."""
        card = self.canvas.card_at(self.mapToScene(event.position().toPoint()))
        if card is not None:
            card.setSelected(True)
            event.accept()
            return
        control = Qt.KeyboardModifier.ControlModifier
        super().mousePressEvent(QMouseEvent(event.type(), event.position(), event.globalPosition(), event.button(),
                                            event.buttons(), control, event.pointingDevice()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is None:
            super().mouseMoveEvent(event)
            return
        at = event.position().toPoint()
        moved = QPointF(at - self._pan_from) / self.zoom()
        self._pan_from = at
        self.translate(moved.x(), moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is not None:
            self._pan_from = None
            self._show_hand()
            return
        super().mouseReleaseEvent(event)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        event.accept()

    def _show_hand(self) -> None:
        if self._space:
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.viewport().unsetCursor()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the mouse it is about what lies there, by the keyboard about what is selected."""
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            self._select_at(self.mapToScene(event.pos()))
        self.menu = context_menu(self)
        self.menu.aboutToHide.connect(self.menu.deleteLater)
        self.menu.popup(event.globalPos())

    def _select_at(self, point: QPointF) -> None:
        card = self.canvas.card_at(point)
        if card is None:
            self.canvas.clearSelection()
        elif not card.isSelected():
            self.canvas.select([card.node.name])

    def event(self, event: QEvent) -> bool:
        # Backspace leads out of a block. It is taken before any command of that key can delete something.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_plain(
                event, Qt.Key.Key_Backspace):
            event.accept()
            return True
        return super().event(event)

    def _open_selected(self) -> None:
        names = self.canvas.selected_names()
        if len(names) == 1:
            self.canvas.open_requested.emit(names[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_plain(event, Qt.Key.Key_Backspace):
            self.out_requested.emit()
        elif _is_plain(event, Qt.Key.Key_Return) or _is_plain(event, Qt.Key.Key_Enter):
            self._open_selected()
        elif event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = True
            self._show_hand()
        elif event.key() == Qt.Key.Key_Escape:
            self.canvas.cancel_gesture()
            self.canvas.clearSelection()
        elif event.key() in ARROWS and self.canvas.selected_names():
            far = 1.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 8.0
            across, down = ARROWS[Qt.Key(event.key())]
            self.canvas.nudge(across * far, down * far)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_hand()
        super().keyReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self.viewport().update()

    # -- adding -------------------------------------------------------------------------------------------------

    def append(self, kind: str) -> None:
        """Put a layer behind what is selected, wired."""
        layer = self.make_layer(kind)
        if layer is not None:
            graph, name = edits.appended(self.canvas.graph, layer, self.canvas.selected_names())
            self._request(self.tr("Add {name}").format(name=title_of(layer)), graph, [name])

    def _request(self, text: str, graph: Graph, select: list[str]) -> None:
        self.canvas.edit_requested.emit(text, graph, "")
        if all(name in self.canvas.cards for name in select):  # else it was not granted
            self.canvas.select(select)
            for name in select:
                self.ensureVisible(self.canvas.cards[name], MARGIN, MARGIN)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        layer = self._layer_in(event.mimeData())
        if layer is None:
            event.ignore()  # files are the window's
            return
        self._dragged = (layer, QPointF())
        event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._dragged is None:
            event.ignore()
            return
        self._dragged = (self._dragged[0], self.mapToScene(event.position().toPoint()))
        self.viewport().update()
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._dragged = None
        self.viewport().update()

    def dropEvent(self, event: QDropEvent) -> None:
        layer = self._layer_in(event.mimeData())
        self._dragged = None
        if layer is None:
            event.ignore()
            return
        event.acceptProposedAction()
        alone = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        self.drop_layer(layer, self.mapToScene(event.position().toPoint()), alone)
        self.setFocus()

    def _layer_in(self, data: QMimeData) -> Layer | None:
        """The layer being dragged, if it is one."""
        if not data.hasFormat(LAYER_MIME):
            return None
        return self.make_layer(bytes(data.data(LAYER_MIME).data()).decode(errors="replace"))

    def drop_layer(self, layer: Layer, point: QPointF, alone: bool = False) -> None:
        """Put a layer down at a scene point; on a wire it goes into it unless ``alone``."""
        wire = self.canvas.wire_at(point)
        if wire is not None and not alone and layer.max_inputs != 0:
            graph, name = edits.inserted(self.canvas.graph, layer, wire.edge)
        else:
            place = (round(point.x() - CARD_WIDTH / 2), round(point.y() - CARD_HEIGHT / 2))
            graph, name = edits.added(self.canvas.graph, layer, place)
        self._request(self.tr("Add {name}").format(name=title_of(layer)), graph, [name])
        self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        if self._dragged is None:
            return
        layer, point = self._dragged
        wire = self.canvas.wire_at(point)
        painter.save()
        painter.setOpacity(0.75)
        painter.translate(point - QPointF(CARD_WIDTH / 2, CARD_HEIGHT / 2))
        hint = self.tr("goes into this wire") if wire is not None and layer.max_inputs else layer.summary()
        paint_card(painter, Face(title_of(layer), layer.category, hint), wire is not None, False)
        painter.restore()

    # -- clipboard ----------------------------------------------------------------------------------------------

    def copy(self) -> None:
        """Put the selected cards and their wires on the clipboard."""
        names = self.canvas.selected_names()
        if not names:
            return
        piece = edits.part(self.canvas.graph, names)
        for name, owner in piece.shares.items():
            if owner not in piece.nodes:  # elsewhere there is no such layer to share with
                piece = piece.with_shares(name, None)
        QGuiApplication.clipboard().setText(to_json(Experiment(piece)))
        self._pastes = 0

    def cut(self) -> None:
        """Copy, then delete."""
        self.copy()
        self.canvas.delete_selection()

    def paste(self) -> None:
        """Add what was copied, a little aside, and select it."""
        text = QGuiApplication.clipboard().text()
        try:
            piece = from_json(text).graph
        except LayerloomError:
            self.paste_refused.emit()
            return
        self._pastes += 1
        self._add_piece(self.tr("Paste"), piece, self._pastes)

    def duplicate(self) -> None:
        """A second copy of the selected cards beside them."""
        names = self.canvas.selected_names()
        if names:
            self._add_piece(self.tr("Duplicate"), edits.part(self.canvas.graph, names), 1)

    def _add_piece(self, text: str, piece: Graph, columns: int) -> None:
        graph, names = edits.pasted(self.canvas.graph, piece, (edits.COLUMN * columns, 0.0))
        self._request(text, graph, list(names))


def _is_plain(event: QKeyEvent, key: Qt.Key) -> bool:
    """This key without Ctrl, Alt or Shift."""
    return event.key() == key and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
