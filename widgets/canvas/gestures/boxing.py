"""Selecting what is in a box drawn with the mouse."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from widgets.canvas.cards.card import CardItem
from widgets.canvas.gestures.gesture import Gesture
from widgets.canvas.ground.stacking import TOP_LAYER
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.wires.wire import WireItem
from widgets.look import theme
from widgets.look.guarded import guarded


@guarded
class BoxItem(QGraphicsRectItem):
    """The box itself."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(TOP_LAYER)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        tone = theme.color("accent")
        painter.setPen(QPen(tone, 0))
        ground = QColor(tone)
        ground.setAlphaF(0.10)
        painter.setBrush(ground)
        painter.drawRect(self.rect())


class BoxSelect(Gesture):
    """From a press on the empty canvas. Shift adds what the box touches, Ctrl toggles it.

    Cards count; only where the box touches none, wires do.
    """

    def __init__(self, scene: CanvasScene, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        self._scene, self._start, self._keys = scene, point, keys
        self._before: set[QGraphicsItem] = set(scene.selectedItems())
        self._touched: set[QGraphicsItem] = set()
        self._box: BoxItem | None = None
        if not keys & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier):
            self._show(set())

    def move_to(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Stretch the box to here."""
        if self._box is None:
            self._box = BoxItem()
            self._scene.addItem(self._box)
        area = QRectF(self._start, point).normalized()
        self._box.setRect(area)
        found = self._scene.items(area, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
        cards: set[QGraphicsItem] = {i for i in found if isinstance(i, CardItem) and i.body().intersects(area)}
        self._touched = cards or self._wires(area)
        self._show(self._chosen())

    def _wires(self, area: QRectF) -> set[QGraphicsItem]:
        if area.width() * area.height() < 16:
            return set()
        return {item for item in self._scene.items(area) if isinstance(item, WireItem)}

    def _chosen(self) -> set[QGraphicsItem]:
        if self._keys & Qt.KeyboardModifier.ControlModifier:
            return self._before ^ self._touched
        return self._before | self._touched if self._keys & Qt.KeyboardModifier.ShiftModifier else self._touched

    def _show(self, chosen: set[QGraphicsItem]) -> None:
        self._scene.choose(chosen)

    def end(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """What is selected stays so."""
        self._drop_box()

    def _drop_box(self) -> None:
        if self._box is not None:
            self._scene.removeItem(self._box)
            self._box = None

    def cancel(self) -> None:
        """Select again what was."""
        self._drop_box()
        self._show({item for item in self._before if item.scene() is self._scene})
