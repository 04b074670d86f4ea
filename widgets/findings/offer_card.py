"""One experiment to be tried: its question, a button or why there is none, and how far it is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QWidget

from engine.units import share_text
from widgets.findings.values import Offer, Running
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip
from widgets.parts.elided import ElidedLabel
from widgets.parts.still import StillButton

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Home: -9999, Qt.Key.Key_End: 9999}


@guarded
class OfferCard(QWidget):
    """Has the keyboard as a whole: Enter tries, arrows go on, Esc stops what runs."""

    chosen = Signal()
    asked = Signal()
    stopped = Signal()
    walked = Signal(int)

    def __init__(self, offer: Offer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.offer, self.is_chosen, self.has_finding = offer, False, False
        self.running: Running | None = None
        self._is_busy = False  # another one runs
        self.title, self.question = ElidedLabel(), ElidedLabel(role="small")
        self.reason = QLabel(wordWrap=True)
        self.reason.setProperty("role", "small")
        self.reason.setTextFormat(Qt.TextFormat.PlainText)
        self.words, self.bar = ElidedLabel(role="small"), QProgressBar()
        self.button = StillButton()
        self.button.setProperty("role", "tight")
        self.button.clicked.connect(self._press)
        self.bar.setTextVisible(False)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(14, 8, 10, 8)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(0, 1)
        for row, part in enumerate((self.title, self.question, self.reason, self.words, self.bar)):
            self._grid.addWidget(part, row, 0)
        self.is_compact = False
        self._place_button()
        self.put_on()
        self.show_state(None, False, False)

    def put_on(self) -> None:
        """Take the theme's fonts."""
        font = theme.ui_font(13, QFont.Weight.DemiBold)
        if self.title.font() != font:
            self.title.setFont(font)

    # -- showing ------------------------------------------------------------------------------------------------

    def show_offer(self, offer: Offer) -> None:
        """It may apply now, or no more."""
        self.offer = offer
        self._refresh()

    def show_state(self, running: Running | None, is_busy: bool, has_finding: bool) -> None:
        """Whether it runs, another one does, and whether something was found."""
        self.running, self._is_busy, self.has_finding = running, is_busy, has_finding
        self._refresh()

    def show_chosen(self, chosen: bool) -> None:
        """Whether its finding is shown; only then the Tab key comes here."""
        self.is_chosen = chosen
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if chosen else Qt.FocusPolicy.ClickFocus)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus if chosen else Qt.FocusPolicy.NoFocus)
        self.update()

    def set_compact(self, compact: bool) -> None:
        """With little room the question is only in the tooltip, and the button stands below."""
        if compact != self.is_compact:
            self.is_compact = compact
            self._place_button()
            self._refresh()

    def _place_button(self) -> None:
        self._grid.removeWidget(self.button)
        if self.is_compact:
            self._grid.addWidget(self.button, 5, 0, 1, 2, Qt.AlignmentFlag.AlignLeft)
        else:
            self._grid.addWidget(self.button, 0, 1, 2, 1, Qt.AlignmentFlag.AlignVCenter)

    def _refresh(self) -> None:
        offer, running = self.offer, self.running
        self.title.set_text(offer.title)
        self.question.set_text(offer.question)
        self.question.setVisible(not self.is_compact)
        self.reason.setText(offer.reason)
        self.reason.setVisible(bool(offer.reason))
        _mark_dim(self.title, bool(offer.reason))
        self.button.setText(self.tr("Stop") if running else self.tr("Again") if self.has_finding else self.tr("Try"))
        self.button.setVisible(bool(running) or not offer.reason)
        self.button.setEnabled(not self._is_busy)
        self.button.setToolTip(self.tr("Another experiment runs") if self._is_busy else "")
        self.button.setAccessibleName(f"{self.button.text()}: {offer.title}")
        self.words.setVisible(running is not None)
        self.bar.setVisible(running is not None)
        if running is not None:
            known = running.share is not None
            self.bar.setRange(0, 1000 if known else 0)
            self.bar.setValue(round(1000 * min(1.0, max(0.0, running.share or 0.0))))
            share = share_text(running.share) if running.share is not None else ""
            self.words.set_text(" · ".join(filter(None, (share, running.words))))
        self._say()

    def _say(self) -> None:
        offer = self.offer
        state = self.words.text() if self.running else self.tr("tried") if self.has_finding else offer.reason
        self.setAccessibleName(". ".join(filter(None, (offer.title, offer.question, state))))
        self.setToolTip(tooltip(offer.title, offer.question, offer.reason))
        self.update()

    # -- keys and mouse -----------------------------------------------------------------------------------------

    @property
    def can_try(self) -> bool:
        """Whether it applies and nothing runs."""
        return not self.offer.reason and not self._is_busy and self.running is None

    def _press(self) -> None:
        self.chosen.emit()
        if self.running is not None:
            self.stopped.emit()
        elif self.can_try:
            self.asked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, Enter tries, Esc stops."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.walked.emit(_STEPS[key])
        elif key in ENTER and self.can_try:
            self.asked.emit()
        elif key == Qt.Key.Key_Escape and self.running is not None:
            self.stopped.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """It is the one in hand."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit()

    # -- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ground and a strip where it is in hand, a ring where the keyboard is, a dot where something was found."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            if self.is_chosen or self.underMouse() or self.hasFocus():
                ring = "accent" if self.hasFocus() else "raised"
                painter.setPen(QPen(theme.color(ring), 1))
                painter.setBrush(theme.color("raised"))
                painter.drawRoundedRect(box, 6, 6)
            if self.is_chosen or self.has_finding:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("accent" if self.is_chosen else "ok"))
                painter.drawRoundedRect(QRectF(4, 10, 3, self.height() - 20), 1.5, 1.5)

    def event(self, event: QEvent) -> bool:
        """The ground follows mouse and keyboard."""
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave, QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().event(event)


def _mark_dim(label: QLabel, dim: bool) -> None:
    role = "dim" if dim else ""
    if label.property("role") != role:
        label.setProperty("role", role)
        label.style().unpolish(label)
        label.style().polish(label)
