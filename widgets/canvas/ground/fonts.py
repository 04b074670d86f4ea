"""The canvas' fonts, and from what zoom on small words are painted."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from widgets.look import theme

READABLE = 0.5  # the zoom from which on small words are painted
WORDS, WORDS_ROOM = "Conv 2d · 64 · 7×7 · stride 2", 200.0  # what a card has room for
NUMBERS, NUMBERS_ROOM = "64×112×112", 70.0  # … and a wire
SMALLEST = 10  # pixels; smaller letters cannot be read


class Fonts:
    """The canvas' fonts and their metrics, made once. Cards are as wide as the grid: wide letters are smaller."""

    made: Fonts | None = None

    def __init__(self) -> None:
        words = _share(theme.ui_font(12), WORDS, WORDS_ROOM)
        numbers = _share(theme.mono_font(11), NUMBERS, NUMBERS_ROOM)
        self.name = theme.ui_font(_sized(13, words), QFont.Weight.DemiBold)
        self.detail = theme.ui_font(_sized(12, words))
        self.count = theme.mono_font(_sized(12, numbers))
        self.pill = theme.mono_font(_sized(11, numbers))
        self.small = theme.mono_font(SMALLEST)
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


def _share(font: QFont, sample: str, room: float) -> float:
    return min(1.0, room / QFontMetricsF(font).horizontalAdvance(sample))


def _sized(pixels: int, share: float) -> int:
    return max(SMALLEST, int(pixels * share))


def is_near(painter: QPainter) -> bool:
    """Whether small words can be read."""
    return painter.worldTransform().m11() >= READABLE
