"""A line over the canvas to find layers with: what is typed, how many there are, next, previous, close."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.icons import icon_url
from widgets.parts.still import StillToolButton

WIDEST, EDGE = 460, 12
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def _is_typing(event: QKeyEvent) -> bool:
    """Whether a key is one that means something in a line."""
    commands = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    return not event.modifiers() & commands and event.key() not in (Qt.Key.Key_F6, Qt.Key.Key_F8)


@guarded
class FindLine(QLineEdit):
    """Enter goes on, Shift+Enter back, Esc ends; nothing typed here reaches a command of the canvas."""

    stepped = Signal(int)
    left = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_typing(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in (*_ENTER, Qt.Key.Key_F3):
            self.stepped.emit(-1 if back else 1)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


@guarded
class FindBar(QFrame):
    """Lies in the upper right corner of ``over``. Says what is wanted; what was found is told to it."""

    wanted = Signal(str)  # other words
    stepped = Signal(int)  # to the next (1) or the previous (-1)
    opened, closed = Signal(), Signal()

    def __init__(self, over: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = over
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.setAccessibleName(self.tr("Find layers"))
        self.field, self.count = FindLine(self), QLabel(self)
        self.field.setPlaceholderText(self.tr("Name, kind, 16x5x5, >512, error…"))
        self.field.setAccessibleName(self.tr("Find layers by name, kind, shape or problem"))
        self.field.setToolTip(self.tr("Every word must fit: a name, a kind, a torch class, a shape (*x7x7), "
                                      "a bound (>512, params>10k), error, warning, problem, bypassed, frozen"))
        self.count.setProperty("role", "dim")
        self.back, self.on, self.close_button = QToolButton(self), QToolButton(self), StillToolButton(self)
        self._assemble()
        self._draw_icons()
        over.installEventFilter(self)
        self.hide()

    def _assemble(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 6, 6)
        row.setSpacing(4)
        row.addWidget(self.field, 1)
        row.addWidget(self.count)
        for button, name, act in (
            (self.back, self.tr("Previous (Shift+Enter)"), lambda: self.stepped.emit(-1)),
            (self.on, self.tr("Next (Enter)"), lambda: self.stepped.emit(1)),
            (self.close_button, self.tr("Close (Esc)"), self.dismiss),
        ):
            button.setToolTip(name)
            button.setAccessibleName(name)
            button.setFixedSize(28, 28)
            button.clicked.connect(act)
            row.addWidget(button)
        self.field.textChanged.connect(self.wanted)
        self.field.stepped.connect(self.stepped)
        self.field.left.connect(self.dismiss)

    def open(self) -> None:
        """Appear, with the last words to be typed over."""
        self._place()
        self.show()
        self.raise_()
        self.opened.emit()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self.wanted.emit(self.field.text())

    def dismiss(self) -> None:
        """Go away; the canvas has the keyboard again."""
        if self.isVisible():
            self.hide()
            self._over.setFocus()
            self.closed.emit()

    def show_count(self, index: int, count: int) -> None:
        """Which of how many is selected; an index below 0: none yet."""
        if not self.field.text().strip():
            text = ""
        elif not count:
            text = self.tr("Nothing found")
        elif index < 0:
            text = self.tr("{count} found").format(count=count)
        else:
            text = self.tr("{index} of {count}").format(index=index + 1, count=count)
        self.count.setText(text)
        self.field.setAccessibleDescription(text)
        for button in (self.back, self.on):
            button.setEnabled(count > 0)

    # -- place and look -----------------------------------------------------------------------------------------

    def _place(self) -> None:
        area, width = self._over.geometry(), min(WIDEST, self._over.width() - 2 * EDGE)
        self.ensurePolished()
        self.setGeometry(area.right() - width - EDGE + 1, area.top() + EDGE, width, self.sizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow what it lies over."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes from a button, too."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange) and hasattr(self, "close_button"):
            self._draw_icons()

    def _draw_icons(self) -> None:
        tone = theme.current().dim
        for button, name in ((self.back, "chevron-up"), (self.on, "chevron"), (self.close_button, "close")):
            button.setIcon(QIcon(icon_url(name, tone)))
            button.setIconSize(QSize(12, 12))
