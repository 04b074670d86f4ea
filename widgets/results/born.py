"""The numbers of the batch in which those were born that are none: its examples, what a layer was given and gave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from widgets.findings.picture_view import FindingPicture
from widgets.findings.pictures import Grid
from widgets.look import theme
from widgets.parts.choice import Choice
from widgets.parts.elided import ElidedLabel
from widgets.parts.scroll import ScrollPanel
from widgets.probe.example_grid import ExampleGrid
from widgets.results.born_values import BornShown, TensorShown
from widgets.tensors.value_grid import ValueGrid

MAPS, SIDE, WIDE = 16, 200, 232  # maps that are drawn; pixels for examples and for pictures
Tensors = Callable[[int], Sequence[TensorShown]]


class BornPage(QWidget):
    """Shows one example of the batch at a time."""

    left = Signal()  # back to the history
    layer_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Numbers that are none"))
        self._shown: BornShown | None = None
        self._tensors_of: Tensors = lambda _index: ()
        self._tensors: dict[str, TensorShown] = {}
        self.back, self.open_layer = QPushButton(self.tr("‹ Health")), QPushButton(self.tr("Open its layer"))
        self.title, self.facts = ElidedLabel(), ElidedLabel(role="small")
        self.examples, self.which = ExampleGrid(), Choice(self.tr("Show"))
        self.picture, self.values, self.told = FindingPicture(), ValueGrid(), ElidedLabel(role="small")
        self._assemble()
        self.back.clicked.connect(self.left)
        self.open_layer.clicked.connect(self.layer_asked)
        self.examples.chosen.connect(self._take)
        self.which.chosen.connect(self._turn)

    def _assemble(self) -> None:
        self.back.setProperty("role", "quiet")
        self.title.setFont(theme.ui_font(13, QFont.Weight.DemiBold))
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.back)
        top.addWidget(self.title, 1)
        top.addWidget(self.open_layer)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(_scrolled(self.examples, SIDE))
        row.addWidget(_scrolled(self.picture, WIDE))
        row.addLayout(self._numbers(), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 12, 8)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.facts)
        column.addLayout(row, 1)

    def _numbers(self) -> QVBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.which)
        head.addWidget(self.told, 1)
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.values, 1)
        return column

    # -- showing ------------------------------------------------------------------------------------------------

    def is_of(self, failure: object) -> bool:
        """Whether this one is shown."""
        return self._shown is not None and self._shown.of is failure

    def show_born(self, shown: BornShown, tensors: Tensors) -> None:
        """``tensors`` are those of an example, by its index in the batch."""
        if self.is_of(shown.of):
            return
        self._shown, self._tensors_of = shown, tensors
        self.title.set_text(shown.sentence)
        self.facts.set_text(shown.facts)
        self.open_layer.setVisible(shown.has_layer)
        self.examples.show_examples(shown.examples)
        if shown.examples:
            self._take(shown.examples[0].key)

    def _take(self, key: object) -> None:
        """Another example of the batch."""
        if not isinstance(key, int):
            return
        self.examples.show_chosen(key)
        self._tensors = {each.id: each for each in self._tensors_of(key)}
        self.which.set_choices([(each.id, each.title) for each in self._tensors.values()])
        chosen = self.which.currentData()
        self._turn(chosen if chosen in self._tensors else next(iter(self._tensors), ""))

    def _turn(self, id: str) -> None:
        tensor = self._tensors.get(id)
        if tensor is None:
            return
        self.which.show_choice(id)
        self.told.set_text(tensor.told)
        finite = np.abs(tensor.array[np.isfinite(tensor.array)])
        self.values.show_array(id, tensor.array, float(finite.max(initial=0.0)))
        self.picture.show_picture(Grid(_maps(tensor.array)))


def _maps(array: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    """As pictures: maps as they are, what has one dimension as a line that is broken into rows."""
    if array.ndim >= 3:
        return list(array.reshape(-1, *array.shape[-2:])[:MAPS])
    if array.ndim == 2:
        return [array]
    line = np.atleast_1d(array).astype(np.float32)
    across = min(len(line), max(1, int(np.ceil(np.sqrt(len(line))))))
    filled = np.zeros(-(-len(line) // across) * across, np.float32)
    filled[: len(line)] = line
    return [filled.reshape(-1, across)]


def _scrolled(widget: QWidget, width: int) -> QWidget:
    panel = ScrollPanel()
    panel.setWidget(widget)
    panel.setFixedWidth(width)
    panel.setAlignment(Qt.AlignmentFlag.AlignTop)
    return panel
