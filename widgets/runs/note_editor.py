"""A run's note, typed in its row: Enter ends it, Esc leaves it as it was."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from widgets.look.guarded import guarded
from widgets.runs.painting import ROW

Index = QModelIndex | QPersistentModelIndex
FILLED = "filled"


@guarded
class NoteDelegate(QStyledItemDelegate):
    """Gives the editor its text once: what is being typed stays, whatever the row says meanwhile."""

    written = Signal(QModelIndex, str)

    def __init__(self, room_of: Callable[[Index], QRect], parent: QWidget) -> None:
        super().__init__(parent)
        self._room_of = room_of

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(40, ROW)

    def createEditor(  # type: ignore[override]  # Qt takes none as well
            self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget | None:
        editor = QLineEdit(parent)
        editor.setPlaceholderText(self.tr("Note"))
        editor.setAccessibleName(self.tr("Note"))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QLineEdit) and not editor.property(FILLED):
            editor.setProperty(FILLED, True)
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole) or ""))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            self.written.emit(index.sibling(index.row(), 0), editor.text().strip())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(self._room_of(index))
