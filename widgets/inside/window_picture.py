"""Window × kernel = number, as pictures."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.units import short_measure, value_text
from widgets.inside.arithmetic import Window
from widgets.inside.shown import Array
from widgets.look import theme
from widgets.look.contrast import readable_on
from widgets.look.guarded import guarded
from widgets.look.pixels import fitted, paint_pixels
from widgets.look.shades import picture, shade_color, shade_of
from widgets.parts.saving import offer_saving

HEIGHT, CHIP, SIGN = 118, 34, 24
SOURCE, KERNEL, WIDEST = 0.57, 0.43, 420  # shares of the room for pictures; pixels of all of it


@guarded
class WindowPicture(QWidget):
    """The source with the window on it, what it is multiplied by, and what comes out of all windows."""

    save_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._window: Window | None = None
        self._result: float | None = None
        self._most = 1.0
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(self.tr("What goes into this number"))
        offer_saving(self, self.save_requested.emit)

    def show_window(self, window: Window | None, result: float | None = None, most: float = 0.0) -> None:
        """A window and the number that comes out; ``most``: what has the full colour in the result's maps."""
        self._window, self._result, self._most = window, result, most or abs(result or 0.0)
        self.setAccessibleDescription(self._words())
        self.update()

    def _words(self) -> str:
        if self._window is None:
            return ""
        place = self.tr("{height} by {width} numbers from row {row}, column {column}")
        named = {name: value_text(getattr(self._window, name)) for name in ("height", "width", "row", "column")}
        return place.format(**named) + ("" if self._result is None else f" = {value_text(self._result)}")

    def hasHeightForWidth(self) -> bool:
        """The source is a square."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Of the source."""
        return round(min(HEIGHT, SOURCE * _room(width)))

    def sizeHint(self) -> QSize:
        """At a usual width."""
        return QSize(300, self.heightForWidth(300))

    def minimumSizeHint(self) -> QSize:
        """As narrow as may be; the height follows from the width."""
        return QSize(160, 0)

    # -- places -------------------------------------------------------------------------------------------------

    def places(self) -> tuple[QRectF, QRectF, QRectF]:
        """Of source, kernel and result."""
        wide, high = _room(self.width()), self.height()
        side = min(HEIGHT, SOURCE * wide)
        source = QRectF(0, (high - side) / 2, side, side)
        small = min(0.78 * HEIGHT, KERNEL * wide)
        has_kernel = self._window is not None and self._window.kernel is not None
        kernel = QRectF(side + SIGN, (high - small) / 2, small if has_kernel else 0, small)
        chip = QRectF((kernel.right() + SIGN) if has_kernel else side + SIGN, (high - CHIP) / 2, CHIP + 8, CHIP)
        return source, kernel, chip

    def picture_place(self) -> QRectF:
        """Where the source's pixels are."""
        source = self.places()[0]
        return _fitted(self._window.source, source) if self._window is not None else source

    def window_place(self) -> QRectF:
        """Where the window is seen on the source."""
        place, window = self.picture_place(), self._window
        if window is None:
            return QRectF()
        rows, columns = window.source.shape
        wide, tall = place.width() / columns, place.height() / rows
        return QRectF(place.left() + window.column * wide, place.top() + window.row * tall,
                      window.width * wide, window.height * tall)

    # -- looks --------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """From left to right."""
        if self._window is None:
            return
        source, kernel, chip = self.places()
        with QPainter(self) as painter:
            painter.fillRect(source, theme.color("canvas"))
            _paint_numbers(painter, self.picture_place(), self._window.source)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRect(self.window_place())
            if self._window.kernel is not None:
                _paint_sign(painter, "×", QRectF(source.right(), 0, SIGN, self.height()))
                _paint_numbers(painter, _fitted(self._window.kernel, kernel), self._window.kernel)
            if self._result is not None:
                _paint_sign(painter, "=", QRectF(chip.left() - SIGN, 0, SIGN, self.height()))
                self._paint_chip(painter, chip, self._result)

    def _paint_chip(self, painter: QPainter, chip: QRectF, result: float) -> None:
        color = shade_color(result, self._most, "signed")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(chip, 3, 3)
        painter.setPen(readable_on(color))
        painter.setFont(theme.mono_font(11))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, short_measure(result))


def _room(width: int) -> float:
    """What source and kernel share."""
    return min(float(width), WIDEST) - 2 * SIGN - CHIP - 8


def _fitted(values: Array, room: QRectF) -> QRectF:
    rows, columns = values.shape
    return fitted(rows, columns, room)


def _paint_numbers(painter: QPainter, place: QRectF, values: Array) -> None:
    finite = values[np.isfinite(values)]
    shade = shade_of(float(finite.min(initial=0.0)))
    paint_pixels(painter, place, picture(values, float(np.abs(finite).max(initial=0.0)), shade))


def _paint_sign(painter: QPainter, sign: str, room: QRectF) -> None:
    painter.setFont(theme.ui_font(17))
    painter.setPen(theme.color("dim"))
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, sign)
