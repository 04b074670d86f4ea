"""Checks of seconds below the recipe: which learning rate, and whether the network can learn at all."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets.parts.scroll import BAR
from widgets.training.check_line import CheckLine
from widgets.training.range_plot import RangePlot

EDGE = 16


class ChecksSection(QWidget):
    """One line a check; the curve of the rates is there once there is something to see of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rate = CheckLine(self.tr("Find a rate…"), self.tr(
            "Steps on a copy of the network, each at a higher learning rate, until the loss blows up. Takes seconds."))
        self.overfit = CheckLine(self.tr("Overfit one batch"), self.tr(
            "Whether the network can learn at all: a copy of it learns a few examples by heart. Takes seconds."))
        self.plot = RangePlot()
        self.plot.hide()
        self.rate.column.insertWidget(1, self.plot)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE, 0, EDGE - BAR, 8)
        column.setSpacing(8)
        column.addWidget(self.rate)
        column.addWidget(self.overfit)
