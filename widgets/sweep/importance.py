"""How much each field decided: a bar with its share, and what the best run had there."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.units import share_text
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip
from widgets.parts.elided import ElidedLabel
from widgets.parts.scroll import BAR, ScrollPanel
from widgets.sweep.member_plot import EDGE, LEFT, RIGHT, write
from widgets.sweep.results import leader
from widgets.sweep.values import SweepShown
from widgets.sweep.words import value_words

ROW, THICK, GAP = 28, 8, 12
NAME, VALUE = 0.34, 0.24  # of the width: for a field's title, and for what the best run had


class Bar(NamedTuple):
    """A field."""

    title: str
    share: float
    best: str  # what the best run had


def bars(shown: SweepShown) -> list[Bar]:
    """The most important first."""
    best, titles = leader(shown.members, shown.larger_is_better), [field.title for field in shown.fields]
    values = dict(zip(titles, best.values if best is not None else (), strict=False))
    found = [Bar(title, share, value_words(values[title]) if title in values else "")
             for title, share in shown.importance or ()]
    return sorted(found, key=lambda bar: -bar.share)


@guarded
class ImportanceBars(QWidget):
    """Drawn one below the other; the words are also its description."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars: list[Bar] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Importance"))

    def show_bars(self, bars: list[Bar]) -> None:
        """Other shares."""
        if bars != self.bars:
            self.bars = bars
            said = [self.tr("{title}: {share}, best {value}").format(
                title=bar.title, share=share_text(bar.share), value=bar.best) for bar in bars]
            self.setAccessibleDescription("; ".join(said))
            self.setToolTip(tooltip(*said))
            self.setFixedHeight(ROW * len(bars))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, ROW * len(self.bars))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for at, bar in enumerate(self.bars):
                self._paint_bar(painter, QRectF(0, at * ROW, self.width(), ROW), bar, at == 0)

    def _paint_bar(self, painter: QPainter, row: QRectF, bar: Bar, is_first: bool) -> None:
        """Its title, the bar on a quiet ground, its share, and the best value at the right."""
        words, numbers = theme.ui_font(12), theme.mono_font(11)
        percent = QFontMetricsF(numbers).horizontalAdvance("100 %")
        name, best = row.width() * NAME, row.width() * VALUE
        _elided(painter, row.adjusted(0, 0, name - row.width(), 0), bar.title, "text", words)
        _elided(painter, row.adjusted(row.width() - best, 0, 0, 0), bar.best, "dim", numbers)
        track = QRectF(name + GAP, row.center().y() - THICK / 2, row.width() - name - best - percent - 4 * GAP, THICK)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(track, THICK / 2, THICK / 2)
        painter.setBrush(theme.color("accent" if is_first else "wire"))
        wide = max(THICK, track.width() * min(1.0, max(0.0, bar.share)))
        painter.drawRoundedRect(QRectF(track.left(), track.top(), wide, THICK), THICK / 2, THICK / 2)
        share = QRectF(track.right() + GAP, row.top(), percent, row.height())
        write(painter, share, RIGHT, share_text(bar.share), "text", numbers)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self.update()


class ImportanceView(QWidget):
    """The bars below a heading; where nothing is known, why."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars, self.words = ImportanceBars(), QLabel(wordWrap=True)
        self._heading = _heading(self.tr("What decided the result"), self.tr("the best run had"))
        self.words.setProperty("role", "dim")
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(EDGE, 8, EDGE - BAR, 8)
        column.setSpacing(6)
        column.addWidget(self._heading)
        column.addWidget(self.bars)
        column.addWidget(self.words)
        column.addStretch(1)
        scroll = ScrollPanel()
        scroll.setWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)
        self.setAccessibleName(self.tr("Importance"))
        self.show_sweep(SweepShown())

    def show_sweep(self, shown: SweepShown) -> None:
        """Another state of the sweep."""
        found = bars(shown)
        self.bars.show_bars(found)
        for widget in (self.bars, self._heading):
            widget.setVisible(bool(found))
        nothing = self.tr("Which field decided the result is known when some runs with different settings have ended.")
        self.words.setText(shown.unsure or ("" if found else nothing))
        self.words.setVisible(bool(self.words.text()))


def _heading(left: str, right: str) -> QWidget:
    """Over the titles, and over the best values."""
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    for text, part in ((left, 1 - VALUE), (right, VALUE)):
        label = ElidedLabel(text, role="small")
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        row.addWidget(label, round(100 * part))
    return line


def _elided(painter: QPainter, place: QRectF, text: str, name: str, font: QFont) -> None:
    words = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    write(painter, place, LEFT, words, name, font)
