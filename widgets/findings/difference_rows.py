"""The rows of two samples side by side, one for each layer, and the words above them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QImage, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.units import measure_text, value_text
from widgets.findings.drawing import LEFT, RIGHT, small, width_of, write
from widgets.findings.layer_difference import LayerDifference, images
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip
from widgets.parts.scroll import BAR

ROW, PICTURE, GAP, EDGE, THICK, HEAD = 46, 38.0, 10.0, 12.0, 8.0, 24
ENTRY = Qt.ItemDataRole.UserRole + 1
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
Index = QModelIndex | QPersistentModelIndex
Images = tuple[QImage | None, QImage | None, QImage | None]


class Cells(NamedTuple):
    """Where everything of a row stands."""

    name: QRectF
    pictures: tuple[QRectF, QRectF, QRectF]
    bar: QRectF
    number: QRectF
    cosine: QRectF


def cells(row: QRectF) -> Cells:
    """The name takes what pictures and numbers leave, and not more than it needs."""
    digits = theme.mono_font(11)
    number, cosine = width_of("0.0000", digits) + 2, max(width_of("−0.000", digits), width_of(_COSINE, small())) + 2
    inner = row.adjusted(EDGE, 0, -EDGE, 0)
    pictures = 3 * (PICTURE + GAP)
    rest = inner.width() - pictures - number - cosine - 3 * GAP
    name = max(56.0, min(180.0, 0.5 * rest))
    left = inner.left() + name + GAP
    places = tuple(QRectF(left + at * (PICTURE + GAP), inner.center().y() - PICTURE / 2, PICTURE, PICTURE)
                   for at in range(3))
    start = left + pictures + 2.0
    bar = QRectF(start, inner.top(), max(0.0, inner.right() - cosine - number - 2 * GAP - start), inner.height())
    return Cells(QRectF(inner.left(), inner.top(), name, inner.height()), (places[0], places[1], places[2]), bar,
                 QRectF(bar.right() + GAP, inner.top(), number, inner.height()),
                 QRectF(inner.right() - cosine, inner.top(), cosine, inner.height()))


_COSINE = "cosine"


@guarded
class DifferenceHead(QWidget):
    """What stands below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEAD)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Quiet words over the columns."""
        with QPainter(self) as painter:
            place = cells(QRectF(0, 0, self.width() - BAR, self.height()))
            write(painter, place.name, LEFT, self.tr("layer"), "dim", small())
            for room, text in zip(place.pictures, ("A", "B", "A − B"), strict=True):
                over = QRectF(room.left(), 0, room.width(), self.height())
                write(painter, over, Qt.AlignmentFlag.AlignCenter, text, "dim", small())
            wide = place.bar.united(place.number)
            write(painter, wide, LEFT, self.tr("relative difference"), "dim", small())
            write(painter, place.cosine, RIGHT, self.tr("cosine"), "dim", small())
            painter.fillRect(QRectF(EDGE, self.height() - 1, self.width() - 2 * EDGE - BAR, 1), theme.color("line"))


@guarded
class DifferenceModel(QAbstractListModel):
    """The layers, in the order in which they are computed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[LayerDifference] = ()
        self._images: dict[int, Images] = {}
        self._theme = ""

    def show(self, rows: Sequence[LayerDifference]) -> None:
        """Other numbers; of the same layers the one in hand stays."""
        same = [row.name for row in rows] == [row.name for row in self.rows]
        if not same:
            self.beginResetModel()
        self.rows, self._images = rows, {}
        if not same:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))

    @property
    def most(self) -> float:
        """The relative difference of a full bar."""
        return max([1.0, *(row.relative for row in self.rows if math.isfinite(row.relative))])

    def images(self, row: int) -> Images:
        """Made when a row is seen first, and again in another theme."""
        if self._theme != theme.current().name:
            self._theme, self._images = theme.current().name, {}
        if row not in self._images:
            self._images[row] = images(self.rows[row])
        return self._images[row]

    def said(self, row: LayerDifference) -> str:
        """A row in words."""
        return self.tr("{name}: relative difference {relative}, cosine {cosine}").format(
            name=row.name, relative=value_text(row.relative, 3), cosine=value_text(row.cosine, 3))

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
class DifferenceDelegate(QStyledItemDelegate):
    """Draws a row in the current theme."""

    def __init__(self, view: DifferenceList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row, box, states = index.data(ENTRY), QRectF(option.rect), QStyle.StateFlag
        chosen, lit = option.state & states.State_Selected, option.state & states.State_MouseOver
        if chosen or lit:
            focused = option.state & states.State_HasFocus
            painter.setPen(QPen(theme.color("accent" if focused else "raised"), 1))
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(box.adjusted(4.5, 1.5, -4.5, -1.5), 6, 6)
        place = cells(box)
        weight = QFont.Weight.DemiBold if chosen else QFont.Weight.Medium
        write(painter, place.name, LEFT, row.name, "text", theme.ui_font(12, weight))
        for room, image in zip(place.pictures, self._view.layers.images(index.row()), strict=True):
            _paint_image(painter, room, image)
        self._paint_numbers(painter, place, row)
        painter.restore()

    def _paint_numbers(self, painter: QPainter, place: Cells, row: LayerDifference) -> None:
        track = QRectF(place.bar.left(), place.bar.center().y() - THICK / 2, place.bar.width(), THICK)
        if track.width() > 12:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("line"))
            painter.drawRoundedRect(track, 3, 3)
            if math.isfinite(row.relative) and row.relative > 0:
                track.setWidth(max(3.0, track.width() * min(1.0, row.relative / self._view.layers.most)))
                painter.setBrush(theme.color("accent"))
                painter.drawRoundedRect(track, 3, 3)
        digits = theme.mono_font(11)
        write(painter, place.number, RIGHT, measure_text(row.relative), "text", digits)
        write(painter, place.cosine, RIGHT, measure_text(row.cosine), "dim", digits)


def _paint_image(painter: QPainter, room: QRectF, image: QImage | None) -> None:
    """In the middle of its place, as large as it may be without another shape."""
    if image is None or image.isNull():
        write(painter, room, Qt.AlignmentFlag.AlignCenter, "–", "dim", small())
        return
    scale = min(room.width() / image.width(), room.height() / image.height())
    size = QRectF(0, 0, max(3.0, image.width() * scale), max(3.0, image.height() * scale))
    size.moveCenter(room.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
    painter.drawImage(size, image)


@guarded
class DifferenceList(QListView):
    """A click or Enter chooses a layer."""

    layer_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = DifferenceModel(self)
        self.setModel(self._model)
        self.setItemDelegate(DifferenceDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setProperty("role", "rows")
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Layers"))
        self.clicked.connect(lambda index: self.layer_chosen.emit(index.data(ENTRY).name))

    @property
    def layers(self) -> DifferenceModel:
        """What is shown."""
        return self._model

    def row_place(self, row: int) -> QPoint:
        """The middle of a row, in the viewport."""
        return self.visualRect(self._model.index(row)).center()

    def choose(self, name: str) -> None:
        """Mark a layer, without telling; an unknown one leaves all as it is."""
        row = next((at for at, each in enumerate(self._model.rows) if each.name == name), None)
        if row is not None:
            self.setCurrentIndex(self._model.index(row))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER and self.currentIndex().isValid():
            self.layer_chosen.emit(self.currentIndex().data(ENTRY).name)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self.viewport().update()
