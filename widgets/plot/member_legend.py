"""The legend of several runs: colour, title and value of each; a click hides a run or shows it again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolButton, QWidget

from engine.units import short_measure
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip
from widgets.parts.flow import Flow
from widgets.plot.members import Member, member_color

HEIGHT, SWATCH, GAP, EDGE, TOP = 24, 20, 7, 6, 4
MOST_ROWS = 3  # with all numbers
BETWEEN = " · "
WIDEST = 28.7  # letters of a title; the whole is in the tooltip


def _widest() -> int:
    return theme.letters(theme.ui_font(11), WIDEST)


@guarded
class Chip(QToolButton):
    """One run."""

    def __init__(self, index: int, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.index, self.title = index, title
        self.values: tuple[float | None, ...] = (None,)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self._say_what(())

    def show_values(self, values: tuple[float | None, ...], names: Sequence[str]) -> None:
        """Numbers behind the title; of several, ``names`` say which is which."""
        if values == self.values:
            return
        is_longer, self.values = len(values) != len(self.values), values
        if is_longer:
            self.updateGeometry()
        self._say_what(names)
        self.update()

    def _say_what(self, names: Sequence[str]) -> None:
        self.setToolTip(tooltip(self.title, BETWEEN.join(names), self.tr("Click to hide or show this run")))

    def sizeHint(self) -> QSize:
        """A piece of line, the title, room for a number."""
        title = min(_widest(), QFontMetricsF(theme.ui_font(11)).horizontalAdvance(self.title))
        number = QFontMetricsF(theme.mono_font(11)).horizontalAdvance(BETWEEN.join(["0.000"] * len(self.values)))
        return QSize(round(2 * EDGE + SWATCH + 2 * GAP + title + number), HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """It is never made smaller."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Swatch, title, value; dim while the run is hidden."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.underMouse() or self.hasFocus():
                painter.setPen(QPen(theme.color("accent" if self.hasFocus() else "line"), 1))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 1.5, -0.5, -1.5), 5, 5)
            on = self.isChecked()
            painter.setPen(QPen(member_color(self.index) if on else theme.color("line"), 3))
            middle = self.height() / 2
            painter.drawLine(QPointF(EDGE, middle), QPointF(EDGE + SWATCH, middle))
            words = QRectF(self.rect()).adjusted(EDGE + SWATCH + GAP, 0, -EDGE, 0)
            self._paint_words(painter, words, on)

    def _paint_words(self, painter: QPainter, words: QRectF, on: bool) -> None:
        font = theme.ui_font(11)
        font.setStrikeOut(not on)
        painter.setFont(font)
        painter.setPen(theme.color("text" if on else "dim"))
        title = QFontMetricsF(font).elidedText(self.title, Qt.TextElideMode.ElideRight, _widest())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, title)
        if on:
            painter.setFont(theme.mono_font(11))
            painter.setPen(theme.color("dim"))
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(words, right, BETWEEN.join(map(short_measure, self.values)))


class MemberLegend(QWidget):
    """One chip for each run, in as many rows as they need."""

    toggled = Signal(int, bool)  # which run, whether it is shown

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips: list[Chip] = []
        self._flow = Flow(self, gap=4, row_gap=0)
        self._flow.setContentsMargins(58, TOP, 16, 0)  # in line with the curves
        self.setAccessibleName(self.tr("Runs"))
        self.hide()

    def show_members(self, members: Sequence[Member]) -> None:
        """The runs, each with its colour; chips are made anew only when titles differ."""
        if [chip.title for chip in self.chips] != [member.title for member in members]:
            for chip in self.chips:
                chip.hide()
                chip.deleteLater()
            self.chips = [self._chip(index, member.title) for index, member in enumerate(members)]
        for chip, member in zip(self.chips, members, strict=True):
            chip.setChecked(member.is_shown)
        self.setVisible(bool(members))

    def _chip(self, index: int, title: str) -> Chip:
        chip = Chip(index, title, self)
        chip.clicked.connect(lambda on: self.toggled.emit(index, on))
        self._flow.addWidget(chip)
        chip.show()
        return chip

    def show_values(self, values: Sequence[tuple[float | None, ...]], names: Sequence[str], one: int = 0) -> None:
        """Numbers beside each title, and what they are called; ``one``: which of them where all would take too much."""
        self._show(values, names)
        if len(names) > 1 and self._flow.heightForWidth(self.width()) > MOST_ROWS * HEIGHT + TOP:
            self._show([(each[one],) for each in values], names[one : one + 1])

    def _show(self, values: Sequence[tuple[float | None, ...]], names: Sequence[str]) -> None:
        for chip, shown in zip(self.chips, values, strict=False):
            chip.show_values(shown, names)
