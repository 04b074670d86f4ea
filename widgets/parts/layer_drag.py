"""A layer that is dragged from one part of the window to another: by its kind."""

from __future__ import annotations

from PySide6.QtCore import QMimeData

LAYER_MIME = "application/x-layerloom-layer"


def dragged(kind: str) -> QMimeData:
    """What is dragged: a layer's kind."""
    data = QMimeData()
    data.setData(LAYER_MIME, kind.encode())
    return data


def kind_in(data: QMimeData) -> str | None:
    """The kind that is dragged; None: it is no layer."""
    if not data.hasFormat(LAYER_MIME):
        return None
    return bytes(data.data(LAYER_MIME).data()).decode(errors="replace")
