"""What each channel of a layer is worth: a bar for the accuracy that is lost while it is masked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.units import grouped, measure_text, tick_text
from widgets.findings.columns import Column, columns
from widgets.findings.drawing import CENTER, GAP, LEFT, LINE, RIGHT, elided, numbers, small, width_of, write
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.plot.scales import LinearScale
from widgets.plot.ticks import nice_step

TOP, EDGE, LEAST, LOW = 22.0, 12.0, 60, 84
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -999_999, Qt.Key.Key_End: 999_999}


class Ablation(NamedTuple):
    """``baseline``: the accuracy with all channels; ``masked``: with each one masked, NaN where that is not known."""

    layer: str
    baseline: float
    masked: Sequence[float]

    @property
    def lost(self) -> list[float]:
        """Of the accuracy, channel by channel; below 0 where it is better without."""
        return [self.baseline - float(accuracy) for accuracy in self.masked]


@guarded
class AblationBars(QWidget):
    """One column for each channel, or for each few the one that matters most; mouse and keys name it."""

    channel_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ablation: Ablation | None = None
        self.is_sorted = False
        self.read: int | None = None  # the channel that is named
        self.chosen: int | None = None  # the channel in hand elsewhere
        self._order: list[int] = []
        self._lost: list[float] = []
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Accuracy lost without each channel"))

    def sizeHint(self) -> QSize:
        return QSize(420, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, LEAST)

    # -- showing ------------------------------------------------------------------------------------------------

    def show_ablation(self, ablation: Ablation | None) -> None:
        """Another layer, or more of this one."""
        if ablation is None or self.ablation is None or ablation.layer != self.ablation.layer:
            self.read = None
        self.ablation = ablation
        self._lost = ablation.lost if ablation is not None else []
        self._sort()

    def set_sorted(self, on: bool) -> None:
        """Those that are worth most first, or as they are counted."""
        self.is_sorted = on
        self._sort()

    def choose(self, channel: int | None) -> None:
        """The channel in hand elsewhere."""
        self.chosen = channel
        self.update()

    def _sort(self) -> None:
        order = range(len(self._lost))
        self._order = sorted(order, key=lambda at: (not math.isfinite(self._lost[at]), -self._finite(at)))
        if not self.is_sorted:
            self._order = list(order)
        self.setAccessibleDescription(self.words)
        self.update()

    def _finite(self, channel: int) -> float:
        return self._lost[channel] if math.isfinite(self._lost[channel]) else 0.0

    @property
    def words(self) -> str:
        """What is named: the channel that is read, else the one that is worth most."""
        if self.ablation is None:
            return ""
        if self.read is not None and self.read < len(self._lost):
            return self._said(self.read)
        known = [at for at in range(len(self._lost)) if math.isfinite(self._lost[at])]
        if not known:
            return ""
        if max(self._lost[at] for at in known) <= 0:
            return self.tr("nothing is lost without any one of them")
        return self.tr("worth most: {channel}").format(channel=self._said(max(known, key=self._finite)))

    def _said(self, channel: int) -> str:
        assert self.ablation is not None
        lost = self._lost[channel]
        if not math.isfinite(lost):
            return self.tr("channel {channel}: not masked yet").format(channel=channel)
        text = self.tr("channel {channel}: {accuracy} without it, {points} lost") if lost >= 0 else self.tr(
            "channel {channel}: {accuracy} without it, {points} gained")
        return text.format(channel=channel, accuracy=measure_text(float(self.ablation.masked[channel])),
                           points=measure_text(abs(lost)))

    # -- places -------------------------------------------------------------------------------------------------

    def scale(self) -> LinearScale:
        """From the least to the most that is lost, 0 among it: little room is not given away to round ends."""
        finite = [value for value in self._lost if math.isfinite(value)]
        low, high = min([0.0, *finite]), max([0.0, *finite])
        high = high if high > low else low + 0.01
        room = self.height() - TOP - self._below
        return LinearScale(low, high, nice_step(high - low, int(max(2, min(5, room // 30)))))

    @property
    def _below(self) -> float:
        """What the words below the bars take: with little room there are none."""
        return LINE if self.height() >= LOW else 2.0

    @property
    def plot(self) -> QRectF:
        """Where the bars are."""
        area = QRectF(self.rect()).adjusted(EDGE, TOP + 4, -EDGE, -self._below - 2)
        texts = [text for _, text in self.scale().ticks()]
        return area.adjusted(max(width_of(text, numbers()) for text in texts) + GAP, 0, 0, 0)

    def bars(self) -> list[tuple[int, Column]]:
        """Every column with the channel that it shows."""
        plot = self.plot
        found = columns([self._lost[at] for at in self._order], plot.left(), plot.width())
        return [(self._order[column.place], column) for column in found]

    # -- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Numbers, bars from the line of the whole network, the words of what is read."""
        if self.ablation is None:
            return
        with QPainter(self) as painter:
            plot, scale = self.plot, self.scale()
            self._paint_words(painter, plot)
            self._paint_axis(painter, plot, scale)
            self._paint_bars(painter, plot, scale)
            self._paint_baseline(painter, plot, scale)
            if self.hasFocus():
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(theme.color("accent"), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(4.5, 0.5, -4.5, -0.5), 6, 6)

    def _paint_words(self, painter: QPainter, plot: QRectF) -> None:
        line = QRectF(EDGE, 2, self.width() - 2 * EDGE, LINE)
        title = self.tr("accuracy lost")
        write(painter, line, LEFT, title, "dim", small())
        words = elided(self.words, small(), line.width() - width_of(title, small()) - 16)
        write(painter, line, RIGHT, words, "text" if self.read is not None else "dim", small())

    def _paint_axis(self, painter: QPainter, plot: QRectF, scale: LinearScale) -> None:
        for value, text in scale.ticks():
            y = round(plot.bottom() - scale.place(value) * plot.height())
            painter.fillRect(QRectF(plot.left(), y, plot.width(), 1), theme.color("line"))
            write(painter, QRectF(0, y - LINE / 2, plot.left() - GAP, LINE), RIGHT, text, "dim", numbers())
        bars = self.bars()
        if not bars or self.height() < LOW:
            return
        right = bars[-1][1].end
        below = QRectF(plot.left(), plot.bottom() + 2, max(60.0, right - plot.left()), LINE)
        if self.is_sorted:
            write(painter, below, LEFT, self.tr("worth most first"), "dim", small())
            return
        write(painter, below, LEFT, "0", "dim", numbers())
        write(painter, below, RIGHT, tick_text(len(self._lost) - 1, 1), "dim", numbers())
        if below.width() > 120:
            write(painter, below, CENTER, self.tr("channel"), "dim", small())

    def _paint_bars(self, painter: QPainter, plot: QRectF, scale: LinearScale) -> None:
        zero = plot.bottom() - scale.place(0.0) * plot.height()
        for channel, column in self.bars():
            full = QRectF(column.start, plot.top(), column.end - column.start, plot.height())
            if channel == self.read:
                painter.fillRect(full, theme.color("raised"))
            if channel == self.chosen:
                painter.fillRect(QRectF(full.left(), plot.bottom() + 1, full.width(), 2), theme.color("text"))
            if not math.isfinite(column.value):
                painter.fillRect(QRectF(column.left, zero - 1, column.width, 2), theme.color("line"))
                continue
            y = plot.bottom() - scale.place(column.value) * plot.height()
            color = "text" if channel == self.read else "accent" if column.value >= 0 else "ok"
            painter.fillRect(QRectF(column.left, min(y, zero), column.width, max(1.0, abs(y - zero))),
                             theme.color(color))

    def _paint_baseline(self, painter: QPainter, plot: QRectF, scale: LinearScale) -> None:
        """From where the bars begin: nothing is lost."""
        y = round(plot.bottom() - scale.place(0.0) * plot.height())
        painter.fillRect(QRectF(plot.left(), y, plot.width(), 1), theme.color("dim"))

    # -- mouse and keys -----------------------------------------------------------------------------------------

    def channel_at(self, x: float) -> int | None:
        """The channel whose column is there."""
        return next((channel for channel, column in self.bars() if column.holds(x)), None)

    def _read(self, channel: int | None) -> None:
        if channel != self.read:
            self.read = channel
            self.setCursor(Qt.CursorShape.ArrowCursor if channel is None else Qt.CursorShape.PointingHandCursor)
            self.setAccessibleDescription(self.words)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Name what is there."""
        self._read(self.channel_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        self._read(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose what is there."""
        channel = self.channel_at(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and channel is not None:
            self.channel_chosen.emit(channel)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows name one after another, Enter chooses."""
        key, shown = Qt.Key(event.key()), [channel for channel, _ in self.bars()]
        if key in _STEPS and shown:
            at = shown.index(self.read) + _STEPS[key] if self.read in shown else (
                0 if _STEPS[key] > 0 or abs(_STEPS[key]) > 1 else len(shown) - 1)
            self._read(shown[min(len(shown) - 1, max(0, at))])
        elif key in ENTER and self.read is not None:
            self.channel_chosen.emit(self.read)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._read(None)

    def changeEvent(self, event: QEvent) -> None:
        """Take the new theme's colours, or another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.update()


def known_count(ablation: Ablation) -> str:
    """``40 of 512``."""
    known = sum(math.isfinite(float(each)) for each in ablation.masked)
    return f"{grouped(known)} / {grouped(len(ablation.masked))}"
