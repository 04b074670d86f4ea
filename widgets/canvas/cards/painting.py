"""How a card looks. Painting only: what it shows is given."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from widgets.canvas.cards.carrying import paint_carried
from widgets.canvas.cards.changes import paint_change
from widgets.canvas.cards.face import Face
from widgets.canvas.cards.health import paint_ailment, paint_health
from widgets.canvas.cards.heat import paint_heat
from widgets.canvas.cards.inside import paint_sketch
from widgets.canvas.cards.sizes import (
    CARD_WIDTH,
    PORT_RADIUS,
    TEXT_LEFT,
    card_height,
    card_width,
    input_port,
    output_port,
    said,
)
from widgets.canvas.ground.fonts import Fonts
from widgets.canvas.ground.labels import LABEL_COLORS
from widgets.look import theme

STRIP = 5.0
RADIUS = 8.0
STACK = 3.5  # how far each card below shows, where a block is repeated
GLYPH = 12.0
HATCH = 9.0  # between the lines on a bypassed card


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
    if face.health >= 0:
        paint_health(painter, face, body)
    if face.sketch is not None and not face.collapsed:
        paint_sketch(painter, face.sketch)
    if face.change:
        paint_change(painter, face, body)
    elif face.carried and near:
        paint_carried(painter, face.carried, body)
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
    if face.ill:
        return theme.color(face.ill), 1.4
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
    beside = badge_width + 6 if badge else fonts.detail_size.horizontalAdvance(face.ailment) + 8 if face.ailment else 0
    name = fonts.name_size.elidedText(face.name, elide, right - TEXT_LEFT - beside)
    painter.setFont(fonts.name)
    painter.setPen(QColor(look.dim if face.loose or face.bypassed else look.text))
    painter.drawText(QPointF(TEXT_LEFT, 19.5), name)
    if badge:
        left = TEXT_LEFT + fonts.name_size.horizontalAdvance(name) + 7
        _paint_badge(painter, QRectF(left, 7, badge_width, 16), badge, theme.category_color(face.category))
    elif face.ailment and near:
        left = TEXT_LEFT + fonts.name_size.horizontalAdvance(name) + 6
        paint_ailment(painter, QPointF(left, 19.5), face)
    painter.restore()
    if face.collapsed or not near:
        return
    painter.setFont(fonts.detail)
    tone = {"error": look.error, "warning": look.warn}.get(face.severity if face.problem else "", _quiet(face))
    painter.setPen(QColor(tone))
    words = fonts.detail_size.elidedText(said(face), elide, room)
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
    side = card_height(face) if face.flow == "right" else CARD_WIDTH
    radius = min(PORT_RADIUS, max(2.0, side / (face.inputs + 1) / 2 - 0.5))
    for index in range(face.inputs):
        painter.drawEllipse(input_port(face, index), radius, radius)
    if face.has_output:
        painter.drawEllipse(output_port(face), PORT_RADIUS, PORT_RADIUS)
