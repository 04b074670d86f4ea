"""Painting that cannot end the process."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

log = logging.getLogger(__name__)


def guarded(paint: Callable[..., None]) -> Callable[..., None]:
    """An exception that leaves a Python ``paint`` can kill the process: log it and leave the item unpainted."""

    def safe(self: Any, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.save()
        try:
            paint(self, painter, option, widget)
        except Exception:
            log.exception("painting failed")
        finally:
            painter.restore()

    return safe
