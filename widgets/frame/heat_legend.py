"""What the heat map shows, in the canvas' corner: of what, how much is hot, and what to do about times."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QIcon, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from widgets.canvas.cards.heat import heat_color
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.icons import icon_url
from widgets.parts.still import StillToolButton

WIDTH, EDGE, APART = 236, 16, 8


@guarded
class Scale(QWidget):
    """The colours from nothing to the most, with the share at the end and in the middle."""

    def __init__(self) -> None:
        super().__init__()
        self.marks = ("0", "", "")
        self.setFixedHeight(30)

    def show_marks(self, marks: tuple[str, str, str]) -> None:
        """The shares at both ends and in the middle."""
        self.marks = marks
        self.updateGeometry()
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Room for all three, the second one in the middle."""
        low, middle, high = map(QFontMetricsF(theme.mono_font(11)).horizontalAdvance, self.marks)
        return QSize(math.ceil(2 * (max(low, high) + APART) + middle), 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            bar = QRectF(0.5, 0.5, self.width() - 1, 11)
            ramp = QLinearGradient(bar.topLeft(), bar.topRight())
            for step in range(9):
                ramp.setColorAt(step / 8, heat_color(step / 8))
            painter.setBrush(ramp)
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawRoundedRect(bar, 4, 4)
            painter.setFont(theme.mono_font(11))
            painter.setPen(theme.color("dim"))
            room = QRectF(0, 14, self.width(), 16)
            flags = Qt.AlignmentFlag
            for text, side in zip(self.marks, (flags.AlignLeft, flags.AlignHCenter, flags.AlignRight), strict=True):
                painter.drawText(room, side | flags.AlignVCenter, text)


@guarded
class HeatLegend(QFrame):
    """Lies in the lower left corner of ``host``."""

    ended = Signal()
    again = Signal()  # measure the times again

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self.setObjectName("legend")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.setAccessibleName(self.tr("Heat map"))
        self.title, self.note, self.scale = QLabel(self), QLabel(self), Scale()
        self.title.setFont(theme.ui_font(12, QFont.Weight.DemiBold))
        self.note.setProperty("role", "small")
        self.note.setWordWrap(True)
        self.measure = QPushButton(self.tr("Measure again"), self)
        self.measure.setProperty("role", "tight")
        self.measure.clicked.connect(self.again)
        self.close_button = StillToolButton(self)
        self.close_button.setToolTip(self.tr("End the heat map"))
        self.close_button.setAccessibleName(self.tr("End the heat map"))
        self.close_button.setFixedSize(28, 28)
        self.close_button.clicked.connect(self.ended)
        self._assemble()
        self._draw_icon()
        host.installEventFilter(self)
        self.hide()

    def _assemble(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 6, 10)
        column.setSpacing(4)
        column.addLayout(head)
        for widget in (self.scale, self.note, self.measure):
            row = QHBoxLayout()
            row.setContentsMargins(0, 0, 6, 0)
            row.addWidget(widget)
            column.addLayout(row)

    def show_scale(self, title: str, marks: tuple[str, str, str], note: str = "", can_measure: bool = False) -> None:
        """Of what it is, what the colours stand for, and what there is to say about it."""
        self.title.setText(title)
        self.scale.show_marks(marks)
        self.scale.setVisible(bool(marks[2]))
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.measure.setVisible(can_measure)
        self.setAccessibleDescription(" ".join(filter(None, (title, note))))
        self.show()
        self.raise_()
        self._place()

    def _place(self) -> None:
        self.ensurePolished()
        self._column.activate()
        width = max(WIDTH, self._column.totalMinimumSize().width())
        height = max(self._column.totalHeightForWidth(width), self._column.totalMinimumSize().height())
        self.resize(width, height)
        self.move(EDGE, self._host.height() - height - EDGE)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the corner."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange) and hasattr(self, "close_button"):
            self._draw_icon()

    def _draw_icon(self) -> None:
        self.close_button.setIcon(QIcon(icon_url("close", theme.current().dim)))
        self.close_button.setIconSize(QSize(12, 12))
