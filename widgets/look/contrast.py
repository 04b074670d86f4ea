"""How well colours stand out from each other (WCAG 2.2, success criterion 1.4.3)."""

from __future__ import annotations

from PySide6.QtGui import QColor

ENOUGH = 4.5  # for text of ordinary size
INK, PAPER = "#0b1320", "#ffffff"


def luminance(color: QColor) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in _parts(color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    """From 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """From ``one`` (share 0) to ``other`` (share 1)."""
    return QColor.fromRgbF(*(a + (b - a) * share for a, b in zip(_parts(one), _parts(other), strict=True)))


def _parts(color: QColor) -> tuple[float, float, float]:
    return color.redF(), color.greenF(), color.blueF()


def readable_on(ground: QColor) -> QColor:
    """Near black or white, whichever stands out more from the ground."""
    return max(QColor(INK), QColor(PAPER), key=lambda ink: contrast(ink, ground))
