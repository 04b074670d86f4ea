"""Some runs on one page: only what differs, the results among it; the first is what others are held against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QLabel,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip
from widgets.runs.compared import ComparedRow, ComparedRun, Line, about_title, as_text, lines_of
from widgets.runs.heads import LEFT, RunHeads
from widgets.runs.model import LEFT as SIDE
from widgets.runs.painting import ELIDE, ColorOf

ROW, NARROWEST, WIDEST = 26, 190, 340  # pixels; of a column of values
TITLES, WIDEST_TITLE = 120, 260
HEADING = QFont.Weight.DemiBold
Index = QModelIndex | QPersistentModelIndex


@guarded
class ComparedModel(QAbstractTableModel):
    """Headings and rows; a run a column."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runs: Sequence[ComparedRun] = ()
        self.lines: Sequence[Line] = ()

    def show(self, runs: Sequence[ComparedRun], lines: Sequence[Line]) -> bool:
        """Show these; False where only what the rows say is new."""
        same = len(runs) == len(self.runs) and [*map(_form, lines)] == [*map(_form, self.lines)]
        if same:
            self.runs, self.lines = runs, lines
            if lines:
                self.dataChanged.emit(self.index(0, 0), self.index(len(lines) - 1, len(runs) - 1))
            return False
        self.beginResetModel()
        self.runs, self.lines = runs, lines
        self.endResetModel()
        return True

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's)
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.runs)

    def flags(self, index: Index) -> Qt.ItemFlag:
        is_heading = isinstance(self.lines[index.row()], str)
        return Qt.ItemFlag.NoItemFlags if is_heading else Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            return self.runs[section].name if role == Qt.ItemDataRole.DisplayRole else None
        line = self.lines[section]
        text = about_title(line) if isinstance(line, str) else line.title
        return _told(text, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self.lines[index.row()]
        if isinstance(line, str):
            return None
        text = line.values[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            best = self.tr("best") if index.column() in line.best else ""
            return ", ".join(filter(None, (line.title, self.runs[index.column()].name, text, best)))
        return _told(text, role)


@guarded
class ValueDelegate(QStyledItemDelegate):
    """The best in the colour of what is good; what is as in the first run is quiet."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model, box = index.model(), QRectF(option.rect)
        assert isinstance(model, ComparedModel)
        line, column = model.lines[index.row()], index.column()
        if isinstance(line, str):
            _paint_parting(painter, box, index.row())
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.color("raised"))
        font, is_best = theme.mono_font(12), column in line.best
        font.setBold(is_best)
        is_same = column > 0 and line.values[column] == line.values[0]
        painter.setFont(font)
        painter.setPen(theme.color("ok" if is_best else "dim" if is_same else "text"))
        room = box.adjusted(LEFT, 0, -8, 0)
        text = QFontMetricsF(font).elidedText(line.values[column], ELIDE, room.width())
        painter.drawText(room, SIDE, text)


@guarded
class Titles(QHeaderView):
    """The first column, which stays where it is."""

    def __init__(self, model: ComparedModel, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._model = model
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setDefaultSectionSize(ROW)
        self.setMinimumSectionSize(ROW)
        self.setSectionsClickable(True)

    def fit(self) -> None:
        """As wide as its words need."""
        words = QFontMetricsF(theme.ui_font(12, HEADING))
        wide = max((words.horizontalAdvance(self._text(row)) for row in range(self._model.rowCount())), default=0)
        self.setFixedWidth(min(WIDEST_TITLE, max(TITLES, round(wide) + 2 * LEFT + 2)))

    def _text(self, row: int) -> str:
        return str(self._model.headerData(row, Qt.Orientation.Vertical))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803  (Qt's)
        """A heading is quiet and has a thin line above it."""
        is_heading = isinstance(self._model.lines[logicalIndex], str)
        box = QRectF(rect)
        if is_heading:
            _paint_parting(painter, box, logicalIndex)
        elif self._is_selected(logicalIndex):
            painter.fillRect(box, theme.color("raised"))
        font = theme.ui_font(12, HEADING if is_heading else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(theme.color("dim" if is_heading else "text"))
        room = box.adjusted(LEFT, 0, -8, 0)
        painter.drawText(room, SIDE,
                         QFontMetricsF(font).elidedText(self._text(logicalIndex), ELIDE, room.width()))

    def _is_selected(self, row: int) -> bool:
        chosen = self.selectionModel()
        return chosen is not None and chosen.isRowSelected(row, QModelIndex())


@guarded
class ComparedTable(QTableView):
    """The values. Ctrl+C copies what is selected, or all; Enter goes to the canvas of the column's run."""

    opened = Signal(int)
    shown = Signal(int)

    def __init__(self, model: ComparedModel, color_of: ColorOf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self.heads, self.titles = model, RunHeads(color_of, self), Titles(model, self)
        self.setHorizontalHeader(self.heads)
        self.setVerticalHeader(self.titles)
        self.setModel(model)
        self.setItemDelegate(ValueDelegate(self))
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrap(False)
        self.setObjectName("compared")
        self.setCornerButtonEnabled(False)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(self.tr("What differs"))
        self.selectionModel().selectionChanged.connect(lambda *_: self.titles.viewport().update())

    def fit(self) -> None:
        """Columns as wide as what stands in them, within bounds."""
        letter = QFontMetricsF(theme.mono_font(12)).horizontalAdvance("0")
        for column in range(self._model.columnCount()):
            texts = (line.values[column] for line in self._model.lines if not isinstance(line, str))
            wide = round(max(map(len, texts), default=0) * letter) + LEFT + 12
            self.setColumnWidth(column, min(WIDEST, max(NARROWEST, wide, self.heads.least(column))))
        self.titles.fit()

    def copied(self) -> str:
        """What Ctrl+C takes along."""
        chosen = sorted({index.row() for index in self.selectionModel().selectedIndexes()})
        lines = [self._model.lines[row] for row in chosen] or self._model.lines
        return as_text(self._model.runs, lines)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        column = self.currentIndex().column()
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copied())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and column >= 0:
            beside = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            (self.shown if beside else self.opened).emit(column)
        else:
            super().keyPressEvent(event)


class RunsComparison(QWidget):
    """Told what differs, asks for canvases."""

    open_canvas = Signal(str)
    show_on_canvas = Signal(str, str)  # the first, and one that is held against it

    def __init__(self, color_of: ColorOf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Runs compared"))
        self.model = ComparedModel(self)
        self.table = ComparedTable(self.model, color_of)
        self._none, self.verdicts = QLabel(wordWrap=True), QLabel(wordWrap=True)
        self._none.setProperty("role", "dim")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._none.setMargin(16)
        self.verdicts.setTextFormat(Qt.TextFormat.PlainText)
        self.verdicts.setContentsMargins(LEFT, 8, LEFT, 6)
        self._pages = QStackedWidget()
        page = QWidget()
        inner = QVBoxLayout(page)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.verdicts)
        inner.addWidget(self.table, 1)
        self._pages.addWidget(page)
        self._pages.addWidget(self._none)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        self.setFocusProxy(self.table)
        self.table.heads.opened.connect(self.open_canvas)
        self.table.heads.shown.connect(self._show_beside)
        self.table.opened.connect(lambda column: self.open_canvas.emit(self.model.runs[column].key))
        self.table.shown.connect(lambda column: self._show_beside(self.model.runs[column].key))
        self.set_verdicts(())
        self.show_runs((), ())

    def show_runs(self, runs: Sequence[ComparedRun], rows: Sequence[ComparedRow]) -> None:
        """These runs, the first to hold the others against, and what is not the same in all."""
        are_others = [run.name for run in runs] != [run.name for run in self.model.runs]
        is_other = self.model.show(runs, lines_of(rows)) or are_others
        self.table.heads.show_runs(runs)
        if is_other:
            self.table.fit()
        self._none.setText(self.tr("Select two runs or more to compare them") if len(runs) < 2 else
                           self.tr("Nothing differs between these runs"))
        self._pages.setCurrentIndex(0 if len(runs) > 1 and rows else 1)

    def set_verdicts(self, verdicts: Sequence[str]) -> None:
        """Sentences above the table, such as that a difference is none."""
        self.verdicts.setText("\n".join(verdicts))
        self.verdicts.setVisible(bool(verdicts))

    def copy(self) -> None:
        """Take what is selected, or all, along as text."""
        QGuiApplication.clipboard().setText(self.table.copied())

    def _show_beside(self, key: str) -> None:
        first = self.model.runs[0].key
        if key != first:
            self.show_on_canvas.emit(first, key)


def _paint_parting(painter: QPainter, box: QRectF, row: int) -> None:
    """Above a group a thin line; above the first is that of the heading."""
    if row:
        painter.fillRect(QRectF(box.left(), box.top(), box.width(), 1), theme.color("line"))


def _told(text: str, role: int) -> str | None:
    """A text, whole under the mouse."""
    if role == Qt.ItemDataRole.ToolTipRole:
        return tooltip(text)
    return text if role == Qt.ItemDataRole.DisplayRole else None


def _form(line: Line) -> object:
    """What makes a line another line."""
    return line if isinstance(line, str) else (line.about, line.title)
