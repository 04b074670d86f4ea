"""What the pictures of a sweep share: lines, one a member, that the mouse finds, lights and selects."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from functools import partial

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QTransform,
)
from PySide6.QtWidgets import QWidget

from widgets.look import theme
from widgets.look.contrast import mixed
from widgets.look.guarded import guarded
from widgets.sweep.results import leader, shares
from widgets.sweep.tones import tone
from widgets.sweep.values import Member, SweepShown
from widgets.sweep.words import result_words

NEAR = 8.0  # pixels: so near to a line the mouse is at it
EDGE, READOUT, DOT, RIM = 14, 22, 3.5, 1.4
FEW = 24  # lines that are drawn finely; of more, each is a hairline
FINE, STRONG, LIT = 1.6, 2.8, 2.8  # pixels
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
QUIET = {"running": 1.0, "done": 0.85, "stopped": 0.45, "failed": 0.5, "waiting": 0.35}  # how strong a line is


@guarded
class MemberPlot(QWidget):
    """All lines are painted once; what is lit or selected lies over them."""

    hovered = Signal(str)  # key of a member; "": none
    selected = Signal(list)  # keys
    activated = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = SweepShown()
        self.members: Mapping[str, Member] = {}
        self.shares: Mapping[str, float] = {}
        self.lit, self.chosen = "", frozenset[str]()
        self._leader: Member | None = None
        self._is_old = False  # what follows from what is shown
        self._ground, self._ground_key = QPixmap(), tuple[object, ...]()
        self.version = 0  # of all that the lines at rest depend on
        self.setMouseTracking(True)
        self.setMinimumSize(160, 96)
        self.setAccessibleName(name)

    def sizeHint(self) -> QSize:
        return QSize(480, 240)

    # -- what to show -------------------------------------------------------------------------------------------

    def show_sweep(self, shown: SweepShown) -> None:
        """Another state of it. Nothing is worked out before it is painted."""
        if shown != self.shown:
            self.shown, self._is_old = shown, True
            self.redraw()

    def light(self, key: str) -> None:
        """Let one stand out; "": none."""
        if key != self.lit:
            self.lit = key
            self.update()

    def show_selected(self, keys: Collection[str]) -> None:
        """These are selected, here or elsewhere."""
        if frozenset(keys) != self.chosen:
            self.chosen = frozenset(keys)
            self.update()

    def redraw(self) -> None:
        """Everything, with the lines at rest."""
        self.version += 1
        self.update()

    def settle(self) -> None:
        """Work out what follows from what is shown, if that is another than before."""
        if self._is_old:
            self._is_old = False
            self.members = {member.key: member for member in self.shown.members}
            self.shares = shares(self.shown.members, self.shown.larger_is_better)
            self._leader = leader(self.shown.members, self.shown.larger_is_better)
            self.arrange()

    @property
    def leading(self) -> str:
        """The key of the best so far; "": there is none."""
        return self._leader.key if self._leader is not None else ""

    @property
    def readout(self) -> str:
        """Whom the line above the picture names: the one that is lit, else the leader."""
        self.settle()
        member = self.members.get(self.lit) or self._leader
        return f"{member.title}   {result_words(member.result)}" if member is not None else ""

    # -- for each picture ---------------------------------------------------------------------------------------

    def arrange(self) -> None:
        """Something else is shown: make the lines."""

    def polygon(self, key: str) -> QPolygonF:
        """A member's line, in the picture's own coordinates."""
        raise NotImplementedError

    def transform(self) -> QTransform:
        """From the picture's coordinates to pixels."""
        raise NotImplementedError

    def distance(self, key: str, at: QPointF) -> float:
        """How far a line is from a place, in pixels."""
        raise NotImplementedError

    def is_kept(self, key: str) -> bool:
        """Whether it is not left out."""
        return True

    def paint_frame(self, painter: QPainter) -> None:
        """What lies under the lines."""

    def paint_signs(self, painter: QPainter) -> None:
        """What lies over the lines at rest."""

    def paint_over(self, painter: QPainter) -> None:
        """What lies over everything."""

    # -- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        self.settle()
        key = (self.size(), self.devicePixelRatioF(), theme.current().name, self.version)
        if key != self._ground_key:
            self._ground, self._ground_key = self._painted_ground(), key
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawPixmap(0, 0, self._ground)
            self._paint_lit(painter)
            self._paint_readout(painter)
            self.paint_over(painter)

    def _painted_ground(self) -> QPixmap:
        ground = QPixmap(self.size() * self.devicePixelRatioF())
        ground.setDevicePixelRatio(self.devicePixelRatioF())
        ground.fill(theme.color("panel"))
        with QPainter(ground) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_frame(painter)
            self._in_picture(painter, self._paint_lines)
            self.paint_signs(painter)
        return ground

    def _in_picture(self, painter: QPainter, paint: Callable[[QPainter], None]) -> None:
        """Paint in the picture's coordinates, nothing outside of it."""
        painter.save()
        painter.setClipRect(self.clip())
        painter.setTransform(self.transform(), True)
        paint(painter)
        painter.restore()

    def clip(self) -> QRectF:
        """Where lines may be."""
        return QRectF(self.rect())

    def _paint_lines(self, painter: QPainter) -> None:
        """The worst first, so that the best lie on top."""
        for key in sorted(self.members, key=lambda key: (self.is_kept(key), self.shares.get(key, -1.0))):
            self._paint_one(self.pen(key), key, key == self.leading, painter)

    def pen(self, key: str) -> QPen:
        """At rest. Qt draws a line of one pixel ten times as fast as a wider one, and an opaque one four times."""
        if not self.is_kept(key):
            return self._line(mixed(theme.color("panel"), theme.color("line"), 0.8), 1.0)
        width = STRONG if key == self.leading else 1.0 if self.are_many else FINE
        return self._line(self.color(key), width)

    @property
    def are_many(self) -> bool:
        """Whether there are so many that each is only a hairline."""
        return len(self.members) > FEW

    def _line(self, color: QColor, width: float) -> QPen:
        """As wide on the screen whatever the picture's coordinates are; a hairline is one dot of the screen."""
        wide = width * self.devicePixelRatioF() if width > 1 else 1.0
        pen = QPen(color, wide, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.BevelJoin)
        pen.setCosmetic(True)
        return pen

    def color(self, key: str) -> QColor:
        """By its result; one that has ended early, or not begun, is paler."""
        return tone(self.shares.get(key), QUIET[self.members[key].state])

    def _paint_lit(self, painter: QPainter) -> None:
        for key, name, width in (*((key, "accent", FINE) for key in self.chosen), (self.lit, "text", LIT)):
            if key in self.members:
                self._in_picture(painter, partial(self._paint_one, self._line(theme.color(name), width), key, True))

    def _paint_one(self, pen: QPen, key: str, is_strong: bool, painter: QPainter) -> None:
        """A strong one has a rim that parts it from those it crosses."""
        rim = self._line(theme.color("panel"), pen.widthF() / self.devicePixelRatioF() + 2 * RIM)
        for each in (rim, pen) if is_strong else (pen,):
            painter.setPen(each)
            painter.drawPolyline(self.polygon(key))

    def _paint_readout(self, painter: QPainter) -> None:
        """A dot in its colour, its setting, its result."""
        member = self.members.get(self.lit) or self._leader
        if member is None:
            return
        line = QRectF(EDGE, 0, self.width() - 2 * EDGE, READOUT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone(self.shares.get(member.key)))
        painter.drawEllipse(QPointF(line.left() + DOT, line.center().y()), DOT, DOT)
        font, numbers = theme.ui_font(12, QFont.Weight.Medium), theme.mono_font(12)
        result = result_words(member.result)
        room = line.width() - 4 * DOT - QFontMetricsF(numbers).horizontalAdvance(result) - 12
        text = QFontMetricsF(font).elidedText(member.title, Qt.TextElideMode.ElideRight, room)
        write(painter, line.adjusted(4 * DOT, 0, 0, 0), LEFT, text, "text", font)
        after = 4 * DOT + QFontMetricsF(font).horizontalAdvance(text) + 12
        write(painter, line.adjusted(after, 0, 0, 0), LEFT, result, "dim", numbers)

    # -- the mouse ----------------------------------------------------------------------------------------------

    def nearest(self, at: QPointF) -> str:
        """The member whose line is there; "": none is."""
        self.settle()
        found = [(self.distance(key, at), key) for key in self.members if self.is_kept(key)]
        far, key = min(found, default=(NEAR + 1, ""))
        return key if far <= NEAR else ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light the line that is there."""
        self.hover(self.nearest(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self.hover("")

    def hover(self, key: str) -> None:
        """The mouse is at this one."""
        if key != self.lit:
            self.light(key)
            self.setCursor(Qt.CursorShape.PointingHandCursor if key else Qt.CursorShape.ArrowCursor)
            self.hovered.emit(key)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select what is there; Ctrl adds or takes away."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.choose(self.nearest(event.position()), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    def choose(self, key: str, more: bool) -> None:
        """Select one, or with ``more`` one more."""
        chosen = self.chosen ^ {key} if more else {key}
        keys = [each for each in self.members if each in chosen]
        self.show_selected(keys)
        self.selected.emit(keys)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        key = self.nearest(event.position())
        if key and event.button() == Qt.MouseButton.LeftButton:
            self.activated.emit(key)

    def changeEvent(self, event: QEvent) -> None:
        """Take the new theme's colours, or another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.redraw()


def dashed(pen: QPen) -> QPen:
    """The same, broken."""
    pen.setDashPattern([5, 4])
    return pen


def write(painter: QPainter, place: QRectF, side: Qt.AlignmentFlag, text: str, name: str, font: QFont) -> None:
    """A text in one of the theme's colours."""
    painter.setFont(font)
    painter.setPen(theme.color(name))
    painter.drawText(place, side, text)


def apart(at: QPointF, start: QPointF, end: QPointF) -> float:
    """From a place to a straight piece of a line."""
    way, to = end - start, at - start
    length = QPointF.dotProduct(way, way)
    share = min(1.0, max(0.0, QPointF.dotProduct(to, way) / length)) if length else 0.0
    off = to - way * share
    return math.hypot(off.x(), off.y())
