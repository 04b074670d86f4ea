"""How large a card is, and where its ports lie."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from widgets.canvas.cards.face import Face
from widgets.canvas.ground.fonts import Fonts

CARD_WIDTH = 228.0
CARD_HEIGHT = 46.0
THIN_HEIGHT = 26.0  # of a collapsed card
WIDEST = 400.0  # a card that has something to say may grow to this
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


def card_height(face: Face) -> float:
    """Usually 46; one line when it is collapsed."""
    return THIN_HEIGHT if face.collapsed else CARD_HEIGHT


def input_port(index: int, count: int) -> QPointF:
    """Where input ``index`` of ``count`` lies, in card coordinates."""
    return QPointF(CARD_WIDTH * (index + 1) / (count + 1), 0.0)


def output_port(height: float = CARD_HEIGHT) -> QPointF:
    """Where the output lies, in card coordinates."""
    return QPointF(CARD_WIDTH / 2, height)
