"""Fields that hold one option's value: a line of text, a choice, a switch. All speak the same few words.

``typed(value)`` asks for a value; whoever validates it answers ``accept`` or ``refuse``. ``show_value`` follows the
model without disturbing what is being typed. ``value`` is what stands. ``settled`` says that it is shown again.
``committed`` says that the person is done with a good value; an editor that ``defers`` is only tried until then.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
    QStyle,
    QStyleOptionComboBox,
    QToolTip,
    QWidget,
)

from widgets.fields.syntax import Syntax
from widgets.look.guarded import guarded
from widgets.look.text import tooltip

_STEPS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
PATIENCE = 700  # ms that an unfinished text such as “5×” may stand before it is called wrong
LIST_EDGES = 28  # around the words in the list of a choice
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
PASSING = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)  # the person comes back


def mark(widget: QWidget, name: str, value: bool) -> None:
    """Set a property that the style sheet reads, and draw the widget accordingly."""
    if bool(widget.property(name)) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


@guarded
class LineEditor(QLineEdit):
    """Numbers, sizes and shapes as free text; arrow keys and the wheel step whole numbers."""

    typed = Signal(object)
    settled = Signal()
    ended = Signal()  # the person is done with a text that is not good
    committed = Signal()
    defers = False
    selects_all = True  # the first click on it: what is typed then takes the place of what stands there
    patience, is_lenient = PATIENCE, False  # lenient: what was called wrong is not while the person types on

    def __init__(self, syntax: Syntax, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._syntax = syntax
        self.value: object = None
        self._base: object = None  # what stood when the editing began: a refused text and Esc lead back to it
        self._good = True
        self._shown_once = False
        self._patient = False
        self._is_entered = False  # by the press that has just been
        self.textEdited.connect(self._on_edit)

    def set_patient(self, patient: bool) -> None:
        """Wait for Enter, or for the focus to leave, instead of asking at every keystroke."""
        self._patient = patient

    def is_unfinished(self) -> bool:
        """Whether typing on could still make the text good."""
        return self._syntax.unfinished(self.text())

    def show_value(self, value: object) -> None:
        """Follow the model; text that already means this value stays as the person wrote it."""
        if self._shown_once and value == self.value:
            return
        self.value, self._shown_once = value, True
        if self._syntax.read(self.text()) != value or not self.text():
            self._write()
        self._settle()

    def accept(self, value: object) -> None:
        """The text was good and means ``value``."""
        self.value, self._good = value, True
        if not self.hasFocus():
            self._base = value
        mark(self, "bad", False)

    def refuse(self) -> None:
        """The text was not good; it stays, so that it can be mended, but what it began with counts."""
        self.value = self._base
        mark(self, "bad", True)

    def restore(self) -> None:
        """Show what stands, unless the text already says it. Asks for nothing."""
        if self.property("bad") or self._syntax.read(self.text()) != self.value:
            self._write()
        self._settle()

    def _take_back(self) -> None:
        """Ask for what stood when the editing began."""
        if self.value != self._base:
            self.typed.emit(self._base)
        self.restore()

    def _write(self) -> None:
        position = self.cursorPosition()
        self.setText(self._syntax.write(self.value))
        self.setCursorPosition(min(position, len(self.text())) if self.hasFocus() else 0)

    def _settle(self) -> None:
        self._base, self._good = self.value, True
        mark(self, "bad", False)
        self.settled.emit()

    def _on_edit(self) -> None:
        if not self._patient:
            self._ask()

    def _ask(self) -> None:
        self._good = False
        self.typed.emit(self._syntax.read(self.text()))

    def _undoes(self) -> bool:
        """Whether there is something that is only tried: on no stack but here."""
        return self.defers and self._is_pending()

    def _is_pending(self) -> bool:
        """Whether Esc has something to take back."""
        return self._says_other() or self.value != self._base

    def _says_other(self) -> bool:
        return self._syntax.read(self.text()) != self.value

    # -- keys, wheel, focus -------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Undo belongs to the window, which has every value on its stack; a refused text is undone here."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undo = event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
            if undo and not self.property("bad") and not self._undoes():
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS and self._step(_STEPS[key]):
            return
        if (key == Qt.Key.Key_Escape and self._is_pending()) or (
                event.matches(QKeySequence.StandardKey.Undo) and self._undoes()):
            self._take_back()
            return
        if key in ENTER:
            self._ask()
            if self._good:
                self._base = self.value
                self.committed.emit()
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        by = (event.angleDelta().y() > 0) - (event.angleDelta().y() < 0)
        if not (self.hasFocus() and by and self._step(by)):
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._is_entered = self.selects_all and event.reason() == Qt.FocusReason.MouseFocusReason

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self._is_entered and not self.hasSelectedText():
            self.selectAll()
        self._is_entered = False

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() in PASSING:
            return
        if self._patient and self._says_other():
            self._ask()
        if self._good:
            self.committed.emit()
            self.restore()
        else:
            self._take_back()

    def _step(self, by: int) -> bool:
        """Add to the whole number at the cursor; False where there is none."""
        if int not in self._syntax.types or not re.fullmatch(r"[-−\d×x*,;\s]+", self.text()):
            return False
        numbers = list(re.finditer(r"-?\d+", self.text().replace("−", "-")))
        if not numbers:
            return False
        at = next((n for n in numbers if n.start() <= self.cursorPosition() <= n.end()), numbers[0])
        stepped = str(self._syntax.bounds.clamped(int(at[0]) + by))
        if stepped != at[0]:
            self.setText(self.text()[: at.start()] + stepped + self.text()[at.end() :])
            self.setCursorPosition(at.start() + len(stepped))
            self._on_edit()
        return True


@guarded
class ChoiceEditor(QComboBox):
    """One of a few words."""

    typed = Signal(object)
    settled = Signal()
    ended = Signal()  # never: nothing is typed here
    committed = Signal()
    patience, is_lenient, defers = PATIENCE, False, False

    def __init__(self, choices: Sequence[tuple[object, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: list[tuple[object, str]] = []
        self.value: object = None
        self._base: object = None  # what stood before others were hovered
        self.set_choices(choices)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the wheel scrolls past it, not into it
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.activated.connect(self._pick)
        self.highlighted.connect(self._try)
        self.view().installEventFilter(self)

    def set_choices(self, choices: Sequence[tuple[object, str]]) -> None:
        """What there is to choose from, each as value and words; what was chosen stays chosen where it is there."""
        if list(choices) == self._choices:
            return
        self._choices = list(choices)
        self.clear()
        self.addItems([words for _, words in choices])
        self.setCurrentIndex(self._place(self.value))
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + LIST_EDGES)

    def _pick(self, index: int) -> None:
        self.typed.emit(self._choices[index][0])
        self._base = self.value
        self.committed.emit()

    def _try(self, index: int) -> None:
        if self.defers and self.view().isVisible():
            self.typed.emit(self._choices[index][0])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The list closes: what was only hovered does not stay. Esc hides it without asking ``hidePopup``."""
        if event.type() == QEvent.Type.Hide and self.defers and self.value != self._base:
            self.typed.emit(self._base)
        return False

    def _place(self, value: object) -> int:
        return next((index for index, choice in enumerate(self._choices) if choice[0] == value), -1)

    def is_unfinished(self) -> bool:
        """A choice is whole at once."""
        return False

    def show_value(self, value: object) -> None:
        """Follow the model."""
        if value != self.value:
            self.settled.emit()
        self.value = self._base = value
        self.setCurrentIndex(self._place(value))

    def accept(self, value: object) -> None:
        """The choice was good."""
        self.value = value

    def refuse(self) -> None:
        """The choice was not good: the last good one comes back."""
        self.show_value(self._base if self.defers else self.value)

    def restore(self) -> None:
        """The last good choice stands already."""
        self.settled.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def shown_text(self) -> str:
        """The words as they are drawn."""
        option, field = QStyleOptionComboBox(), QStyle.SubControl.SC_ComboBoxEditField
        self.initStyleOption(option)
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self).width()
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)

    def said_at_rest(self) -> str:
        """The tooltip; where the words were shortened it begins with them."""
        if self.shown_text() == self.currentText():
            return self.toolTip()
        hint = self.toolTip().removeprefix("<qt>").removesuffix("</qt>")
        return tooltip(self.currentText()).removesuffix("</qt>") + (f"<br>{hint}</qt>" if hint else "</qt>")

    def event(self, event: QEvent) -> bool:
        """Say at rest what cannot be read."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.said_at_rest(), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """As always, but words that are too long end in “…” instead of being cut."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.shown_text()
        with QPainter(self) as painter:
            self.style().drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option, painter, self)
            self.style().drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option, painter, self)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in PASSING:
            self.restore()


@guarded
class SwitchEditor(QCheckBox):
    """On or off."""

    typed = Signal(object)
    settled = Signal()
    ended = Signal()  # never: nothing is typed here
    committed = Signal()
    patience, is_lenient, defers = PATIENCE, False, False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.value = False
        self._words = self.tr("off"), self.tr("on")
        self.toggled.connect(lambda on: self.setText(self._words[on]))
        self.setText(self._words[False])
        self.clicked.connect(self._pick)

    def _pick(self, on: bool) -> None:
        self.typed.emit(on)
        self.committed.emit()

    def set_words(self, off: str, on: str) -> None:
        """Say the positions in other words."""
        self._words = off, on
        self.setText(self._words[self.isChecked()])

    def is_unfinished(self) -> bool:
        """A switch is whole at once."""
        return False

    def show_value(self, value: object) -> None:
        """Follow the model."""
        if value != self.value:
            self.settled.emit()
        self.value = bool(value)
        self.setChecked(self.value)

    def accept(self, value: object) -> None:
        """The position was good."""
        self.value = bool(value)

    def refuse(self) -> None:
        """The position was not good: the last good one comes back."""
        self.show_value(self.value)

    def restore(self) -> None:
        """The last good position stands already."""
        self.settled.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.restore()


Editor = LineEditor | ChoiceEditor | SwitchEditor
