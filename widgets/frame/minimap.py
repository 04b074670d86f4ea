"""The whole network in a corner of the canvas, and what part of it is looked at."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from engine.blocks.base import Block
from widgets.canvas.cards.card import CardItem
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH
from widgets.canvas.view.scene_view import SceneView
from widgets.look import theme
from widgets.look.guarded import guarded

WIDTH, HEIGHT, EDGE, INSET = 164, 110, 16, 8
ROOMY = 2 * WIDTH + 2 * EDGE  # of a view: in a narrower one it would lie over the cards
LEAST_WIDTH, LEAST_HEIGHT = 12.0, 2.0  # of a card: of a very long network one still sees something
SETTLE_MS = 60  # after an edit


@guarded
class Minimap(QWidget):
    """Drag or click to look elsewhere, turn the wheel to zoom. Gone while everything is in view anyway."""

    def __init__(self, view: SceneView) -> None:
        super().__init__(view)
        self._view = view
        self._wanted, self._running = False, False
        self._picture: QPixmap | None = None
        self._world = QRectF()
        self._later = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._later.timeout.connect(self._renew)
        self.setFixedSize(WIDTH, HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("Minimap"))
        self.setToolTip(self.tr("Drag to look elsewhere, turn the wheel to zoom"))
        view.looked.connect(self._follow)
        view.canvas.shown.connect(self._begin_later)
        view.canvas.names_selected.connect(lambda _names: self._begin_later())
        self.hide()

    @property
    def wanted(self) -> bool:
        """Whether it is there as soon as not everything is in view."""
        return self._wanted

    def set_wanted(self, on: bool) -> None:
        """Switch it on or off."""
        self._wanted = on
        self._renew()

    def show_running(self, on: bool) -> None:
        """Mark the network as being trained."""
        if on != self._running:
            self._running = on
            self.update()

    # -- when and where -----------------------------------------------------------------------------------------

    def _begin_later(self) -> None:
        if self._wanted and not self._later.isActive():
            self._later.start()

    def _renew(self) -> None:
        """The network changed: another picture."""
        self._later.stop()
        self._picture = None
        self._world = self._extent() if self._wanted else QRectF()
        self._follow()

    def _extent(self) -> QRectF:
        scene = self._view.canvas
        slots = [card.slot() for card in scene.cards.values()]
        if not slots:
            return QRectF()
        area = QRectF(QPointF(min(slot.left() for slot in slots), min(slot.top() for slot in slots)),
                      QPointF(max(slot.right() for slot in slots), max(slot.bottom() for slot in slots)))
        for frame in scene.frames.items:
            area = area.united(frame.area)
        return area

    def seen(self) -> QRectF:
        """What part of the scene is looked at."""
        return self._view.mapToScene(self._view.viewport().rect()).boundingRect()

    def _follow(self) -> None:
        """Something else is looked at, or the view has another size: keep to its corner."""
        there = self._wanted and self._view.width() >= ROOMY and not self._world.isEmpty() and (
            not self.seen().contains(self._world))
        if there:
            self.move(self._view.width() - WIDTH - EDGE, self._view.height() - HEIGHT - EDGE)
        if there != self.isVisibleTo(self._view):
            self.setVisible(there)
        if there:
            self.update()

    # -- from the scene to here ---------------------------------------------------------------------------------

    def _scales(self) -> tuple[float, float]:
        """Pixels here per scene pixel; of a very long network more one way than the other."""
        width, height = (WIDTH - 2 * INSET) / self._world.width(), (HEIGHT - 2 * INSET) / self._world.height()
        even = min(width, height, 0.1)
        return (max(even, min(width, LEAST_WIDTH / CARD_WIDTH)), max(even, min(height, LEAST_HEIGHT / CARD_HEIGHT)))

    def spot(self, point: QPointF) -> QPointF:
        """Where a scene point lies here."""
        across, down = self._scales()
        middle = self._world.center()
        return QPointF(WIDTH / 2 + (point.x() - middle.x()) * across, HEIGHT / 2 + (point.y() - middle.y()) * down)

    def point(self, spot: QPointF) -> QPointF:
        """The scene point that lies here."""
        across, down = self._scales()
        return self._world.center() + QPointF((spot.x() - WIDTH / 2) / across, (spot.y() - HEIGHT / 2) / down)

    def _box(self, area: QRectF) -> QRectF:
        return QRectF(self.spot(area.topLeft()), self.spot(area.bottomRight()))

    # -- the picture --------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._world.isEmpty():
            return
        look = theme.current()
        with QPainter(self) as painter:
            if self._picture is None:
                self._picture = self._draw()
            painter.drawPixmap(0, 0, self._picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipRect(self.rect().adjusted(2, 2, -2, -2))
            ground = QColor(look.accent)
            ground.setAlphaF(0.10)
            painter.setBrush(ground)
            painter.setPen(QPen(QColor(look.accent), 1.2))
            painter.drawRoundedRect(self._box(self.seen()), 2, 2)
            if self._running:
                self._paint_running(painter, look)

    def _paint_running(self, painter: QPainter, look: theme.Theme) -> None:
        """The sign of Train, as on the document's tab."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.accent))
        painter.drawPolygon([QPointF(WIDTH - 16, 7), QPointF(WIDTH - 16, 17), QPointF(WIDTH - 7, 12)])

    def _draw(self) -> QPixmap:
        """Everything that changes only with the network, in as few calls as there are colours."""
        ratio, look = self.devicePixelRatioF(), theme.current()
        picture = QPixmap(round(WIDTH * ratio), round(HEIGHT * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            ground = QColor(look.panel)
            ground.setAlphaF(0.94)
            painter.setPen(QPen(QColor(look.line), 1))
            painter.setBrush(ground)
            painter.drawRoundedRect(QRectF(0.5, 0.5, WIDTH - 1, HEIGHT - 1), 6, 6)
            self._draw_frames(painter, look)
            self._draw_cards(painter, look, self._view.canvas.cards.values())
        return picture

    def _draw_frames(self, painter: QPainter, look: theme.Theme) -> None:
        painter.setPen(QPen(QColor(look.dim), 1, Qt.PenStyle.DotLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRects([self._box(frame.area) for frame in self._view.canvas.frames.items if frame.isVisible()])

    def _draw_cards(self, painter: QPainter, look: theme.Theme, cards: Iterable[CardItem]) -> None:
        bars: dict[str, list[QRectF]] = {}
        blocks: list[QRectF] = []
        across, down = self._scales()
        middle = self._world.center()
        for card in cards:
            if not card.isVisible():
                continue
            slot = card.slot()
            bar = QRectF(WIDTH / 2 + (slot.x() - middle.x()) * across, HEIGHT / 2 + (slot.y() - middle.y()) * down,
                         slot.width() * across, max(1.0, slot.height() * down))
            bars.setdefault(_tone(card), []).append(bar)
            if isinstance(card.node.layer, Block):
                blocks.append(bar.adjusted(-1.5, -1.5, 1.5, 1.5))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, down * CARD_HEIGHT > LEAST_HEIGHT)
        for tone, same in bars.items():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(getattr(look, tone)) if tone in ("accent", "error") else theme.category_color(tone))
            painter.drawRects(same)
        self._draw_signs(painter, look, bars, blocks)

    def _draw_signs(self, painter: QPainter, look: theme.Theme, bars: dict[str, list[QRectF]],
                    blocks: list[QRectF]) -> None:
        """Blocks have an outline; what is wrong an exclamation mark, what is selected a bar beside it."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.category_color("block"), 1))
        painter.drawRects(blocks)
        painter.setPen(QPen(QColor(look.error), 2))
        for bar in bars.get("error", ()):
            x, y = bar.right() + 5, bar.center().y()
            painter.drawLine(QPointF(x, y - 4), QPointF(x, y + 1))
            painter.drawPoint(QPointF(x, y + 4))
        painter.setPen(QPen(QColor(look.accent), 2))
        for bar in bars.get("accent", ()):
            painter.drawLine(bar.topLeft() - QPointF(4, 0), bar.bottomLeft() - QPointF(4, 0))

    # -- by the mouse -------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._look(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._look(event.position())

    def _look(self, spot: QPointF) -> None:
        self._view.go_to(self._view.place()._replace(centre=self.point(spot)))

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() or event.angleDelta().x()
        self._view.zoom_at(1.0015**steps, self._view.viewport().rect().center())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange) and hasattr(self, "_picture"):
            self._picture = None
            self.update()


def _tone(card: CardItem) -> str:
    if card.face.severity == "error":
        return "error"
    return "accent" if card.isSelected() else card.face.category
