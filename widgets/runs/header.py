"""The table's heading: quiet words over a thin line; a third click leaves the rows as they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.runs.model import FIRST, RIGHT, RunsModel
from widgets.runs.ordering import CHANGED, RUN, Sorting
from widgets.runs.painting import EDGE, ELIDE, GAP, HEADER, NAME, NUMBER_ROOM, paint_arrow

RUN_WIDE, RUN_TIGHT, RUN_MOST, LEAST_CHANGED, LEAST = 152, 110, 260, 150, 40  # pixels
TIGHT_MOST = 144  # of a run's name, where what changed has little room
RUN_ROOM = 74  # beside a name: the colour, the arrow, a star
COMFORTABLE, TIGHT = 260, 18  # for what changed; between numbers where there is less
LEAST_OF = {RUN: 100, CHANGED: 80}
ARROW = 14


@guarded
class RunsHeader(QHeaderView):
    """What changed takes the room that is left, as long as nobody made it as wide as it is."""

    sorted_by = Signal(object)  # Sorting, by a person's click
    widened = Signal()  # by a person's hand

    def __init__(self, model: RunsModel, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._model = model
        self._own: dict[str, int] = {}  # as wide as a person made them
        self._before = self._own  # when the mouse was pressed
        self._texts: Mapping[str, int] = {}
        self._fits = self._is_dragged = False
        self.setSortIndicatorShown(True)
        self.setSortIndicatorClearable(True)
        self.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(LEAST)
        self.setStretchLastSection(False)
        self.setFixedHeight(HEADER)
        self.sortIndicatorChanged.connect(lambda *_: self.sorted_by.emit(self.sorting))
        self.sectionResized.connect(self._note_width)

    # -- sorting ------------------------------------------------------------------------------------------------

    @property
    def sorting(self) -> Sorting:
        """By which column, and which way."""
        column = self.sortIndicatorSection()
        if not 0 <= column < self._model.columnCount():
            return Sorting()
        return Sorting(self._model.column_key(column), self.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder)

    def set_sorting(self, sorting: Sorting) -> None:
        """Show that, and say nothing; a column that is not there is none."""
        places = {self._model.column_key(column): column for column in range(self._model.columnCount())}
        orders = Qt.SortOrder
        was = self.blockSignals(True)
        self.setSortIndicator(places.get(sorting.column, -1),
                              orders.DescendingOrder if sorting.is_descending else orders.AscendingOrder)
        self.blockSignals(was)
        self.viewport().update()

    # -- widths -------------------------------------------------------------------------------------------------

    @property
    def widths(self) -> dict[str, int]:
        """Of the columns that a person made as wide as they are."""
        return dict(self._own)

    def set_widths(self, widths: Mapping[str, int]) -> None:
        """As wide as a person had them; the others as wide as they need."""
        self._own = dict(widths)
        self.fit(self._texts)

    def fit(self, texts: Mapping[str, int], room: int = -1) -> None:
        """Give every column its room; ``texts``: how wide is what stands in them."""
        self._texts = texts
        if self._is_dragged:
            return
        keys = [self._model.column_key(column) for column in range(self._model.columnCount())]
        room = room if room >= 0 else self.viewport().width()
        wide = self._widths_of(keys, room, NUMBER_ROOM)
        if wide[CHANGED] < COMFORTABLE and CHANGED not in self._own:
            wide = self._widths_of(keys, room, TIGHT)
        self._fits = True
        for column, key in enumerate(keys):
            if self.sectionSize(column) != wide[key]:
                self.resizeSection(column, wide[key])
        self._fits = False

    def _widths_of(self, keys: Sequence[str], room: int, gap: int) -> dict[str, int]:
        """With so much between numbers; what changed has the rest."""
        wide = {key: max(LEAST_OF.get(key, LEAST), self._own.get(key) or self._wide(column, key, gap))
                for column, key in enumerate(keys)}  # fmt: skip
        if CHANGED not in self._own:
            wide[CHANGED] = max(LEAST_CHANGED, room - sum(wide.values()) + wide[CHANGED])
        return wide

    def _wide(self, column: int, key: str, gap: int) -> int:
        if key == RUN:
            least, most = (RUN_WIDE, RUN_MOST) if gap == NUMBER_ROOM else (RUN_TIGHT, TIGHT_MOST)
            return min(most, max(least, self._texts.get(RUN, 0) + RUN_ROOM))
        if key == CHANGED:
            return LEAST_CHANGED
        needs_arrow = gap == NUMBER_ROOM or self.sorting.column == key
        title = QFontMetricsF(theme.ui_font(12)).horizontalAdvance(self._title(column)) + ARROW * needs_arrow
        is_number = self._model.columns[column - FIRST].is_number
        return round(max(title, self._texts.get(key, 0)) + (gap if is_number else min(gap, 2 * GAP)))

    def _note_width(self, column: int, _: int, width: int) -> None:
        if not self._fits and self._is_dragged:
            self._own[self._model.column_key(column)] = width

    def let_go(self, column: int) -> None:
        """As wide as it needs again."""
        self._own.pop(self._model.column_key(column), None)
        self._is_dragged = False
        self.fit(self._texts)
        self.widened.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._is_dragged = True
        self._before = self.widths
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._is_dragged = False
        if self._own != self._before:
            self.fit(self._texts)
            self.widened.emit()

    # -- looks --------------------------------------------------------------------------------------------------

    def _title(self, column: int) -> str:
        return str(self._model.headerData(column, Qt.Orientation.Horizontal))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), HEADER)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803  (Qt's)
        """Words, and an arrow beside those that the rows are sorted by."""
        box, font = QRectF(rect), theme.ui_font(12)
        metrics, is_sorted = QFontMetricsF(font), logicalIndex == self.sortIndicatorSection()
        side = self._model.headerData(logicalIndex, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole)
        room = box.adjusted(NAME if logicalIndex == 0 else GAP if logicalIndex < FIRST else EDGE, 0, -EDGE, 0)
        text = metrics.elidedText(self._title(logicalIndex), ELIDE, room.width() - (ARROW if is_sorted else 0))
        painter.setFont(font)
        painter.setPen(theme.color("text" if is_sorted else "dim"))
        painter.drawText(room, side, text)
        if is_sorted:
            wide = metrics.horizontalAdvance(text) + ARROW / 2 + 1
            at = room.right() - wide if side == RIGHT else room.left() + wide
            paint_arrow(painter, QPointF(at, box.center().y()),
                        self.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self.viewport()) as painter:
            painter.fillRect(0, self.height() - 1, self.viewport().width(), 1, theme.color("line"))
