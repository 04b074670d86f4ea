"""The values of one tensor as a grid; of more than two dimensions one slice at a time. Read as it appears."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from engine.units import readings, typed_number, value_text
from widgets.fields.editors import LineEditor
from widgets.fields.syntax import Bounds, Syntax
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import breakable

if TYPE_CHECKING:
    import numpy as np

DIGITS, EDGES, ROW = 9.3, 10, 24  # of a cell
MOST_COPIED = 1_000_000  # cells
TINT = 90  # of 255: how much of its colour the largest value gets
Index = QModelIndex | QPersistentModelIndex
ROLE = Qt.ItemDataRole
Place = tuple[int, ...]


@guarded
class ValueModel(QAbstractTableModel):
    """The last two dimensions of an array as rows and columns. Nothing is copied, and nothing is written to it."""

    value_edited = Signal(object, float)
    refused = Signal(str)  # a text that is no value

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._array: np.ndarray[Any, Any] | None = None
        self._name, self._scale = "", 0.0
        self._leading: Place = ()
        self._typed: dict[Place, float] = {}  # asked for, and not yet come back
        self.editable = False

    @property
    def shape(self) -> Place:
        """The array's."""
        return tuple(self._array.shape) if self._array is not None else (0,)

    def show_array(self, name: str, array: np.ndarray[Any, Any] | None, largest: float) -> None:
        """Show another array, or the same one with other values. ``largest`` is the value with the strongest tint."""
        same = array is not None and name == self._name and tuple(array.shape) == self.shape
        if not same:
            self.beginResetModel()
            self._leading = (0,) * max(0, array.ndim - 2) if array is not None else ()
        self._array, self._name, self._scale = array, name, largest
        self._typed.clear()
        if same:
            self._redraw()
        else:
            self.endResetModel()

    def show_slice(self, leading: Place) -> None:
        """Show another slice of the leading dimensions."""
        self._leading = leading
        self._redraw()

    def _redraw(self) -> None:
        self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    # -- what a cell is -----------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        shape = self.shape
        if parent.isValid() or self._array is None or 0 in shape:
            return 0
        return shape[-2] if len(shape) > 1 else (*shape, 1)[0]

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if parent.isValid() or self._array is None or 0 in self.shape:
            return 0
        return self.shape[-1] if len(self.shape) > 1 else 1

    def place(self, row: int, column: int) -> Place:
        """The index into the array."""
        return (*self._leading, row, column)[: len(self.shape)]

    def value(self, place: Place) -> float:
        """One value, as it is or as it was typed."""
        assert self._array is not None
        return self._typed[place] if place in self._typed else float(self._array[place])

    def data(self, index: Index, role: int = ROLE.DisplayRole) -> Any:
        place = self.place(index.row(), index.column())
        if role == ROLE.DisplayRole:
            return value_text(self.value(place), 10 if self._is_whole() else 4)
        if role == ROLE.EditRole:
            return repr(self.value(place)).removesuffix(".0")
        if role == ROLE.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == ROLE.BackgroundRole:
            return self._tint(self.value(place))
        if role == ROLE.ToolTipRole:
            where = f"[{', '.join(map(str, place))}]" if place else ""
            return f"{self._name}{where} = {value_text(self.value(place), 9)}"
        return None

    def _is_whole(self) -> bool:
        return self._array is not None and self._array.dtype.kind in "iub"

    def _tint(self, value: float) -> QColor | None:
        """Blue above zero, the colour of errors below: a kernel is seen before it is read."""
        if not (self._scale > 0 and value == value):
            return None
        color = theme.color("accent" if value > 0 else "error")
        color.setAlpha(round(TINT * min(1.0, abs(value) / self._scale)))
        return color

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = ROLE.DisplayRole) -> Any:
        if role == ROLE.DisplayRole:
            across = orientation == Qt.Orientation.Horizontal
            return "" if len(self.shape) < 1 or (across and len(self.shape) < 2) else str(section)
        return None

    # -- editing ------------------------------------------------------------------------------------------------

    def flags(self, index: Index) -> Qt.ItemFlag:
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return plain | Qt.ItemFlag.ItemIsEditable if self.editable else plain

    def setData(self, index: Index, value: Any, role: int = ROLE.EditRole) -> bool:
        place = self.place(index.row(), index.column())
        try:
            number = typed_number(str(value))
            if self._array is None or not _fits(number, self._array.dtype):
                raise ValueError(value)
        except ValueError:
            self.refused.emit(str(value))
            return False
        if number != self.value(place):
            self._typed[place] = number
            self.dataChanged.emit(index, index)
            self.value_edited.emit(place, number)
        return True


def _fits(number: float, kind: np.dtype[Any]) -> bool:
    """Whether a tensor of this kind can hold it."""
    import numpy as np  # loaded by whoever made the array

    if kind.kind == "f":
        return not math.isfinite(number) or abs(number) <= float(np.finfo(kind).max)
    if kind.kind == "b":
        return number in (0, 1)
    return number.is_integer() and np.iinfo(kind).min <= number <= np.iinfo(kind).max


@guarded
class _Cells(QStyledItemDelegate):
    """Numbers on their tint; a style sheet would paint over the tint."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tint, room = index.data(ROLE.BackgroundRole), option.rect
        if tint is not None:
            painter.fillRect(room.adjusted(0, 0, -1, -1), tint)
        painter.setFont(option.font)
        painter.setPen(theme.color("text"))
        painter.drawText(room.adjusted(4, 0, -6, 0), index.data(ROLE.TextAlignmentRole), index.data())
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(theme.color("accent" if option.state & QStyle.StateFlag.State_Active else "dim"))
            painter.drawRect(room.adjusted(0, 0, -2, -2))


@guarded
class _View(QTableView):
    """Copies what is selected as a spreadsheet reads it."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText("\n".join(self._lines()))
        else:
            super().keyPressEvent(event)

    def _lines(self) -> Iterator[str]:
        left, chosen = MOST_COPIED, self.selectionModel().selection()
        for part in (chosen.at(index) for index in range(chosen.count())):
            columns = range(part.left(), part.right() + 1)
            for row in range(part.top(), part.bottom() + 1):
                left -= len(columns)
                if left < 0:
                    return
                yield "\t".join(str(self.model().index(row, column).data(ROLE.EditRole)) for column in columns)


class ValueGrid(QWidget):
    """The grid with a field for each leading dimension above it."""

    value_edited = Signal(object, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.values = ValueModel(self)
        self.view, self.fields = _View(self), list[LineEditor]()
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self._name, self._reason = "", ""
        self._dress()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._slice)
        column.addWidget(self.view, 1)
        column.addWidget(self.note)
        self.values.value_edited.connect(self.value_edited)
        self.values.value_edited.connect(lambda *_: self._say(self._reason))
        self.values.refused.connect(self._refuse)
        self._say("")

    def _dress(self) -> None:
        self._slice = QWidget(self)
        row = QHBoxLayout(self._slice)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addStretch(1)
        self.view.setModel(self.values)
        self.view.setItemDelegate(_Cells(self.view))
        self.view.setShowGrid(False)
        self.view.setObjectName("values")
        self.view.setFont(theme.mono_font(11))
        self.view.setAccessibleName(self.tr("Values"))
        self.view.setTabKeyNavigation(False)
        self.view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        cell = math.ceil(DIGITS * QFontMetricsF(self.view.font()).horizontalAdvance("0")) + EDGES
        for header, size in ((self.view.horizontalHeader(), cell), (self.view.verticalHeader(), ROW)):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setDefaultSectionSize(size)
            header.setMinimumSectionSize(16)
            header.setHighlightSections(False)
            header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            header.setFont(theme.mono_font(10))

    # -- what it shows ------------------------------------------------------------------------------------------

    def show_array(self, name: str, array: np.ndarray[Any, Any] | None, largest: float = 0.0) -> None:
        """Show a tensor's values; the same tensor again keeps its slice and its place."""
        before = self.values.shape
        self.values.show_array(name, array, largest)
        if self.values.shape != before or name != self._name:
            self._make_fields(self.values.shape[:-2])
        self._name = name
        self.view.horizontalHeader().setVisible(len(self.values.shape) > 1)
        self._say(self._reason)

    def set_editable(self, editable: bool, reason: str = "") -> None:
        """Whether values may be typed over; ``reason`` says below the grid why not."""
        self.values.editable, self._reason = editable, "" if editable else reason
        self._say(self._reason)

    def _make_fields(self, sizes: Place) -> None:
        row = self._slice.layout()
        assert isinstance(row, QHBoxLayout)
        while row.count() > 1:
            item = row.takeAt(0)
            if item is not None and (part := item.widget()) is not None:
                part.hide()
                part.deleteLater()
        self.fields = [self._field(number, size) for number, size in enumerate(sizes)]
        parts: list[QWidget] = [self._sign("[")]
        for field in self.fields:
            parts += [field, self._sign(",")]
        for index, part in enumerate([*parts, self._sign(self.tr("row, column ]"))]):
            row.insertWidget(index, part)
        self._slice.setVisible(bool(self.fields))

    def _field(self, number: int, size: int) -> LineEditor:
        field = LineEditor(Syntax(frozenset({int}), bounds=Bounds(ge=0, le=size - 1)), self._slice)
        field.setFont(theme.mono_font(12))
        field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        field.setProperty("role", "index")
        digits = field.fontMetrics().horizontalAdvance("0" * max(2, len(str(size))))
        field.setFixedSize(26 + digits, 26)
        field.setAccessibleName(self.tr("Index {number}").format(number=number + 1))
        field.setToolTip(self.tr("0 … {last}: type, or use the arrow keys or the wheel").format(last=size - 1))
        field.typed.connect(lambda value: self._turn(field, value, size))
        field.show_value(0)
        return field

    def _turn(self, field: LineEditor, value: object, size: int) -> None:
        """Another slice, where there is one."""
        if not (isinstance(value, int) and 0 <= value < size):
            field.refuse()
            return
        field.accept(value)
        self.values.show_slice(tuple(int(str(field.value)) for field in self.fields))

    def _sign(self, text: str) -> QLabel:
        label = QLabel(text, self._slice)
        label.setProperty("role", "dim")
        label.setFont(theme.mono_font(12))
        return label

    def _refuse(self, text: str) -> None:
        found, typed = readings(text), text.strip()[:40]
        if len(found) > 1:
            words = self.tr("Write {first} or {second}: {text} could mean either")
            self._say(words.format(first=found[0], second=found[1], text=typed), "error")
        else:
            self._say(self.tr("“{text}” is not a number that fits here").format(text=typed), "error")

    def _say(self, text: str, role: str = "small") -> None:
        self.note.setProperty("role", role)
        self.note.style().unpolish(self.note)
        self.note.style().polish(self.note)
        self.note.setText(breakable(text))
        self.note.setVisible(bool(text))
