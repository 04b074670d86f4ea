"""A label for an example, searched among many classes or typed as a number."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from engine.search.matching import ranked
from engine.units import typed_number
from widgets.parts.popup import Popup
from widgets.parts.row_list import Row

WIDTH, MOST = 280, 10


class LabelPopup(Popup):
    """``classes`` to choose from; none: a number is typed."""

    labelled = Signal(object)  # str or float

    def __init__(self, host: QWidget, classes: Sequence[str]) -> None:
        super().__init__(host, WIDTH, MOST)
        self._classes = tuple(classes)
        self.field.setPlaceholderText(self.tr("Which class?") if classes else self.tr("Which number?"))
        self.field.setAccessibleName(self.field.placeholderText())
        self.field.textChanged.connect(self._show)
        self._show("")

    def _show(self, text: str) -> None:
        found = ranked(text, self._classes, lambda name: (name, "")) if text.strip() else self._classes
        self.list.show_rows([Row(name, name) for name in found])
        self.foot.setText("" if found or not text.strip() else self._without(text))
        self.foot.setVisible(bool(self.foot.text()))
        self.place()

    def _without(self, text: str) -> str:
        if self._classes:
            return self.tr("There is no such class")
        return "" if _number(text) is not None else self.tr("This is no number")

    def choose(self, row: Row | None, modifiers: Qt.KeyboardModifier) -> None:
        """A class, or the number that is typed."""
        label = (row.key if row is not None else None) if self._classes else _number(self.field.text())
        if label is not None:
            self.dismiss()
            self.labelled.emit(label)


def _number(text: str) -> float | None:
    try:
        return typed_number(text)
    except ValueError:
        return None
