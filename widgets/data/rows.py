"""The first rows of a table: as they are in the file, and beside them as they enter the network."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QTableView, QVBoxLayout, QWidget

from engine.units import measure_text
from widgets.data.values import Rows
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip
from widgets.parts.column_width import column_width
from widgets.parts.elided import ElidedLabel

LINE = 24
LONGEST = 18  # letters of a name or value; the rest is in the tooltip
Index = QModelIndex | QPersistentModelIndex
ROLE = Qt.ItemDataRole


@guarded
class RowsModel(QAbstractTableModel):
    """Texts with names above and row numbers beside them; the last column is the target."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.names: Sequence[str] = ()
        self.rows: Sequence[Sequence[str]] = ()
        self.numbers: Sequence[int] = ()
        self._dim: Sequence[str] = ()

    def show_rows(self, names: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int],
                  dim: Sequence[str] = ()) -> None:
        """Other rows; columns called ``dim`` are left out of what is learned."""
        self.beginResetModel()
        self.names, self.rows, self.numbers, self._dim = names, rows, numbers, dim
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """One line for each row."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """One for each name."""
        return 0 if parent.isValid() else len(self.names)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = ROLE.DisplayRole) -> object:
        """Names above; numbers of rows beside."""
        if role == ROLE.TextAlignmentRole:
            return _RIGHT
        if orientation == Qt.Orientation.Vertical:
            return str(self.numbers[section]) if role == ROLE.DisplayRole else None
        if role == ROLE.DisplayRole:
            return _short(self.names[section])
        return tooltip(self.names[section]) if role == ROLE.ToolTipRole else None

    def data(self, index: Index, role: int = ROLE.DisplayRole) -> object:
        """A value."""
        text = self.rows[index.row()][index.column()]
        if role == ROLE.DisplayRole:
            return _shown(text)
        if role == ROLE.TextAlignmentRole:
            return _RIGHT
        if role == ROLE.ForegroundRole:
            return self._color(index.column(), text)
        return tooltip(text) if role == ROLE.ToolTipRole and len(text) > LONGEST else None

    def _color(self, column: int, text: str) -> QColor:
        if column == len(self.names) - 1:
            return theme.color("accent")
        return theme.color("dim" if not text or self.names[column] in self._dim else "text")


_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


def _text(value: float) -> str:
    """Ones of categories, and classes, as the whole numbers that they are."""
    return str(int(value)) if value == round(value) and abs(value) < 1000 else measure_text(value)


def _shown(text: str) -> str:
    return _short(text) or "–"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


@guarded
class RowsView(QTableView):
    """Read, never edited."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = RowsModel(self)
        self.setModel(self.table)
        self.setAccessibleName(name)
        self.setFont(theme.mono_font(12))
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().setDefaultSectionSize(LINE)
        self.verticalHeader().setMinimumSectionSize(LINE)
        self.verticalHeader().setSectionsClickable(False)
        self.verticalHeader().setFont(theme.mono_font(11))
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)

    def show_rows(self, names: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int],
                  dim: Sequence[str] = ()) -> None:
        """Columns as wide as what stands in them."""
        self.table.show_rows(names, rows, numbers, dim)
        for column in range(len(names)):
            texts = {_shown(row[column]) for row in rows}
            self.setColumnWidth(column, column_width(self, column, texts, self.font()))


class DataRows(QWidget):
    """Both tables with the same rows beside each other; they scroll together."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.raw, self.learned = RowsView(self.tr("In the file")), RowsView(self.tr("As the network gets them"))
        self.note = ElidedLabel(role="small")
        row = QHBoxLayout()
        row.setSpacing(16)
        for view, stretch in ((self.raw, 2), (self.learned, 3)):
            title, column = ElidedLabel(view.accessibleName(), role="section"), QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(title)
            column.addWidget(view, 1)
            row.addLayout(column, stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row, 1)
        layout.addWidget(self.note)
        bars = self.raw.verticalScrollBar(), self.learned.verticalScrollBar()
        for bar, other in (bars, bars[::-1]):
            bar.valueChanged.connect(other.setValue)

    def show_rows(self, rows: Rows | None, is_standard: bool = True) -> None:
        """What was read, and what became of it; None: the data are no table."""
        found = rows or Rows((), (), (), (), ())
        self.raw.show_rows(found.raw_names, found.raw, found.numbers, found.left_out)
        self.learned.show_rows(found.names, [list(map(_text, row)) for row in found.values],
                               found.numbers)
        words = [self.tr("Number columns have mean 0 and deviation 1 over the training rows.") if is_standard else
                 self.tr("Number columns keep their scale."),
                 self.tr("A category is a column for each of its values: 1 where it is so.")]
        if found.more:
            words.append(self.tr("{count} more columns are not shown.").format(count=found.more))
        self.note.setText(" ".join(words))
