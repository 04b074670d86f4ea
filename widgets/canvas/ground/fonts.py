"""The canvas' fonts, and from what zoom on small words are painted."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from widgets.look import theme

READABLE = 0.5  # the zoom from which on small words are painted


class Fonts:
    """The canvas' fonts and their metrics, made once."""

    made: Fonts | None = None

    def __init__(self) -> None:
        self.name = theme.ui_font(13, QFont.Weight.DemiBold)
        self.detail = theme.ui_font(12)
        self.count = theme.mono_font(12)
        self.pill = theme.mono_font(11)
        self.name_size = QFontMetricsF(self.name)
        self.detail_size = QFontMetricsF(self.detail)
        self.count_size = QFontMetricsF(self.count)
        self.pill_size = QFontMetricsF(self.pill)

    @classmethod
    def get(cls) -> Fonts:
        """The one set of fonts; needs a running QGuiApplication."""
        if cls.made is None:
            cls.made = cls()
        return cls.made


def is_near(painter: QPainter) -> bool:
    """Whether small words can be read."""
    return painter.worldTransform().m11() >= READABLE
