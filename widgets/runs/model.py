"""The table's rows for Qt's views, shown by difference: what stays keeps its selection, its folds, its editor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from widgets.look.guarded import guarded
from widgets.look.text import tooltip
from widgets.runs.ordering import CHANGED, RUN, Shown
from widgets.runs.rows import Column, RunRow, spoken

Index = QModelIndex | QPersistentModelIndex
FIRST = 2  # columns before the given ones
NOTE = 1  # the column in which a note is written
MIDDLE = Qt.AlignmentFlag.AlignVCenter
RIGHT, LEFT = Qt.AlignmentFlag.AlignRight | MIDDLE, Qt.AlignmentFlag.AlignLeft | MIDDLE
_ROOT = RunRow("", "", "", "", ())


class Item:
    """A row in its place. Indexes hold its number: an old one leads to nothing, never to what is gone."""

    __slots__ = ("children", "id", "parent", "place", "row")

    def __init__(self, id: int, row: RunRow, parent: Item | None = None, place: int = 0) -> None:
        self.id, self.row, self.parent, self.place = id, row, parent, place
        self.children: list[Item] = []


@guarded
class RunsModel(QAbstractItemModel):
    """Runs, below groups their members."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[Column, ...] = ()
        self._numbers = count(1)
        self._root = Item(0, _ROOT)
        self._items = {0: self._root}
        self._by_key: dict[str, Item] = {}

    # -- what it shows ------------------------------------------------------------------------------------------

    def set_columns(self, columns: Sequence[Column]) -> bool:
        """Other columns; with others than before all rows are new ones, and then it is true."""
        before, self.columns = self.columns, tuple(columns)
        if [column.key for column in before] == [column.key for column in columns]:
            if before != self.columns:
                self.headerDataChanged.emit(Qt.Orientation.Horizontal, FIRST, self.columnCount() - 1)
            return False
        self.beginResetModel()
        self._root = Item(0, _ROOT)
        self._items, self._by_key = {0: self._root}, {}
        self.endResetModel()
        return True

    def has_places(self, shown: Sequence[Shown]) -> bool:
        """Whether these are the rows that are there, in the same order."""
        return _has_places(self._root, shown)

    def show(self, shown: Sequence[Shown]) -> None:
        """Show these: rows are moved, taken away and added, and only those that say something else are told."""
        self._show(self._root, shown)

    def _show(self, parent: Item, shown: Sequence[Shown]) -> None:
        """In as few steps as there are kinds of change, however many rows change."""
        had, keys = {item.row.key: item for item in parent.children}, [each.row.key for each in shown]
        kept = [had[key] for key in keys if key in had]
        wanted = set(keys)
        self._arrange(parent, kept + [item for item in parent.children if item.row.key not in wanted])
        self._cut(parent, len(kept))
        self._append(parent, [each for each in shown if each.row.key not in had])
        there = {item.row.key: item for item in parent.children}
        self._arrange(parent, [there[key] for key in keys])
        self._renew(parent, shown)
        for item, each in zip(parent.children, shown, strict=True):
            if item.row.key in had and (item.children or each.members):
                self._show(item, each.members)

    def _arrange(self, parent: Item, order: list[Item]) -> None:
        if order == parent.children:
            return
        self.layoutAboutToBeChanged.emit()
        held = [index for index in self.persistentIndexList() if self._of(index).parent is parent]
        whose = [self._of(index) for index in held]
        parent.children = order
        _number(order)
        self.changePersistentIndexList(held, [self.createIndex(item.place, index.column(), item.id)
                                              for item, index in zip(whose, held, strict=True)])  # fmt: skip
        self.layoutChanged.emit()

    def _cut(self, parent: Item, length: int) -> None:
        gone = parent.children[length:]
        if gone:
            self.beginRemoveRows(self._index(parent), length, len(parent.children) - 1)
            del parent.children[length:]
            self.endRemoveRows()
            for item in gone:  # only now: until then Qt asks for them
                self._forget(item)

    def _forget(self, item: Item) -> None:
        del self._items[item.id]
        if self._by_key.get(item.row.key) is item:
            del self._by_key[item.row.key]
        for child in item.children:
            self._forget(child)

    def _append(self, parent: Item, new: Sequence[Shown]) -> None:
        if new:
            first = len(parent.children)
            self.beginInsertRows(self._index(parent), first, first + len(new) - 1)
            parent.children += [self._made(each, parent, place) for place, each in enumerate(new, first)]
            self.endInsertRows()

    def _made(self, shown: Shown, parent: Item, place: int) -> Item:
        item = Item(next(self._numbers), shown.row, parent, place)
        self._items[item.id] = self._by_key[shown.row.key] = item
        item.children = [self._made(each, item, place) for place, each in enumerate(shown.members)]
        return item

    def _renew(self, parent: Item, shown: Sequence[Shown]) -> None:
        changed = list[int]()
        for item, each in zip(parent.children, shown, strict=True):
            if item.row is not each.row and item.row != each.row:
                changed.append(item.place)
            item.row = each.row
        for first, last in stretches(changed):
            self.dataChanged.emit(self._index(parent.children[first]),
                                  self._index(parent.children[last], self.columnCount() - 1))  # fmt: skip

    # -- rows and their places ----------------------------------------------------------------------------------

    def row_at(self, index: Index) -> RunRow | None:
        """The row there, None beside all of them."""
        item = self._of(index)
        return item.row if item is not self._root else None

    def index_of(self, key: str) -> QModelIndex:
        """Where a row is, nowhere if it is not shown."""
        item = self._by_key.get(key)
        return self._index(item) if item is not None else QModelIndex()

    def column_key(self, column: int) -> str:
        """What a column is called among programs."""
        return (RUN, CHANGED, *(each.key for each in self.columns))[column]

    def group_keys(self) -> list[str]:
        """The rows that can be unfolded."""
        return [item.row.key for item in self._root.children if item.children]

    def shown_runs(self, index: Index) -> Iterator[str]:
        """The runs that a row stands for, of a group those of its members that are shown."""
        item = self._of(index)
        yield from _runs(item)

    def _of(self, index: Index) -> Item:
        """The item of an index; of one that leads to nothing any more the root."""
        return self._items.get(index.internalId(), self._root) if index.isValid() else self._root

    def _index(self, item: Item, column: int = 0) -> QModelIndex:
        return self.createIndex(item.place, column, item.id) if item is not self._root else QModelIndex()

    # -- what Qt asks -------------------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008  (Qt's)
        children = self._of(parent).children
        if not 0 <= row < len(children) or not 0 <= column < self.columnCount():
            return QModelIndex()
        return self.createIndex(row, column, children[row].id)

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]  # QObject has another parent()
        above = self._of(index).parent
        return self._index(above) if above is not None else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self._of(parent).children) if parent.column() <= 0 else 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return FIRST + len(self.columns)

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        return bool(self._of(parent).children)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NOTE else flags

    def headerData(self, section: int, orientation: Qt.Orientation,
                   role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        given = self.columns[section - FIRST] if FIRST <= section < self.columnCount() else None
        is_number = given is not None and given.is_number
        if role == Qt.ItemDataRole.DisplayRole:
            return given.title if given is not None else (self.tr("Run"), self.tr("What changed"))[section]
        if role == Qt.ItemDataRole.InitialSortOrderRole:  # the most is looked for first
            return Qt.SortOrder.DescendingOrder if is_number else Qt.SortOrder.AscendingOrder
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if is_number else LEFT
        return tooltip(given.tip) if role == Qt.ItemDataRole.ToolTipRole and given is not None and given.tip else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(row, index.column())
        if role == Qt.ItemDataRole.EditRole:
            return row.note
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.hint
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(row, self.columns) if index.column() == 0 else _text(row, index.column())
        return None


def _text(row: RunRow, column: int) -> str:
    if column < FIRST:
        return row.title if column == 0 else " · ".join(filter(None, (row.changed, row.note)))
    return row.cells[column - FIRST].text if column - FIRST < len(row.cells) else ""


def _runs(item: Item) -> Iterator[str]:
    if not item.children:
        yield item.row.key
    for child in item.children:
        yield from _runs(child)


def _has_places(item: Item, shown: Sequence[Shown]) -> bool:
    return len(item.children) == len(shown) and all(
        child.row.key == each.row.key and _has_places(child, each.members)
        for child, each in zip(item.children, shown, strict=True))  # fmt: skip


def _number(items: Sequence[Item]) -> None:
    for place, item in enumerate(items):
        item.place = place


def stretches(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of neighbours."""
    begun = 0
    for at, place in enumerate(places):
        if at + 1 == len(places) or places[at + 1] != place + 1:
            yield places[begun], place
            begun = at + 1
