"""The scale of a picture: its colours from end to end, with the numbers at the ends."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.units import value_text
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.shades import Shade, picture

_FIRST: Shade = "signed"
HEIGHT, BAR, GAP, STEPS, WIDEST = 14, 6, 6, 101, 72


@guarded
class ScaleLegend(QWidget):
    """``−2.3 ▒▒▒ 2.3``; of what is never below 0 ``0 ▒▒▒ 2.3``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most, self._shade = 0.0, _FIRST
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(self.tr("Scale"))

    def show_scale(self, most: float, shade: Shade) -> None:
        """What has the full colour, and which colours."""
        if (most, shade) != (self._most, self._shade):
            self._most, self._shade = most, shade
            self.updateGeometry()
        self.setAccessibleDescription(self.tr("From {low} to {high}").format(low=self.ends[0], high=self.ends[1]))
        self.update()

    @property
    def ends(self) -> tuple[str, str]:
        """Both numbers."""
        return value_text(-self._most if self._shade == "signed" else 0.0, 3), value_text(self._most, 3)

    def sizeHint(self) -> QSize:
        """Numbers and a bar."""
        return QSize(sum(map(self._wide, self.ends)) + 2 * GAP + WIDEST, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Numbers and a short bar."""
        return QSize(sum(map(self._wide, self.ends)) + 2 * GAP + WIDEST // 3, HEIGHT)

    def _wide(self, text: str) -> int:
        return QFontMetrics(theme.mono_font(10)).horizontalAdvance(text) + 1

    def paintEvent(self, event: QPaintEvent) -> None:
        """A number, the colours, a number."""
        low, high = self.ends
        left = self._wide(low) + GAP
        bar = QRectF(left, (HEIGHT - BAR) / 2, min(WIDEST, self.width() - left - GAP - self._wide(high)), BAR)
        begin = -1.0 if self._shade == "signed" else 0.0
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(bar, picture(np.linspace(begin, 1, STEPS)[None], 1.0, self._shade))
            painter.setFont(theme.mono_font(10))
            painter.setPen(theme.color("dim"))
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, 0, left, HEIGHT), middle, low)
            painter.drawText(QRectF(bar.right() + GAP, 0, self._wide(high) + 2, HEIGHT), middle, high)
