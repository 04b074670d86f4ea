"""The plots of a run and the buttons about them: side by side, or where it is tall one below the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QToolButton, QWidget

from widgets.look.guarded import guarded
from widgets.plot.plot import Plot

NARROW = 560  # pixels
TALL, WIDE = 320, 2.6  # less high is not tall, nor what is so much wider than high
EDGE, TOP = 8, 8
SLACK = 7  # from the end of the last button's word to where a plot's words end, if both ended at one place


@guarded
class PlotRow(QWidget):
    """Its direction follows its shape; in little room the plots come first, and the buttons go."""

    def __init__(self, plots: Sequence[Plot], buttons: Sequence[QToolButton]) -> None:
        super().__init__()
        self._plots = plots
        self._box = QHBoxLayout(self)
        self._box.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)  # else it keeps its first least size
        for plot in plots:
            self._box.addWidget(plot, 1)
        self._buttons = QWidget(self)
        self._button_box = QHBoxLayout(self._buttons)
        self._button_box.setContentsMargins(0, 0, 0, 0)
        self._button_box.setSpacing(4)
        for button in buttons:
            self._button_box.addWidget(button)
        self._arrange()

    @property
    def is_tall(self) -> bool:
        """Whether one plot stands below the other."""
        return self.height() >= TALL and self.width() <= WIDE * self.height()

    def _arrange(self) -> None:
        """In a row the buttons are a column at its end; below each other they stand in the line of the first title."""
        ways, tall, roomy = QBoxLayout.Direction, self.is_tall, self.width() >= NARROW
        between = EDGE if tall else 32 if self.width() >= 1.5 * NARROW else 16
        self._button_box.setDirection(ways.RightToLeft if tall else ways.TopToBottom)
        size = self._buttons.sizeHint()
        taken = size.width() + between if roomy and not tall else 0
        self._box.setDirection(ways.TopToBottom if tall else ways.LeftToRight)
        self._box.setSpacing(between)
        self._box.setContentsMargins(16, TOP, EDGE + taken, EDGE)
        over = SLACK if tall else 0
        for plot in self._plots:
            plot.surround.kept_free = size.width() + EDGE - over if tall and roomy and plot is self._plots[0] else 0
        self._box.activate()
        self._buttons.setGeometry(self.width() - EDGE + over - size.width(), TOP, size.width(), size.height())
        self._buttons.setVisible(roomy)
        self._buttons.raise_()

    def minimumSizeHint(self) -> QSize:
        """As in a row, whatever its direction is now: made less high it is one again."""
        least = [plot.minimumSize() for plot in self._plots if not plot.isHidden()]
        return QSize(sum(size.width() for size in least) + 16 * max(0, len(least) - 1) + 16 + EDGE,
                     max((size.height() for size in least), default=0) + TOP + EDGE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another shape."""
        self._arrange()
