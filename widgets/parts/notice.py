"""A message over the bottom edge of another widget: says what happened, offers what to do, never stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QEnterEvent,
    QFont,
    QHideEvent,
    QIcon,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.icons import icon_url
from widgets.parts.flow import Flow
from widgets.parts.still import StillButton, StillToolButton

WIDEST, EDGE, LINE, GAP = 640, 12, 1, 8
LEAST = 220  # of words beside buttons
Action = tuple[str, Callable[[], object]]


class _Said(NamedTuple):
    """A message. A question comes back after whatever is said over it."""

    number: int
    text: str
    tone: str
    actions: Sequence[Action]
    timeout_ms: int = 0
    is_question: bool = False

    def looks_like(self, other: _Said) -> bool:
        """Whether both say the same, and offer it in the same words."""
        return (self.text, self.tone, [words for words, _ in self.actions]) == (
            other.text, other.tone, [words for words, _ in other.actions])


@guarded
class _Tone(QWidget):
    """A dot with a sign: colour alone would not tell."""

    def __init__(self) -> None:
        super().__init__()
        self.tone = "info"
        self.setFixedSize(16, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The dot and its sign."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color({"ok": "ok", "error": "error"}.get(self.tone, "accent")))
            painter.drawEllipse(QRectF(0.5, 0.5, 15, 15))
            painter.setPen(theme.color("panel"))
            painter.setFont(theme.ui_font(11, QFont.Weight.Bold))
            sign = {"ok": "✓", "error": "!"}.get(self.tone, "i")
            painter.drawText(QRectF(0, 0, 16, 16), Qt.AlignmentFlag.AlignCenter, sign)


@guarded
class Notice(QFrame):
    """One message at a time; a new one takes the place of the old, a remark that nobody asked for may have to wait.

    A question stays until it is answered, closed or withdrawn; what is said meanwhile is said before it.
    """

    closed = Signal(int)  # the number of the message that is gone; no other one has come in its place

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self.in_hand: Callable[[], QRect] = QRect  # where in the host it had better not lie
        self.setObjectName("notice")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)  # a click here is not meant for the canvas
        self.text = QLabel(wordWrap=True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.close_button = StillToolButton()
        self.buttons: list[StillButton] = []
        self._tone = _Tone()
        self._said = _Said(0, "", "", ())
        self._count = 0  # messages so far
        self.asked = 0  # questions so far
        self._waiting: list[_Said] = []
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.dismiss)
        self._assemble()
        self._draw_icon()
        host.installEventFilter(self)
        self.hide()

    def _assemble(self) -> None:
        self.close_button.setAccessibleName(self.tr("Close the message"))
        self.close_button.setToolTip(self.tr("Close"))
        self.close_button.setFixedSize(28, 28)
        self.close_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.close_button.clicked.connect(self.dismiss)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 6, 6, 6)
        self._row.setSpacing(GAP)
        self._row.addWidget(self._tone)
        self._both = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._both.setSpacing(GAP)
        self._both.addWidget(self.text, 1)
        self._actions = QWidget()
        self._flow = Flow(self._actions)
        self._both.addWidget(self._actions)
        self._row.addLayout(self._both, 1)
        self._row.addWidget(self.close_button)

    # -- messages -----------------------------------------------------------------------------------------------

    def show_message(self, text: str, tone: str = "info", actions: Sequence[Action] = (), timeout_ms: int = 0) -> int:
        """Say it. ``actions`` become buttons; after ``timeout_ms`` it goes by itself (0: it stays).

        The number is this message's, to withdraw it by.
        """
        self._count += 1
        self._show(_Said(self._count, text, tone, actions, timeout_ms))
        return self._count

    def ask(self, text: str, actions: Sequence[Action], instead: int = 0) -> int:
        """A question that something depends on: whatever is said over it passes, and it is there again. Its number.

        ``instead``: the number of the question that is asked anew. One who is about to press its button does so.
        """
        self._waiting = [waiting for waiting in self._waiting if waiting.number != instead]
        self._count += 1
        self.asked += 1
        said = _Said(self._count, text, "info", actions, is_question=True)
        if self._says(instead) and said.looks_like(self._said):
            self._said = said
            return self._count
        self._show(said, instead)
        return self._count

    def asks(self, number: int) -> bool:
        """Whether the question is asked, or will be once something else is closed."""
        return self._says(number) or any(waiting.number == number for waiting in self._waiting)

    def _says(self, number: int) -> bool:
        return number == self._said.number and not self.isHidden()

    def _show(self, said: _Said, instead: int = 0) -> None:
        if not self._says(instead):
            self._keep_question()
        self._said = said
        _, text, tone, actions, timeout_ms, _ = said
        self.text.setText(text)
        self._show_tone(tone)
        self._show_actions(actions)
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        self._timer.setInterval(timeout_ms)
        self._timer.stop()
        self._wait()
        self._announce(text, tone)

    def remark(self, text: str, tone: str = "info", actions: Sequence[Action] = (), timeout_ms: int = 0) -> int:
        """Say what nobody has asked for: after an error, or what has a button, once that is closed; a question comes
        back by itself. Its number."""
        if self.isHidden() or self._said.is_question or not (self._tone.tone == "error" or self.buttons):
            return self.show_message(text, tone, actions, timeout_ms)
        if timeout_ms:  # of what would go by itself the newest is enough
            self._waiting = [waiting for waiting in self._waiting if not waiting.timeout_ms]
        self._count += 1
        self._waiting.append(_Said(self._count, text, tone, actions, timeout_ms))
        return self._count

    def withdraw(self, number: int) -> None:
        """Take a message away, or what waits to be said, unless another one has taken its place."""
        self._waiting = [waiting for waiting in self._waiting if waiting.number != number]
        if self._says(number):
            self.hide()
            self._go_on()

    def dismiss(self) -> None:
        """Take the message away; the keyboard goes back to what lies below."""
        if not self.isHidden():
            self._leave()
            self._go_on()

    def clear(self) -> None:
        """What it says, and what waits to be said, is of a time that is over; what is asked is still asked."""
        self._waiting = [waiting for waiting in self._waiting if waiting.is_question]
        if not self._said.is_question:
            self.hide()
        self._come_back()

    def _keep_question(self) -> None:
        if self._said.is_question and not self.isHidden():
            self._waiting.insert(0, self._said)

    def _come_back(self) -> None:
        """The place is free again for what waits."""
        if self.isHidden() and self._waiting:
            self._show(self._waiting.pop(0))

    def _leave(self) -> None:
        self._timer.stop()
        focus = self.window().focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            self._host.setFocus()
        self.hide()

    def _go_on(self) -> None:
        """With what waits."""
        if self._waiting:
            self._come_back()
        else:
            self.closed.emit(self._said.number)

    def _show_tone(self, tone: str) -> None:
        self._tone.tone = tone
        self._tone.update()
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)

    def _show_actions(self, actions: Sequence[Action]) -> None:
        for button in self.buttons:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [self._button(index, text) for index, (text, _) in enumerate(actions)]
        for button in self.buttons:
            self._flow.addWidget(button)
            button.show()
            button.ensurePolished()  # how wide it is, is known now
        self._actions.setVisible(bool(self.buttons))

    def _button(self, index: int, text: str) -> StillButton:
        button = StillButton(text, self._actions)
        button.setAccessibleName(text)

        def go() -> None:
            _, act = self._said.actions[index]
            self._leave()
            act()
            if self.isHidden():  # the action had nothing to say
                self._go_on()

        button.clicked.connect(go)
        return button

    def _announce(self, text: str, tone: str) -> None:
        """Screen readers read it out; an error at once."""
        event = QAccessibleAnnouncementEvent(self, text)
        urgent = tone == "error"
        event.setPoliteness(
            QAccessible.AnnouncementPoliteness.Assertive if urgent else QAccessible.AnnouncementPoliteness.Polite
        )
        QAccessible.updateAccessibility(event)

    # -- place --------------------------------------------------------------------------------------------------

    def move_to(self, host: QWidget) -> None:
        """Lie over another widget, with what is said."""
        said = not self.isHidden()
        self._host.removeEventFilter(self)
        self._host = host
        host.installEventFilter(self)
        self.setParent(host)
        self._place()
        self.setVisible(said)
        self.raise_()

    def place(self) -> None:
        """What somebody has in hand is elsewhere."""
        if self.isVisible():
            self._place()

    def _place(self) -> None:
        """At the middle of the host's bottom edge, as wide as the text asks for and the host allows.

        A network begins at the top: there it would lie over the first layers, and what is found is searched there. At
        the top only where it would lie over what somebody has in hand.
        """
        self.ensurePolished()
        room = min(WIDEST, max(160, self._host.width() - 2 * EDGE))
        words = self.text.fontMetrics().horizontalAdvance(self.text.text()) + 8
        actions = sum(button.sizeHint().width() for button in self.buttons) + GAP * max(0, len(self.buttons) - 1)
        others = self._row.sizeHint().width() - self._both.sizeHint().width()
        beside = actions + GAP if actions else 0
        is_beside = min(words, LEAST) + beside + others <= room
        self._stand(is_beside, actions)
        width = min(room, words + beside + others if is_beside else max(words, actions) + others)
        height = self._row.heightForWidth(width - 2 * LINE) + 2 * LINE
        left, top = (self._host.width() - width) // 2, max(0, self._host.height() - height - EDGE)
        in_hand = self.in_hand()
        if in_hand.intersects(QRect(left, top, width, height)) and not in_hand.intersects(
                QRect(left, EDGE, width, height)):
            top = EDGE
        self.setGeometry(left, top, width, height)

    def _stand(self, is_beside: bool, width: int) -> None:
        """The buttons beside the words, or below them where these would have no room."""
        ways = QBoxLayout.Direction
        self._both.setDirection(ways.LeftToRight if is_beside else ways.TopToBottom)
        self._actions.setMinimumWidth(width if is_beside else 0)
        self._actions.setMaximumSize(*((width, self._flow.heightForWidth(width)) if is_beside else (WIDEST, WIDEST)))
        for layout in (self._flow, self._both, self._row):  # what they knew was of the message before
            layout.invalidate()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the host's size."""
        if event.type() == QEvent.Type.Resize and self.isVisibleTo(self._host):
            self._place()
        return False

    # -- manners ------------------------------------------------------------------------------------------------

    def _wait(self) -> None:
        """Only what is seen goes by itself, and not under the mouse."""
        if self._timer.interval() > 0 and self.isVisible() and not self.underMouse():
            self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Its page comes to the front."""
        self._wait()

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page is in front: nobody reads this."""
        self._timer.stop()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Do not go while someone reads."""
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Go on waiting."""
        if self._timer.interval() > 0 and self.isVisible():
            self._timer.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Take the new theme's colours."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange) and hasattr(self, "_row"):
            self._draw_icon()

    def _draw_icon(self) -> None:
        self.close_button.setIcon(QIcon(icon_url("close", theme.current().dim)))
        self.close_button.setIconSize(QSize(14, 14))
