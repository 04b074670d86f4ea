"""The way into a block: ``lenet › residual1 ×2 › conv``. Each step leads out to its level."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.parts.elided import ElidedLabel
from widgets.parts.still import StillButton

HEIGHT = 38
ROOM_FOR_NOTE = 140  # the steps leave at least this to the sentence beside them


@guarded
class Breadcrumbs(QFrame):
    """Shows titles from the outermost level to the one that is shown, and a sentence about that one."""

    level_requested = Signal(int)  # 0: the whole network
    own_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(self.tr("The way into this block"))
        self.titles: tuple[str, ...] = ()
        self.steps: list[QPushButton] = []
        self._signs: list[QLabel] = []
        self.more = QToolButton()
        self.more.setText("…")
        self.more.setToolTip(self.tr("Levels in between"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self.more)
        self.more.setMenu(self._menu)
        self.here = QLabel()
        self.note = ElidedLabel()
        self.own = StillButton(self.tr("Make it my own"))
        self.own.setToolTip(self.tr("Turn it into a block of layers that you can change"))
        self.own.clicked.connect(self.own_requested)
        self._row = QHBoxLayout(self)
        self._assemble()

    def _assemble(self) -> None:
        self.here.setTextFormat(Qt.TextFormat.PlainText)
        self.here.setFont(theme.ui_font(13, QFont.Weight.DemiBold))
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.note.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.here.setContentsMargins(8, 0, 0, 0)
        self._row.setContentsMargins(8, 0, 12, 1)
        self._row.setSpacing(0)
        self._row.addWidget(self.more)
        self._row.addWidget(self.here)
        self._row.addSpacing(16)
        self._row.addWidget(self.note, 1)
        self._row.addSpacing(6)
        self._row.addWidget(self.own)

    # -- what it shows ------------------------------------------------------------------------------------------

    def show_levels(self, titles: Sequence[str]) -> None:
        """The way from the whole network to here."""
        if tuple(titles) == self.titles:
            return
        self.titles = tuple(titles)
        for widget in (*self.steps, *self._signs):
            widget.hide()
            widget.deleteLater()  # it may be the one whose click is being handled
        self.steps = [self._step(depth, title) for depth, title in enumerate(titles[:-1])]
        self._signs = [self._sign() for _ in self.steps]
        for depth, (step, sign) in enumerate(zip(self.steps, self._signs, strict=True)):
            self._row.insertWidget(2 * depth, step)
            self._row.insertWidget(2 * depth + 1, sign)
        self._row.insertWidget(2, self.more)  # behind the first step
        self.here.setText(titles[-1] if titles else "")
        self._fit()

    def show_note(self, text: str, is_error: bool = False, offers_own: bool = False) -> None:
        """What there is to say about this level; ``offers_own``: with the button that makes the block one's own."""
        role = "error" if is_error else "dim"
        if self.note.property("role") != role:
            self.note.setProperty("role", role)
            self.note.style().polish(self.note)
        self.note.setText(text)
        self.own.setVisible(offers_own)

    def _step(self, depth: int, title: str) -> QPushButton:
        step = StillButton(title.replace("&", "&&"), self)
        step.setProperty("role", "quiet")
        step.setAccessibleName(self.tr("Go out to {name}").format(name=title))
        step.clicked.connect(lambda: self.level_requested.emit(depth))
        return step

    def _sign(self) -> QLabel:
        sign = QLabel("›", self)
        sign.setProperty("role", "dim")
        return sign

    # -- room ---------------------------------------------------------------------------------------------------

    def _fit(self) -> None:
        """Steps for which there is no room, but not the first, go into the menu behind “…”."""
        widths = [s.sizeHint().width() + sign.sizeHint().width() + 4 for s, sign in zip(
            self.steps, self._signs, strict=True)]
        room = self.width() - 48 - ROOM_FOR_NOTE - self.here.sizeHint().width()
        hidden = 0
        while len(widths) > 1 + hidden and sum(widths) - sum(widths[1 : 1 + hidden]) + 40 * bool(hidden) > room:
            hidden += 1
        self.more.setVisible(hidden > 0)
        self._menu.clear()
        for depth, (step, sign) in enumerate(zip(self.steps, self._signs, strict=True)):
            in_menu = 1 <= depth <= hidden
            step.setVisible(not in_menu)
            sign.setVisible(not in_menu or depth == hidden)
            if in_menu:
                action = self._menu.addAction(step.text())
                action.triggered.connect(lambda *_, depth=depth: self.level_requested.emit(depth))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_row"):
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("panel"))
            painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("line"))
