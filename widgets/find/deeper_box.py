"""The box of “Insert a layer that changes nothing…”: which layer, with a batch norm or without one."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from widgets.find.headed_box import HeadedBox
from widgets.parts.row_list import Row

WIDTH, MOST = 360, 6


class Inserted(NamedTuple):
    """One that can be inserted."""

    kernel_size: int
    norm: bool


class DeeperBox(HeadedBox):
    """Says what shall come behind the layer."""

    chosen = Signal(object)  # Inserted

    def __init__(self, host: QWidget, name: str, is_convolution: bool) -> None:
        super().__init__(host, WIDTH, MOST, self.tr("Behind {name}").format(name=name))
        self.field.setAccessibleName(self.tr("Layer"))
        self.field.setPlaceholderText(self.tr("Find one"))
        self.list.setAccessibleName(self.tr("Layer"))
        sizes = (3, 5, 1) if is_convolution else (3,)
        self._offers = {f"{size} {norm}": Inserted(size, norm) for norm in (False, True) for size in sizes}
        self._rows = [self._row(key, each, is_convolution) for key, each in self._offers.items()]
        self.field.textChanged.connect(self._find)
        self._find("")

    def _row(self, key: str, each: Inserted, is_convolution: bool) -> Row:
        title = self.tr("Convolution {size}×{size}").format(size=each.kernel_size) if is_convolution else self.tr(
            "Linear")
        return Row(key, title, self.tr("with batch norm") if each.norm else "",
                   category="convolution" if is_convolution else "linear")

    def _find(self, text: str) -> None:
        words = text.casefold().split()
        rows = [row for row in self._rows if all(word in f"{row.title} {row.detail}".casefold() for word in words)]
        self.list.show_rows(rows)
        self.tell(self.tr("It begins as the identity, with the activation once more: the network answers as before.")
                  if rows else self.tr("Nothing matches “{text}”.").format(text=text.strip()))

    def choose(self, row: Row | None, modifiers: Qt.KeyboardModifier) -> None:
        if row is not None:
            self.chosen.emit(self._offers[row.key])

    def complete(self) -> None:
        row = self.list.current()
        if row is not None:
            self.field.setText(row.title)
