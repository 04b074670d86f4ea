"""How large a card is, and where its ports lie."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from engine.blocks.sketch import rows_of
from engine.graph import grid
from widgets.canvas.cards.face import Face
from widgets.canvas.ground.fonts import Fonts

CARD_WIDTH, CARD_HEIGHT = grid.CARD
WIDEST = 340.0  # a card that has something to say may grow to this, and not into the next column
TEXT_LEFT = 16.0
PORT_RADIUS = 5.0
FEW = 14  # letters that always fit


def card_width(face: Face) -> float:
    """Usually 228; as wide as its sentence when something is wrong."""
    if not face.problem:
        return CARD_WIDTH
    return min(WIDEST, max(CARD_WIDTH, Fonts.get().detail_size.horizontalAdvance(face.problem) + TEXT_LEFT + 14))


def shortened(face: Face) -> list[str]:
    """What of a card's words does not fit it. Only long ones are measured, for that takes time."""
    fonts, room, found = Fonts.get(), card_width(face) - TEXT_LEFT - 12, []
    if len(face.name) > FEW:
        count = fonts.count_size.horizontalAdvance(face.count)
        found += [face.name] * (fonts.name_size.horizontalAdvance(face.name) > room - count - 8)
    words = face.problem or face.detail
    if len(words) > FEW:
        found += [words] * (fonts.detail_size.horizontalAdvance(words) > room)
    return found


def said(face: Face) -> str:
    """What its second line says: the kind of layer only where there is room for it."""
    words = face.problem or face.detail
    if face.problem or len(words) <= FEW or not face.brief:
        return words
    fits = Fonts.get().detail_width(words) <= card_width(face) - TEXT_LEFT - 12
    return words if fits else face.brief


def card_height(face: Face) -> float:
    """Usually 46; one line when it is collapsed, more where what is inside is drawn."""
    return grid.card_height(rows_of(face.sketch), face.collapsed)


def input_port(face: Face, index: int) -> QPointF:
    """Where an input lies, in card coordinates; those it does not show yet, too."""
    part = port_part(index, max(face.inputs, index + 1))
    return QPointF(0.0, card_height(face) * part) if face.flow == "right" else QPointF(CARD_WIDTH * part, 0.0)


def port_part(index: int, count: int) -> float:
    """How far along its side input ``index`` of ``count`` lies."""
    return (index + 1) / (count + 1)


def output_port(face: Face) -> QPointF:
    """Where the output lies, in card coordinates."""
    if face.flow == "right":
        return QPointF(CARD_WIDTH, card_height(face) / 2)
    return QPointF(CARD_WIDTH / 2, card_height(face))
