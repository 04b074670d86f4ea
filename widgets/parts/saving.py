"""Every picture can be taken away: a menu that asks for it, and the picture as pixels or as SVG."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QIODevice, QPoint, QRect, Qt
from PySide6.QtGui import QAction, QImage, QPainter, QRegion
from PySide6.QtWidgets import QWidget

SaveKind = Literal["picture", "numbers"]


def picture_of(source: QWidget | QImage) -> QImage:
    """What is seen of a widget, wherever it lies and however much of it is scrolled away; an image as it is."""
    return source.grab().toImage() if isinstance(source, QWidget) else source


def svg_of(widget: QWidget) -> bytes:
    """What a widget paints, as an SVG file of its size."""
    from PySide6.QtSvg import QSvgGenerator  # seldom needed

    kept = QByteArray()
    buffer = QBuffer(kept)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    file = QSvgGenerator()
    file.setOutputDevice(buffer)
    file.setSize(widget.size())
    file.setViewBox(QRect(QPoint(), widget.size()))
    with QPainter(file) as painter:
        widget.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    return bytes(kept.data())


def offer_saving(widget: QWidget, ask: Callable[[SaveKind], object], numbers: bool = True) -> None:
    """A menu on the right button and the menu key: “Save picture…” and, where there are any, “Save numbers…”."""
    widget.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
    translate = QCoreApplication.translate
    kinds: list[tuple[SaveKind, str]] = [("picture", translate("Saving", "Save picture…"))]
    kinds += [("numbers", translate("Saving", "Save numbers…"))] if numbers else []
    for kind, title in kinds:
        action = QAction(title, widget)
        action.triggered.connect(lambda _checked=False, kind=kind: ask(kind))
        widget.addAction(action)
