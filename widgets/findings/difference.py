"""Two samples at every layer: both, their difference, and how far they are apart."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from widgets.findings.difference_rows import DifferenceHead, DifferenceList
from widgets.findings.layer_difference import LayerDifference
from widgets.findings.save_menu import SaveButton
from widgets.parts.elided import ElidedLabel


class DifferenceTable(QWidget):
    """A row for each layer, in the order in which they are computed."""

    layer_chosen = Signal(str)
    save_requested = Signal(str)  # "png", "svg", "npz"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Two samples side by side"))
        self.header, self.save = ElidedLabel(role="dim"), SaveButton()
        self.head, self.list = DifferenceHead(), DifferenceList()
        self.empty = QLabel(self.tr("Shift+click an example to lay it beside the first"), wordWrap=True)
        self.empty.setProperty("role", "dim")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(24, 24, 24, 24)
        self.list.layer_chosen.connect(self.layer_chosen)
        self.save.chosen.connect(self.save_requested)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._page())

    def _page(self) -> QWidget:
        page, top = QWidget(), QHBoxLayout()
        top.setContentsMargins(12, 4, 12, 0)
        top.addWidget(self.header, 1)
        top.addWidget(self.save)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.head)
        column.addWidget(self.list, 1)
        return page

    @property
    def rows(self) -> Sequence[LayerDifference]:
        """What is shown, from the first layer on."""
        return self.list.layers.rows

    def show_differences(self, rows: Sequence[LayerDifference], first: str, second: str) -> None:
        """What lies beside what: the samples' titles, and a row for each layer."""
        self.list.layers.show(tuple(rows))
        self.header.set_text(self.tr("A: {first}  ·  B: {second}").format(first=first, second=second))
        self.list.setAccessibleDescription(self.header.text())
        self._stack.setCurrentIndex(1)

    def show_nothing(self) -> None:
        """There is no second sample."""
        self.list.layers.show(())
        self._stack.setCurrentIndex(0)

    def choose_layer(self, name: str) -> None:
        """The layer that is in hand elsewhere."""
        self.list.choose(name)
