"""Examples of data in tiles: a small picture, what is said of it, and what was decided; one or several are selected."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFont, QFontMetricsF, QImage, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.pixels import fitted, paint_pixels

HIGH, WIDE, SIDE, GAP = 52, 270, 40, 10
ROW, IMAGE = Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2
Index = QModelIndex | QPersistentModelIndex
Pixels = tuple[bytes, int, int, int]  # row by row with channels last; channels, height, width
CENTRE = Qt.AlignmentFlag.AlignVCenter


class ExampleRow(NamedTuple):
    """``key`` says which it is; ``decided`` is what a person has decided of it, which makes the rest quiet."""

    key: Hashable
    title: str
    detail: str = ""
    right: str = ""
    pixels: Pixels | None = None
    decided: str = ""
    words: str = ""  # the same as a sentence

    @property
    def spoken(self) -> str:
        """What a screen reader says."""
        said = (self.words,) if self.words else (self.title, self.detail, self.right)
        return ", ".join(filter(None, (*said, self.decided)))


def image_of(pixels: Pixels | None) -> QImage | None:
    """None: there is no picture."""
    if pixels is None or not pixels[0]:
        return None
    content, channels, height, width = pixels
    form = QImage.Format.Format_Grayscale8 if channels == 1 else QImage.Format.Format_RGB888
    return QImage(content, width, height, width * channels, form).copy()


@guarded
class _Model(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: Sequence[ExampleRow] = ()
        self._images: dict[Hashable, tuple[Pixels | None, QImage | None]] = {}

    def show(self, rows: Sequence[ExampleRow]) -> None:
        """Other rows; of the same examples what is selected stays."""
        if [row.key for row in rows] == [row.key for row in self.rows]:
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows, self._images = rows, {}
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role == ROW:
            return row
        if role == IMAGE:
            return self._image(row)
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        return row.spoken if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole) else None

    def _image(self, row: ExampleRow) -> QImage | None:
        """Made when it is first seen."""
        if row.key not in self._images or self._images[row.key][0] is not row.pixels:
            self._images[row.key] = row.pixels, image_of(row.pixels)
        return self._images[row.key][1]


@guarded
class _Delegate(QStyledItemDelegate):
    """Draws a tile in the current theme."""

    size = QSize(WIDE, HIGH)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self.size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row, box = index.data(ROW), QRectF(option.rect).adjusted(3, 2, -3, -2)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(theme.color("accent" if is_selected else "raised"), 1))
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        room = box.adjusted(6, 0, -8, 0)
        image = index.data(IMAGE)
        if image is not None:
            place = QRectF(room.left(), room.center().y() - SIDE / 2, SIDE, SIDE)
            painter.fillRect(place, theme.color("canvas"))
            painter.setOpacity(0.45 if row.decided else 1.0)
            paint_pixels(painter, fitted(image.height(), image.width(), place), image, lined=False)
            painter.setOpacity(1.0)
            room.setLeft(place.right() + GAP)
        self._paint_words(painter, room, row)
        painter.restore()

    def _paint_words(self, painter: QPainter, room: QRectF, row: ExampleRow) -> None:
        above, below = QRectF(room), QRectF(room)
        above.setBottom(room.center().y() + 1)
        above.setTop(above.top() + 5)
        below.setTop(room.center().y() + 1)
        below.setBottom(below.bottom() - 5)
        small = theme.ui_font(12)
        taken = self._line(painter, above, row.right, theme.mono_font(11), "dim", right=True)
        title = theme.ui_font(13, QFont.Weight.Normal if row.decided else QFont.Weight.DemiBold)
        self._line(painter, above.adjusted(0, 0, -taken, 0), row.title, title, "dim" if row.decided else "text")
        taken = self._line(painter, below, row.decided, small, "accent", right=True)
        self._line(painter, below.adjusted(0, 0, -taken, 0), row.detail, small, "dim")

    def _line(self, painter: QPainter, room: QRectF, text: str, font: QFont, color: str, right: bool = False) -> float:
        """Draw a line; the width that it takes."""
        if not text or room.width() < 8:
            return 0.0
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(theme.color(color))
        painter.drawText(room, CENTRE | (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft),
                         metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width()))
        return min(metrics.horizontalAdvance(text), room.width()) + GAP


@guarded
class ExampleList(QListView):
    """As many tiles side by side as there is room for. ``keys``: what pressing a key asks for the selected ones."""

    asked = Signal(str)
    menu_asked = Signal(QPoint)  # of the screen
    selected = Signal()

    def __init__(self, name: str, keys: Mapping[Qt.Key, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._keys, self._model = keys, _Model(self)
        self.setModel(self._model)
        self._delegate = _Delegate(self)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setWrapping(True)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setProperty("role", "rows")
        self.selectionModel().selectionChanged.connect(lambda _now, _before: self.selected.emit())

    @property
    def rows(self) -> Sequence[ExampleRow]:
        """What is shown."""
        return self._model.rows

    @property
    def chosen(self) -> list[Hashable]:
        """The keys of those that are selected, in their order."""
        return [self.rows[row].key for row in sorted(index.row() for index in self.selectedIndexes())]

    def show_rows(self, rows: Sequence[ExampleRow]) -> None:
        """Show these, the first of them selected; of the same examples what is selected stays, and where some of them
        are gone the next one is."""
        before, at = {row.key for row in self.rows}, self.currentIndex().row()
        self._model.show(tuple(rows))
        if rows and not self.selectedIndexes():
            there = max(0, at) if any(row.key in before for row in rows) else 0
            self.setCurrentIndex(self._model.index(min(there, len(rows) - 1)))

    def go_on(self) -> None:
        """Select the next one after those that are selected of which nothing is decided."""
        last = max((index.row() for index in self.selectedIndexes()), default=-1)
        order = [*range(last + 1, len(self.rows)), *range(last + 1)]
        there = next((row for row in order if not self.rows[row].decided), None)
        if there is not None:
            self.setCurrentIndex(self._model.index(there))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tiles share the width."""
        width = max(1, self.viewport().width() - 1)  # one that fits to the pixel goes to the next row
        self._delegate.size = QSize(width // max(1, width // WIDE), HIGH)
        self.setGridSize(self._delegate.size)
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What is asked for by a key; else as in any list."""
        wanted = self._keys.get(Qt.Key(event.key()))
        if wanted is None or event.modifiers() not in (Qt.KeyboardModifier.NoModifier,
                                                       Qt.KeyboardModifier.KeypadModifier):
            super().keyPressEvent(event)
        elif self.chosen:
            self.asked.emit(wanted)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the selected ones; by the keyboard, at the one in hand."""
        if not self.chosen:
            return
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        at = self.visualRect(self.currentIndex()).center() if by_key else self.viewport().mapFrom(self, event.pos())
        self.menu_asked.emit(self.viewport().mapToGlobal(at))
