"""A picture's own pixels: as an image, enlarged with quiet lines between them, and with heat over them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPaintEngine, QPainter

from widgets.look import theme

if TYPE_CHECKING:
    import numpy as np

LINED = 6  # pixels of the screen for one of the picture: from here on there are lines between them
LINE = QColor(43, 43, 46, 30)  # seen on black and on white, in both themes
HEAT = 0.8  # of the strongest heat


def pixel_image(pixels: np.ndarray[Any, Any]) -> QImage:
    """H×W, H×W×1 or H×W×3 uint8 as an image that owns its memory."""
    import numpy as np  # the window appears without it

    pixels = np.ascontiguousarray(pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels)
    height, width = pixels.shape[:2]
    form = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_RGB888
    return QImage(pixels.data, width, height, pixels.strides[0], form).copy()


def heat_image(values: np.ndarray[Any, Any]) -> QImage:
    """H×W numbers from 0 up as amber that hides nothing at 0 and most at the largest; no number: no heat."""
    import numpy as np  # the window appears without it

    size = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    share = np.clip(size / (size.max(initial=0.0) or 1.0), 0, 1)
    alpha = (share * HEAT * 255).round().astype(np.uint32)
    color = np.uint32(theme.color("validation").rgb() & 0xFFFFFF)
    pixels = np.ascontiguousarray(alpha << np.uint32(24) | color)
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32).copy()


def fitted(rows: int, columns: int, room: QRectF) -> QRectF:
    """The largest place in the middle of a room for a picture of this shape, on whole pixels of the screen."""
    size = QSizeF(columns, rows).scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
    size = QSizeF(max(1, int(size.width())), max(1, int(size.height())))
    corner = room.center() - QPointF(size.width() / 2, size.height() / 2)
    return QRectF(QPointF(round(corner.x()), round(corner.y())), size)


def paint_pixels(painter: QPainter, place: QRectF, image: QImage, lined: bool = True) -> None:
    """An image enlarged without blur; one that is made smaller is smoothed, or it would be torn."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.height() > place.height())
    painter.drawImage(place, image)
    if lined:
        paint_lines(painter, place, image.height(), image.width())


def paint_part(painter: QPainter, place: QRectF, image: QImage, part: QRectF) -> None:
    """A rectangle of an image, in its pixels. Qt's SVG files would get all of it instead."""
    if painter.paintEngine().type() == QPaintEngine.Type.SVG:
        painter.drawImage(place, image.copy(part.toAlignedRect()))
    else:
        painter.drawImage(place, image, part)


def paint_lines(painter: QPainter, place: QRectF, rows: int, columns: int) -> None:
    """Quiet lines between pixels that are large enough, where Qt draws their edges."""
    tall, wide = place.height() / max(1, rows), place.width() / max(1, columns)
    if min(tall, wide) < LINED:
        return
    if place == QRectF(place.toRect()) and painter.device().devicePixelRatio() == 1:
        painter.drawImage(place.topLeft(), _lines(round(place.width()), round(place.height()), rows, columns))
    else:
        _draw_lines(painter, place, rows, columns)


def _draw_lines(painter: QPainter, place: QRectF, rows: int, columns: int) -> None:
    tall, wide = place.height() / rows, place.width() / columns
    for column in range(1, columns):
        painter.fillRect(QRectF(round(place.left() + column * wide), place.top(), 1, place.height()), LINE)
    for row in range(1, rows):
        painter.fillRect(QRectF(place.left(), round(place.top() + row * tall), place.width(), 1), LINE)


@lru_cache(maxsize=32)
def _lines(width: int, height: int, rows: int, columns: int) -> QImage:
    """The same as one picture: a pad is painted anew at every point of a stroke."""
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        _draw_lines(painter, QRectF(0, 0, width, height), rows, columns)
    return image
