"""What layer is in hand: its name, its kind in the category's colour, its shape and what it sees."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from widgets.look import theme
from widgets.look.contrast import readable_on
from widgets.look.guarded import guarded
from widgets.parts.elided import ElidedLabel
from widgets.parts.words import Words

HEIGHT, ROUND, MOST = 22, 11, 15  # letters of a kind


@guarded
class Badge(QWidget):
    """A word on a rounded ground in a category's colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text, self._category = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_kind(self, text: str, category: str) -> None:
        """The kind of a layer."""
        self.text, self._category = text, category
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """The word and the round ends."""
        metrics = QFontMetrics(self._font())
        most = theme.letters(self._font(), MOST)
        return QSize(min(most, metrics.horizontalAdvance(self.text)) + 2 * ROUND, HEIGHT)

    def _font(self) -> QFont:
        return theme.ui_font(12, QFont.Weight.DemiBold)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground and the word."""
        color = theme.category_color(self._category)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(self.rect()), ROUND, ROUND)
            painter.setPen(readable_on(color))
            painter.setFont(self._font())
            room = self.width() - 2 * ROUND + 2
            text = painter.fontMetrics().elidedText(self.text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, text)


class Header(QWidget):
    """``conv2 (Conv 2d)``, below it ``16×10×10 · sees 14×14 of the input``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self.badge, self.facts = ElidedLabel(role="title"), Badge(), Words("dim", mono=11)
        self.name.setMinimumHeight(24)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.name, 1)
        top.addWidget(self.badge)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.facts)

    def show_layer(self, name: str, kind: str = "", category: str = "", facts: str = "") -> None:
        """Which layer, of which kind, and a line about it."""
        self.name.set_text(name)
        self.badge.show_kind(kind, category)
        self.facts.say(facts)
