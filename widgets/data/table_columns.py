"""The columns of a table, one to a line: which is the target, what kind each is, what is missing, the first rows."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QMenu, QTableView, QWidget

from engine.data.formats.preview import Column, Preview
from engine.units import UNKNOWN, grouped
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import message_text, tooltip
from widgets.parts.column_width import column_width

TARGET, NAME, KIND, MISSING, DISTINCT, FIRST = range(6)
LINE = 24
LONGEST = {NAME: 24, FIRST: 14}  # letters of a name, of a value: the rest is in the tooltip
Index = QModelIndex | QPersistentModelIndex
ROLE = Qt.ItemDataRole


@guarded
class ColumnsModel(QAbstractTableModel):
    """A preview turned on its side: tables have more columns than a panel is wide."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._preview = Preview((), (), 0)
        self._kinds = {"number": self.tr("number"), "category": self.tr("category"), "ignore": self.tr("ignored")}
        self._heads = (self.tr("Target"), self.tr("Column"), self.tr("Kind"), self.tr("Missing"), self.tr("Different"))

    def show_preview(self, preview: Preview) -> None:
        """Another table, or the same one used otherwise."""
        before, self._preview = self._preview, preview
        same = [c.name for c in before.columns] == [c.name for c in preview.columns] and before.rows == preview.rows
        if same and preview.columns:
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))
        else:
            self.beginResetModel()
            self.endResetModel()

    def column(self, row: int) -> Column:
        """The table's column in one line."""
        return self._preview.columns[row]

    def kind_name(self, kind: str) -> str:
        """What a kind is called."""
        return self._kinds.get(kind, kind)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """One line for each column."""
        return 0 if parent.isValid() else len(self._preview.columns)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """What is known of it, then the first rows."""
        return 0 if parent.isValid() else FIRST + len(self._preview.rows)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = ROLE.DisplayRole) -> object:
        """Words for what is known, numbers for the rows."""
        if orientation != Qt.Orientation.Horizontal or role not in (ROLE.DisplayRole, ROLE.TextAlignmentRole):
            return None
        if role == ROLE.TextAlignmentRole:
            return _side(section)
        if section < FIRST:
            return self._heads[section]
        return self.tr("row {number}").format(number=section - FIRST + 1)

    def data(self, index: Index, role: int = ROLE.DisplayRole) -> object:
        """A cell."""
        column = self.column(index.row())
        if role == ROLE.DisplayRole:
            return self._text(column, index.row(), index.column())
        if role == ROLE.ForegroundRole:
            return self._color(column, index.column())
        if role == ROLE.TextAlignmentRole:
            return _side(index.column())
        if role == ROLE.FontRole and index.column() == NAME and column.is_target:
            return theme.ui_font(12, QFont.Weight.DemiBold)
        if role == ROLE.ToolTipRole:
            looks = self.tr("It looks like: {kind}").format(kind=self.kind_name(column.looks_like))
            return tooltip(column.name, looks, message_text(column.note) if column.note else "")
        if role == ROLE.AccessibleTextRole and index.column() == TARGET:
            return self.tr("target") if column.is_target else self.tr("not the target")
        return None

    def _text(self, column: Column, row: int, place: int) -> str:
        if place >= FIRST:
            return self._preview.rows[place - FIRST][row] or UNKNOWN
        kind = f"{self.kind_name(column.kind)} ▾"
        if column.kind != column.looks_like:
            kind = f"{self.kind_name(column.kind)} • ▾"
        missing = grouped(column.missing) if column.missing else UNKNOWN
        name = f"{column.name} ⚠" if column.note else column.name
        return ("◉" if column.is_target else "○", name, "" if column.is_target else kind, missing,
                grouped(column.distinct))[place]

    def _color(self, column: Column, place: int) -> object:
        if column.is_target and place in (TARGET, NAME):
            return theme.color("accent")
        if place == MISSING and column.missing:
            return theme.color("warn")
        return theme.color("dim" if column.kind == "ignore" or place in (TARGET, MISSING, DISTINCT) else "text")


@guarded
class ColumnsView(QTableView):
    """A click, or Enter, on the first cell makes a column the target; on its kind it offers the kinds."""

    target_chosen = Signal(str)
    kind_chosen = Signal(str, object)  # column, kind or None: what it looks like

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = ColumnsModel(self)
        self.setModel(self._model)
        self.setAccessibleName(self.tr("Columns of the table"))
        self.setFont(theme.ui_font(12))
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(LINE)
        self.verticalHeader().setMinimumSectionSize(LINE)
        self.horizontalHeader().setHighlightSections(False)
        self.clicked.connect(lambda index: self._act(index.row(), index.column()))

    def show_preview(self, preview: Preview) -> None:
        """Show a table; the place in it stays."""
        count = self._model.columnCount()
        self._model.show_preview(preview)
        if self._model.columnCount() != count:
            for section in range(self._model.columnCount()):
                self.setColumnWidth(section, self._width(section))

    def _width(self, section: int) -> int:
        """Room for every text of what is known, for a few letters of names and values."""
        if section in (NAME, *range(FIRST, self._model.columnCount())):
            few = theme.letters(self.font(), LONGEST[min(section, FIRST)])
            return max(column_width(self, section, (), self.font()), few)
        texts = {str(self._model.index(row, section).data()) for row in range(self._model.rowCount())}
        if section == KIND:  # as it may become
            texts = {f"{self._model.kind_name(kind)} • ▾" for kind in ("number", "category", "ignore")}
        return column_width(self, section, texts, self.font())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space do what a click does."""
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and index.isValid():
            self._act(index.row(), index.column())
        else:
            super().keyPressEvent(event)

    def _act(self, row: int, place: int) -> None:
        column = self._model.column(row)
        if place == TARGET and not column.is_target:
            self.target_chosen.emit(column.name)
        elif place == KIND and not column.is_target:
            corner = self.visualRect(self._model.index(row, place)).bottomLeft()
            self.kind_menu(column).popup(self.viewport().mapToGlobal(corner + QPoint(0, 1)))

    def kind_menu(self, column: Column) -> QMenu:
        """The kinds that a column can be used as."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for kind in ("number", "category", "ignore"):
            text = self._model.kind_name(kind)
            if kind == column.looks_like:
                text = self.tr("{kind}, as it looks").format(kind=text)
            asked = None if kind == column.looks_like else kind
            action = menu.addAction(text, partial(self.kind_chosen.emit, column.name, asked))
            action.setCheckable(True)
            action.setChecked(kind == column.kind)
        return menu


def _side(place: int) -> Qt.AlignmentFlag:
    middle = Qt.AlignmentFlag.AlignVCenter
    if place == TARGET:
        return middle | Qt.AlignmentFlag.AlignHCenter
    return middle | (Qt.AlignmentFlag.AlignRight if place in (MISSING, DISTINCT) else Qt.AlignmentFlag.AlignLeft)
