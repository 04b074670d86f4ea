"""Which runs are missing below the curves, because nobody knows where they lie on the axis."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel

from widgets.plot.ways import AxisKind, Ways, common


class AxisNote(QLabel):
    """A dim line; hidden where all runs are shown."""

    def __init__(self) -> None:
        super().__init__(wordWrap=True)
        self.setProperty("role", "small")
        self.setContentsMargins(64, 0, 16, 6)  # in line with the curves
        self.hide()

    def show_missing(self, ways: Sequence[Ways], asked: AxisKind) -> None:
        """``asked``: the axis that shall be shown."""
        left_out = sum(way.to(asked) is None for way in ways)
        self.setVisible(left_out > 0)
        if left_out:
            self.setText(self._steps(left_out, common(ways, asked)) if asked == "steps" else
                         self._times(left_out, common(ways, asked)))

    def _steps(self, count: int, shown: AxisKind) -> str:
        if shown != "steps":
            return self.tr("The steps are not known here: the axis shows epochs")
        return self.tr("1 run has no steps, and is not shown") if count == 1 else (
            self.tr("{count} runs have no steps, and are not shown").format(count=count))

    def _times(self, count: int, shown: AxisKind) -> str:
        if shown != "time":
            return self.tr("The times are not known here: the axis shows epochs")
        return self.tr("1 run has no times, and is not shown") if count == 1 else (
            self.tr("{count} runs have no times, and are not shown").format(count=count))
