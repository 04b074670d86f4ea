"""Rows with a strip, words, dim words and something at the right: what a search or a list of commands finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QResizeEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded

ROW = 30
FEWEST = 2  # rows that one sees, however small the window
STRIP, LEFT, GAP = 4.0, 14.0, 10.0
ENTRY = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Row:
    """One entry. A ``dim`` one is possible but not wise, or not possible now; its ``sign`` says so without colour."""

    key: str
    title: str
    detail: str = ""
    right: str = ""
    category: str = ""  # decides the strip's colour; none: no strip
    sign: str = ""  # before what stands at the right
    dim: bool = False
    tone: str = ""  # the colour of ``right``: "" or one of the theme's
    tip: str = ""

    @property
    def spoken(self) -> str:
        """What a screen reader says."""
        return ", ".join(filter(None, (self.title, self.detail, self.sign, self.right, self.tip)))


@guarded
class RowModel(QAbstractListModel):
    """The rows that are shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[Row] = ()

    def show(self, rows: Sequence[Row]) -> None:
        """Other rows."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role == ENTRY:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken
        return row.tip or None if role == Qt.ItemDataRole.ToolTipRole else None


@guarded
class RowDelegate(QStyledItemDelegate):
    """Draws a row in the current theme."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row, box = index.data(ENTRY), QRectF(option.rect).adjusted(6, 1, -6, -1)
        if option.state & QStyle.StateFlag.State_Selected:
            self._paint_ground(painter, box, "accent")
        elif option.state & QStyle.StateFlag.State_MouseOver:
            self._paint_ground(painter, box)
        if row.category:
            strip = QPainterPath()
            strip.addRoundedRect(QRectF(box.left() + 4, box.top() + 5, STRIP, box.height() - 10), 2, 2)
            painter.setOpacity(0.45 if row.dim else 1.0)
            painter.fillPath(strip, theme.category_color(row.category))
            painter.setOpacity(1.0)
        room = box.adjusted(LEFT + 2, 0, -8, 0)
        self._paint_words(painter, room.adjusted(0, 0, -self._paint_right(painter, room, row), 0), row)
        painter.restore()

    def _paint_ground(self, painter: QPainter, box: QRectF, outline: str = "raised") -> None:
        painter.setPen(QPen(theme.color(outline), 1))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)

    def _paint_right(self, painter: QPainter, room: QRectF, row: Row) -> float:
        """Draw what stands at the right; the width that it takes."""
        text = " ".join(filter(None, (row.sign, row.right)))
        if not text:
            return 0.0
        font = theme.mono_font(11)
        width = min(QFontMetricsF(font).horizontalAdvance(text), room.width() * 0.6)
        painter.setFont(font)
        painter.setPen(theme.color(row.tone or "dim"))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
                         QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width + 1))
        return width + GAP

    def _paint_words(self, painter: QPainter, room: QRectF, row: Row) -> None:
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        font = theme.ui_font(13, QFont.Weight.Normal if row.dim else QFont.Weight.Medium)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(theme.color("dim" if row.dim else "text"))
        painter.drawText(room, flags, metrics.elidedText(row.title, Qt.TextElideMode.ElideRight, room.width()))
        rest = room.adjusted(metrics.horizontalAdvance(row.title) + GAP, 0, 0, 0)
        if row.detail and rest.width() > 24:
            small = theme.ui_font(12)
            painter.setFont(small)
            painter.setPen(theme.color("dim"))
            painter.drawText(rest, flags, QFontMetricsF(small).elidedText(
                row.detail, Qt.TextElideMode.ElideRight, rest.width()))


@guarded
class RowList(QListView):
    """The view: as high as its rows up to ``most`` of them, less where there is no room; keys go to the field above."""

    chosen = Signal(object)  # Row, clicked
    marked = Signal(object)  # Row, current now; None: none

    def __init__(self, most: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most, self._model = most, RowModel(self)
        self.setModel(self._model)
        self.setItemDelegate(RowDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setProperty("role", "rows")
        self.clicked.connect(lambda index: self.chosen.emit(index.data(ENTRY)))
        self.selectionModel().currentChanged.connect(lambda index, _old: self.marked.emit(index.data(ENTRY)))

    @property
    def rows(self) -> Sequence[Row]:
        """What is shown."""
        return self._model.rows

    def show_rows(self, rows: Sequence[Row], mark: int | None = 0) -> None:
        """Show these, with the one of this number marked."""
        self._model.show(rows)
        high = min(len(rows), self._most)
        self.setMinimumHeight(min(high, FEWEST) * ROW)
        self.setMaximumHeight(high * ROW)
        self.updateGeometry()
        self.setVisible(bool(rows))
        if mark is not None and rows:
            self.setCurrentIndex(self._model.index(mark))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.maximumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is marked stays in sight."""
        super().resizeEvent(event)
        self.scrollTo(self.currentIndex())

    def current(self) -> Row | None:
        """The marked row."""
        row: Row | None = self.currentIndex().data(ENTRY)
        return row

    def step(self, by: int) -> None:
        """Mark another row; past an end a single step goes round, a page stops."""
        count, now = len(self.rows), self.currentIndex().row()
        if count:
            at = (now + by) % count if abs(by) == 1 and now >= 0 else max(0, min(count - 1, now + by))
            self.setCurrentIndex(self._model.index(at))

    def page(self) -> int:
        """How many rows one sees at once."""
        return max(1, min(self._most, self.height() // ROW) - 1)
