"""Things to open, as large buttons: a network with its picture, a recent file with its folder."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QWidget

from engine.units import grouped
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip
from widgets.parts.elided import wrapped
from widgets.parts.still import pressed_once

RADIUS, PAD, GAP = 8, 12, 6
PICTURE_HEIGHT, TITLE_HEIGHT, LINE_HEIGHT, LINES = 136, 20, 16, 2


@guarded
class Tile(QAbstractButton):
    """A rounded button that Enter and Space press, ringed in the accent colour while it has the keyboard."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._face = QPixmap()
        self._face_key: tuple[object, ...] = ()  # what it was painted for

    def event(self, event: QEvent) -> bool:
        """A double click is one press: the second is not meant for the canvas that is there by then."""
        with pressed_once(self, event):
            return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The face, and the ring around it."""
        key = (self.size(), self.devicePixelRatioF(), theme.current().name, self.ground().rgba(), self.content_key())
        if key != self._face_key:
            self._face, self._face_key = self._painted_face(), key
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawPixmap(0, 0, self._face)
            painter.setPen(self.ring())
            painter.drawPath(self._shape())

    def _shape(self) -> QPainterPath:
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        return shape

    def _painted_face(self) -> QPixmap:
        """Ground and contents, painted once: while a page of tiles scrolls, only pixels are moved."""
        face = QPixmap(self.size() * self.devicePixelRatioF())
        face.setDevicePixelRatio(self.devicePixelRatioF())
        face.fill(Qt.GlobalColor.transparent)
        with QPainter(face) as painter:
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
            painter.fillPath(self._shape(), self.ground())
            painter.setClipPath(self._shape())
            self.paint_contents(painter)
        return face

    def content_key(self) -> tuple[object, ...]:
        """What the contents depend on, besides size and theme."""
        return ()

    def ground(self) -> QColor:
        """The colour behind the contents."""
        return theme.color("raised" if self.isDown() else "panel")

    def ring(self) -> QPen:
        """The outline."""
        if self.hasFocus():
            return QPen(theme.color("accent"), 2)
        return QPen(theme.color("accent" if self.underMouse() else "line"), 1)

    def paint_contents(self, painter: QPainter) -> None:
        """Draw what it stands for."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, as a click does; arrows are for the page."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
        else:
            super().keyPressEvent(event)


@guarded
class Card(Tile):
    """A network of the gallery."""

    def __init__(self, id: str, title: str, about: str, picture: QPixmap, params: int | None, section: str,
                 parent: QWidget) -> None:
        super().__init__(parent)
        self.id, self.title, self.about, self.picture, self.section = id, title, about, picture, section
        self.params = ""
        self.show_params(params)
        self.setAccessibleName(title)
        self.setAccessibleDescription(about)
        self.setToolTip(tooltip(title, about))

    def show_picture(self, picture: QPixmap) -> None:
        """Another picture, as after a change of theme."""
        self.picture = picture
        self.update()

    def content_key(self) -> tuple[object, ...]:
        """Picture and number."""
        return self.picture.cacheKey(), self.params

    def show_params(self, params: int | None) -> None:
        """How many parameters it has; None: not known yet, but there is room for it."""
        self.params = self.tr("{count} parameters").format(count=grouped(params)) if params is not None else ""
        self.update()

    def hasHeightForWidth(self) -> bool:
        """Narrow cards need more lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Picture, title, the lines of its words, parameters."""
        lines = len(wrapped(self.about, theme.ui_font(12), width - 2 * PAD, LINES))
        return PICTURE_HEIGHT + 2 * PAD + TITLE_HEIGHT + (lines + 1) * LINE_HEIGHT + GAP

    def sizeHint(self) -> QSize:
        """As high as its words need."""
        return QSize(280, self.heightForWidth(280))

    def paint_contents(self, painter: QPainter) -> None:
        """Picture above, words below."""
        top = QRectF(0, 0, self.width(), PICTURE_HEIGHT)
        painter.fillRect(top, theme.color("canvas"))
        self._paint_picture(painter, top)
        painter.fillRect(QRectF(0, PICTURE_HEIGHT, self.width(), 1), theme.color("line"))
        title = QRectF(PAD, PICTURE_HEIGHT + PAD, self.width() - 2 * PAD, TITLE_HEIGHT)
        _paint_line(painter, title, self.title, theme.ui_font(14, QFont.Weight.DemiBold), theme.color("text"))
        words = QRectF(PAD, PICTURE_HEIGHT + PAD + TITLE_HEIGHT, self.width() - 2 * PAD, LINE_HEIGHT)
        font = theme.ui_font(12)
        for start, length in wrapped(self.about, font, words.width(), LINES):
            _paint_line(painter, words, self.about[start : start + length].strip(), font, theme.color("dim"))
            words.translate(0, LINE_HEIGHT)
        words.moveTop(self.height() - PAD - LINE_HEIGHT)
        _paint_line(painter, words, self.params, theme.ui_font(11), theme.color("dim"))

    def _paint_picture(self, painter: QPainter, room: QRectF) -> None:
        """The whole picture in the middle, never enlarged."""
        if self.picture.isNull():
            return
        size = self.picture.deviceIndependentSize()
        if size.width() > room.width() or size.height() > room.height():
            size.scale(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(QPointF(), size)
        place.moveCenter(room.center())
        painter.drawPixmap(place, self.picture, QRectF(self.picture.rect()))


@guarded
class TwoLines(Tile):
    """A name, and below it a dim line."""

    def __init__(self, title: str, line: str, parent: QWidget, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight
                 ) -> None:
        super().__init__(parent)
        self.title, self.line, self._mode = title, line, mode
        self.setFixedHeight(48)
        self.setAccessibleName(title)
        self.setAccessibleDescription(line)

    def ground(self) -> QColor:
        """Only a ground where the mouse is."""
        return theme.color("panel" if self.underMouse() or self.isDown() else "canvas")

    def ring(self) -> QPen:
        """Only a ring for the keyboard."""
        return QPen(theme.color("accent"), 2) if self.hasFocus() else QPen(Qt.PenStyle.NoPen)

    def sizeHint(self) -> QSize:
        """Two lines."""
        return QSize(240, 48)

    def paint_contents(self, painter: QPainter) -> None:
        """One below the other."""
        width = self.width() - 2 * PAD
        name = QRectF(PAD, 6, width, 18)
        _paint_line(painter, name, self.title, theme.ui_font(13, QFont.Weight.Medium), theme.color("text"))
        _paint_line(painter, QRectF(PAD, 25, width, 16), self.line, theme.ui_font(11), theme.color("dim"), self._mode)


@guarded
class RecentFile(TwoLines):
    """A file opened lately: its name, its folder below."""

    def __init__(self, path: str, parent: QWidget) -> None:
        self.path = path
        folder, home = str(Path(path).parent), str(Path.home())
        if folder.startswith(home):
            folder = "~" + folder[len(home) :]
        super().__init__(Path(path).stem, folder, parent, Qt.TextElideMode.ElideMiddle)
        self.setAccessibleName(Path(path).name)
        self.setAccessibleDescription(path)
        self.setToolTip(path)


def _paint_line(painter: QPainter, room: QRectF, text: str, font: QFont, color: QColor,
                mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
    painter.setFont(font)
    painter.setPen(color)
    text = QFontMetrics(font).elidedText(text, mode, int(room.width()))
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
