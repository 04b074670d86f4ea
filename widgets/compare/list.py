"""All differences between two networks in one list, grouped; Enter or a click asks to be led there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.compare.compare import Change, Comparison, Pair
from engine.compare.fields import Field
from engine.compare.union import Union
from engine.graph.graph import Edge
from widgets.canvas.cards.changes import CHANGES, paint_sign
from widgets.compare.canvas import change_words, field_title, field_values, is_rename, wires_of
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import title_of

HEAD, ROW, FIELD = 30, 26, 20
ENTRY = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex
Target = str | Edge | None


@dataclass(frozen=True)
class Entry:
    """A heading, something that differs, or one of its fields; ``target`` is what it leads to in the picture."""

    kind: str  # "head", "row" or "field"
    title: str
    detail: str = ""
    change: str = ""  # of ``changes.CHANGES``: the sign before it
    target: Target = None

    @property
    def spoken(self) -> str:
        """What a screen reader says."""
        return ", ".join(filter(None, (change_word(self.change), self.title, self.detail)))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Compare", text)


def change_word(change: str) -> str:
    """What happened, in a word."""
    words = {"added": _tr("added"), "removed": _tr("removed"), "changed": _tr("changed"), "moved": _tr("moved")}
    return words.get(change, "")


def entries(comparison: Comparison, union: Union) -> list[Entry]:
    """Everything that differs: layers first, then wires, then what stands beside the network."""
    names = {id(pair): key for key, pair in union.pairs.items()}
    groups: list[tuple[str, list[Entry]]] = [
        (title, [entry for pair in comparison.of(change) for entry in _pair_entries(pair, names[id(pair)])])
        for change, title in _groups()
    ]
    for title, fields in ((_tr("Data"), comparison.data), (_tr("Recipe"), comparison.recipe)):
        groups.append((title, _field_entries(fields)))
    added, removed = wires_of(union)
    groups.append((_tr("Wires"), [*(_wire_entry(edge, "added") for edge in added),
                                  *(_wire_entry(edge, "removed") for edge in removed),
                                  *(_wire_entry(edge, "moved") for edge in comparison.rerouted)]))  # fmt: skip
    for title, fields in ((_tr("Comments"), comparison.comments), (_tr("Description"), comparison.words)):
        groups.append((title, _field_entries(fields)))
    return [entry for title, rows in groups if rows for entry in (_head(title, rows), *rows)]


def _field_entries(fields: Sequence[Field]) -> list[Entry]:
    return [Entry("row", field_title(field), field_values(field), "changed") for field in fields]


def _groups() -> tuple[tuple[Change, str], ...]:
    return (("changed", _tr("Changed layers")), ("added", _tr("Added layers")), ("removed", _tr("Removed layers")),
            ("moved", _tr("Moved layers")))  # fmt: skip


def _head(title: str, rows: Sequence[Entry]) -> Entry:
    return Entry("head", title, str(sum(entry.kind == "row" for entry in rows)))


def _pair_entries(pair: Pair, key: str) -> Iterator[Entry]:
    node = pair.after or pair.before
    assert node is not None
    name = f"{pair.before.name} → {node.name}" if pair.renamed and pair.before is not None else node.name
    fields = [field for field in pair.fields if not is_rename(field)]
    one = len(fields) == 1 and not pair.renamed
    yield Entry("row", name, change_words(fields) if one else title_of(node.layer), pair.change, key)
    for field in () if one else fields:
        yield Entry("field", field_title(field), field_values(field), target=key)
    if pair.moved and pair.change != "moved":
        yield Entry("field", _tr("Place"), _tr("moved"), target=key)


def _wire_entry(edge: Edge, change: str) -> Entry:
    port = _tr("input {number}").format(number=edge.port + 1) if edge.port else ""
    return Entry("row", f"{edge.source.lstrip('−')} → {edge.target.lstrip('−')}", port, change, edge)


@guarded
class EntryModel(QAbstractListModel):
    """The entries that are shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries: Sequence[Entry] = ()

    def show(self, entries: Sequence[Entry]) -> None:
        """Other entries."""
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.entries)

    def flags(self, index: Index) -> Qt.ItemFlag:
        head = self.entries[index.row()].kind == "head"
        return Qt.ItemFlag.NoItemFlags if head else Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.entries[index.row()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return entry.spoken
        return f"{entry.title}: {entry.detail}" if role == Qt.ItemDataRole.ToolTipRole and entry.detail else None


@guarded
class EntryDelegate(QStyledItemDelegate):
    """Draws an entry in the current theme."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, {"head": HEAD, "field": FIELD}.get(index.data(ENTRY).kind, ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        entry, box = index.data(ENTRY), QRectF(option.rect).adjusted(8, 0, -8, 0)
        if entry.kind == "head":
            _paint_line(painter, box.adjusted(8, 6, -8, 0), entry, 12, QFont.Weight.DemiBold, "dim")
        else:
            states = QStyle.StateFlag
            if option.state & (states.State_Selected | states.State_MouseOver):
                chosen = bool(option.state & states.State_HasFocus)
                painter.setPen(QPen(theme.color("accent" if chosen else "raised"), 1))
                painter.setBrush(theme.color("raised"))
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
            if entry.change:
                token, sign, _ = CHANGES[entry.change]
                paint_sign(painter, QPointF(box.left() + 16, box.center().y()), sign, theme.color(token))
            small = entry.kind == "field"
            _paint_line(painter, box.adjusted(32, 0, -8, 0), entry, 12 if small else 13,
                        QFont.Weight.Normal if small else QFont.Weight.Medium, "dim" if small else "text")
        painter.restore()


def _paint_line(painter: QPainter, room: QRectF, entry: Entry, size: int, weight: QFont.Weight, tone: str) -> None:
    """The title at the left; what it is, or was and became, at the right."""
    middle, elide = Qt.AlignmentFlag.AlignVCenter, Qt.TextElideMode.ElideRight
    font, small = theme.ui_font(size, weight), theme.ui_font(12)
    words, values = QFontMetricsF(font), QFontMetricsF(small)
    wanted = values.horizontalAdvance(entry.detail)
    left = min(words.horizontalAdvance(entry.title), max(room.width() * 0.45, room.width() - wanted - 10))
    painter.setFont(font)
    painter.setPen(theme.color(tone))
    painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, words.elidedText(entry.title, elide, left + 1))
    painter.setFont(small)
    painter.setPen(theme.color("dim" if entry.change != "changed" and entry.kind != "field" else "text"))
    rest = room.adjusted(left + 10, 0, 0, 0)
    painter.drawText(rest, middle | Qt.AlignmentFlag.AlignRight, values.elidedText(entry.detail, elide, rest.width()))


@guarded
class CompareList(QListView):
    """The view on them; ``asked`` says what the picture shall lead to."""

    asked = Signal(object)  # str, the name of a card, or Edge

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = EntryModel(self)
        self.setModel(self._model)
        self.setItemDelegate(EntryDelegate(self))
        self.setMouseTracking(True)
        self.setProperty("role", "rows")
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Differences"))
        self.clicked.connect(self._ask)

    @property
    def entries(self) -> Sequence[Entry]:
        """What is shown."""
        return self._model.entries

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these, with the first one current; where nothing changed, all stays."""
        if entries != self._model.entries:
            self._model.show(entries)
            first = next((row for row, entry in enumerate(entries) if entry.kind != "head"), None)
            if first is not None:
                self.setCurrentIndex(self._model.index(first))

    def mark(self, target: Target) -> None:
        """Make the entry of a card or wire the current one, if it has one."""
        now = self.currentIndex().data(ENTRY)
        if target is None or (now is not None and now.target == target):
            return
        for row, entry in enumerate(self.entries):
            if entry.target == target:
                self.setCurrentIndex(self._model.index(row))
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _ask(self, index: Index) -> None:
        entry = index.data(ENTRY) if index.isValid() else None
        if entry is not None and entry.target is not None:
            self.asked.emit(entry.target)
