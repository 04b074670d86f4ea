"""Painting that cannot end the process."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtGui import QPainter

log = logging.getLogger(__name__)


def guarded(paint: Callable[..., None]) -> Callable[..., None]:
    """An exception that leaves a Python ``paint`` can kill the process: log it and leave the item unpainted."""

    def safe(self: Any, painter: QPainter, *rest: Any) -> None:
        painter.save()
        try:
            paint(self, painter, *rest)
        except Exception:
            log.exception("painting failed")
        finally:
            painter.restore()

    return safe
