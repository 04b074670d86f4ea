"""A box over another widget with a line to type into: at a point, never outside; Esc or a click elsewhere ends it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from widgets.look.guarded import guarded
from widgets.parts.focus import can_have_focus, focus_changed
from widgets.parts.row_list import Row, RowList

EDGE = 8
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@guarded
class SearchLine(QLineEdit):
    """What is typed; keys that mean the list go to the box around it, and none to the canvas below."""

    key_pressed = Signal(object)  # QKeyEvent; accepted by whoever makes use of it

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # no command of the canvas or the window while one types here
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in (
                Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self.key_pressed.emit(event)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()
        self.key_pressed.emit(event)
        if not event.isAccepted():
            super().keyPressEvent(event)
            event.accept()


@guarded
class Popup(QFrame):
    """A line, a list below it, and words at the bottom. Says what it is asked for; ``close`` gives the focus back.

    It lies over a host, or where that is a narrow column over the window.
    """

    closed = Signal()

    def __init__(self, host: QWidget, width: int, most: int) -> None:
        self._ground = host if host.width() >= width + 2 * EDGE else host.window()
        super().__init__(self._ground)
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.host, self.wide, self._corner, self._before = host, width, QPoint(), host.window().focusWidget()
        self._is_over = False
        self.field, self.list, self.foot = SearchLine(self), RowList(most, self), QLabel(self)
        self.field.setProperty("role", "search")
        self.foot.setProperty("role", "small")
        self.foot.setWordWrap(True)
        self.foot.setContentsMargins(12, 6, 12, 8)
        self.setFocusProxy(self.field)  # or a click on a row or on words would give the keyboard to the host
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(1, 1, 1, 1)
        self.column.setSpacing(0)
        for part in (self.field, self.list, self.foot):
            self.column.addWidget(part)
        self.field.key_pressed.connect(self._take_key)
        self.list.chosen.connect(lambda row: self.choose(row, Qt.KeyboardModifier.NoModifier))
        self.list.marked.connect(self._announce)
        self.hide()

    def _announce(self, row: Row | None) -> None:
        """The keyboard stays in the line: a screen reader is told what is marked below it."""
        if row is not None and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.list, row.spoken))

    # -- what a box does with what is chosen --------------------------------------------------------------------

    def choose(self, row: Row | None, modifiers: Qt.KeyboardModifier) -> None:
        """A row was clicked, or Enter pressed."""

    def complete(self) -> None:
        """Tab was pressed."""

    def tell_again(self) -> None:
        """Say again what is marked: what showed it shows something else now."""

    # -- place --------------------------------------------------------------------------------------------------

    def open_at(self, point: QPoint) -> None:
        """Appear with the upper left corner here, or as near as there is room, and take the keyboard."""
        self._corner = self.host.mapTo(self._ground, point) if self._ground is not self.host else point
        self.place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)
        focus_changed().connect(self._follow_focus)
        self._ground.installEventFilter(self)

    def place(self) -> None:
        """Be as high as what is shown, inside of what it lies over."""
        host = self._ground
        self.setFixedWidth(min(self.wide, host.width() - 2 * EDGE))
        self.ensurePolished()
        self.column.activate()
        height = self.column.totalHeightForWidth(self.width()) if self.column.hasHeightForWidth() else (
            self.column.sizeHint().height())
        self.resize(self.width(), min(height, host.height() - 2 * EDGE))
        x = max(EDGE, min(self._corner.x(), host.width() - self.width() - EDGE))
        y = max(EDGE, min(self._corner.y(), host.height() - self.height() - EDGE))
        self.move(x, y)

    def dismiss(self, back: bool = True) -> None:
        """Go away; the keyboard is where it was before unless it has gone elsewhere."""
        if not self.isHidden() and not self._is_over:
            self._is_over = True
            focus = QApplication.focusWidget()
            mine = focus is None or self is focus or self.isAncestorOf(focus)
            self.hide()
            if back and mine:
                self._give_back()
            self.closed.emit()
            self.deleteLater()

    def _give_back(self) -> None:
        (self._before if can_have_focus(self._before) else self.host).setFocus()

    # -- keys and mouse -----------------------------------------------------------------------------------------

    def _take_key(self, event: QKeyEvent) -> None:
        key, steps = Qt.Key(event.key()), {
            Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -self.list.page(), Qt.Key.Key_PageDown: self.list.page(),
        }  # fmt: skip
        event.accept()
        if key in steps:
            self.list.step(steps[key])
        elif key in ENTER:
            self.choose(self.list.current(), event.modifiers())
        elif key == Qt.Key.Key_Escape:
            self.dismiss()
        elif key == Qt.Key.Key_Tab:
            self.complete()
        elif key == Qt.Key.Key_Backtab:
            self.list.step(-1)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Nothing typed here reaches the host."""
        event.accept()

    def _follow_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        """A click elsewhere takes the keyboard away: one is done here. Another window does not."""
        if now is not None and now is not self and not self.isAncestorOf(now):
            self.dismiss(back=False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the host's size."""
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self.place()
        return False
