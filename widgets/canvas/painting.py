"""How a card, a wire and a shape pill look. Painting only: what they show is given."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from widgets import theme
from widgets.canvas.changes import paint_change
from widgets.canvas.heat import paint_heat

CARD_WIDTH = 228.0
CARD_HEIGHT = 46.0
WIDEST = 400.0  # a card that has something to say may grow to this
STRIP = 5.0
RADIUS = 8.0
PORT_RADIUS = 5.0
TEXT_LEFT = 16.0
PILL_HEIGHT = 18.0
STACK = 3.5  # how far each card below shows, where a block is repeated
GLYPH = 12.0
SLIGHT = 60.0  # a wire bends a little while it goes no further aside than this
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
    label: str = ""  # a colour of ``engine.frames.COLORS``
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


def input_port(index: int, count: int) -> QPointF:
    """Where input ``index`` of ``count`` lies, in card coordinates."""
    return QPointF(CARD_WIDTH * (index + 1) / (count + 1), 0.0)


def output_port() -> QPointF:
    """Where the output lies, in card coordinates."""
    return QPointF(CARD_WIDTH / 2, CARD_HEIGHT)


def category_color(category: str) -> QColor:
    """A category's colour; grey for one that has none."""
    return QColor(theme.CATEGORY_COLORS.get(category) or theme.CATEGORY_COLORS["regularization"])


def paint_card(painter: QPainter, face: Face, selected: bool, hovered: bool) -> None:
    """A card with its top left corner at the origin."""
    look = theme.current()
    body = QRectF(0, 0, card_width(face), CARD_HEIGHT)
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
    strip = category_color(face.category)
    strip.setAlphaF(0.45 if face.loose else 1.0)
    painter.fillRect(QRectF(0, 0, STRIP, CARD_HEIGHT), strip)
    painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(outline, width))
    inset = width / 2 - 0.5
    painter.drawRoundedRect(body.adjusted(inset, inset, -inset, -inset), RADIUS, RADIUS)
    _paint_words(painter, face, body)
    if face.change:
        paint_change(painter, face, body)
    _paint_ports(painter, face, outline if selected else QColor(look.wire))


def _outline(look: theme.Theme, face: Face, selected: bool, hovered: bool) -> tuple[QColor, float]:
    if face.severity == "error":
        return QColor(look.error), 2.6 if selected else 1.8
    if selected:
        return QColor(look.accent), 2.0
    return QColor(look.dim if hovered else look.line), 1.0


def _paint_stack(painter: QPainter, body: QRectF, look: theme.Theme) -> None:
    """The cards that lie below, as many as one can tell apart."""
    painter.setBrush(QColor(look.raised))
    painter.setPen(QPen(QColor(look.wire), 1))
    for depth in (2, 1):
        inset = 5.0 * depth
        painter.drawRoundedRect(body.adjusted(inset, 20, -inset, STACK * depth), RADIUS, RADIUS)


def _paint_words(painter: QPainter, face: Face, body: QRectF) -> None:
    look, fonts = theme.current(), Fonts.get()
    room = body.width() - TEXT_LEFT - 12
    right = _paint_marks(painter, face, body.width() - 12)
    badge = f"×{face.repeat}" if face.repeat > 1 else ""
    badge_width = fonts.pill_size.horizontalAdvance(badge) + 12 if badge else 0.0
    elide = Qt.TextElideMode.ElideRight
    name = fonts.name_size.elidedText(face.name, elide, right - TEXT_LEFT - (badge_width + 6 if badge else 0))
    painter.setFont(fonts.name)
    painter.setPen(QColor(look.dim if face.loose else look.text))
    painter.drawText(QPointF(TEXT_LEFT, 19.5), name)
    if badge:
        left = TEXT_LEFT + fonts.name_size.horizontalAdvance(name) + 7
        _paint_badge(painter, QRectF(left, 7, badge_width, 16), badge, category_color(face.category))
    painter.setFont(fonts.detail)
    tone = {"error": look.error, "warning": look.warn}.get(face.severity if face.problem else "", look.dim)
    painter.setPen(QColor(tone))
    words = fonts.detail_size.elidedText(face.problem or face.detail, elide, room)
    painter.drawText(QPointF(TEXT_LEFT, 36.5), words)


def _paint_marks(painter: QPainter, face: Face, right: float) -> float:
    """From the right: how many parameters, whether they are shared, whether they are frozen. Returns what is left."""
    tone = QColor(theme.current().dim)
    if face.count:
        size = Fonts.get().count_size.horizontalAdvance(face.count)
        painter.setFont(Fonts.get().count)
        painter.setPen(tone)
        painter.drawText(QPointF(right - size, 19.5), face.count)
        right -= size + 8
    for shown, glyph in ((face.linked, paint_link), (face.frozen, paint_lock)):
        if shown:
            glyph(painter, QPointF(right - GLYPH, 9), tone)
            right -= GLYPH + 6
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
        painter.drawEllipse(output_port(), PORT_RADIUS, PORT_RADIUS)


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
    """Downward from ``start`` to ``end``, past what stands between them at x = ``beside``."""
    if end.y() - start.y() < 2 * TURN:
        return wire_path(start, end)
    path, turn = QPainterPath(start), QPointF(0, TURN * 0.8)
    top, bottom = QPointF(beside, start.y() + TURN), QPointF(beside, end.y() - TURN)
    path.cubicTo(start + turn, top - turn, top)
    path.lineTo(bottom)
    path.cubicTo(bottom + turn, end - turn, end)
    return path


def pill_place(path: QPainterPath) -> tuple[QPointF, bool]:
    """Where the pill begins beside the middle of a wire; True: it goes on to the left, as a wire does that bends a
    little to the left: at its right another may come in.
    """
    middle, across = path.pointAtPercent(0.5), path.pointAtPercent(1).x() - path.pointAtPercent(0).x()
    if path.controlPointRect().width() >= SLIGHT:
        return middle, False
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
