"""Weights or gradients of a layer: each tensor as a picture on one scale, with the histogram of its values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from engine.units import shape_text
from widgets.inside.lattice import Unit
from widgets.inside.maps_page import ScaledMaps
from widgets.inside.shown import Array
from widgets.parts.choice import Choice
from widgets.parts.histogram import Histogram
from widgets.parts.saving import offer_saving
from widgets.parts.words import Words, heading


class Tensor(NamedTuple):
    """One of them; ``counts`` between ``edges`` (one more) is how often its values occur. ``is_kernel``: out×in×h×w,
    of which all outputs are shown first, each as the mean over its inputs, and of a chosen one all its inputs."""

    name: str
    values: Array
    counts: Sequence[int] = ()
    edges: Sequence[float] = ()
    is_kernel: bool = False
    words: str = ""  # a sentence on it


class TensorsPage(QWidget):
    """One tensor is looked at; which one is chosen here."""

    save_requested = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tensors: dict[str, Tensor] = {}
        self._output: int | None = None
        self.which, self.message = Choice(self.tr("Tensor"), 6), Words("dim")
        self.maps, self.histogram = ScaledMaps(name), Histogram()
        self.what, self.all = Words("small"), QPushButton(self.tr("All outputs"))
        self.values_title, self.words = heading(self.tr("Values")), Words("small")
        self.all.setProperty("role", "tight")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self.message, self.which, self.what):
            column.addWidget(part)
        column.addWidget(self.all, 0, Qt.AlignmentFlag.AlignLeft)
        for below in (self.maps, self.values_title, self.histogram, self.words):
            column.addWidget(below)
        column.addStretch(1)
        self._connect()
        self.show_tensors(())

    def _connect(self) -> None:
        self.which.chosen.connect(self._take)
        self.all.clicked.connect(lambda: self._open(None))
        self.maps.grid.unit_chosen.connect(self._click)
        self.maps.grid.save_requested.connect(self.save_requested)
        offer_saving(self.histogram, self.save_requested.emit)

    # -- what it shows ------------------------------------------------------------------------------------------

    def show_tensors(self, tensors: Sequence[Tensor], message: str = "") -> None:
        """What there is to look at; the one that is looked at stays. ``message``: why there is nothing."""
        self._tensors = {tensor.name: tensor for tensor in tensors}
        before = self.which.currentData()
        self.which.clear()
        self.which.set_choices([(name, name) for name in self._tensors])
        if before in self._tensors:
            self.which.show_choice(before)
        self.which.setVisible(len(tensors) > 1)
        self.message.say(message)
        self._show()

    @property
    def tensor(self) -> Tensor | None:
        """The one that is looked at."""
        return self._tensors.get(self.which.currentData() or "")

    def _take(self, name: str) -> None:
        self._output = None
        self._show()

    def _click(self, channel: int, row: int, column: int) -> None:
        tensor = self.tensor
        if tensor is not None and self._is_overview(tensor) and tensor.values.shape[1] > 1:
            self._open(channel)

    def _open(self, output: int | None) -> None:
        self._output = output
        self.maps.show_unit(None)
        self._show()

    def _is_overview(self, tensor: Tensor) -> bool:
        return tensor.is_kernel and tensor.values.ndim >= 3 and self._output is None

    # -- how it is shown ----------------------------------------------------------------------------------------

    def _show(self) -> None:
        tensor = self.tensor
        if tensor is not None and (not tensor.is_kernel or (self._output or 0) >= len(tensor.values)):
            self._output = None
        self.maps.show_values(self._pictures(tensor) if tensor is not None else None)
        self.what.say(self._what(tensor) if tensor is not None else "")
        self.all.setVisible(self._output is not None)
        self.histogram.show_counts(tensor.counts if tensor else (), tensor.edges if tensor else ())
        there = tensor is not None and bool(tensor.counts)
        self.histogram.setVisible(there)
        self.values_title.setVisible(there)
        self.words.say(tensor.words if tensor is not None else "")

    def _pictures(self, tensor: Tensor) -> Array:
        if self._is_overview(tensor):
            mean: Array = tensor.values.mean(axis=1)  # over the inputs
            return mean if mean.ndim > 2 else mean[:, None]
        return tensor.values if self._output is None else _planes(tensor.values[self._output])

    def _what(self, tensor: Tensor) -> str:
        shape = shape_text(tensor.values.shape)
        if self._output is not None:
            return self.tr("output {output}: its kernel for each input").format(output=self._output)
        if self._is_overview(tensor) and tensor.values.shape[1] > 1:
            return self.tr("{shape} · each output's mean over its inputs; click one for all").format(shape=shape)
        return shape

    def show_unit(self, unit: Unit | None) -> None:
        """This one is in hand."""
        self.maps.show_unit(unit)


def _planes(kernel: Array) -> Array:
    """in×h×w as it is; in×k of a one-dimensional kernel as rows."""
    return kernel if kernel.ndim > 2 else kernel[:, None]
