"""A small choice of colours for the pen."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import QT_TRANSLATE_NOOP

SIDE, GAP = 18, 5
COLORS = (
    ("#ffffff", QT_TRANSLATE_NOOP("Swatches", "white")), ("#e53935", QT_TRANSLATE_NOOP("Swatches", "red")),
    ("#fb8c00", QT_TRANSLATE_NOOP("Swatches", "orange")), ("#fdd835", QT_TRANSLATE_NOOP("Swatches", "yellow")),
    ("#43a047", QT_TRANSLATE_NOOP("Swatches", "green")), ("#1e88e5", QT_TRANSLATE_NOOP("Swatches", "blue")),
    ("#6d4c41", QT_TRANSLATE_NOOP("Swatches", "brown")), ("#808080", QT_TRANSLATE_NOOP("Swatches", "grey")),
)  # fmt: skip


@guarded
class Swatches(QWidget):
    """One is chosen, by the mouse or by left and right."""

    chosen = Signal(QColor)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._index = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Colour of the pen"))
        self._go(0)

    @property
    def color(self) -> QColor:
        """The one that is chosen."""
        return QColor(COLORS[self._index][0])

    def sizeHint(self) -> QSize:
        """All in a row."""
        return QSize(len(COLORS) * (SIDE + GAP) - GAP, SIDE)

    def place(self, index: int) -> QRectF:
        """Where a colour is."""
        wide = min(SIDE + GAP, self.width() / len(COLORS))
        return QRectF(index * wide, 0, min(SIDE, wide - 2), SIDE)

    def _go(self, index: int) -> None:
        self._index = min(len(COLORS) - 1, max(0, index))
        self.setAccessibleDescription(self.tr(COLORS[self._index][1]))
        self.update()
        self.chosen.emit(self.color)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose it."""
        found = next((index for index in range(len(COLORS)) if self.place(index).contains(event.position())), None)
        if found is not None:
            self._go(found)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """It was pressed here."""
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The next, the one before."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if Qt.Key(event.key()) in steps:
            self._go(self._index + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The ring is seen."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The ring is not seen."""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Squares, a ring around the chosen one."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for index, (color, _) in enumerate(COLORS):
                chosen = index == self._index
                ring = theme.color("accent" if self.hasFocus() else "text") if chosen else theme.color("line")
                painter.setPen(QPen(ring, 2 if chosen else 1))
                painter.setBrush(QColor(color))
                painter.drawRoundedRect(self.place(index).adjusted(1, 1, -1, -1), 3, 3)
