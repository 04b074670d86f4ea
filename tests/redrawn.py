"""Whether a widget is drawn again: what a grab of it cannot tell, for that draws it itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget


class _Paints(QObject):
    """Counts them."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def is_redrawn(widget: QWidget, does: Callable[[], object]) -> bool:
    """Whether ``does`` makes the window draw this widget, which is in sight, once more."""
    QApplication.processEvents()
    widget.repaint()
    paints = _Paints()
    widget.installEventFilter(paints)
    does()
    QApplication.processEvents()
    QApplication.sendEvent(widget.window(), QEvent(QEvent.Type.UpdateRequest))
    widget.removeEventFilter(paints)
    return paints.count > 0
