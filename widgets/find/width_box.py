"""The box of “Make wider…”: how many outputs a layer shall have, typed or one of a few."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from engine.units import grouped
from widgets.find.headed_box import HeadedBox
from widgets.parts.row_list import Row

WIDTH, MOST, DIGITS = 320, 4, 7
FACTORS = (1.5, 2.0, 3.0, 4.0)


class WidthBox(HeadedBox):
    """Says how wide it shall be."""

    chosen = Signal(int)

    def __init__(self, host: QWidget, name: str, width: int, category: str) -> None:
        super().__init__(host, WIDTH, MOST, self.tr("{name} has {count} outputs").format(
            name=name, count=grouped(width)))
        self._width, self._category = width, category
        self.field.setAccessibleName(self.tr("Outputs"))
        self.field.setPlaceholderText(self.tr("How many it shall have"))
        self.field.setMaxLength(DIGITS)
        self.list.setAccessibleName(self.tr("Outputs"))
        self.field.textChanged.connect(self._find)
        self._find("")

    def _find(self, text: str) -> None:
        digits = text.strip()
        if not digits:
            self._offer([round(self._width * factor) for factor in FACTORS])
        else:
            self._offer([int(digits)] if digits.isdecimal() else [])

    def _offer(self, widths: Sequence[int]) -> None:
        more = [width for width in dict.fromkeys(widths) if width > self._width]
        self.list.show_rows([self._row(width) for width in more])
        self.tell(self.tr("What reads its outputs follows, and the network answers as before.") if more else
                  self.tr("More than {count}, as a number").format(count=grouped(self._width)))

    def _row(self, width: int) -> Row:
        return Row(str(width), grouped(width), right=f"×{width / self._width:.3g}", category=self._category)

    def choose(self, row: Row | None, modifiers: Qt.KeyboardModifier) -> None:
        if row is not None:
            self.chosen.emit(int(row.key))

    def complete(self) -> None:
        row = self.list.current()
        if row is not None:
            self.field.setText(row.key)
