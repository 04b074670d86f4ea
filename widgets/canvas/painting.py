"""How a card, a wire and a shape pill look. Painting only: what they show is given."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from widgets import theme

CARD_WIDTH = 228.0
CARD_HEIGHT = 46.0
WIDEST = 400.0  # a card that has something to say may grow to this
STRIP = 5.0
RADIUS = 8.0
PORT_RADIUS = 5.0
TEXT_LEFT = 16.0
PILL_HEIGHT = 18.0


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


def paint_card(painter: QPainter, face: Face, selected: bool, hovered: bool) -> None:
    """A card with its top left corner at the origin."""
    look = theme.current()
    body = QRectF(0, 0, card_width(face), CARD_HEIGHT)
    outline, width = _outline(look, face, selected, hovered)
    path = QPainterPath()
    path.addRoundedRect(body, RADIUS, RADIUS)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(look.raised))
    painter.drawPath(path)
    painter.save()
    painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
    strip = theme.color(face.category)
    strip.setAlphaF(0.45 if face.loose else 1.0)
    painter.fillRect(QRectF(0, 0, STRIP, CARD_HEIGHT), strip)
    painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(outline, width))
    inset = width / 2 - 0.5
    painter.drawRoundedRect(body.adjusted(inset, inset, -inset, -inset), RADIUS, RADIUS)
    _paint_words(painter, face, body)
    _paint_ports(painter, face, outline if selected else QColor(look.wire))


def _outline(look: theme.Theme, face: Face, selected: bool, hovered: bool) -> tuple[QColor, float]:
    if face.severity == "error":
        return QColor(look.error), 2.6 if selected else 1.8
    if selected:
        return QColor(look.accent), 2.0
    return QColor(look.dim if hovered else look.line), 1.0


def _paint_words(painter: QPainter, face: Face, body: QRectF) -> None:
    look, fonts = theme.current(), Fonts.get()
    room = body.width() - TEXT_LEFT - 12
    if face.count:
        painter.setFont(fonts.count)
        painter.setPen(QColor(look.dim))
        size = fonts.count_size.horizontalAdvance(face.count)
        painter.drawText(QPointF(body.width() - 12 - size, 19.5), face.count)
        room_for_name = room - size - 8
    else:
        room_for_name = room
    painter.setFont(fonts.name)
    painter.setPen(QColor(look.dim if face.loose else look.text))
    elide = Qt.TextElideMode.ElideRight
    painter.drawText(QPointF(TEXT_LEFT, 19.5), fonts.name_size.elidedText(face.name, elide, room_for_name))
    painter.setFont(fonts.detail)
    tone = {"error": look.error, "warning": look.warn}.get(face.severity if face.problem else "", look.dim)
    painter.setPen(QColor(tone))
    words = fonts.detail_size.elidedText(face.problem or face.detail, elide, room)
    painter.drawText(QPointF(TEXT_LEFT, 36.5), words)


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


def pill_rect(middle: QPointF, text: str) -> QRectF:
    """The shape pill beside the middle of a wire."""
    width = Fonts.get().pill_size.horizontalAdvance(text) + 12
    return QRectF(middle.x() + 10, middle.y() - PILL_HEIGHT / 2, width, PILL_HEIGHT)


def paint_wire(painter: QPainter, path: QPainterPath, selected: bool, bad: bool = False) -> None:
    """A wire; ``bad`` while it is held over something it cannot join."""
    look = theme.current()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    tone = look.error if bad else look.accent if selected else look.wire
    painter.setPen(QPen(QColor(tone), 2.0 if selected or bad else 1.7))
    painter.drawPath(path)


def paint_pill(painter: QPainter, rect: QRectF, text: str) -> None:
    """A quiet label in monospace."""
    look = theme.current()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(look.panel))
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    painter.setPen(QColor(look.dim))
    painter.setFont(Fonts.get().pill)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
