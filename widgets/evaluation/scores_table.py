"""The numbers of each class as bars, sorted by whichever column one clicks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from widgets.look import theme
from widgets.look.guarded import guarded

ROW, BAR, NUMBER, EDGE = 22, 8, 52, 10  # a bar's height; the number beside it
ROLE = Qt.ItemDataRole
Index = QModelIndex | QPersistentModelIndex


class Column(NamedTuple):
    """``most``: the value whose bar fills the column; 0: there are no bars."""

    title: str
    most: float = 0.0
    tip: str = ""
    width: int = 0  # 0: as wide as there is room, or as its texts are


class Cell(NamedTuple):
    """What is written, and what rows are sorted by."""

    text: str
    value: float | str = 0.0
    tone: str = "text"


@guarded
class ScoresModel(QAbstractTableModel):
    """Rows of cells, in the order they were given until they are sorted."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.columns: tuple[Column, ...] = ()
        self.rows: list[tuple[Cell, ...]] = []
        self._order: list[int] = []
        self._sorted: tuple[int, Qt.SortOrder] | None = None

    def show(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
        """Others; they are sorted as before."""
        self.beginResetModel()
        self.columns, self.rows = tuple(columns), [tuple(row) for row in rows]
        self._sort_rows()
        self.endResetModel()

    def number(self, row: int) -> int:
        """Which one stands in this row, as they were given."""
        return self._order[row]

    def _sort_rows(self) -> None:
        self._order = list(range(len(self.rows)))
        if self._sorted is not None and self._sorted[0] < len(self.columns):
            column, order = self._sorted
            self._order.sort(key=lambda row: _rank(self.rows[row][column].value),
                             reverse=order == Qt.SortOrder.DescendingOrder)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By a column; −1: as they were given."""
        self.beginResetModel()
        self._sorted = (column, order) if column >= 0 else None
        self._sort_rows()
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def cell(self, index: Index) -> Cell:
        """What stands there."""
        return self.rows[self._order[index.row()]][index.column()]

    def data(self, index: Index, role: int = ROLE.DisplayRole) -> Any:
        if role in (ROLE.DisplayRole, ROLE.ToolTipRole):
            return self.cell(index).text
        if role == ROLE.FontRole:
            return theme.mono_font(11) if index.column() else theme.ui_font(12, QFont.Weight.Medium)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = ROLE.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        if role == ROLE.DisplayRole:
            return self.columns[section].title
        if role == ROLE.ToolTipRole:
            return self.columns[section].tip or None
        side = Qt.AlignmentFlag.AlignRight if section and not self.columns[section].most else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter if role == ROLE.TextAlignmentRole else None


def _rank(value: float | str) -> tuple[bool, float, str]:
    """Words after numbers, numbers written as words among these by their size."""
    if isinstance(value, str):
        return (False, float(value), "") if value.isdecimal() else (True, 0.0, value.casefold())
    return (False, value if value == value else float("-inf"), "")


@guarded
class BarDelegate(QStyledItemDelegate):
    """A name, a number, or a bar with its number."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """In the colours of the theme."""
        model = index.model()
        assert isinstance(model, ScoresModel)
        cell, column, place = model.cell(index), model.columns[index.column()], QRectF(option.rect)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(place, theme.color("raised"))
        room = place.adjusted(EDGE, 0, -EDGE, 0)
        if column.most and isinstance(cell.value, int | float):
            self._paint_bar(painter, room, cell, column)
        else:
            painter.setFont(theme.mono_font(11) if index.column() else theme.ui_font(12, QFont.Weight.Medium))
            painter.setPen(theme.color(cell.tone))
            side = Qt.AlignmentFlag.AlignRight if index.column() else Qt.AlignmentFlag.AlignLeft
            text = painter.fontMetrics().elidedText(cell.text, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()

    @staticmethod
    def _paint_bar(painter: QPainter, room: QRectF, cell: Cell, column: Column) -> None:
        track = QRectF(room.left(), room.center().y() - BAR / 2, max(0.0, room.width() - NUMBER), BAR)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("line"))
        painter.drawRoundedRect(track, 3, 3)
        share = min(1.0, max(0.0, float(cell.value) / column.most)) if cell.value == cell.value else 0.0
        painter.setBrush(theme.color(cell.tone if cell.tone != "text" else "accent"))
        painter.drawRoundedRect(QRectF(track.left(), track.top(), track.width() * share, BAR), 3, 3)
        painter.setFont(theme.mono_font(11))
        painter.setPen(theme.color("text"))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, cell.text)


@guarded
class ScoresTable(QTableView):
    """One row is selected; Enter or a double click opens it. A click on a heading sorts, a third one no more."""

    opened = Signal(int)  # the number of a row as it was given

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scores = ScoresModel(self)
        self.setModel(self.scores)
        self.setItemDelegate(BarDelegate(self))
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.verticalHeader().setMinimumSectionSize(ROW)
        heading = self.horizontalHeader()
        heading.setHighlightSections(False)
        heading.setSortIndicatorClearable(True)
        heading.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        heading.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        heading.setMinimumSectionSize(40)
        self.setSortingEnabled(True)
        self.doubleClicked.connect(lambda index: self.opened.emit(self.scores.number(index.row())))

    def show_rows(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
        """Others; they stay sorted, and in sight."""
        at = self.verticalScrollBar().value()
        self.scores.show(columns, rows)
        for section, column in enumerate(columns):  # names and bars share the room that numbers leave
            modes, is_wide = QHeaderView.ResizeMode, not section or column.most
            mode = modes.Fixed if column.width else modes.Stretch if is_wide else modes.ResizeToContents
            self.horizontalHeader().setSectionResizeMode(section, mode)
            if column.width:
                self.setColumnWidth(section, column.width)
        self.verticalScrollBar().setValue(at)

    @property
    def texts(self) -> list[list[str]]:
        """What stands in its rows, from above."""
        return [[self.scores.cell(self.scores.index(row, column)).text for column in range(self.scores.columnCount())]
                for row in range(self.scores.rowCount())]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.scores.number(self.currentIndex().row()))
        else:
            super().keyPressEvent(event)
