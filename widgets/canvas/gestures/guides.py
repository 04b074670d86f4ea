"""The lines that show what is in line with what is moved."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.canvas.ground.stacking import TOP_LAYER
from widgets.look import theme
from widgets.look.guarded import guarded


@guarded
class Guides(QGraphicsItem):
    """Shows the lines it is given; above everything, takes no clicks."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[QLineF, ...] = ()
        self.setZValue(TOP_LAYER)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def show_lines(self, lines: tuple[QLineF, ...]) -> None:
        """These lines and no others."""
        if lines != self.lines:
            self.prepareGeometryChange()
            self.lines = lines
            self.update()

    def boundingRect(self) -> QRectF:
        area = QRectF()
        for line in self.lines:
            area = area.united(QRectF(line.p1(), line.p2()).normalized().adjusted(-3, -3, 3, 3))
        return area

    def shape(self) -> QPainterPath:
        return QPainterPath()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setPen(QPen(theme.color("accent"), 0, Qt.PenStyle.DashLine))
        painter.drawLines(list(self.lines))
