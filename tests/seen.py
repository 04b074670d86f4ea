"""What a person sees of a widget: the texts in sight, its parts by what stands on them, and its colours."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget


def texts(root: QWidget) -> list[str]:
    """What labels say that a person sees, once the layouts have settled."""
    QApplication.processEvents()
    return [_plain(label.text()) for label in root.findChildren(QLabel) if label.isVisible()]


def label_with(root: QWidget, text: str) -> QLabel:
    """The one label in sight that says this."""
    [found] = [label for label in root.findChildren(QLabel) if label.isVisible() and _plain(label.text()) == text]
    return found


def button_with(root: QWidget, text: str) -> QAbstractButton:
    """The one button in sight with this on it."""
    [found] = [button for button in root.findChildren(QAbstractButton) if button.isVisible() and button.text() == text]
    return found


def colors(of: QWidget | QImage, area: QRect | None = None) -> set[str]:
    """As “#rrggbb”; of a widget as it looks now."""
    picture = of.grab(area or of.rect()).toImage() if isinstance(of, QWidget) else of.copy(area or of.rect())
    picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    rows = ({picture.pixel(x, y) for x in range(picture.width())} for y in range(picture.height()))
    return {QColor(pixel).name() for pixel in set().union(*rows)}


def _plain(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.splitlines())
