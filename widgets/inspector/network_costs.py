"""The “Network” section: what the whole network costs at the recipe's batch size."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from engine.analysis.analysis import Costs
from engine.units import grouped
from widgets.inspector.cost_grid import CostGrid


class NetworkCosts(QWidget):
    """Four numbers and the batch size they hold for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = CostGrid(self)
        self._batch = QLabel(self)
        self._batch.setProperty("role", "small")
        title, rule = QLabel(self.tr("Network"), self), QFrame(self)
        title.setProperty("role", "section")
        rule.setProperty("role", "rule")
        rule.setFixedHeight(1)
        inner = QVBoxLayout()
        inner.setContentsMargins(16, 12, 16, 16)
        inner.setSpacing(8)
        for widget in (title, self._grid, self._batch):
            inner.addWidget(widget)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(rule)
        outer.addLayout(inner)
        self.setAccessibleName(self.tr("Network"))

    def show_costs(self, costs: Costs | None, batch_size: int, was: Costs | None = None) -> None:
        """Show the network's numbers; None while they are unknown. ``was``: before a change that is only tried."""
        batch = grouped(batch_size)
        self._batch.setText(self.tr("at batch {size}, float32").format(size=batch))
        self._grid.show_costs(costs, (
            self.tr("All weights and biases that training changes, added up over the layers."),
            self.tr("For one example: one multiplication and one addition for each use of a weight, in convolutions "
                    "and linear layers."),
            self.tr("Weights, their gradients and the optimizer's own numbers, and the most that {size} examples have "
                    "alive at one moment, forward or backward.").format(size=batch),
            self.tr("Weights, and the most that {size} examples have alive at one moment.").format(size=batch),
        ), was)
