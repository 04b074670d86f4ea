"""How a card, a wire and a shape pill look. Painting only: what they show is given."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from widgets.canvas.cards.changes import paint_change
from widgets.canvas.cards.heat import paint_heat
from widgets.look import theme

CARD_WIDTH = 228.0
CARD_HEIGHT = 46.0
THIN_HEIGHT = 26.0  # of a collapsed card
WIDEST = 400.0  # a card that has something to say may grow to this
STRIP = 5.0
RADIUS = 8.0
PORT_RADIUS = 5.0
PILL_SPOT = QRectF(10, -9, 64, 18)  # about what a pill takes beside its point
TEXT_LEFT = 16.0
PILL_HEIGHT = 18.0
STACK = 3.5  # how far each card below shows, where a block is repeated
GLYPH = 12.0
SLIGHT = 60.0  # a wire bends a little while it goes no further aside than this
LABEL_COLORS = {"red": "#e5534b", "orange": "#e8873d", "yellow": "#d1a820", "green": "#41a862", "blue": "#4c8dff",
                "purple": "#a074f0"}  # of ``engine.graph.frames.COLORS``
HATCH = 9.0  # between the lines on a bypassed card
BEND_RADIUS = 3.5
TURN = 30.0  # the room in which a wire turns to pass beside cards: what lies between two of them


@dataclass(frozen=True)
class Face:
    """Everything a card shows."""

    name: str
    category: str
    detail: str = ""
    count: str = ""
    problem: str = ""  # replaces the detail
    severity: str = ""  # "", "hint", "warning" or "error"
    repair: str = ""  # the button below
    loose: bool = False
    inputs: int = 1
    has_output: bool = True
    repeat: int = 1  # how many of it stand one after the other
    linked: bool = False  # it shares its weights with another
    frozen: bool = False
    bypassed: bool = False
    label: str = ""  # a colour of ``engine.graph.frames.COLORS``
    collapsed: bool = False
    change: str = ""  # "", "added", "removed", "changed" or "moved", beside another network
    was_count: str = ""  # … and what it had there
    heat: float = -1.0  # 0 to 1 on the heat map; below 0: none
    heat_text: str = ""


class Fonts:
    """The canvas' fonts and their metrics, made once."""

    _made: Fonts | None = None

    def __init__(self) -> None:
        self.name = theme.ui_font(13, QFont.Weight.DemiBold)
        self.detail = theme.ui_font(12)
        self.count = theme.mono_font(12)
        self.pill = theme.mono_font(11)
        self.name_size = QFontMetricsF(self.name)
        self.detail_size = QFontMetricsF(self.detail)
        self.count_size = QFontMetricsF(self.count)
        self.pill_size = QFontMetricsF(self.pill)

    @classmethod
    def get(cls) -> Fonts:
        """The one set of fonts; needs a running QGuiApplication."""
        if cls._made is None:
            cls._made = cls()
        return cls._made


def card_width(face: Face) -> float:
    """Usually 228; as wide as its sentence when something is wrong."""
    if not face.problem:
        return CARD_WIDTH
    return min(WIDEST, max(CARD_WIDTH, Fonts.get().detail_size.horizontalAdvance(face.problem) + TEXT_LEFT + 14))


def card_height(face: Face) -> float:
    """Usually 46; one line when it is collapsed."""
    return THIN_HEIGHT if face.collapsed else CARD_HEIGHT


def input_port(index: int, count: int) -> QPointF:
    """Where input ``index`` of ``count`` lies, in card coordinates."""
    return QPointF(CARD_WIDTH * (index + 1) / (count + 1), 0.0)


def output_port(height: float = CARD_HEIGHT) -> QPointF:
    """Where the output lies, in card coordinates."""
    return QPointF(CARD_WIDTH / 2, height)


def paint_card(painter: QPainter, face: Face, selected: bool, hovered: bool, near: bool = True) -> None:
    """A card with its top left corner at the origin; not ``near``: with its name alone, small words cannot be read."""
    look = theme.current()
    body = QRectF(0, 0, card_width(face), card_height(face))
    outline, width = _outline(look, face, selected, hovered)
    if face.repeat > 1:
        _paint_stack(painter, body, look)
    path = QPainterPath()
    path.addRoundedRect(body, RADIUS, RADIUS)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(look.raised))
    painter.drawPath(path)
    if face.heat >= 0:
        paint_heat(painter, face, body)
    painter.save()
    painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
    strip = theme.category_color(face.category)
    strip.setAlphaF(0.45 if face.loose or face.bypassed else 1.0)
    painter.fillPath(_strip(body.height()), strip)
    if face.bypassed:
        _paint_bypass(painter, body, look)
    painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(outline, width, Qt.PenStyle.DashLine if face.bypassed else Qt.PenStyle.SolidLine))
    inset = width / 2 - 0.5
    painter.drawRoundedRect(body.adjusted(inset, inset, -inset, -inset), RADIUS, RADIUS)
    _paint_words(painter, face, body, near)
    if face.change:
        paint_change(painter, face, body)
    if near:
        _paint_ports(painter, face, outline if selected else QColor(look.wire))


@lru_cache(maxsize=8)
def _strip(height: float) -> QPainterPath:
    """The category's strip, cut to the card's corners: vector files know no clipping."""
    body, strip = QPainterPath(), QPainterPath()
    body.addRoundedRect(QRectF(0, 0, CARD_WIDTH, height), RADIUS, RADIUS)
    strip.addRect(QRectF(0, 0, STRIP, height))
    return body.intersected(strip)


def _outline(look: theme.Theme, face: Face, selected: bool, hovered: bool) -> tuple[QColor, float]:
    if face.severity == "error":
        return QColor(look.error), 2.6 if selected else 1.8
    if selected:
        return QColor(look.accent), 2.0
    return QColor(look.dim if hovered else look.line), 1.0


def _paint_bypass(painter: QPainter, body: QRectF, look: theme.Theme) -> None:
    """Hatched: what comes in goes out."""
    painter.setPen(QPen(QColor(look.line), 1))
    count = int((body.width() + body.height()) / HATCH) + 1
    painter.drawLines([QLineF(step * HATCH, 0, step * HATCH - body.height(), body.height()) for step in range(count)])


def _paint_stack(painter: QPainter, body: QRectF, look: theme.Theme) -> None:
    """The cards that lie below, as many as one can tell apart."""
    painter.setBrush(QColor(look.raised))
    painter.setPen(QPen(QColor(look.wire), 1))
    for depth in (2, 1):
        inset = 5.0 * depth
        painter.drawRoundedRect(body.adjusted(inset, 20, -inset, STACK * depth), RADIUS, RADIUS)


def _paint_words(painter: QPainter, face: Face, body: QRectF, near: bool = True) -> None:
    look, fonts = theme.current(), Fonts.get()
    room, line = body.width() - TEXT_LEFT - 12, 17.5 if face.collapsed else 19.5
    painter.save()
    painter.translate(0, line - 19.5)
    right = _paint_marks(painter, face, body.width() - 12) if near else body.width() - 12
    badge = f"×{face.repeat}" if face.repeat > 1 else ""
    badge_width = fonts.pill_size.horizontalAdvance(badge) + 12 if badge else 0.0
    elide = Qt.TextElideMode.ElideRight
    name = fonts.name_size.elidedText(face.name, elide, right - TEXT_LEFT - (badge_width + 6 if badge else 0))
    painter.setFont(fonts.name)
    painter.setPen(QColor(look.dim if face.loose or face.bypassed else look.text))
    painter.drawText(QPointF(TEXT_LEFT, 19.5), name)
    if badge:
        left = TEXT_LEFT + fonts.name_size.horizontalAdvance(name) + 7
        _paint_badge(painter, QRectF(left, 7, badge_width, 16), badge, theme.category_color(face.category))
    painter.restore()
    if face.collapsed or not near:
        return
    painter.setFont(fonts.detail)
    tone = {"error": look.error, "warning": look.warn}.get(face.severity if face.problem else "", _quiet(face))
    painter.setPen(QColor(tone))
    words = fonts.detail_size.elidedText(face.problem or face.detail, elide, room)
    painter.drawText(QPointF(TEXT_LEFT, 36.5), words)


def _quiet(face: Face) -> str:
    """The colour of words that matter less; on a heated ground they would be too faint."""
    return theme.current().text if face.heat > 0 else theme.current().dim


def _paint_marks(painter: QPainter, face: Face, right: float) -> float:
    """From the right: parameters, what is wrong, whether shared or frozen, the label. Returns what is left."""
    tone = QColor(_quiet(face))
    if face.count:
        size = Fonts.get().count_size.horizontalAdvance(face.count)
        painter.setFont(Fonts.get().count)
        painter.setPen(tone)
        painter.drawText(QPointF(right - size, 19.5), face.count)
        right -= size + 8
    if face.collapsed and face.severity in ("error", "warning"):
        painter.setFont(Fonts.get().name)
        painter.setPen(QColor(theme.current().error if face.severity == "error" else theme.current().warn))
        painter.drawText(QPointF(right - 6, 19.5), "!")
        right -= 14
    for shown, glyph in ((face.linked, paint_link), (face.frozen, paint_lock)):
        if shown:
            glyph(painter, QPointF(right - GLYPH, 9), tone)
            right -= GLYPH + 6
    if face.label in LABEL_COLORS:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(LABEL_COLORS[face.label]))
        painter.drawEllipse(QPointF(right - 5, 15), 5, 5)
        right -= 17
    return right


def _paint_badge(painter: QPainter, rect: QRectF, text: str, tone: QColor) -> None:
    ground = QColor(tone)
    ground.setAlphaF(0.22)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    painter.setPen(QColor(theme.current().text))
    painter.setFont(Fonts.get().pill)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def paint_link(painter: QPainter, at: QPointF, tone: QColor) -> None:
    """Two links of a chain, in a square of 12 at ``at``."""
    painter.save()
    painter.translate(at + QPointF(GLYPH / 2, GLYPH / 2))
    painter.rotate(-45)
    painter.setPen(QPen(tone, 1.3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(-6.6, -2.3, 7.4, 4.6), 2.3, 2.3)
    painter.drawRoundedRect(QRectF(-0.8, -2.3, 7.4, 4.6), 2.3, 2.3)
    painter.restore()


def paint_lock(painter: QPainter, at: QPointF, tone: QColor) -> None:
    """A closed lock, in a square of 12 at ``at``."""
    painter.save()
    painter.translate(at)
    painter.setPen(QPen(tone, 1.3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(3.4, 0.8, 5.2, 6.4), 0, 180 * 16)
    painter.drawLine(QPointF(3.4, 4), QPointF(3.4, 5.5))
    painter.drawLine(QPointF(8.6, 4), QPointF(8.6, 5.5))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tone)
    painter.drawRoundedRect(QRectF(1.8, 5.2, 8.4, 6.2), 1.4, 1.4)
    painter.restore()


def _paint_ports(painter: QPainter, face: Face, rim: QColor) -> None:
    painter.setPen(QPen(rim, 1.5))
    painter.setBrush(QColor(theme.current().canvas))
    for index in range(face.inputs):
        painter.drawEllipse(input_port(index, face.inputs), PORT_RADIUS, PORT_RADIUS)
    if face.has_output:
        painter.drawEllipse(output_port(card_height(face)), PORT_RADIUS, PORT_RADIUS)


def wire_path(start: QPointF, end: QPointF) -> QPainterPath:
    """Downward from ``start`` to ``end``: straight when they are in line, else a smooth curve."""
    path = QPainterPath(start)
    across, down = abs(end.x() - start.x()), end.y() - start.y()
    if across < 0.5 and down >= 0:
        path.lineTo(end)
        return path
    bend = max(abs(down) * 0.5, min(60.0, 20.0 + across * 0.25))
    path.cubicTo(start + QPointF(0, bend), end - QPointF(0, bend), end)
    return path


def passing_path(start: QPointF, end: QPointF, beside: float) -> QPainterPath:
    """Downward from ``start`` to ``end``, past what stands between them at x = ``beside``; or round and up there."""
    if end.y() < start.y():
        return _rising_path(start, end, beside)
    if end.y() - start.y() < 2 * TURN:
        return wire_path(start, end)
    path, turn = QPainterPath(start), QPointF(0, TURN * 0.8)
    top, bottom = QPointF(beside, start.y() + TURN), QPointF(beside, end.y() - TURN)
    path.cubicTo(start + turn, top - turn, top)
    path.lineTo(bottom)
    path.cubicTo(bottom + turn, end - turn, end)
    return path


def _rising_path(start: QPointF, end: QPointF, beside: float) -> QPainterPath:
    path, turn = QPainterPath(start), QPointF(0, TURN)
    low, high = QPointF(beside, start.y()), QPointF(beside, end.y())
    path.cubicTo(start + turn, low + turn, low)
    path.lineTo(high)
    path.cubicTo(high - turn, end - turn, end)
    return path


def bent_path(start: QPointF, end: QPointF, via: Sequence[tuple[float, float]]) -> QPainterPath:
    """From ``start`` to ``end`` through all points: downward at both ends, smooth at each bend."""
    points = [start, *(QPointF(*at) for at in via), end]
    path = QPainterPath(start)
    way = QPointF(0, 1)
    for index in range(1, len(points)):
        here, there = points[index - 1], points[index]
        last = index == len(points) - 1
        onwards = QPointF(0, 1) if last else _direction(points[index + 1] - here)
        across, down = there.x() - here.x(), there.y() - here.y()
        reach = min(90.0, 0.42 * math.hypot(across, down), max(16.0, 0.55 * abs(down)))
        path.cubicTo(here + way * reach, there - onwards * reach, there)
        way = onwards
    return path


def _direction(way: QPointF) -> QPointF:
    length = math.hypot(way.x(), way.y())
    return way / length if length else QPointF(0, 1)


def paint_bends(painter: QPainter, via: Sequence[tuple[float, float]], selected: bool) -> None:
    """The points a wire is led through."""
    look = theme.current()
    painter.setPen(QPen(QColor(look.accent if selected else look.wire), 1.5))
    painter.setBrush(QColor(look.canvas))
    for at in via:
        painter.drawEllipse(QPointF(*at), BEND_RADIUS + selected, BEND_RADIUS + selected)


def pill_place(path: QPainterPath, bodies: Sequence[QRectF] = ()) -> tuple[QPointF, bool]:
    """Where the pill begins beside the middle of a wire, or near it where one of ``bodies`` would hide it; True: it
    goes on to the left, as a wire does that bends a little to the left: at its right another may come in.
    """
    middle, across = path.pointAtPercent(0.5), path.pointAtPercent(1).x() - path.pointAtPercent(0).x()
    if path.controlPointRect().width() >= SLIGHT:
        points = (path.pointAtPercent(part) for part in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8))
        free = (at for at in points if not any(body.intersects(PILL_SPOT.translated(at)) for body in bodies))
        return next(free, middle), False
    return middle + QPointF(across / 2, 0), across < -1


def pill_rect(at: QPointF, leftwards: bool, text: str) -> QRectF:
    """The shape pill beside a wire."""
    width = Fonts.get().pill_size.horizontalAdvance(text) + 12
    left = at.x() - 10 - width if leftwards else at.x() + 10
    return QRectF(left, at.y() - PILL_HEIGHT / 2, width, PILL_HEIGHT)


WIRE_TONES = {  # a theme's token, the width, the line
    "": ("wire", 1.7, Qt.PenStyle.SolidLine),
    "lit": ("accent", 2.2, Qt.PenStyle.SolidLine),
    "dim": ("line", 1.4, Qt.PenStyle.SolidLine),
    "broken": ("error", 2.0, Qt.PenStyle.DashLine),
    "added": ("ok", 2.0, Qt.PenStyle.SolidLine),
    "removed": ("error", 1.7, Qt.PenStyle.DotLine),
}


def paint_wire(painter: QPainter, path: QPainterPath, selected: bool, tone: str = "") -> None:
    """A wire, in one of ``WIRE_TONES``."""
    color, width, style = WIRE_TONES["lit" if selected and not tone else tone]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color(color), width, style))
    painter.drawPath(path)


def paint_pill(painter: QPainter, rect: QRectF, text: str, loud: bool = False) -> None:
    """A label in monospace, quiet unless it tells of a change."""
    look = theme.current()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(look.panel))
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    painter.setPen(QColor(look.text if loud else look.dim))
    painter.setFont(Fonts.get().pill)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
