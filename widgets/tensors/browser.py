"""Every tensor of the network in a table; of the selected one its histogram and its values, which can be edited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from engine.inspect.tensor_info import TensorInfo
from engine.units import grouped, shape_text
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.parts.choice import Choice
from widgets.parts.elided import ElidedLabel
from widgets.parts.filter_line import FilterLine
from widgets.parts.histogram import Histogram
from widgets.tensors.table import TensorTable
from widgets.tensors.value_grid import ValueGrid

if TYPE_CHECKING:
    import numpy as np

LOWEST, LOW = 50, 150  # pixels of the panel: the least, and from which a histogram has room
LEAST, DETAILS = 200, 300  # pixels of one tensor: the least, and what it has before the table has all


@guarded
class _Split(QSplitter):
    """A hair between two, neither of which goes away."""

    resized = Signal()

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setHandleWidth(1)
        self.setMinimumHeight(LOWEST)
        self.setChildrenCollapsible(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width."""
        super().resizeEvent(event)
        self.resized.emit()


class ParameterBrowser(QWidget):
    """Shows TensorInfos; asks for the values of one, for other weights, and for edits of single values."""

    source_chosen = Signal(str)
    values_requested = Signal(str)  # the key of a tensor
    value_edited = Signal(str, object, float)  # key, index as a tuple, value
    node_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._current: TensorInfo | None = None
        self._is_by_hand = False
        self.source = Choice(self.tr("Weights"))
        self.filter = FilterLine(self.tr("Filter tensors…"))
        self.table, self.histogram, self.grid = TensorTable(), Histogram(), ValueGrid()
        self._assemble()
        self._connect()
        self.show_message("")

    def _connect(self) -> None:
        self.source.chosen.connect(self.source_chosen)
        self.filter.textChanged.connect(self._filter)
        self.filter.left_downwards.connect(self._enter_table)
        self.filter.accepted.connect(self._enter_table)
        self.table.tensor_selected.connect(self._show_tensor)
        self.table.node_requested.connect(self.node_requested)
        self.grid.value_edited.connect(self._edit)

    # -- what it shows ------------------------------------------------------------------------------------------

    def set_sources(self, sources: Sequence[tuple[str, str]], chosen: str) -> None:
        """Which weights there are to look at, each as id and words, and which are shown."""
        self.source.set_choices(list(sources))
        self.source.show_choice(chosen)

    def set_editable(self, editable: bool, reason: str = "") -> None:
        """Whether values may be typed over; if not, ``reason`` says why, and what to do."""
        self.grid.set_editable(editable, reason)

    def show_tensors(self, infos: Sequence[TensorInfo]) -> None:
        """Show tensors; what is selected stays. Its values are asked for anew, they may be others."""
        if not infos:
            self.show_message(self.tr("No tensors: this network has no layer with weights."))
            return
        self.table.show_infos(infos)
        self._split.resized.emit()
        numbers = {"values": grouped(sum(info.count for info in infos)), "tensors": grouped(len(infos))}
        self.total.setText(self.tr("{values} values in {tensors} tensors").format(**numbers))
        self._pages.setCurrentIndex(1)
        if self.table.selected() is not self._current:
            self._show_tensor(self.table.selected())

    def show_message(self, text: str) -> None:
        """Say why there is nothing to see, and what to do."""
        self.message.setText(text)
        self.total.setText("")
        self.table.show_infos([])
        self._show_tensor(None)
        self._pages.setCurrentIndex(0)

    def show_node(self, name: str) -> None:
        """Select the first tensor of a node."""
        found = next((info.key for info in self.table.tensors.infos if info.node == name), None)
        if found is not None and (self._current is None or self._current.node != name):
            self.table.select_key(found)

    def show_values(self, key: str, array: np.ndarray[Any, Any]) -> None:
        """The values that were asked for. The array is only read, and may be as large as it is."""
        if key == self._key() and self._current is not None:
            ends = self._current.minimum or 0.0, self._current.maximum or 0.0
            self.grid.show_array(key, array, max(abs(end) for end in ends))

    def _key(self) -> str | None:
        return self._current.key if self._current is not None else None

    def _show_tensor(self, info: TensorInfo | None) -> None:
        if info is None or info.key != self._key():
            self.grid.show_array("", None)
        self._current = info
        self._details.setVisible(info is not None)
        if info is None:
            return
        self.title.setText(info.key)
        self.facts.setText(f"{shape_text(info.shape)} · {info.dtype}")
        self.bad.setText(self.tr("{count} NaN or ∞").format(count=grouped(info.not_finite)) if info.not_finite else "")
        self.histogram.show_counts(info.counts, info.edges)
        self._show_histogram()
        self.values_requested.emit(info.key)

    def _show_histogram(self) -> None:
        """In a low panel the values come first."""
        there = self._current is not None and bool(self._current.counts)
        self.histogram.setVisible(there and self._split.height() >= LOW)

    def _edit(self, place: tuple[int, ...], value: float) -> None:
        if self._current is not None:
            self.value_edited.emit(self._current.key, place, value)

    def _filter(self, text: str) -> None:
        """Leave rows with these words, one of them selected."""
        self.table.filter(text)
        shown = self.table.shown_keys()
        if shown and self.table.selected() is None:
            self.table.select_key(shown[0])

    def _enter_table(self) -> None:
        self.table.setFocus(Qt.FocusReason.TabFocusReason)

    # -- how it is laid out -------------------------------------------------------------------------------------

    def _assemble(self) -> None:
        self.total, self.message = QLabel(), QLabel(wordWrap=True)
        self.total.setProperty("role", "small")
        self.message.setProperty("role", "dim")
        self.message.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.message.setContentsMargins(0, 8, 0, 0)
        self.filter.setMaximumWidth(240)
        top = QHBoxLayout()
        top.setSpacing(8)
        for widget in (self.source, self.filter):
            top.addWidget(widget)
        top.addStretch(1)
        top.addWidget(self.total)
        self._split = split = _Split()
        split.resized.connect(self._share)
        split.splitterMoved.connect(self._keep_shares)
        split.addWidget(self.table)
        split.addWidget(self._details_panel())
        pages = QWidget()
        self._pages = QStackedLayout(pages)
        self._pages.addWidget(self.message)
        self._pages.addWidget(split)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 12, 8)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(pages, 1)

    def _keep_shares(self) -> None:
        """From here on as the person wants it."""
        self._is_by_hand = True

    def _share(self) -> None:
        """The table has what its columns need, and never half of one; the tensor has the rest."""
        self._show_histogram()
        if self._is_by_hand:
            return
        room = self._split.width() - self._split.handleWidth()
        table = self.table.fit(room - DETAILS)
        self._split.setSizes([table, room - table])

    def _details_panel(self) -> QWidget:
        self.title, self.facts, self.bad = ElidedLabel(), QLabel(), QLabel()
        self.title.setFont(theme.ui_font(13, QFont.Weight.DemiBold))
        self.facts.setProperty("role", "small")
        self.bad.setProperty("role", "error")
        heading = QHBoxLayout()
        heading.setSpacing(8)
        heading.addWidget(self.title, 1)
        heading.addWidget(self.bad)
        heading.addWidget(self.facts)
        self._details = QWidget()
        column = QVBoxLayout(self._details)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(heading)
        column.addWidget(self.histogram)
        column.addWidget(self.grid, 1)
        panel = QWidget()  # stays in its place while nothing is selected
        panel.setMinimumWidth(LEAST)
        frame = QVBoxLayout(panel)
        frame.setContentsMargins(12, 0, 0, 0)
        frame.addWidget(self._details)
        return panel
