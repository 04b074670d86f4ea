"""All members, the best first: what each has, how far it came, and why no further."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
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

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip
from widgets.sweep.results import best_first, shares
from widgets.sweep.tones import tone
from widgets.sweep.values import Member, SweepShown
from widgets.sweep.words import epoch_words, result_words, spoken, state_words

ROW, DOT, GAP = 42, 4.0, 10
ENTRY = Qt.ItemDataRole.UserRole + 1
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
Index = QModelIndex | QPersistentModelIndex


@guarded
class MemberModel(QAbstractListModel):
    """Rows change and change places; each keeps whether it is selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.members: Sequence[Member] = ()
        self.shares: Mapping[str, float] = {}

    def show(self, shown: SweepShown) -> None:
        """Another state: what differs is told."""
        members = best_first(shown.members, shown.larger_is_better)
        before, keys = self.members, [member.key for member in members]
        self.shares = shares(shown.members, shown.larger_is_better)
        if {member.key for member in before} != set(keys):
            self.beginResetModel()
            self.members = members
            self.endResetModel()
        elif [member.key for member in before] != keys:
            self._reorder(members, keys)
        else:
            self._change(members)

    def _reorder(self, members: Sequence[Member], keys: Sequence[str]) -> None:
        self.layoutAboutToBeChanged.emit()
        rows, old = {key: row for row, key in enumerate(keys)}, self.persistentIndexList()
        new = [self.index(rows[self.members[index.row()].key]) for index in old]
        self.members = members
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def _change(self, members: Sequence[Member]) -> None:
        changed = [row for row, (old, new) in enumerate(zip(self.members, members, strict=True)) if old is not new]
        self.members = members
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.members)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        member = self.members[index.row()]
        if role == ENTRY:
            return member
        if role == Qt.ItemDataRole.DisplayRole:
            return member.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(member)
        return tooltip(*spoken(member).split(", ", 1)) if role == Qt.ItemDataRole.ToolTipRole else None


@guarded
class MemberDelegate(QStyledItemDelegate):
    """Two lines: the setting and its result; its state and its epochs."""

    def __init__(self, view: MemberList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        member, box = index.data(ENTRY), QRectF(option.rect).adjusted(4, 1, -4, -1)
        painter.setOpacity(1.0 if self._view.is_kept(member.key) else 0.4)
        self._paint_ground(painter, box, option, member.key)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone(self._view.share(member.key)))
        painter.drawEllipse(QPointF(box.left() + 12, box.top() + 13), DOT, DOT)
        room = box.adjusted(24, 3, -8, -3)
        upper, lower = room.adjusted(0, 0, 0, -room.height() / 2), room.adjusted(0, room.height() / 2, 0, 0)
        font = theme.ui_font(13, QFont.Weight.Medium if member.result is not None else QFont.Weight.Normal)
        _paint_pair(painter, upper, member.title, "text", font, result_words(member.result), "text")
        wrong = "error" if member.state == "failed" else "dim"
        _paint_pair(painter, lower, state_words(member), wrong, theme.ui_font(11), epoch_words(member), "dim")
        painter.restore()

    def _paint_ground(self, painter: QPainter, box: QRectF, option: QStyleOptionViewItem, key: str) -> None:
        states = QStyle.StateFlag
        chosen, lit = option.state & states.State_Selected, key == self._view.lit
        current = option.state & states.State_HasFocus
        if chosen or lit or current:
            painter.setPen(QPen(theme.color("accent" if current or chosen else "raised"), 1))
            painter.setBrush(theme.color("raised" if chosen or lit else "panel"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)


def _paint_pair(painter: QPainter, room: QRectF, left: str, name: str, font: QFont, right: str, tint: str) -> None:
    """Words at the left as far as there is room, a number at the right."""
    middle, numbers = Qt.AlignmentFlag.AlignVCenter, theme.mono_font(font.pixelSize() - (font.pixelSize() > 11))
    taken = QFontMetricsF(numbers).horizontalAdvance(right) + (GAP if right else 0)
    painter.setFont(numbers)
    painter.setPen(theme.color(tint))
    painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, right)
    words = QFontMetricsF(font).elidedText(left, Qt.TextElideMode.ElideRight, room.width() - taken)
    painter.setFont(font)
    painter.setPen(theme.color(name))
    painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, words)


@guarded
class MemberList(QListView):
    """The view on them."""

    hovered = Signal(str)
    selected = Signal(list)
    opened = Signal(str)  # Enter or a double click

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self.lit = MemberModel(self), ""
        self._kept: frozenset[str] | None = None
        self._is_following = False  # the selection is made elsewhere
        self.setModel(self._model)
        self.setItemDelegate(MemberDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setProperty("role", "rows")
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Members, the best first"))
        self.entered.connect(lambda index: self.hovered.emit(index.data(ENTRY).key))
        self.viewportEntered.connect(lambda: self.hovered.emit(""))
        self.doubleClicked.connect(lambda index: self.opened.emit(index.data(ENTRY).key))
        self.selectionModel().selectionChanged.connect(self._tell)

    @property
    def members(self) -> Sequence[Member]:
        """What is shown, from the top."""
        return self._model.members

    def share(self, key: str) -> float | None:
        """Its place among all results."""
        return self._model.shares.get(key)

    def is_kept(self, key: str) -> bool:
        """Whether it is not left out by a brush."""
        return self._kept is None or key in self._kept

    def show_sweep(self, shown: SweepShown) -> None:
        """Another state; what is selected stays so."""
        chosen = self.chosen
        self._is_following = True
        self._model.show(shown)
        self._is_following = False
        if self.chosen != chosen:
            self.show_selected(chosen)
        self.viewport().update()

    def show_kept(self, keys: frozenset[str] | None) -> None:
        """The others are pale; None: all are meant."""
        self._kept = keys
        self.viewport().update()

    def light(self, key: str) -> None:
        """Let one stand out."""
        if key != self.lit:
            self.lit = key
            self.viewport().update()

    @property
    def chosen(self) -> list[str]:
        """Keys of what is selected, from the top."""
        return [self.members[row].key for row in sorted(index.row() for index in self.selectedIndexes())]

    def show_selected(self, keys: Collection[str]) -> None:
        """Select these without telling, and bring the first into sight."""
        wanted = QItemSelection()
        for row, member in enumerate(self.members):
            if member.key in keys:
                wanted.select(self._model.index(row), self._model.index(row))
        self._is_following = True
        self.selectionModel().select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._is_following = False
        if wanted.indexes():
            self.selectionModel().setCurrentIndex(wanted.indexes()[0], QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(wanted.indexes()[0])

    def _tell(self) -> None:
        if not self._is_following:
            self.selected.emit(self.chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().data(ENTRY).key)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit("")
