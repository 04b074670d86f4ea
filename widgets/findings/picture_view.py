"""One picture of a finding on the screen: mouse and keys read its numbers, a menu keeps it as a file."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from widgets.findings.bar_drawing import BarDrawing
from widgets.findings.drawing import Drawing, Said, paint_said
from widgets.findings.grid_drawing import GridDrawing
from widgets.findings.line_drawing import LineDrawing
from widgets.findings.pictures import Bars, Grid, Lines, Picture, spoken
from widgets.findings.save_menu import fill_save_menu
from widgets.findings.table_drawing import TableDrawing
from widgets.look import theme
from widgets.look.guarded import guarded

EDGE, NARROWEST, USUAL = 6, 180, 320
_STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}


def drawing_of(picture: Picture) -> Drawing:
    """What paints a picture."""
    if isinstance(picture, Lines):
        return LineDrawing(picture)
    if isinstance(picture, Bars):
        return BarDrawing(picture)
    return GridDrawing(picture) if isinstance(picture, Grid) else TableDrawing(picture)


@guarded
class FindingPicture(QWidget):
    """Shows any of the pictures."""

    save_requested = Signal(str)  # "png", "svg", "npz"

    def __init__(self, picture: Picture | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture: Picture | None = None
        self._drawing: Drawing | None = None
        self._at: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        if picture is not None:
            self.show_picture(picture)

    def show_picture(self, picture: Picture) -> None:
        """Another one."""
        self.picture, self._drawing, self._at = picture, drawing_of(picture), None
        self.setAccessibleName(picture.title or self.tr("Picture of the finding"))
        self.setAccessibleDescription(spoken(picture))
        self.updateGeometry()
        self.update()

    @property
    def said(self) -> tuple[Said, ...]:
        """The numbers at the place that is read."""
        if self._drawing is None or self._at is None:
            return ()
        return self._drawing.read(self.area, self._at)

    @property
    def area(self) -> QRectF:
        """Where it is painted."""
        return QRectF(self.rect()).adjusted(EDGE, EDGE, -EDGE, -EDGE)

    @property
    def stops(self) -> list[QPointF]:
        """The places that the arrow keys read one after another."""
        return self._drawing.stops(self.area) if self._drawing is not None else []

    # -- sizes --------------------------------------------------------------------------------------------------

    def hasHeightForWidth(self) -> bool:
        """Narrow ones need more lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As high as it is at its best."""
        return round(self._drawing.height(width - 2 * EDGE)) + 2 * EDGE if self._drawing is not None else 0

    def sizeHint(self) -> QSize:
        return QSize(USUAL, self.heightForWidth(USUAL))

    def minimumSizeHint(self) -> QSize:
        return QSize(NARROWEST, 40)

    # -- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, and beside the place that is read its numbers."""
        if self._drawing is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.hasFocus():
                painter.setPen(QPen(theme.color("accent"), 1))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            self._drawing.paint(painter, self.area, self._at)
            if (said := self.said) and self._at is not None:
                paint_said(painter, self.area, self._at, said)

    def changeEvent(self, event: QEvent) -> None:
        """Take the new theme's colours, or another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.update()

    # -- reading ------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read what is there."""
        self._read(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Nobody reads any more."""
        self._read(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._read(None)

    def _read(self, at: QPointF | None) -> None:
        self._at = at
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows read one number after another."""
        step, stops = _STEPS.get(Qt.Key(event.key())), self.stops
        if step is None or not stops:
            super().keyPressEvent(event)
            return
        if self._at is None:
            self._read(stops[0 if step > 0 else -1])
            return
        at = self._at
        nearest = min(range(len(stops)), key=lambda index: (stops[index] - at).manhattanLength())
        self._read(stops[min(len(stops) - 1, max(0, nearest + step))])

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Keep it as a file."""
        self.menu(event.globalPos())

    def menu(self, at: QPoint) -> None:
        """What can be done with it."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill_save_menu(menu, self.save_requested.emit)
        menu.popup(at)
