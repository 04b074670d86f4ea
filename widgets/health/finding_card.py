"""A finding as a card: a bar in its tone, what it is, and links below that mend it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from widgets.health.values import FindingCardShown
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import breakable
from widgets.parts.flow import Flow
from widgets.parts.repair_choice import RepairChoice

BAR, RADIUS = 3.0, 6.0
_TONES = {"ok": "ok", "note": "accent", "warn": "warn", "error": "error"}
_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


@guarded
class FindingCard(QWidget):
    """A click on it leads to its layer; a link says when it is pointed at."""

    opened = Signal()
    cure_clicked = Signal(int)
    cure_pointed = Signal(int, bool)
    more_clicked = Signal()

    def __init__(self, shown: FindingCardShown, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = shown
        self.headline, self.sentence = QLabel(wordWrap=True), QLabel(wordWrap=True)
        self.links: list[RepairChoice] = []
        self._row = QWidget()
        self._flow = Flow(self._row, gap=12, row_gap=2)
        self._pressed = False
        for label, role in ((self.headline, ""), (self.sentence, "dim")):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setProperty("role", role)
            label.setFont(theme.ui_font(12, QFont.Weight.DemiBold if label is self.headline else QFont.Weight.Normal))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 10, 8)
        column.setSpacing(2)
        for part in (self.headline, self.sentence, self._row):
            column.addWidget(part)
        self._fill()

    def show_finding(self, shown: FindingCardShown) -> None:
        """The same finding, as it is known by now."""
        if shown != self.shown:
            self.shown = shown
            self._fill()

    def _fill(self) -> None:
        shown = self.shown
        self.headline.setText(breakable(shown.headline))
        self.sentence.setText(breakable(shown.sentence))
        self.sentence.setVisible(bool(shown.sentence))
        self.setAccessibleName(f"{shown.headline}. {shown.sentence}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if shown.leads else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if shown.leads else Qt.CursorShape.ArrowCursor)
        texts = [*shown.cures, *([shown.more] if shown.more else [])]
        if texts != [link.text() for link in self.links]:
            self._fill_links(texts)
        self.update()

    def _fill_links(self, texts: list[str]) -> None:
        for link in self.links:
            self._flow.removeWidget(link)
            link.hide()
            link.deleteLater()
        self.links = [self._link(index, text) for index, text in enumerate(texts)]
        for link in self.links:
            self._flow.addWidget(link)
            link.show()
        self._row.setVisible(bool(self.links))

    def _link(self, index: int, text: str) -> RepairChoice:
        link = RepairChoice(text, self._row)
        link.setProperty("role", "link")
        link.setAccessibleName(text)
        link.setAccessibleDescription(self.shown.headline)
        link.setCursor(Qt.CursorShape.PointingHandCursor)
        if index < len(self.shown.cures):
            link.clicked.connect(lambda: self.cure_clicked.emit(index))
            link.pointed_at.connect(lambda on: self.cure_pointed.emit(index, on))
        else:
            link.clicked.connect(self.more_clicked)
        return link

    # -- acting -------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The first half of a click."""
        self._pressed = event.button() == Qt.MouseButton.LeftButton

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The whole card is a way to its layer."""
        if self._pressed and self.shown.leads and self.rect().contains(event.position().toPoint()):
            self.opened.emit()
        self._pressed = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """By keyboard too."""
        if self.shown.leads and event.key() in _KEYS:
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    # -- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground, and the bar at the left, cut to its corners."""
        body, path = QRectF(self.rect()), QPainterPath()
        path.addRoundedRect(body, RADIUS, RADIUS)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillPath(path, theme.color("raised"))
            bar = QPainterPath()
            bar.addRect(QRectF(0, 0, BAR, body.height()))
            painter.fillPath(path.intersected(bar), theme.color(_TONES[self.shown.tone]))
            if self.hasFocus():
                painter.setPen(QPen(theme.color("accent"), 1))
                painter.drawRoundedRect(body.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)

    def changeEvent(self, event: QEvent) -> None:
        """Take the new theme's colours."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self.update()
