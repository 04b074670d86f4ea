"""How far the weights of each layer have gone between two moments: a bar for each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.units import measure_text
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip

ROW, EDGE, GAP, THICK, NAME = 24, 10.0, 10.0, 7.0, 0.4
ENTRY = Qt.ItemDataRole.UserRole + 1
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
Index = QModelIndex | QPersistentModelIndex


class MovedLayer(NamedTuple):
    """``share``: the length of the difference over the length before; inf: there was nothing before."""

    name: str
    share: float

    @property
    def number(self) -> str:
        """As the row says it."""
        return "∞" if math.isinf(self.share) else measure_text(self.share)


@guarded
class MovedModel(QAbstractListModel):
    """The layers that are shown."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: tuple[MovedLayer, ...] = ()

    def show(self, rows: Sequence[MovedLayer]) -> None:
        """The same layers keep their places, so that nothing jumps."""
        rows = tuple(rows)
        if [row.name for row in rows] != [row.name for row in self.rows]:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
        elif rows:
            self.rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))

    @property
    def most(self) -> float:
        """What a whole bar stands for."""
        return max((row.share for row in self.rows if math.isfinite(row.share)), default=0.0)

    def said(self, row: MovedLayer) -> str:
        """In words."""
        return self.tr("{name}: the weights have moved by {share} of their length").format(
            name=row.name, share=row.number)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role == ENTRY:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.said(row)
        return tooltip(self.said(row)) if role == Qt.ItemDataRole.ToolTipRole else None


@guarded
class MovedDelegate(QStyledItemDelegate):
    """Name, bar, number."""

    def __init__(self, view: MovedList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row, box, states = index.data(ENTRY), QRectF(option.rect), QStyle.StateFlag
        chosen = bool(option.state & states.State_Selected)
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen or option.state & states.State_MouseOver:
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(box.adjusted(4, 1, -4, -1), 5, 5)
        inner, digits = box.adjusted(EDGE, 0, -EDGE, 0), theme.mono_font(11)
        number = QFontMetricsF(digits).horizontalAdvance("00.000") + 2
        name = QRectF(inner.left(), inner.top(), min(150.0, NAME * inner.width()), inner.height())
        track = QRectF(name.right() + GAP, inner.center().y() - THICK / 2,
                       max(0.0, inner.right() - number - GAP - name.right() - GAP), THICK)
        painter.setBrush(theme.color("line"))
        painter.drawRoundedRect(track, 3, 3)
        if row.share > 0:
            share = min(1.0, row.share / self._view.layers.most) if math.isfinite(row.share) else 1.0
            painter.setBrush(theme.color("accent"))
            painter.drawRoundedRect(QRectF(track.left(), track.top(), max(3.0, share * track.width()), THICK), 3, 3)
        font = theme.ui_font(12, QFont.Weight.DemiBold if chosen else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        text = QFontMetricsF(font).elidedText(row.name, Qt.TextElideMode.ElideMiddle, name.width())
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, text)
        painter.setFont(digits)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, row.number)
        painter.restore()


@guarded
class MovedList(QListView):
    """A click or Enter chooses a layer."""

    layer_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers = MovedModel(self)
        self.setModel(self.layers)
        self.setItemDelegate(MovedDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setProperty("role", "rows")
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("How far the weights of each layer have moved"))
        self.clicked.connect(lambda index: self.layer_chosen.emit(index.data(ENTRY).name))

    def choose(self, name: str) -> None:
        """Mark a layer, without telling."""
        row = next((at for at, each in enumerate(self.layers.rows) if each.name == name), None)
        if row is not None:
            self.setCurrentIndex(self.layers.index(row))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER and self.currentIndex().isValid():
            self.layer_chosen.emit(self.currentIndex().data(ENTRY).name)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self.viewport().update()
