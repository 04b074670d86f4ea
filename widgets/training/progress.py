"""How far something is: a thin bar and a line below it, or a sentence in their place."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QProgressBar, QVBoxLayout, QWidget

from engine.units import clock_text, grouped
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.parts.elided import ElidedLabel

STEPS = 10_000
GAP, WIDTH = 12, 420
LETTERS = 36  # in half of a sentence about a finished run: there is room for two such lines


@guarded
class Counting(ElidedLabel):
    """Figures of equal width, so that a counting number does not shake its line."""

    def changeEvent(self, event: QEvent) -> None:
        """Another font."""
        super().changeEvent(event)
        tag, font = QFont.Tag("tnum"), QFont(self.font())
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and not font.featureValue(tag):
            font.setFeature(tag, 1)
            self.setFont(font)


@guarded
class Progress(QWidget):
    """Keeps its size whatever it says."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = QProgressBar(textVisible=False, maximum=STEPS)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.left, self.right = Counting(role="small"), Counting(role="small")
        self.sentence = Counting(role="small", lines=2)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self._right_texts: tuple[str, ...] = ("",)
        self._assemble()
        self.show_sentence("")

    def _assemble(self) -> None:
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._line.addWidget(self.left, 1)
        self._line.addWidget(self.right)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addStretch(1)
        column.addWidget(self.bar)
        column.addLayout(self._line)
        column.addWidget(self.sentence)
        column.addStretch(1)

    def show_epoch(self, epoch: int, epochs: int, fraction: float, speed: float, seconds_left: float,
                   member: str = "") -> None:
        """A training run: ``epoch 7 of 10 · 62 %`` and ``35 740 examples/s · 0:21 left``; ``member`` first."""
        speed_text = self.tr("{speed} examples/s").format(speed=grouped(speed))
        time_left = self.tr("{time} left").format(time=clock_text(seconds_left))
        self._show_place(epoch, epochs, fraction, member, (f"{speed_text} · {time_left}", time_left))

    def show_pause(self, epoch: int, epochs: int, fraction: float, batch: int, batches: int,
                   member: str = "") -> None:
        """The same of one that is held: ``epoch 7 of 10 · 62 %`` and ``paused after batch 17 of 235``."""
        words = self.tr("paused after batch {batch} of {batches}").format(
            batch=grouped(batch), batches=grouped(batches))
        self._show_place(epoch, epochs, fraction, member, (words, self.tr("paused")) if batches else (
            self.tr("paused"),))

    def _show_place(self, epoch: int, epochs: int, fraction: float, member: str, right: tuple[str, ...]) -> None:
        fraction = fraction if math.isfinite(fraction) else 0.0
        percent = math.floor(100 * fraction + 1e-9)
        text = self.tr("epoch {epoch} of {epochs} · {percent} %").format(
            epoch=grouped(epoch), epochs=grouped(epochs), percent=percent)
        self._show_bar(fraction)
        self.left.setText(f"{member} · {text}" if member else text)
        self._right_texts = right
        self._fit()

    def show_sentence(self, text: str, fraction: float | None = None, shorter: Sequence[str] = ()) -> None:
        """A sentence alone, or below the bar where it is known how much is done; ``shorter`` is for little room."""
        if fraction is not None:
            self._show_bar(fraction)
            self.left.setText(text)
            self._right_texts = ("",)
            self._fit()
            return
        self.sentence.set_text(text, shorter)
        self._choose(False)

    def _fit(self) -> None:
        """Both texts side by side, or the right one below the left one: the longest that fits."""
        beside = self.width() - self.left.sizeHint().width() - GAP
        metrics = self.right.fontMetrics()
        fitting = (text for text in self._right_texts if metrics.horizontalAdvance(text) < self.width())
        self.right.setText(next(fitting, self._right_texts[-1]))
        is_beside = metrics.horizontalAdvance(self.right.text()) < beside or not self.right.text()
        ways = QBoxLayout.Direction
        self._line.setDirection(ways.LeftToRight if is_beside else ways.TopToBottom)
        self._line.setSpacing(GAP if is_beside else 0)
        self.right.setAlignment(Qt.AlignmentFlag.AlignRight if is_beside else Qt.AlignmentFlag.AlignLeft)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say as much as fits."""
        self._fit()

    def sizeHint(self) -> QSize:
        """Room for both texts of a long run."""
        return QSize(WIDTH, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Room for half a sentence."""
        return QSize(theme.letters(self.sentence.font(), LETTERS), super().minimumSizeHint().height())

    def _show_bar(self, fraction: float) -> None:
        self.bar.setValue(round(STEPS * min(1.0, max(0.0, fraction))))
        self._choose(True)

    def _choose(self, bar: bool) -> None:
        for widget in (self.bar, self.left, self.right):
            widget.setVisible(bar)
        self.sentence.setVisible(not bar)
