"""What is painted, as a list: each word, box, dot and line with its place and its colours."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from PySide6.QtCore import QLineF, QPoint, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPaintDevice, QPainter, QPainterPath, QPolygonF
from PySide6.QtWidgets import QWidget


class Mark(NamedTuple):
    """One call of a painter; ``pen`` and ``fill`` as ``#rrggbb``, "" where there is none."""

    kind: str  # "text", "dot", "box", "line", "path", "area", "shape", "picture"
    place: QRectF  # on the picture; of a text written at a point only the beginning of its line
    text: str  # of a shape its corners
    pen: str
    fill: str
    width: float  # of the pen
    style: Qt.PenStyle
    opacity: float
    font: QFont
    smooth: bool


class Notes(QPainter):
    """A painter that notes what it paints."""

    def __init__(self, on: QPaintDevice) -> None:
        super().__init__(on)
        self.marks: list[Mark] = []

    def _note(self, kind: str, place: QRectF, text: str = "", fill: QColor | None = None) -> None:
        pen, brush = self.pen(), self.brush()
        filled = fill if fill is not None else brush.color()
        has_fill = fill is not None or brush.style() != Qt.BrushStyle.NoBrush
        self.marks.append(Mark(
            kind, self.worldTransform().mapRect(place), text,
            pen.color().name() if pen.style() != Qt.PenStyle.NoPen else "",
            filled.name() if has_fill and kind not in ("text", "line") else "", pen.widthF(), pen.style(),
            round(self.opacity() * (filled.alphaF() if has_fill and kind != "text" else pen.color().alphaF()), 2),
            QFont(self.font()), bool(self.renderHints() & QPainter.RenderHint.Antialiasing)))

    def drawText(self, where: Any, *rest: Any) -> None:
        place = QRectF(where, QSizeF(0, 0)) if isinstance(where, (QPointF, QPoint)) else QRectF(where)
        self._note("text", place, rest[-1])
        super().drawText(where, *rest)

    def drawEllipse(self, *where: Any) -> None:
        first = where[0]
        if isinstance(first, QPointF):
            place = QRectF(first.x() - where[1], first.y() - where[2], 2 * where[1], 2 * where[2])
        else:
            place = QRectF(first) if len(where) == 1 else QRectF(*where)
        self._note("dot", place)
        super().drawEllipse(*where)

    def drawRoundedRect(self, rect: QRectF, *radii: Any) -> None:
        self._note("box", QRectF(rect))
        super().drawRoundedRect(rect, *radii)

    def drawRect(self, rect: QRectF) -> None:
        self._note("box", QRectF(rect))
        super().drawRect(rect)

    def drawRects(self, rects: list[QRectF]) -> None:
        for rect in rects:
            self._note("box", rect)
        super().drawRects(rects)

    def drawLine(self, *where: Any) -> None:
        line = QLineF(*where)
        self._note("line", QRectF(line.p1(), line.p2()).normalized())
        super().drawLine(*where)

    def drawLines(self, lines: list[QLineF]) -> None:
        for line in lines:
            self._note("line", QRectF(line.p1(), line.p2()).normalized())
        super().drawLines(lines)

    def drawPath(self, path: QPainterPath) -> None:
        self._note("path", path.boundingRect())
        super().drawPath(path)

    def drawPolygon(self, points: Any) -> None:
        corners = " ".join(f"{point.x():g},{point.y():g}" for point in QPolygonF(points))
        self._note("shape", QPolygonF(points).boundingRect(), corners)
        super().drawPolygon(points)

    def drawArc(self, rect: QRectF, *angles: int) -> None:
        self._note("line", QRectF(rect))
        super().drawArc(rect, *angles)

    def drawPixmap(self, *what: Any) -> None:
        if isinstance(what[0], QRectF):
            place = what[0]
        else:
            place = QRectF(QPointF(*what[:2]), what[2].deviceIndependentSize())
        self._note("picture", place)
        super().drawPixmap(*what)

    def fillPath(self, path: QPainterPath, brush: Any) -> None:
        self._note("area", path.boundingRect(), fill=QColor(brush))
        super().fillPath(path, brush)

    def fillRect(self, rect: QRectF | QRect, brush: Any) -> None:
        self._note("area", QRectF(rect), fill=QColor(brush) if not hasattr(brush, "texture") else brush.color())
        super().fillRect(rect, brush)


def painted(paint: Callable[[QPainter], object], zoom: float = 1.0) -> list[Mark]:
    """What ``paint`` paints on an empty picture, the first first; all its states are as before at its end."""
    image = QImage(900, 600, QImage.Format.Format_RGB32)
    image.fill(0)
    notes = Notes(image)
    notes.scale(zoom, zoom)
    before = notes.worldTransform(), notes.opacity(), notes.hasClipping()
    paint(notes)
    assert (notes.worldTransform(), notes.opacity(), notes.hasClipping()) == before
    notes.end()
    return notes.marks


def drawn(widget: QWidget) -> list[Mark]:
    """What a widget paints of itself, the first first; what its style paints is left out."""
    marks: list[Mark] = []

    class Here(Notes):
        """Of this widget's module."""

        def __init__(self, on: QPaintDevice) -> None:
            super().__init__(on)
            self.marks = marks

    module = sys.modules[type(widget).__module__]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "QPainter", Here)
        widget.grab()
    return marks


def words(marks: list[Mark]) -> list[str]:
    """The texts among them."""
    return [mark.text for mark in marks if mark.kind == "text"]


def of(kind: str, marks: list[Mark]) -> list[Mark]:
    """Those of a kind."""
    return [mark for mark in marks if mark.kind == kind]
