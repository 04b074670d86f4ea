"""A picture with heat over what counted, and beside it a sentence."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from widgets.inside.shown import Array
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.pixels import fitted, heat_image, paint_pixels, pixel_image
from widgets.parts.saving import offer_saving
from widgets.parts.words import Words

SIDE, DIM = 104, 0.75  # pixels; how much of the picture is seen below the heat


@guarded
class HeatPicture(QWidget):
    """Pixels of a sample, heat on top."""

    save_requested = Signal(str)

    def __init__(self, side: int = SIDE, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._image: QImage | None = None
        self._values: Array | None = None
        self._heat: tuple[str, QImage] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(side, side)
        self.setAccessibleName(self.tr("What counted"))
        offer_saving(self, self.save_requested.emit)

    def show_heat(self, pixels: Array | None, values: Array | None) -> None:
        """uint8 H×W or H×W×3, and numbers H'×W' from 0 up over all of it; None: nothing."""
        self._image = None if pixels is None else pixel_image(pixels)
        self._values, self._heat = values, None
        self.update()

    @property
    def heat(self) -> Array | None:
        """What counted, as numbers; None: there is none."""
        return self._values

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(self._side, self._side)

    def place(self) -> QRectF:
        """Where the picture is."""
        if self._image is None:
            return QRectF(self.rect())
        return fitted(self._image.height(), self._image.width(), QRectF(self.rect()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Black, the pixels a little darker, heat."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), Qt.GlobalColor.black)
            if self._image is not None:
                painter.setOpacity(1.0 if self._values is None else DIM)
                paint_pixels(painter, self.place(), self._image, lined=False)
                painter.setOpacity(1.0)
            if self._values is not None:
                if self._heat is None or self._heat[0] != theme.current().name:
                    self._heat = theme.current().name, heat_image(self._values)
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                painter.drawImage(self.place(), self._heat[1])


class Explained(QWidget):
    """The picture, and the sentence at its right."""

    save_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture, self.words = HeatPicture(), Words("small")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1, Qt.AlignmentFlag.AlignTop)
        self.picture.save_requested.connect(self.save_requested)

    def show_heat(self, pixels: Array | None, values: Array | None, sentence: str = "") -> None:
        """What is looked at, what counted, what is to be said of it."""
        self.picture.show_heat(pixels, values)
        self.picture.setVisible(pixels is not None)
        self.picture.setAccessibleDescription(sentence)
        self.words.say(sentence)
