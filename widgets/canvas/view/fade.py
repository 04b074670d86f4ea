"""From one level to another: what one saw fades and, going in, grows towards the block one goes into."""

from __future__ import annotations

from PySide6.QtCore import QAbstractAnimation, QPoint, Qt, QVariantAnimation
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QStyle, QWidget

from widgets.look.guarded import guarded

LONGEST_MS = 160
GROWTH = 0.16


@guarded
class Fade(QWidget):
    """A picture of ``host`` as it is now, over it until it has faded; takes no clicks, and goes by itself."""

    def __init__(self, host: QWidget, middle: QPoint, inwards: bool) -> None:
        super().__init__(host)
        self._picture, self._middle, self._growth = host.grab(), middle, GROWTH if inwards else 0.0
        self._done = 0.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setGeometry(host.rect())
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setDuration(duration(host))
        self._animation.valueChanged.connect(self._step)
        self._animation.finished.connect(self.deleteLater)
        self.show()
        self._animation.start(QAbstractAnimation.DeletionPolicy.KeepWhenStopped)

    def _step(self, done: float) -> None:
        self._done = done
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setOpacity((1 - self._done) ** 2)
            scale = 1 + self._growth * self._done
            painter.translate(self._middle)
            painter.scale(scale, scale)
            painter.translate(-self._middle)
            painter.drawPixmap(0, 0, self._picture)


def duration(widget: QWidget) -> int:
    """How long it takes, milliseconds; 0 where the desktop wants no animations."""
    return min(LONGEST_MS, widget.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, widget))


def fade(host: QWidget, middle: QPoint, inwards: bool) -> None:
    """Let what ``host`` shows now fade over what it shows next."""
    for last in host.findChildren(Fade):
        last.hide()  # or the next picture would show it too
        last.deleteLater()
    if host.isVisible() and duration(host) > 0:
        Fade(host, middle, inwards)
