"""Parallel coordinates: an axis for each field and the last for the result; ranges are brushed, axes moved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from engine.units import UNKNOWN
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip
from widgets.parts.elided import wrapped
from widgets.sweep.axes import Axis, axis_of
from widgets.sweep.member_plot import EDGE, LEFT, READOUT, MemberPlot, apart, dashed, write
from widgets.sweep.values import FieldAxis, Member, Value

TITLE, LINES, LAST, NONE, FOOT = 14, 2, 78, 24, 12  # pixels: a line of a title; right of the last axis; below the axes
CLOSE = 84  # pixels between two axes: their titles have no room for two lines
GRAB, BRUSH, APART = 9, 10, 13  # so near to an axis the mouse is on it; a brush's width; between two texts
BROKEN = ("failed", "stopped")
ELIDE = Qt.TextElideMode.ElideRight
RESULT = ""  # the axis of the result, among titles


class Column(NamedTuple):
    """An axis with the values that members have on it, and where these are; by member."""

    field: FieldAxis
    values: dict[str, Value]
    axis: Axis
    places: dict[str, float | None]

    @property
    def title(self) -> str:
        """Of the field; that of the result has none."""
        return self.field.title


def _column(field: FieldAxis, values: dict[str, Value]) -> Column:
    axis = axis_of(field, list(values.values()))
    return Column(field, values, axis, {key: axis.place(value) for key, value in values.items()})


@guarded
class FieldsPlot(MemberPlot):
    """Colour tells the result; a member that ended early is dashed."""

    kept_changed = Signal()  # other members are within all brushes

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Fields"), parent)
        self._order: list[str] = []  # titles, as a person has put them
        self.columns: list[Column] = []
        self.brushes: dict[str, tuple[float, float]] = {}  # by title, as its axis reads places
        self._kept: frozenset[str] | None = None
        self._laid: tuple[object, dict[str, QPolygonF]] | None = None  # lines, for a size
        self._has_none = False
        self._pressed: tuple[str, float] | None = None  # the axis, and the height where it was pressed
        self._moved: str | None = None  # the axis that is dragged

    # -- what is shown ------------------------------------------------------------------------------------------

    def arrange(self) -> None:
        """Fields that were there keep the place that a person gave them."""
        titles = [field.title for field in self.shown.fields]
        self._order = [title for title in self._order if title in titles]
        self._order += [title for title in titles if title not in self._order]
        fields = {field.title: (place, field) for place, field in enumerate(self.shown.fields)}
        columns = [self._column(*fields[title]) for title in self._order]
        results: dict[str, Value] = {member.key: member.result for member in self.shown.members}
        if any(result is not None for result in results.values()):
            columns.append(self._kept_column(FieldAxis(RESULT, "result"), results))
        self.columns = columns
        self._has_none = any(place is None for column in columns for place in column.places.values())
        self._laid = None
        there = {column.title for column in columns}
        self.brushes = {title: brush for title, brush in self.brushes.items() if title in there}
        self._find_kept()
        words = self.tr("{count} runs over {fields} and the result; {title}")
        self.setAccessibleDescription(words.format(
            count=len(self.members), fields=", ".join(self._order), title=self.readout) if self.members else "")

    def _column(self, place: int, field: FieldAxis) -> Column:
        return self._kept_column(field, {member.key: _value(member, place) for member in self.shown.members})

    def _kept_column(self, field: FieldAxis, values: dict[str, Value]) -> Column:
        """That of before, where nothing on it has changed: of most fields, while a sweep goes on."""
        before = next((column for column in self.columns if column.title == field.title), None)
        is_same = before is not None and before.field == field and before.values == values
        return before if is_same and before is not None else _column(field, values)

    # -- where everything is ------------------------------------------------------------------------------------

    @property
    def area(self) -> QRectF:
        """Between the first and the last axis."""
        below = FOOT + NONE * self._has_none
        return QRectF(self.rect()).adjusted(EDGE, READOUT + LINES * TITLE + 10, -LAST, -below)

    @property
    def _step(self) -> float:
        return self.area.width() / max(1, len(self.columns) - 1)

    def x_of(self, title: str) -> float:
        """Where an axis stands; "": that of the result."""
        return self.area.left() + [column.title for column in self.columns].index(title) * self._step

    def spot(self, title: str, value: Value) -> QPointF:
        """Where a value is on the screen."""
        column = next(column for column in self.columns if column.title == title)
        return QPointF(self.x_of(title), self._y(column.axis.place(value)))

    def _y(self, place: float | None) -> float:
        """What has no place on an axis stands below it."""
        return self.area.bottom() + NONE if place is None else self.area.bottom() - place * self.area.height()

    def _place(self, y: float) -> float:
        return min(1.0, max(0.0, (self.area.bottom() - y) / max(1.0, self.area.height())))

    def transform(self) -> QTransform:
        return QTransform()

    def polygon(self, key: str) -> QPolygonF:
        if self._laid is None or self._laid[0] != self.size():
            self._laid = (self.size(), self._lines())
        return self._laid[1][key]

    def _lines(self) -> dict[str, QPolygonF]:
        area, step = self.area, self._step
        across = [area.left() + at * step for at in range(len(self.columns))]
        low, none, high, columns = area.bottom(), area.bottom() + NONE, area.height(), self.columns
        return {key: QPolygonF([QPointF(x, none if (place := column.places[key]) is None else low - place * high)
                                for x, column in zip(across, columns, strict=True)])
                for key in self.members}  # fmt: skip

    def distance(self, key: str, at: QPointF) -> float:
        """To the piece between the two axes beside the mouse."""
        line, step = self.polygon(key), self._step
        if line.size() < 2 or step <= 0:
            return math.inf
        left = min(max(0, int((at.x() - self.area.left()) / step)), line.size() - 2)
        return apart(at, line.at(left), line.at(left + 1))

    # -- brushes ------------------------------------------------------------------------------------------------

    def is_kept(self, key: str) -> bool:
        return self._kept is None or key in self._kept

    @property
    def kept(self) -> frozenset[str] | None:
        """Who is within all brushes; None: nothing is brushed."""
        return self._kept

    def brush(self, title: str, low: float, high: float) -> None:
        """Only members whose value on this axis lies between these two places."""
        axis = next(column.axis for column in self.columns if column.title == title)
        self.brushes[title] = (axis.read(low), axis.read(high))
        self._brushed()

    def clear_brushes(self, *titles: str) -> None:
        """Take away these brushes; without titles all."""
        gone = [self.brushes.pop(title, None) for title in titles or tuple(self.brushes)]
        if any(brush is not None for brush in gone):
            self._brushed()

    def _brushed(self) -> None:
        self._find_kept()
        self.redraw()

    def _find_kept(self) -> None:
        there = [column for column in self.columns if column.title in self.brushes]
        kept = frozenset(key for key in self.members if all(self._is_within(column, key) for column in there))
        if (found := kept if there else None) != self._kept:
            self._kept = found
            self.kept_changed.emit()

    def _is_within(self, column: Column, key: str) -> bool:
        place, (low, high) = column.places[key], self._brush_of(column)
        return place is not None and low - 1e-9 <= place <= high + 1e-9

    def _brush_of(self, column: Column) -> tuple[float, float]:
        low, high = self.brushes[column.title]
        return column.axis.spot(low), column.axis.spot(high)

    # -- painting -----------------------------------------------------------------------------------------------

    def pen(self, key: str) -> QPen:
        pen = super().pen(key)
        return dashed(pen) if self.members[key].state in BROKEN else pen

    def paint_frame(self, painter: QPainter) -> None:
        """Axes with their titles."""
        if not self.members:
            nothing = self.tr("No sweep yet: which settings led where is drawn here")
            write(painter, QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, nothing, "dim", theme.ui_font(13))
        for column in self.columns if self.members else ():
            x, top = round(self.x_of(column.title)), self._title_box(column.title).bottom() + 4
            painter.fillRect(QRectF(x, top, 1, self.area.top() - top), theme.color("line"))
            painter.fillRect(QRectF(x, self.area.top(), 1, self.area.height()), theme.color("wire"))
        for column in self.columns if self.members else ():
            self._paint_title(painter, column.title)

    def _paint_title(self, painter: QPainter, title: str) -> None:
        """At its axis, in as many lines as it has."""
        font = theme.ui_font(11, QFont.Weight.DemiBold if title == RESULT else QFont.Weight.Normal)
        text, box = self._title(title), self._title_box(title)
        name = "accent" if title == self._moved else "text" if title == RESULT else "dim"
        pieces = wrapped(text, font, box.width(), round(box.height() / TITLE))
        for line, (start, length) in enumerate(pieces, round(box.height() / TITLE) - len(pieces)):
            words = QFontMetricsF(font).elidedText(text[start : start + length].strip(), ELIDE, box.width())
            place = QRectF(box.left(), box.top() + line * TITLE, box.width() + 2, TITLE)
            wide = QFontMetricsF(font).horizontalAdvance(words) + 2
            painter.fillRect(QRectF(place.left(), place.top(), wide, TITLE), theme.color("panel"))
            write(painter, place, LEFT, words, name, font)

    def _title_box(self, title: str) -> QRectF:
        """Two lines as far as the next axis; where these stand close, one line in turns above and below."""
        top, last = self.area.top() - 6 - LINES * TITLE, len(self.columns) - 1
        if self._step >= CLOSE:
            return QRectF(self.x_of(title) - 3, top, self._room(title), LINES * TITLE)
        at = [column.title for column in self.columns].index(title)
        is_below, end = (last - at) % 2 == 0, self.area.right() + LAST
        right = min(self.x_of(title) + 2 * self._step, end) if at < last - 1 else end
        return QRectF(self.x_of(title) - 3, top + TITLE * is_below, right - self.x_of(title) - 6, TITLE)

    def _title(self, title: str) -> str:
        """Of the result with a sign where less is better."""
        return title or (self.shown.measure if self.shown.larger_is_better else f"{self.shown.measure} ↓")

    def _room(self, title: str) -> float:
        """For the words of an axis, which stand at its right."""
        return LAST - 6 if title == self.columns[-1].title else self._step - 10

    def paint_signs(self, painter: QPainter) -> None:
        """The values beside the axes: they can be read over the lines."""
        for column in self.columns:
            self._paint_brush(painter, column)
            self._paint_ticks(painter, column)

    def _paint_ticks(self, painter: QPainter, column: Column) -> None:
        """From below, those that leave room for each other."""
        font, last = theme.mono_font(10), math.inf
        ticks = [(self._y(tick.place), tick.text, tick.short) for tick in column.axis.ticks()]
        if None in column.places.values():
            ticks.append((self._y(None), self.tr("none"), UNKNOWN))
        for y, text, short in sorted(ticks, reverse=True):
            if last - y >= APART:
                room = self._room(column.title) + 4
                fits = QFontMetricsF(font).horizontalAdvance(text) <= room
                self._paint_tick(painter, QPointF(self.x_of(column.title), y), text if fits else short, room, font)
                last = y

    def _paint_tick(self, painter: QPainter, at: QPointF, text: str, room: float, font: QFont) -> None:
        words = QFontMetricsF(font).elidedText(text, ELIDE, room)
        place = QRectF(at.x() + 4, at.y() - 7, QFontMetricsF(font).horizontalAdvance(words) + 4, 14)
        ground = theme.color("panel")
        ground.setAlphaF(0.8)
        painter.fillRect(QRectF(at.x() - 3, round(at.y()), 7, 1), theme.color("dim"))
        painter.fillRect(place, ground)
        write(painter, place.adjusted(2, 0, 2, 0), LEFT, words, "text", font)

    def _paint_brush(self, painter: QPainter, column: Column) -> None:
        if column.title in self.brushes:
            low, high = (self._y(place) for place in self._brush_of(column))
            painter.setPen(QPen(theme.color("accent"), 1))
            fill = theme.color("accent")
            fill.setAlphaF(0.25)
            painter.setBrush(fill)
            left = round(self.x_of(column.title)) + 0.5 - BRUSH / 2  # its edges on whole pixels
            painter.drawRoundedRect(QRectF(left, high - 1, BRUSH, low - high + 2), 3, 3)

    # -- the mouse ----------------------------------------------------------------------------------------------

    def axis_at(self, at: QPointF) -> str | None:
        """The axis that is there, between its ends; None: there is none."""
        if not self.area.top() - 6 <= at.y() <= self.area.bottom() + 6:
            return None
        return next((column.title for column in self.columns if abs(self.x_of(column.title) - at.x()) <= GRAB), None)

    def title_at(self, at: QPointF) -> str | None:
        """The axis whose title is there."""
        return next((each.title for each in self.columns if self._title_box(each.title).contains(at)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """On a title: move its axis. On an axis: brush. Elsewhere: select."""
        self.settle()
        at = event.position()
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self.title_at(at):
            self._moved = self.title_at(at)
            self.redraw()
        elif (title := self.axis_at(at)) is not None:
            self._pressed = (title, at.y())
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._moved:
            self.move_axis(self._moved, round((at.x() - self.area.left()) / self._step))
        elif self._pressed is not None:
            title, begun = self._pressed
            if title in self.brushes or abs(at.y() - begun) >= QApplication.startDragDistance() / 2:
                self.brush(title, *sorted((self._place(begun), self._place(at.y()))))
        else:
            super().mouseMoveEvent(event)
            self._show_cursor(at)

    def _show_cursor(self, at: QPointF) -> None:
        """What a press would do."""
        shapes = Qt.CursorShape
        if self.title_at(at):
            self.setCursor(shapes.SizeHorCursor)
        elif self.axis_at(at) is not None:
            self.setCursor(shapes.CrossCursor)
        else:
            self.setCursor(shapes.PointingHandCursor if self.lit else shapes.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A press that brushed nothing takes the brush away, or selects."""
        pressed, moved = self._pressed, self._moved
        self._pressed = self._moved = None
        if moved:
            self.redraw()
        elif pressed is not None and abs(event.position().y() - pressed[1]) < QApplication.startDragDistance() / 2:
            if pressed[0] in self.brushes:
                self.clear_brushes(pressed[0])
            else:
                self.choose(self.nearest(event.position()),
                            bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    def move_axis(self, title: str, place: int) -> None:
        """Put a field's axis at a place among the fields; the result stays last."""
        place = min(max(0, place), len(self._order) - 1)
        if self._order[place] != title:
            self._order.remove(title)
            self._order.insert(place, title)
            self.arrange()
            self.redraw()

    @property
    def order(self) -> Sequence[str]:
        """Titles of the fields, from the left."""
        self.settle()
        return tuple(self._order)

    def event(self, event: QEvent) -> bool:
        """A title that has no room is told whole."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            title = self.title_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), tooltip(self._title(title)) if title is not None else "", self)
            return True
        return super().event(event)


def _value(member: Member, place: int) -> Value:
    """What it has there; less than there are fields: it has none of the others."""
    return member.values[place] if place < len(member.values) else None
