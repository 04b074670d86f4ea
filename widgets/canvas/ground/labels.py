"""The colours of labels and frames by name."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from widgets.look.text import QT_TRANSLATE_NOOP

LABEL_COLORS = {"red": "#e5534b", "orange": "#e8873d", "yellow": "#d1a820", "green": "#41a862", "blue": "#4c8dff",
                "purple": "#a074f0"}  # of ``engine.graph.frames.COLORS``
_NAMES = {
    "": QT_TRANSLATE_NOOP("Canvas", "No colour"),
    "red": QT_TRANSLATE_NOOP("Canvas", "Red"),
    "orange": QT_TRANSLATE_NOOP("Canvas", "Orange"),
    "yellow": QT_TRANSLATE_NOOP("Canvas", "Yellow"),
    "green": QT_TRANSLATE_NOOP("Canvas", "Green"),
    "blue": QT_TRANSLATE_NOOP("Canvas", "Blue"),
    "purple": QT_TRANSLATE_NOOP("Canvas", "Purple"),
}
SIDE = 16


def label_name(color: str) -> str:
    """What a colour is called."""
    return QCoreApplication.translate("Canvas", _NAMES.get(color, color))


def label_icon(color: str) -> QIcon:
    """A dot of the colour; nothing for none."""
    if not color:
        return QIcon()
    picture = QPixmap(SIDE, SIDE)
    picture.fill(QColor(0, 0, 0, 0))
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(0, 0, 0, 0))
        painter.setBrush(QColor(LABEL_COLORS[color]))
        painter.drawEllipse(3, 3, SIDE - 6, SIDE - 6)
    return QIcon(picture)
