"""Lines between the pixels of a picture."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from widgets.look.pixels import LINE, paint_lines


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize(("place", "rows", "columns"), [
    (QRectF(3, 5, 200, 200), 28, 28), (QRectF(0, 0, 61, 90), 9, 4), (QRectF(2.5, 1.25, 80.5, 81), 8, 8),
])  # fmt: skip
def test_they_stand_where_qt_draws_the_edges(place: QRectF, rows: int, columns: int) -> None:
    painted, expected = (QImage(220, 220, QImage.Format.Format_RGB32) for _ in range(2))
    for image in (painted, expected):
        image.fill(Qt.GlobalColor.white)
    with QPainter(painted) as painter:
        paint_lines(painter, place, rows, columns)
    with QPainter(expected) as painter:
        for column in range(1, columns):
            left = round(place.left() + column * place.width() / columns)
            painter.fillRect(QRectF(left, place.top(), 1, place.height()), LINE)
        for row in range(1, rows):
            top = round(place.top() + row * place.height() / rows)
            painter.fillRect(QRectF(place.left(), top, place.width(), 1), LINE)
    differences = [abs(QColor(painted.pixel(x, y)).lightness() - QColor(expected.pixel(x, y)).lightness())
                   for x in range(220) for y in range(220)]
    assert max(differences) <= 1
    assert min(QColor(painted.pixel(x, 60)).lightness() for x in range(220)) < 245


@pytest.mark.usefixtures("qapp")
def test_small_pixels_have_none() -> None:
    image = QImage(50, 50, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    before = image.copy()
    with QPainter(image) as painter:
        paint_lines(painter, QRectF(0, 0, 50, 50), 28, 28)
    assert image == before
