"""What the network answers: its likeliest classes as bars, or one number; the true one is marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QVBoxLayout, QWidget

from engine.units import measure_text, short_measure, value_text
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip
from widgets.parts.saving import offer_saving
from widgets.parts.words import Words

ROW, BAR, GAP, LEAST = 22, 9, 8, 4  # the least of a bar that can be seen
NAME = 0.42  # of the width, at most


class Likely(NamedTuple):
    """A class and how likely it is, 0 to 1; ``place``: 1 for the likeliest."""

    name: str
    probability: float
    place: int
    is_true: bool = False
    before: float | None = None  # how likely it was with other weights that are compared


@guarded
class Bars(QWidget):
    """One line a class: name, bar, probability."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.likely: tuple[Likely, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Likeliest classes"))

    def show_likely(self, likely: Sequence[Likely]) -> None:
        """The likeliest first."""
        grows = len(likely) != len(self.likely)
        self.likely = tuple(likely)
        self.setAccessibleDescription("; ".join(self.words_of(each) for each in likely))
        if grows:
            self.updateGeometry()
        self.update()

    def words_of(self, each: Likely) -> str:
        """“5: 0.941, the true class”."""
        said = f"{each.name}: {measure_text(each.probability)}"
        if each.before is not None:
            said = self.tr("{said}, {before} before").format(said=said, before=measure_text(each.before))
        return self.tr("{said}, the true class").format(said=said) if each.is_true else said

    def sizeHint(self) -> QSize:
        """One line for each."""
        return QSize(160, ROW * len(self.likely))

    def minimumSizeHint(self) -> QSize:
        """The same height."""
        return QSize(100, ROW * len(self.likely))

    def row(self, index: int) -> QRectF:
        """Where a class stands."""
        return QRectF(0, index * ROW, self.width(), ROW)

    def groove(self, index: int) -> QRectF:
        """Where the bar of a class would be at probability 1."""
        number = QFontMetricsF(theme.mono_font(11)).horizontalAdvance("0.000") + GAP
        number += self._before_width()
        left = self._name_width() + GAP
        return QRectF(left, index * ROW + (ROW - BAR) / 2, max(1.0, self.width() - left - number), BAR)

    def _before_width(self) -> float:
        """Room for a second number."""
        if all(each.before is None for each in self.likely):
            return 0.0
        return QFontMetricsF(theme.mono_font(11)).horizontalAdvance("0.000") + GAP

    def _name_width(self) -> float:
        metrics = QFontMetricsF(theme.ui_font(13))
        wide = max((metrics.horizontalAdvance(self._title(each)) for each in self.likely), default=0.0)
        return math.ceil(min(wide + 2, NAME * self.width()))

    def _title(self, each: Likely) -> str:
        return f"✓ {each.name}" if each.is_true else each.name

    def tone(self, each: Likely) -> str:
        """The colour of a class's name: of the true one whether it was found, of others none."""
        return ("ok" if each.place == 1 else "error") if each.is_true else "text"

    def paintEvent(self, event: QPaintEvent) -> None:
        """Line by line."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for index, each in enumerate(self.likely):
                self._paint_row(painter, index, each)

    def _paint_row(self, painter: QPainter, index: int, each: Likely) -> None:
        row, groove, middle = self.row(index), self.groove(index), Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.ui_font(13))
        painter.setPen(theme.color(self.tone(each)))
        name = painter.fontMetrics().elidedText(self._title(each), Qt.TextElideMode.ElideRight,
                                                int(self._name_width()) + 1)
        painter.drawText(row, middle, name)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(groove, 3, 3)
        share = min(1.0, max(0.0, each.probability)) if math.isfinite(each.probability) else 0.0
        painter.setBrush(theme.color("accent" if each.place == 1 else "wire"))
        bar = QRectF(groove.topLeft(), groove.size())
        bar.setWidth(max(LEAST, share * groove.width()) if share else 0)
        painter.drawRoundedRect(bar, min(3, bar.width() / 2), 3)
        painter.setFont(theme.mono_font(11))
        if each.before is not None:
            self._paint_before(painter, row, groove, each.before)
        painter.setPen(theme.color("text"))
        painter.drawText(row, middle | Qt.AlignmentFlag.AlignRight, short_measure(each.probability))

    def _paint_before(self, painter: QPainter, row: QRectF, groove: QRectF, before: float) -> None:
        """A thread where the bar ended, and its number, quietly."""
        painter.setBrush(theme.color("validation"))
        share = min(1.0, max(0.0, before)) if math.isfinite(before) else 0.0
        painter.drawRect(QRectF(groove.left() + share * (groove.width() - 2), groove.top() - 2, 2, BAR + 4))
        painter.setPen(theme.color("dim"))
        right = row.adjusted(0, 0, -self._before_width(), 0)
        painter.drawText(right, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, short_measure(before))

    def event(self, event: QEvent) -> bool:
        """The whole name of the class under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = int(event.pos().y() // ROW)
            there = 0 <= index < len(self.likely)
            QToolTip.showText(event.globalPos(), tooltip(self.words_of(self.likely[index])) if there else "", self)
            return True
        return super().event(event)


class Answers(QWidget):
    """Classes, a number, or a sentence why there is no answer; below them the loss."""

    save_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars, self.number, self.true = Bars(), Words(), Words(mono=11)
        self.loss, self.message = Words(mono=11), Words("small")
        self.number.setFont(theme.ui_font(22, QFont.Weight.DemiBold))
        self.number.setAccessibleName(self.tr("Predicted number"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (self.bars, self.number, self.true, self.loss, self.message):
            column.addWidget(part)
        offer_saving(self.bars, self.save_requested.emit)
        self.show_message("")

    def show_classes(self, likely: Sequence[Likely], loss: float | None = None) -> None:
        """The likeliest classes, the true one too where it is not among them; its loss where it is known."""
        self.bars.show_likely(likely)
        self._show(self.bars, loss)

    def show_number(self, value: float, true: float | None = None, loss: float | None = None) -> None:
        """The number of a regression."""
        self.number.say(value_text(value))
        self.true.say(self.tr("true {value}").format(value=value_text(true)) if true is not None else "")
        self._show(self.number, loss)

    def show_message(self, text: str) -> None:
        """Why there is no answer."""
        self.message.say(text)
        self._show(self.message, None)

    def _show(self, part: QWidget, loss: float | None) -> None:
        self.loss.say(self.tr("loss {value}").format(value=measure_text(loss)) if loss is not None else "")
        self.bars.setVisible(part is self.bars)
        self.number.setVisible(part is self.number)
        self.true.setVisible(part is self.number and bool(self.true.text()))
        self.message.setVisible(part is self.message and bool(self.message.text()))
