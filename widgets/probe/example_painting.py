"""How an example is painted: its picture with a caption below, or its row in words with the caption at the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from widgets.look import theme
from widgets.look.pixels import fitted, paint_pixels
from widgets.probe.example import Example

CAPTION = 17  # a line of it


def tone_of(example: Example) -> str:
    """The colour of a caption."""
    return "dim" if example.is_right is None else "ok" if example.is_right else "error"


def paint_picture(painter: QPainter, place: QRectF, example: Example, image: QImage, gap: float) -> None:
    """The picture, and below it the caption, which may be so much wider."""
    painter.setFont(theme.mono_font(11))
    painter.fillRect(place, theme.color("canvas"))
    paint_pixels(painter, fitted(image.height(), image.width(), place), image, lined=False)
    room = QRectF(place.left(), place.bottom(), place.width() + gap, CAPTION)
    _paint_caption(painter, room, example, Qt.AlignmentFlag.AlignLeft)


def paint_line(painter: QPainter, place: QRectF, example: Example) -> None:
    """The row, and at its right the caption."""
    painter.setFont(theme.mono_font(11))
    caption = painter.fontMetrics().horizontalAdvance(example.caption) + 12
    room = place.adjusted(6, 0, -min(caption, int(place.width() / 2)), 0)
    painter.setPen(theme.color("text"))
    line = painter.fontMetrics().elidedText(example.line, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, line)
    rest = QRectF(room.right(), place.top(), place.right() - room.right() - 6, place.height())
    _paint_caption(painter, rest, example, Qt.AlignmentFlag.AlignRight)


def _paint_caption(painter: QPainter, room: QRectF, example: Example, side: Qt.AlignmentFlag) -> None:
    painter.setPen(theme.color(tone_of(example)))
    text = painter.fontMetrics().elidedText(example.caption, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, text)


def paint_rings(painter: QPainter, place: QRectF, rings: Sequence[tuple[str, int]]) -> None:
    """Colours and widths of frames, the last one outside."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for inset, (color, width) in enumerate(reversed(rings)):
        painter.setPen(QPen(theme.color(color), width))
        painter.drawRect(place.adjusted(1 + 2 * inset, 1 + 2 * inset, -1 - 2 * inset, -1 - 2 * inset))
