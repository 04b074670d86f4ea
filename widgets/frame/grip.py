"""What is left of a folded panel: a small grip at the border, which brings it back."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.parts.still import StillToolButton

Side = Literal["left", "right", "bottom"]
LONG, SHORT, TIP = 56, 14, 3.0
_TURNS = {"left": 0, "bottom": 270, "right": 180}  # of an arrow that points to the right


@guarded
class Grip(StillToolButton):
    """Lies over the middle of one side of a widget."""

    def __init__(self, side: Side, over: QWidget) -> None:
        super().__init__(over)
        self._side, self._over = side, over
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # by the keyboard there is the command
        self.setFixedSize(*((LONG, SHORT) if side == "bottom" else (SHORT, LONG)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        over.installEventFilter(self)
        self.hide()

    def set_words(self, words: str) -> None:
        """What it brings back."""
        self.setToolTip(words)
        self.setAccessibleName(words)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the border."""
        if event.type() == QEvent.Type.Resize:
            self.place()
        return False

    def showEvent(self, event: QShowEvent) -> None:
        """The border may be elsewhere by now."""
        super().showEvent(event)
        self.place()

    def place(self) -> None:
        """At the middle of its side, over all that lies there."""
        free = self._over.size() - self.size()
        x = {"left": 0, "right": free.width(), "bottom": free.width() // 2}[self._side]
        self.move(x, free.height() if self._side == "bottom" else free.height() // 2)
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A tab that grows out of the border, with an arrow on it."""
        out = {"left": (-8, 0, 0, 0), "right": (0, 0, 8, 0), "bottom": (0, 0, 0, 8)}[self._side]
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.color("dim" if self.underMouse() else "line"), 1))
            painter.setBrush(theme.color("raised" if self.underMouse() else "panel"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(*out).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            painter.translate(QRectF(self.rect()).center())
            painter.rotate(_TURNS[self._side])
            painter.setPen(QPen(theme.color("text" if self.underMouse() else "dim"), 1.5))
            painter.drawPolyline([QPointF(-TIP / 2, -2 * TIP), QPointF(TIP / 2, 0), QPointF(-TIP / 2, 2 * TIP)])
