"""Every tensor of a network as a row: what it is, how large, and its values in short. Sorted and filtered by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from engine.inspect.tensor_info import TensorInfo
from engine.search.matching import has_words
from engine.units import grouped, shape_text, value_text
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import QT_TRANSLATE_NOOP
from widgets.parts.column_width import column_width
from widgets.parts.scroll import BAR

ROW = 26
LONGEST = 28  # letters of a key; the whole is the tooltip
Index = QModelIndex | QPersistentModelIndex
ROLE = Qt.ItemDataRole
_KINDS = {
    "weight": QT_TRANSLATE_NOOP("TensorTable", "trainable"),
    "frozen": QT_TRANSLATE_NOOP("TensorTable", "frozen"),
    "buffer": QT_TRANSLATE_NOOP("TensorTable", "buffer"),
}


def _tr(text: str) -> str:
    return QCoreApplication.translate("TensorTable", text)


def kind_text(kind: str) -> str:
    """``trainable``, ``frozen`` or ``buffer``."""
    return _tr(_KINDS[kind])


@dataclass(frozen=True)
class Column:
    """One thing that is told of every tensor."""

    title: str
    text: Callable[[TensorInfo], str]
    order: Callable[[TensorInfo], Any]  # what rows are sorted by
    number: bool = True  # at the right, in equal digits
    mono: bool = False  # in equal digits, but at the left
    widest: str = ""  # what it must have room for: its numbers come and go

    @property
    def has_digits(self) -> bool:
        """Whether it stands in the font of numbers."""
        return self.number or self.mono


def _statistic(title: str, name: str) -> Column:
    return Column(title, lambda info: value_text(getattr(info, name), 3),
                  lambda info: (getattr(info, name) is not None, getattr(info, name) or 0.0), widest="−1.23e−4")


COLUMNS = (
    Column(QT_TRANSLATE_NOOP("TensorTable", "Tensor"), lambda info: info.key, lambda info: info.key, False),
    Column(QT_TRANSLATE_NOOP("TensorTable", "Shape"), lambda info: shape_text(info.shape),
           lambda info: info.shape, False, mono=True),
    Column(QT_TRANSLATE_NOOP("TensorTable", "Type"), lambda info: info.dtype, lambda info: info.dtype, False,
           mono=True),
    Column(QT_TRANSLATE_NOOP("TensorTable", "Values"), lambda info: grouped(info.count), lambda info: info.count),
    Column(QT_TRANSLATE_NOOP("TensorTable", "Learns"), lambda info: kind_text(info.kind),
           lambda info: info.kind, False),
    _statistic(QT_TRANSLATE_NOOP("TensorTable", "Least"), "minimum"),
    _statistic(QT_TRANSLATE_NOOP("TensorTable", "Largest"), "maximum"),
    _statistic(QT_TRANSLATE_NOOP("TensorTable", "Mean"), "mean"),
    _statistic(QT_TRANSLATE_NOOP("TensorTable", "SD"), "std"),
    _statistic(QT_TRANSLATE_NOOP("TensorTable", "Gradient"), "gradient_norm"),
)
_HINTS = {
    3: QT_TRANSLATE_NOOP("TensorTable", "How many numbers it has"),
    4: QT_TRANSLATE_NOOP("TensorTable", "A frozen tensor does not learn here; a buffer is kept, but never learned"),
    8: QT_TRANSLATE_NOOP("TensorTable", "Standard deviation of its values"),
    9: QT_TRANSLATE_NOOP("TensorTable", "Length of its gradient for one batch of training examples"),
}


_IDLE: dict[int, Callable[[Sequence[TensorInfo]], bool]] = {  # columns that may say nothing
    9: lambda infos: all(info.gradient_norm is None for info in infos),
    2: lambda infos: len({info.dtype for info in infos}) < 2,
}


@guarded
class TensorModel(QAbstractTableModel):
    """TensorInfos in the order of the state dict."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.infos: list[TensorInfo] = []

    def show_infos(self, infos: Sequence[TensorInfo]) -> None:
        """The same tensors with other values keep their rows; others begin anew."""
        if infos and [info.key for info in infos] == [info.key for info in self.infos]:
            self.infos = list(infos)
            self.dataChanged.emit(self.index(0, 0), self.index(len(infos) - 1, len(COLUMNS) - 1))
            return
        self.beginResetModel()
        self.infos = list(infos)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        return 0 if parent.isValid() else len(self.infos)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = ROLE.DisplayRole) -> Any:
        info, column = self.infos[index.row()], COLUMNS[index.column()]
        if role == ROLE.DisplayRole:
            return column.text(info)
        if role == ROLE.TextAlignmentRole:
            return _alignment(column)
        if role == ROLE.FontRole:
            return theme.mono_font(11) if column.has_digits else None
        if role == ROLE.ForegroundRole:
            return theme.color("error" if info.not_finite and 5 <= index.column() <= 8 else
                               "text" if index.column() == 0 else "dim")
        if role == ROLE.ToolTipRole:
            return info.key if index.column() == 0 else None  # the only one that may be shortened
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = ROLE.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == ROLE.DisplayRole:
            return _tr(COLUMNS[section].title)
        if role == ROLE.TextAlignmentRole:
            return _alignment(COLUMNS[section])
        if role == ROLE.ToolTipRole and section in _HINTS:
            return _tr(_HINTS[section])
        return None


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


@guarded
class _Sorted(QSortFilterProxyModel):
    """Rows whose words contain every word that was typed, by numbers where there are numbers."""

    def __init__(self, model: TensorModel) -> None:
        super().__init__(model)
        self._tensors, self._words = model, ""
        self.setSourceModel(model)

    def take_words(self, text: str) -> None:
        """Filter anew."""
        self._words = text
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        info = self._tensors.infos[row]
        return has_words(" ".join((info.key, shape_text(info.shape), info.dtype, kind_text(info.kind))), self._words)

    def lessThan(self, left: Index, right: Index) -> bool:
        order, infos = COLUMNS[left.column()].order, self._tensors.infos
        return bool(order(infos[left.row()]) < order(infos[right.row()]))


@guarded
class TensorTable(QTableView):
    """The rows; one is selected. A click on a heading sorts, a third click brings the network's order back."""

    tensor_selected = Signal(object)  # a TensorInfo, or None
    node_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tensors = TensorModel(self)
        self._sorted = _Sorted(self.tensors)
        self.setModel(self._sorted)
        self.setAccessibleName(self.tr("Tensors"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self._dress_headers()
        self.selectionModel().selectionChanged.connect(lambda: self.tensor_selected.emit(self.selected()))
        self.doubleClicked.connect(lambda _: self._go())

    def _dress_headers(self) -> None:
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(48)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        header.sortIndicatorChanged.connect(lambda section, _: self._widen(section))

    def _widen(self, section: int) -> None:
        """The sign of sorting takes room as well."""
        if section >= 0:
            self.setColumnWidth(section, max(self.columnWidth(section), self._needed(section)))

    def _needed(self, section: int) -> int:
        column = COLUMNS[section]
        font = theme.mono_font(11) if column.has_digits else self.font()
        texts = {column.text(info) for info in self.tensors.infos} | {column.widest}
        wide = column_width(self, section, texts, font)
        return wide if section else max(column_width(self, section, (), font), min(wide, theme.letters(font, LONGEST)))

    # -- what it shows ------------------------------------------------------------------------------------------

    def show_infos(self, infos: Sequence[TensorInfo]) -> None:
        """Show tensors; the selected one stays selected where it is still there, else the first is."""
        before, keys = self.selected(), [info.key for info in self.tensors.infos]
        self.tensors.show_infos(infos)
        if keys != [info.key for info in infos]:
            for section in range(len(COLUMNS)):
                self.setColumnWidth(section, self._needed(section))
        if self.selected() is None and infos:
            keys = [info.key for info in infos]
            self.select_key(before.key if before is not None and before.key in keys else keys[0])

    def fit(self, room: int) -> int:
        """The width, at most ``room``, at which no column is cut; what says nothing gives way first."""
        for section in _IDLE:
            self.setColumnHidden(section, False)
        self.setColumnWidth(0, self._needed(0))
        left = room - self._edge() - sum(self._widths())
        if left > 0:  # a long key is whole where there is room
            keys = {COLUMNS[0].text(info) for info in self.tensors.infos}
            whole = column_width(self, 0, keys, self.font())
            self.setColumnWidth(0, min(whole, self.columnWidth(0) + left))
        for section, is_idle in _IDLE.items():
            if self._edge() + sum(self._widths()) > room and is_idle(self.tensors.infos):
                self.setColumnHidden(section, True)
        wide = [self._edge() + sum(self._widths()[:count]) for count in range(1, len(COLUMNS) + 1)]
        return max((each for each in wide if each <= room), default=min(room, wide[0]))

    def _widths(self) -> list[int]:
        return [self.columnWidth(section) for section in range(len(COLUMNS))]  # 0 of a hidden one

    def _edge(self) -> int:
        """The scroll bar's room."""
        return BAR + 2 * self.frameWidth()

    def select_key(self, key: str) -> None:
        """Select one and scroll to it; one that the filter hides stays hidden."""
        row = next((row for row, info in enumerate(self.tensors.infos) if info.key == key), None)
        place = self._sorted.mapFromSource(self.tensors.index(row, 0)) if row is not None else QModelIndex()
        if place.isValid():
            self.setCurrentIndex(place)
            self.scrollTo(place)

    def selected(self) -> TensorInfo | None:
        """The selected tensor."""
        rows = self.selectionModel().selectedRows()
        return self.tensors.infos[self._sorted.mapToSource(rows[0]).row()] if rows else None

    def filter(self, text: str) -> None:
        """Leave only rows with these words."""
        self._sorted.take_words(text)

    def shown_keys(self) -> list[str]:
        """What is left, from top to bottom."""
        return [self._sorted.index(row, 0).data() for row in range(self._sorted.rowCount())]

    # -- going on -----------------------------------------------------------------------------------------------

    def _go(self) -> None:
        info = self.selected()
        if info is not None:
            self.node_requested.emit(info.node)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the layer."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go()
        else:
            super().keyPressEvent(event)
