"""What the whole network costs, in one line: at the top, while the panel that says it is folded."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from engine.analysis.analysis import Costs
from engine.units import SPACE, bytes_text, count_text, grouped, short_count


class Totals(QLabel):
    """As much of it as there is room for, or nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts: tuple[str, ...] = ()  # the longest first
        self.is_wanted = False
        self.setProperty("role", "small")
        self.setAccessibleName(self.tr("Network"))
        self.hide()

    def show_costs(self, costs: Costs | None, batch_size: int) -> None:
        """Other numbers; None while they are unknown."""
        self._texts = () if costs is None else self._written(costs)
        self.setToolTip(self.tr("at batch {size}, float32").format(size=grouped(batch_size)))

    def _written(self, costs: Costs) -> tuple[str, ...]:
        params, mult_adds, memory = (text.replace(" ", SPACE) for text in (
            self.tr("{count} parameters").format(count=count_text(costs.params)),
            self.tr("{count} multiply-adds").format(count=short_count(costs.mult_adds)),
            self.tr("{size} to train").format(size=bytes_text(costs.training_memory))))
        return f"{params} · {mult_adds} · {memory}", f"{params} · {memory}", params

    def fit(self, room: int) -> int:
        """Say as much as fits, all or nothing of each part; the width that it takes."""
        self.ensurePolished()
        widths = {text: self.fontMetrics().horizontalAdvance(text) + 2 for text in self._texts if self.is_wanted}
        text = next((text for text, width in widths.items() if width <= room), "")
        self.setText(text)
        self.setVisible(bool(text))
        return widths.get(text, 0)
