"""The box in which a field to try is found by typing."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from engine.search.matching import ranked
from widgets.parts.popup import Popup
from widgets.parts.row_list import Row
from widgets.sweep.values import FieldChoice

WIDTH, MOST = 420, 9


class FieldBox(Popup):
    """Offers all fields; one that is tried already is dim and not picked twice."""

    picked = Signal(str)  # id

    def __init__(self, host: QWidget, choices: Sequence[FieldChoice], taken: Collection[str], typed: str) -> None:
        super().__init__(host, WIDTH, MOST)
        self._rows = [self._row(choice, choice.id in taken) for choice in choices]
        name = self.tr("Field to try")
        self.setAccessibleName(name)
        self.field.setAccessibleName(name)
        self.field.setPlaceholderText(self.tr("Which field: rate, batch, dropout…"))
        self.list.setAccessibleName(self.tr("Fields"))
        self.field.textChanged.connect(self._find)
        self.list.marked.connect(self._tell)
        self.field.setText(typed)
        self._find(typed)

    def _row(self, choice: FieldChoice, is_taken: bool) -> Row:
        now = self.tr("now {value}").format(value=choice.now) if choice.now else ""
        tip = self.tr("It is tried already") if is_taken else choice.hint
        return Row(choice.id, choice.title, choice.group, now, dim=is_taken, tip=tip)

    def _find(self, text: str) -> None:
        rows = ranked(text, self._rows, lambda row: (row.title, row.detail))
        self.list.show_rows(rows, mark=next((at for at, row in enumerate(rows) if not row.dim), 0))
        if not rows:
            self._say(self.tr("Nothing matches “{text}”.").format(text=text.strip()))

    def _tell(self, row: Row | None) -> None:
        self._say(row.tip if row is not None else "")

    def _say(self, text: str) -> None:
        self.foot.setText(text)
        self.foot.setVisible(bool(text))
        if not self.isHidden():
            self.place()

    def choose(self, row: Row | None, modifiers: Qt.KeyboardModifier) -> None:
        if row is not None and not row.dim:
            self.dismiss()
            self.picked.emit(row.key)

    def complete(self) -> None:
        row = self.list.current()
        if row is not None:
            self.field.setText(row.title)
