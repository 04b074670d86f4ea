"""Whether a widget is drawn anew: what it would show if it were is no proof that one sees it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget


class _Paints(QObject):
    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def is_repainted(widget: QWidget, after: Callable[[], object]) -> bool:
    """Whether a widget in sight paints itself once this was done."""
    QApplication.processEvents()
    paints = _Paints(widget)
    after()
    QApplication.processEvents()
    widget.removeEventFilter(paints)
    return paints.count > 0
