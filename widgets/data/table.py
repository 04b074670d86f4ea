"""A table: its columns as they were found."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from engine.data.formats.preview import Preview
from engine.data.options.table import Table
from engine.units import grouped
from widgets.data.table_columns import ColumnsView
from widgets.look.text import message_text

MOST = 6  # notes; all of them are among the numbers


class DataTable(QWidget):
    """Asks for another target and other kinds of columns."""

    edited = Signal(object, str)  # Table, the field that changed

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = Table()
        self.columns, self.about, self.notes = ColumnsView(), QLabel(), QLabel(wordWrap=True)
        self.about.setProperty("role", "small")
        self.notes.setProperty("role", "warning")
        self.columns.target_chosen.connect(lambda name: self._take(self._table.with_options(target=name), "target"))
        self.columns.kind_chosen.connect(lambda name, kind: self._take(self._table.with_kind(name, kind), "kinds"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in (self.about, self.notes):
            column.addWidget(widget)
        column.addWidget(self.columns)
        self.show_preview(None)

    def _take(self, table: Table, field: str) -> None:
        self._table = table
        self.edited.emit(table, field)

    def show_table(self, table: Table) -> None:
        """What the next edit begins with; the columns come with ``show_preview``."""
        self._table = table

    def show_preview(self, preview: Preview | None) -> None:
        """Show what was found; None: it is not read yet."""
        found = preview or Preview((), (), 0)
        text = self.tr("{rows} rows · {columns} columns · {encoding}")
        self.about.setText(text.format(rows=grouped(found.count), columns=grouped(len(found.columns)),
                                       encoding=found.encoding) if preview else self.tr("Reading the table…"))
        self.notes.setText("\n".join(map(message_text, found.notes[:MOST])))
        self.notes.setVisible(bool(found.notes))
        self.columns.show_preview(found)
