"""The plots of a run and the buttons about them: side by side, or where it is tall one below the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QToolButton, QWidget

from widgets.look.guarded import guarded
from widgets.plot.legend import Legend
from widgets.plot.plot import Plot

NARROW = 560  # pixels
TALL, WIDE = 320, 2.6  # less high is not tall, nor what is so much wider than high
EDGE, TOP = 8, 8
HIGH, BETWEEN = 28, 4  # of a button, and from one to the next
SLACK = 7  # from the end of the last button's word to where a plot's words end, if both ended at one place


@guarded
class PlotRow(QWidget):
    """Its direction follows its shape; in little room the plots come first, and the buttons go.

    Of the buttons that are not ``kept`` those are shown that take nothing from the legend, the first ones first;
    ``more`` stands for the rest.
    """

    def __init__(self, plots: Sequence[Plot], buttons: Sequence[QToolButton], kept: Sequence[QToolButton],
                 more: QToolButton) -> None:
        super().__init__()
        self._plots = plots
        self._box = QHBoxLayout(self)
        self._box.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)  # else it keeps its first least size
        for plot in plots:
            self._box.addWidget(plot, 1)
        self._buttons = QWidget(self)
        self._button_box = QHBoxLayout(self._buttons)
        self._button_box.setContentsMargins(0, 0, 0, 0)
        self._button_box.setSpacing(BETWEEN)
        self._several, self._kept, self._more = list(buttons), list(kept), more
        self._wanted, self._said = set(buttons), tuple[object, ...]()
        for button in (*buttons, more):
            self._button_box.addWidget(button)
        self.arrange()

    def want(self, button: QToolButton, on: bool) -> None:
        """Whether a button has a purpose now."""
        if on != (button in self._wanted):
            self._wanted ^= {button}
            self.arrange()

    @property
    def is_tall(self) -> bool:
        """Whether one plot stands below the other."""
        return self.height() >= TALL and self.width() <= WIDE * self.height()

    def arrange_for(self, legend: Legend) -> None:
        """Make room again where words of the legend or of a button are others."""
        said = legend.kinds, legend.smoothed, legend.is_key, *(button.text() for button in self._several)
        if said != self._said:
            self._said = said
            self.arrange()

    def arrange(self) -> None:
        """In a row the buttons are a column at its end; below each other they stand in the line of the first title."""
        ways, tall, roomy = QBoxLayout.Direction, self.is_tall, self.width() >= NARROW
        between = EDGE if tall else 32 if self.width() >= 1.5 * NARROW else 16
        self._button_box.setDirection(ways.RightToLeft if tall else ways.TopToBottom)
        self._box.setDirection(ways.TopToBottom if tall else ways.LeftToRight)
        self._box.setSpacing(between)
        for plot in self._plots:
            plot.surround.kept_free = 0
        over = SLACK if tall else 0
        shown = self._shown(tall, over)
        for button in (*self._several, self._more):
            button.setVisible(button in shown)
        self._button_box.invalidate()  # a button may have got other words
        size = self._buttons.sizeHint()
        taken = size.width() + between if roomy and not tall else 0
        if not tall:
            taken += (self.width() - 16 - EDGE - taken - between) % 2  # both are as wide: what fits one fits the other
        self._box.setContentsMargins(16, TOP, EDGE + taken, EDGE)
        self._plots[0].surround.kept_free = size.width() + EDGE - over if tall and roomy else 0
        self._box.activate()
        self._buttons.setGeometry(self.width() - EDGE + over - size.width(), TOP, size.width(), size.height())
        self._buttons.setVisible(roomy)
        self._buttons.raise_()

    def _shown(self, tall: bool, over: int) -> list[QToolButton]:
        """As many as there is room for."""
        others = [button for button in self._several if button in self._wanted and button not in self._kept]
        for count in range(len(others), -1, -1):
            tried = [*self._kept, *others[:count], *([self._more] if count < len(others) else [])]
            if self._fits(tried, tall, over):
                return tried
        return self._kept

    def _fits(self, tried: Sequence[QToolButton], tall: bool, over: int) -> bool:
        if not tall:
            return TOP + len(tried) * (HIGH + BETWEEN) <= self.height()
        first = self._plots[0]
        first.surround.kept_free = _wide(self._kept) + EDGE - over
        room = QSize(self.width() - 16 - EDGE, first.height())
        fits = first.surround.has_room(room, _wide(tried) - _wide(self._kept))
        first.surround.kept_free = 0
        return fits

    def minimumSizeHint(self) -> QSize:
        """As in a row, whatever its direction is now: made less high it is one again."""
        least = [plot.minimumSize() for plot in self._plots if not plot.isHidden()]
        return QSize(sum(size.width() for size in least) + 16 * max(0, len(least) - 1) + 16 + EDGE,
                     max((size.height() for size in least), default=0) + TOP + EDGE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another shape."""
        self.arrange()


def _wide(buttons: Sequence[QToolButton]) -> int:
    return sum(button.sizeHint().width() + BETWEEN for button in buttons) - BETWEEN
