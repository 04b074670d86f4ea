"""How a row looks: a dot in its curve's colour, its name, what changed, numbers. A whole row at a time is quick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from widgets.look import theme
from widgets.runs.model import FIRST, LEFT, RIGHT
from widgets.runs.rows import IN_HAND, Column, RunRow

ROW, HEADER = 26, 27
DOT, RADIUS, FOLD, NAME, INDENT = 20, 4.5, 35, 45, 16  # from the left: the dot, the fold, the name; of members more
GAP, EDGE = 10, 8  # around words in a cell
NUMBER_ROOM = 40  # around a number
STAR_ROOM = 20
LEAST_WORDS = 0.45  # of the cell, where a note is long
SEPARATOR, LIST = " · ", ", "
ELIDE, ELIDE_MIDDLE = Qt.TextElideMode.ElideRight, Qt.TextElideMode.ElideMiddle
_STAR = ((0.0, -5.5), (1.4, -1.7), (5.3, -1.7), (2.2, 0.8), (3.3, 4.7), (0.0, 2.4),
         (-3.3, 4.7), (-2.2, 0.8), (-5.3, -1.7), (-1.4, -1.7))  # fmt: skip

ColorOf = Callable[[int], QColor]  # of a place among the colours of curves, in the theme of now


class RowLook(NamedTuple):
    """What else decides how a row is drawn."""

    is_chosen: bool = False
    is_hovered: bool = False  # by the mouse, or lit up from elsewhere
    is_current: bool = False  # the keyboard acts on it
    is_member: bool = False
    is_unfolded: bool | None = None  # None: it has nothing below it
    is_edited: bool = False  # its note is being typed


class RowPainter:
    """Fonts and colours of now, and how rows are drawn with them; another theme needs another one."""

    def __init__(self, color_of: ColorOf) -> None:
        self._color_of = color_of
        self._words, self._numbers = theme.ui_font(12), theme.mono_font(12)
        self.words, self.numbers = QFontMetricsF(self._words), QFontMetricsF(self._numbers)
        self._text, self._dim, self._accent, self._raised, self._error = (
            theme.color(name) for name in ("text", "dim", "accent", "raised", "error"))
        self._hover = _between(theme.color("panel"), self._raised)

    # -- where things are ---------------------------------------------------------------------------------------

    def fold_box(self, cell: QRectF, is_member: bool) -> QRectF:
        """The triangle that folds."""
        return QRectF(cell.left() + FOLD + _indent(is_member) - 8, cell.top(), 15, cell.height())

    def star_box(self, cell: QRectF, row: RunRow, is_member: bool) -> QRectF:
        """The star, after the name."""
        left = cell.left() + NAME + _indent(is_member) + self.words.horizontalAdvance(self._title(cell, row, is_member))
        return QRectF(left + 1, cell.top(), STAR_ROOM, cell.height())

    def note_box(self, cell: QRectF, row: RunRow) -> QRectF:
        """Where a note is written: behind the words, as much as there is room."""
        words, _ = self._changed(cell, row)
        left = cell.left() + GAP + (self.words.horizontalAdvance(words + SEPARATOR) if words else 0)
        left = min(left, cell.left() + cell.width() * (1 - LEAST_WORDS))
        return QRectF(left, cell.top() + 2, max(40.0, cell.right() - EDGE - left), cell.height() - 4)

    # -- drawing ------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, line: QRect, cells: Sequence[QRectF], row: RunRow, columns: Sequence[Column],
              look: RowLook) -> None:
        """A whole row; ``cells`` are the boxes of its columns."""
        if look.is_chosen or look.is_hovered:
            painter.fillRect(line, self._raised if look.is_chosen else self._hover)
        if look.is_current:
            painter.fillRect(QRectF(line.left(), line.top(), 2, line.height()), self._accent)
        painter.setFont(self._words)
        self._paint_run(painter, cells[0], row, look)
        self._paint_changed(painter, cells[1], row, look.is_edited)
        painter.setFont(self._numbers)
        painter.setPen(self._text)
        for box, cell, column in zip(cells[FIRST:], row.cells, columns, strict=False):
            room = box.adjusted(EDGE, 0, -EDGE, 0)
            text = cell.text
            if self.numbers.horizontalAdvance(text) > room.width():
                text = self.numbers.elidedText(text, ELIDE, room.width())
            painter.drawText(room, RIGHT if column.is_number else LEFT, text)

    def _paint_run(self, painter: QPainter, cell: QRectF, row: RunRow, look: RowLook) -> None:
        indent, middle = _indent(look.is_member), cell.center().y()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(dot_color(row.color, self._color_of))
        painter.drawEllipse(QPointF(cell.left() + DOT + indent, middle), RADIUS, RADIUS)
        if look.is_unfolded is not None:
            painter.setBrush(self._text if look.is_hovered else self._dim)
            painter.drawPolygon(_triangle(self.fold_box(cell, look.is_member).center(), look.is_unfolded))
        star = self.star_box(cell, row, look.is_member)
        if row.star or look.is_hovered:
            painter.setPen(QPen(self._text if row.star else self._dim, 1))
            painter.setBrush(self._text if row.star else Qt.BrushStyle.NoBrush)
            painter.drawPolygon(_star(QPointF(star.center().x() + 1, middle)))
        painter.setPen({"running": self._accent, "failed": self._error}.get(row.state, self._text))
        room = cell.adjusted(NAME + indent, 0, 0, 0)
        painter.drawText(room, LEFT, self._title(cell, row, look.is_member))

    def _title(self, cell: QRectF, row: RunRow, is_member: bool) -> str:
        room = cell.width() - NAME - _indent(is_member) - STAR_ROOM
        return self.words.elidedText(row.title, ELIDE, max(0.0, room))

    def _changed(self, cell: QRectF, row: RunRow) -> tuple[str, str]:
        """The words and the note as they fit; of both each gives way to the other."""
        room = cell.width() - GAP - EDGE
        note = f"{SEPARATOR}{row.note}" if row.note and row.changed else row.note
        wanted = self.words.horizontalAdvance(note)
        shown = shortened(row.changed, self.words, max(room - wanted, LEAST_WORDS * room) if note else room)
        rest = room - self.words.horizontalAdvance(shown)
        return shown, note if wanted <= rest else self.words.elidedText(note, ELIDE, rest)

    def _paint_changed(self, painter: QPainter, cell: QRectF, row: RunRow, is_edited: bool) -> None:
        words, note = self._changed(cell, row)
        room = cell.adjusted(GAP, 0, -EDGE, 0)
        if is_edited:
            words = shortened(row.changed, self.words, self.note_box(cell, row).left() - room.left() - EDGE)
        painter.setPen(self._dim)
        painter.drawText(room, LEFT, words)
        if note and not is_edited:
            painter.setPen(self._text)
            painter.drawText(room.adjusted(self.words.horizontalAdvance(words), 0, 0, 0), LEFT, note)


def shortened(text: str, metrics: QFontMetricsF, room: float) -> str:
    """Of a list as many from its beginning as there is room for, and the last; a single thing is cut in its middle."""
    if metrics.horizontalAdvance(text) <= room:
        return text
    *first, last = text.split(LIST)
    for count in range(len(first) - 1, 0, -1):
        tried = LIST.join((*first[:count], f"… {last}"))
        if metrics.horizontalAdvance(tried) <= room:
            return tried
    return metrics.elidedText(text, ELIDE_MIDDLE, room)


def dot_color(color: int | None, color_of: ColorOf) -> QColor:
    """The colour of a run's curve; grey while it is not drawn."""
    if color is None or color == IN_HAND:
        return theme.color("wire" if color is None else "accent")
    return color_of(color)


def paint_arrow(painter: QPainter, at: QPointF, is_down: bool) -> None:
    """Which way a column is sorted."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("text"))
    turn = 1 if is_down else -1
    painter.drawPolygon(QPolygonF([QPointF(at.x() + dx, at.y() + turn * dy) for dx, dy in ((-4, -2), (4, -2), (0, 3))]))


def _triangle(at: QPointF, is_unfolded: bool) -> QPolygonF:
    points = ((-4, -2), (4, -2), (0, 3)) if is_unfolded else ((-2, -4), (3, 0), (-2, 4))
    return QPolygonF([QPointF(at.x() + dx, at.y() + dy) for dx, dy in points])


def _star(at: QPointF) -> QPolygonF:
    return QPolygonF([QPointF(at.x() + dx, at.y() + dy) for dx, dy in _STAR])


def _indent(is_member: bool) -> int:
    return INDENT if is_member else 0


def _between(one: QColor, other: QColor) -> QColor:
    return QColor(*((a + b) // 2 for a, b in ((one.red(), other.red()), (one.green(), other.green()),
                                             (one.blue(), other.blue()))))  # fmt: skip
