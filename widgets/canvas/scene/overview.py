"""The far view: below a zoom of 0.4 cards are coloured boxes, all painted in a few calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QGraphicsItem

from widgets.canvas.cards.card import CardItem
from widgets.canvas.cards.heat import LEVELS, heat_color
from widgets.canvas.frames.frame import FrameItem
from widgets.canvas.frames.painting import paint_frame
from widgets.canvas.ground.highlight import Highlight
from widgets.canvas.wires.wire import WireItem, wires_at
from widgets.look import theme

Tone = str | int  # a state, a category of layers, or how warm: 0 … LEVELS
_TONES = {"selected": "accent", "error": "error", "faded": "line",
          "added": "ok", "removed": "error", "changed": "accent", "moved": "dim", "warn": "warn"}  # fmt: skip
# Strokes in the middle of a box, so that colour is not the only sign: ✕, +, −, ~ and ↕, from −1 to 1.
_SIGNS: Mapping[str, tuple[tuple[float, float, float, float], ...]] = {
    "error": ((-1, -1, 1, 1), (-1, 1, 1, -1)),
    "added": ((-1, 0, 1, 0), (0, -1, 0, 1)),
    "removed": ((-1, 0, 1, 0),),
    "changed": ((-1, 0.4, -0.3, -0.4), (-0.3, -0.4, 0.3, 0.4), (0.3, 0.4, 1, -0.4)),
    "moved": ((0, -1, 0, 1), (-0.5, -0.5, 0, -1), (0.5, -0.5, 0, -1), (-0.5, 0.5, 0, 1), (0.5, 0.5, 0, 1)),
}
SIGN, STROKE = 14.0, 7.0  # scene pixels: half a sign, and how thick it is
FAR = 0.4  # painting 1 000 cards one by one takes 125 ms, in batches 4 ms


class Overview:
    """Lists of boxes by colour and of lines, made again only after something moved."""

    def __init__(self) -> None:
        self.far = False  # whether everything is painted here, and not by the items themselves
        self._boxes: dict[Tone, list[QRectF]] = {}
        self._lines: list[QLineF] = []
        self._lit: list[QLineF] = []
        self.highlight: Highlight | None = None
        self._lifted: frozenset[CardItem] = frozenset()
        self._still: tuple[object, QPixmap] | None = None  # what rests while something moves, and for which view
        self._stale = True

    def set_scale(self, scale: float, items: Iterable[QGraphicsItem]) -> bool:
        """The view's zoom changed; whether the items are now painted in the other way."""
        far = scale < FAR
        if far == self.far:
            return False
        self.far = far
        self.invalidate()
        for item in items:
            self.take(item)
        return True

    def take(self, item: QGraphicsItem) -> None:
        """Let an item paint itself only from near."""
        item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, self.far)
        for child in item.childItems():
            child.setVisible(not self.far)

    def invalidate(self) -> None:
        """Something was added, removed, moved or changed colour."""
        self._stale = True

    def lift(self, cards: Iterable[CardItem]) -> None:
        """These cards move: they and their wires are looked at with every picture, and only they."""
        self._lifted = frozenset(cards)
        self._stale = True

    def paint(self, painter: QPainter, cards: Iterable[CardItem], wires: Sequence[WireItem],
              frames: Iterable[FrameItem] = ()) -> None:
        """Paint everything, from the lists."""
        if self._stale:
            lifted = self._lifted
            self._boxes = _boxes([card for card in cards if card not in lifted] if lifted else cards, self.highlight)
            self._lines = [line for wire in wires if not lifted or not {wire.source, wire.target} & lifted
                           for line in wire.lines()]
            lit = self.highlight.edges if self.highlight is not None else ()
            self._lit = [line for wire in wires if wire.edge in lit for line in wire.lines()] if lit else []
            self._stale, self._still = False, None
        for frame in frames:
            if frame.isVisible():
                paint_frame(painter, frame.frame, frame.area, frame.isSelected())
        if not self._lifted:
            _paint(painter, self._boxes, self._lines, self._lit)
        else:
            self._paint_still(painter)
            moving = wires_at(self._lifted)
            _paint(painter, _boxes(self._lifted, self.highlight), [line for wire in moving for line in wire.lines()])

    def _paint_still(self, painter: QPainter) -> None:
        """What rests, from a picture: only what moves is painted anew."""
        key = _key(painter)
        if self._still is None or self._still[0] != key:
            ratio = painter.device().devicePixelRatioF()
            picture = QPixmap(key[1] * ratio)
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            into = QPainter(picture)
            into.setRenderHints(painter.renderHints())
            into.setWorldTransform(painter.worldTransform())
            _paint(into, self._boxes, self._lines, self._lit)
            into.end()
            self._still = (key, picture)
        painter.save()
        painter.resetTransform()
        painter.drawPixmap(0, 0, self._still[1])
        painter.restore()


def _key(painter: QPainter) -> tuple[QTransform, QSize, str]:
    device = painter.device()
    return QTransform(painter.worldTransform()), QSize(device.width(), device.height()), theme.current().name


def _paint(painter: QPainter, boxes: Mapping[Tone, list[QRectF]], lines: list[QLineF],
           lit: Sequence[QLineF] = ()) -> None:
    look = theme.current()
    painter.setPen(QPen(QColor(look.wire), 0))
    painter.drawLines(lines)
    if lit:
        painter.setPen(QPen(QColor(look.accent), 0))
        painter.drawLines(list(lit))
    for tone, same in boxes.items():
        painter.setPen(_outline(tone, look))
        painter.setBrush(_color(tone, look))
        painter.drawRects(same)
        if isinstance(tone, str) and tone in _SIGNS:
            painter.setPen(QPen(QColor(look.canvas), STROKE))
            painter.drawLines([line for box in same for line in _sign(tone, box.center())])


def _outline(tone: Tone, look: theme.Theme) -> QPen:
    pen = QPen(QColor(look.text if tone == "selected" else look.canvas), 2 if tone == "selected" else 0)
    pen.setCosmetic(True)
    return pen


def _sign(tone: str, at: QPointF) -> list[QLineF]:
    x, y = at.x(), at.y()
    return [QLineF(x + a * SIGN, y + b * SIGN, x + c * SIGN, y + d * SIGN) for a, b, c, d in _SIGNS[tone]]


def _color(tone: Tone, look: theme.Theme) -> QColor:
    if isinstance(tone, int):
        return heat_color(tone / LEVELS)
    return QColor(getattr(look, _TONES[tone])) if tone in _TONES else theme.category_color(tone)


def _tone(card: CardItem, highlight: Highlight | None) -> Tone:
    face = card.face
    if card.isSelected():
        return "selected"
    if highlight is not None and card.node.name not in highlight.names:
        return "faded"
    if face.severity == "error":
        return "error"
    if face.change:
        return face.change
    if face.ill:
        return face.ill
    return round(face.heat * LEVELS) if face.heat >= 0 else face.category


def _boxes(cards: Iterable[CardItem], highlight: Highlight | None) -> dict[Tone, list[QRectF]]:
    boxes: dict[Tone, list[QRectF]] = {}
    for card in cards:
        if card.fold is None:
            boxes.setdefault(_tone(card, highlight), []).append(card.slot())
    return boxes
