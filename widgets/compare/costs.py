"""What two networks cost, side by side, and by how much they differ."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from engine.units import UNKNOWN, bytes_text, count_text, grouped, share_text, short_count
from widgets.canvas.cards.changes import CHANGES
from widgets.compare.canvas import Side
from widgets.look import theme

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class CompareCosts(QWidget):
    """Four rows: what it is, before, after, the difference."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Costs of both"))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(16, 10, 16, 12)
        self._grid.setHorizontalSpacing(9)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(0, 1)
        self._titles = (self.tr("Parameters"), self.tr("Multiply-adds"), self.tr("Training memory"),
                        self.tr("Inference memory"))
        self._batch = QLabel(self)
        self._batch.setProperty("role", "small")
        heads = (f"{CHANGES['removed'][1]} {self.tr('Before')}", f"{CHANGES['added'][1]} {self.tr('After')}",
                 self.tr("Difference"))
        self._grid.addWidget(self._label(self.tr("Costs"), "section"), 0, 0)
        for column, head in enumerate(heads, 1):
            self._grid.addWidget(self._label(head, "small"), 0, column, RIGHT)
        self.cells = [self._row(row, title) for row, title in enumerate(self._titles, 1)]
        self._grid.addWidget(self._batch, 5, 0, 1, 4)

    def _row(self, row: int, title: str) -> tuple[QLabel, QLabel, QLabel]:
        label = self._label(title, "dim")
        label.setFont(theme.ui_font(12))
        self._grid.addWidget(label, row, 0)
        cells = (self._label("", ""), self._label("", ""), self._label("", ""))
        for column, (cell, what) in enumerate(
                zip(cells, (self.tr("before"), self.tr("after"), self.tr("difference")), strict=True), 1):
            cell.setAccessibleName(f"{title}, {what}")
            cell.setFont(theme.mono_font(12))
            self._grid.addWidget(cell, row, column, RIGHT)
        return cells

    def _label(self, text: str, role: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("role", role)
        return label

    def show_sides(self, before: Side, after: Side) -> None:
        """Show the costs of these two."""
        for index, cells in enumerate(self.cells):
            values = [side.costs[index] if side.costs is not None else None for side in (before, after)]
            for cell, value in zip(cells, values, strict=False):
                cell.setText(_text(index, value))
                cell.setToolTip(grouped(value) if value is not None else "")
            cells[2].setText(difference_text(index, *values))
        sizes = [grouped(side.batch_size) for side in (before, after)]
        batch = sizes[0] if sizes[0] == sizes[1] else " → ".join(sizes)
        self._batch.setText(self.tr("at batch {size}, float32").format(size=batch))


def _text(index: int, value: int | None) -> str:
    if value is None:
        return UNKNOWN
    if index == 0:
        return count_text(value)
    return short_count(value) if index == 1 else bytes_text(value)


def difference_text(index: int, before: int | None, after: int | None) -> str:
    """``+3 456``, and by what share where that says more."""
    if before is None or after is None:
        return UNKNOWN
    if before == after:
        return "="
    sign, text = "+" if after > before else "−", _text(index, abs(after - before))
    if not before:
        return f"{sign}{text}"
    share, times = abs(after - before) / before, after / before
    if share < 10:
        return f"{sign}{share_text(share)}"
    return f"×{times:.3g}" if times < 999.5 else f"×{count_text(round(times))}"
