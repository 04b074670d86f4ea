"""How every layer does over the epochs: one quantity at a time, as curves and as a picture of all layers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from widgets.health.chart import HistoryChart
from widgets.health.layer_picture import LayerPicture
from widgets.health.values import Measured, Quantity
from widgets.parts.choice import Choice
from widgets.parts.elided import ElidedLabel
from widgets.parts.words import Words


class HealthPage(QWidget):
    """Asks for another quantity, a layer, a moment, or the numbers that were none."""

    quantity_chosen = Signal(str)
    layer_chosen = Signal(str, float)
    moment_chosen = Signal(float)
    numbers_asked = Signal()

    def __init__(self, quantities: Sequence[Quantity], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Health"))
        self.quantity = Choice(self.tr("Show"))
        self.quantity.set_choices([(each.id, each.title) for each in quantities])
        self.quantity.chosen.connect(self.quantity_chosen)
        self.readout = ElidedLabel(role="small")
        self.numbers = QPushButton(self.tr("Show the numbers"))
        self.numbers.hide()
        self.numbers.clicked.connect(self.numbers_asked)
        self.born = Words("error")
        self.chart, self.picture = HistoryChart(), LayerPicture()
        self.empty = QLabel(wordWrap=True)
        self.empty.setProperty("role", "dim")
        self._assemble()
        self.picture.read.connect(self._read)
        self.picture.chosen.connect(self.layer_chosen)
        self.chart.moment_chosen.connect(self.moment_chosen)
        self._rest = ""

    def _assemble(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.quantity)
        top.addWidget(self.readout, 1)
        broken = QHBoxLayout()
        broken.setSpacing(12)
        broken.addWidget(self.born, 1)
        broken.addWidget(self.numbers)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.chart, 2)
        row.addWidget(self.picture, 3)
        nothing = QWidget()
        words = QVBoxLayout(nothing)
        words.setContentsMargins(0, 0, 0, 0)
        words.addWidget(self.empty)
        words.addStretch(1)
        self._pages = QStackedWidget()
        self._pages.addWidget(nothing)
        self._pages.addWidget(both)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 12, 4)
        column.setSpacing(6)
        column.addLayout(top)
        column.addLayout(broken)
        column.addWidget(self._pages, 1)

    def show_measured(self, measured: Measured, rest: str, empty: str) -> None:
        """``rest`` is said while nothing is pointed at; ``empty`` where nothing was measured."""
        self.quantity.show_choice(measured.quantity.id)
        self._rest = rest
        self.empty.setText(empty)
        self._pages.setCurrentIndex(0 if measured.is_empty else 1)
        self.chart.show_measured(measured)
        self.picture.show_measured(measured)
        self._read("")

    def show_born(self, words: str) -> None:
        """Where the numbers that were none came from; "": the run has none."""
        self.born.say(words)
        self.numbers.setVisible(bool(words))

    def _read(self, text: str) -> None:
        self.readout.set_text(text or self._rest)
