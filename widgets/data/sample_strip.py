"""Small images with their labels, as many as fit, every pixel a sharp square."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded

TILE = 56  # what images are enlarged to, about
LABEL, GAP, BELOW = 16, 12, 8
INSET = 4  # labels may be this much wider than their image
Sample = tuple[bytes, int, int, int, str]  # pixels row by row with channels last, channels, height, width, label


class Grid(NamedTuple):
    """Where tiles stand."""

    columns: int
    rows: int
    pitch: float  # from one tile to the next

    def place(self, index: int, tile: QSize) -> QRectF:
        """The rectangle of one tile."""
        row, column = divmod(index, self.columns)
        left, top = INSET + round(column * self.pitch), 1 + row * (tile.height() + LABEL + BELOW)
        return QRectF(left, top, tile.width(), tile.height())


@guarded
class SampleStrip(QWidget):
    """Fills its width; rows that would be cut are left out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images: list[tuple[QImage, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(TILE, TILE + LABEL)
        self.setAccessibleName(self.tr("Sample images"))

    def show_samples(self, samples: Sequence[Sample]) -> None:
        """Replace the images."""
        self._images = [(image_of(pixels, *form), label) for pixels, *form, label in samples]
        labels = ", ".join(label for _, label in self._images[:20])
        self.setAccessibleDescription(self.tr("Labels: {labels}").format(labels=labels))
        self.update()

    @property
    def tile(self) -> QSize:
        """The size of all tiles: a whole multiple of the first image, or a large image made smaller."""
        if not self._images:
            return QSize(TILE, TILE)
        size = self._images[0][0].size()
        times = round(TILE / size.height())
        return size * times if times >= 1 else size.scaled(2 * TILE, TILE, Qt.AspectRatioMode.KeepAspectRatio)

    def grid(self) -> Grid:
        """As many columns as fit, spread over the whole width, and whole rows."""
        tile = self.tile
        width = self.width() - 2 * INSET
        columns = max(1, (width + GAP) // (max(tile.width(), TILE) + GAP))
        rows = max(1, (self.height() + BELOW) // (tile.height() + LABEL + BELOW))
        pitch = (width - tile.width()) / (columns - 1) if columns > 1 else float(width)
        return Grid(columns, rows, pitch)

    def shown(self) -> int:
        """How many images are on the screen."""
        grid = self.grid()
        return min(len(self._images), grid.columns * grid.rows)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Images enlarged without blur, labels below them."""
        grid, tile = self.grid(), self.tile
        with QPainter(self) as painter:
            painter.setFont(theme.ui_font(11))
            for index, (image, label) in enumerate(self._images[: self.shown()]):
                self._paint_one(painter, grid.place(index, tile), image, label)
            if not self._images:
                painter.setPen(theme.color("dim"))
                painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("Reading the data…"))

    def _paint_one(self, painter: QPainter, place: QRectF, image: QImage, label: str) -> None:
        # Only a large image made smaller is smoothed: leaving pixels out would tear it.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.height() > place.height())
        painter.drawImage(place, image)
        painter.setPen(theme.color("line"))
        painter.drawRect(place.adjusted(-1, -1, 0, 0))
        room = QRect(0, 0, round(place.width()) + 2 * INSET, LABEL)
        room.moveTo(round(place.left()) - INSET, round(place.bottom()) + 1)
        text = painter.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, room.width())
        painter.setPen(theme.color("dim"))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)


def image_of(pixels: bytes, channels: int, height: int, width: int) -> QImage:
    """Pixels as an image that owns its memory."""
    form = QImage.Format.Format_Grayscale8 if channels == 1 else QImage.Format.Format_RGB888
    return QImage(pixels, width, height, channels * width, form).copy()
