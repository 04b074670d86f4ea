"""A comment frame on the canvas: a title around some cards, or a note."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from engine.graph.frames import Frame
from widgets.canvas.frames.painting import CORNER, TITLE, paint_frame
from widgets.canvas.ground.stacking import FRAME_LAYER
from widgets.look.guarded import guarded

BORDER = 7.0  # how near its border a frame is taken hold of


@guarded
class FrameItem(QGraphicsItem):
    """A frame; its scene coordinates are its own."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.frame = frame
        self.area = QRectF(*frame.position, *frame.size)  # all that it encloses, or its bar
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setZValue(FRAME_LAYER)

    @property
    def is_note(self) -> bool:
        """Whether it encloses nothing."""
        return not self.frame.members

    def show_frame(self, frame: Frame) -> None:
        """Show another frame in its place."""
        if frame != self.frame:
            self.prepareGeometryChange()
            self.frame = frame
            words = QCoreApplication.translate("Canvas", "{count} layers").format(count=len(frame.members))
            self.setToolTip(f"{frame.text}\n{words}".strip() if frame.collapsed else "")
            self.update()

    def lie(self, area: QRectF) -> None:
        """Take up this part of the scene."""
        if area != self.area:
            self.prepareGeometryChange()
            self.area = area
            self.update()

    def place(self, corner: QPointF) -> None:
        """Have the top left corner here."""
        self.lie(QRectF(corner, self.area.size()))

    def title(self) -> QRectF:
        """Where its text stands."""
        return self.area if self.is_note or self.frame.collapsed else QRectF(
            self.area.topLeft(), self.area.topRight() + QPointF(0, TITLE))

    def corner(self) -> QRectF:
        """Where a note is taken to make it larger; nothing for others."""
        end = self.area.bottomRight()
        return QRectF(end - QPointF(CORNER, CORNER), end) if self.is_note else QRectF()

    def boundingRect(self) -> QRectF:
        return self.area.adjusted(-2, -2, 2, 2)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        if self.is_note or self.frame.collapsed:
            path.addRect(self.area)
            return path
        path.addRect(self.area.adjusted(-1, -1, 1, 1))
        inner = QPainterPath()
        inner.addRect(self.area.adjusted(BORDER, TITLE, -BORDER, -BORDER))
        return path.subtracted(inner)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        paint_frame(painter, self.frame, self.area, self.isSelected())
