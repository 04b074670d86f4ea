"""A box in which one of many given rows is found by typing and picked with Enter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QWidget

from engine.search.matching import ranked
from widgets.parts.popup import Popup
from widgets.parts.row_list import Row

WIDTH, MOST = 420, 10


class PickBox(Popup):
    """Offers rows; ``picked`` says which. A dim row cannot be picked: its tip says why."""

    picked = Signal(object)  # Row
    marked = Signal(object)  # Row or None: the one that Enter would pick

    def __init__(self, host: QWidget, name: str, hint: str, rows: Sequence[Row], width: int = WIDTH,
                 most: int = MOST) -> None:
        super().__init__(host, width, most)
        self._rows = rows
        self.setAccessibleName(name)
        self.field.setAccessibleName(name)
        self.field.setPlaceholderText(hint)
        self.list.setAccessibleName(name)
        self.field.textChanged.connect(self._find)
        self.list.marked.connect(self._tell)
        self._find("")

    def open_in_the_middle(self) -> None:
        """Appear at the middle of the host's upper part."""
        host = self.host
        self.open_at(QPoint((host.width() - self.wide) // 2, max(48, host.height() // 8)))

    def _find(self, text: str) -> None:
        rows = ranked(text, self._rows, lambda row: (row.title, row.detail))
        self.list.show_rows(rows)
        if not rows:
            self.foot.setText(self.tr("Nothing matches “{text}”.").format(text=text.strip()))
            self.foot.show()
            self.marked.emit(None)
        if not self.isHidden():
            self.place()

    def _tell(self, row: Row | None) -> None:
        self.foot.setText(row.tip if row is not None else "")
        self.foot.setVisible(bool(self.foot.text()))
        self.marked.emit(row)
        if not self.isHidden():
            self.place()

    def tell_again(self) -> None:
        self.marked.emit(self.list.current())

    def choose(self, row: Row | None, modifiers: Qt.KeyboardModifier) -> None:
        if row is not None and not row.dim:
            self.dismiss()
            self.picked.emit(row)

    def complete(self) -> None:
        row = self.list.current()
        if row is not None:
            self.field.setText(row.title)
