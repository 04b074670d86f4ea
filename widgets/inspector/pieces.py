"""Pieces of the inspector: the name, the layer's chip, its torch line, its shapes, its problems."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.advice.advice import Problem, Repair
from widgets.fields.editors import mark
from widgets.look import theme
from widgets.look.contrast import readable_on
from widgets.look.text import breakable, message_text, sentence_text, tooltip
from widgets.parts.elided import ElidedButton
from widgets.problems.repair_choice import RepairChoice

GAP, ROOM = 8, 248  # of repair buttons; the width of the narrowest panel
INDENT = 2  # QLineEdit's own; what has no frame stands flush with the labels around it


class NameEdit(QLineEdit):
    """A title that can be typed into. Enter, or leaving, asks for the new name; Esc takes it back."""

    name_typed = Signal(str)
    calmed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self.setProperty("role", "name")
        self.setTextMargins(-INDENT, 0, 0, 0)
        self.setMaxLength(120)
        self.textEdited.connect(self._calm)

    def show_name(self, name: str) -> None:
        """The name as it is; a name being typed stays until another one comes."""
        if name != self._name:
            self._name = name
            self.take_back()

    def take_back(self) -> None:
        """Show the name as it is."""
        self.setText(self._name)
        self.setCursorPosition(len(self._name) if self.hasFocus() else 0)
        self._calm()

    def refuse(self) -> None:
        """The name was refused: keep it to be mended, or drop it when the person has gone on."""
        mark(self, "bad", True)
        if not self.hasFocus():
            self.setText(self._name)
            mark(self, "bad", False)

    def _calm(self) -> None:
        mark(self, "bad", False)
        self.calmed.emit()

    def _ask(self) -> None:
        if self.text().strip() != self._name:
            self.name_typed.emit(self.text().strip())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text() != self._name:
            self.take_back()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            return
        if self.property("bad"):
            self.take_back()
        else:
            self._ask()


class Chip(QLabel):
    """The layer's kind on its category's colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._category = "input"
        self.setFont(theme.ui_font(11))

    def show_kind(self, title: str, category: str) -> None:
        """Name and colour."""
        self._category = category
        self.setText(title)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 16, 18)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        ground = theme.color(self._category)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        box = QRectF(0, (self.height() - 18) / 2, self.width(), 18)
        painter.drawRoundedRect(box, 9, 9)
        painter.setPen(readable_on(ground))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()


class CodeLine(QLineEdit):
    """One line of code to read and copy: shortened while it rests, whole while it has the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._code = ""
        self.setReadOnly(True)
        self.setProperty("role", "code")
        font = theme.mono_font(11)
        font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 98)  # a usual Conv2d call just fits the panel
        self.setFont(font)
        self.setTextMargins(-INDENT, 0, -INDENT, 0)
        self.setAccessibleName(self.tr("In PyTorch"))

    def show_code(self, code: str) -> None:
        """Show another line."""
        if code != self._code:
            self._code = code
            self.setToolTip(tooltip(self.tr("The same in PyTorch"), code))
            self._fit()

    def _fit(self) -> None:
        room = self.contentsRect().width()
        text = self._code
        if not self.hasFocus():
            text = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
        self.setText(text)
        self.setCursorPosition(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._fit()
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._fit()


class Doors(QWidget):
    """Ways into what a layer holds: inside a block, out of it into its layers, to the code of a code layer."""

    inside_requested = Signal()
    dissolve_requested = Signal()
    code_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inside = self._button(self.tr("Look inside"), self.tr("Show the layers of this block (Enter)"))
        self.dissolve = self._button(self.tr("Dissolve"), self.tr("Put its layers in its place (Ctrl+Shift+G)"))
        self.code = self._button(self.tr("Edit code"), self.tr("Show the Python code of this layer (Enter)"))
        self.inside.clicked.connect(self.inside_requested)
        self.dissolve.clicked.connect(self.dissolve_requested)
        self.code.clicked.connect(self.code_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 12, 0, 0)
        row.setSpacing(GAP)
        for button in (self.inside, self.dissolve, self.code):
            row.addWidget(button)
        row.addStretch(1)

    def show_doors(self, block: bool, code: bool) -> None:
        """What this layer is."""
        self.inside.setVisible(block)
        self.dissolve.setVisible(block)
        self.code.setVisible(code)
        self.setVisible(block or code)

    def _button(self, text: str, hint: str) -> QPushButton:
        button = ElidedButton(text, self)
        button.setAccessibleName(text)
        button.setAccessibleDescription(hint)
        return button


class ShapeBox(QFrame):
    """What goes in, what comes out, and the arithmetic with the live numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "inset")
        self._shapes, self._arithmetic = QLabel(self), QLabel(self)
        self._arithmetic.setProperty("role", "dim")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        for label, size in ((self._shapes, 13), (self._arithmetic, 11)):
            label.setFont(theme.mono_font(size))
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(label)

    def show_shapes(self, shapes: str, arithmetic: Sequence[str], rule: str) -> None:
        """One line of shapes, the lines of arithmetic below it, the rule as a tooltip."""
        self._shapes.setText(shapes)
        self._arithmetic.setText("\n".join(arithmetic))
        self._arithmetic.setVisible(bool(arithmetic))
        self.setToolTip(tooltip(rule))


class ProblemList(QWidget):
    """Sentences in the colour of their severity, each with its repairs as buttons."""

    repair_requested = Signal(object)
    repair_previewed = Signal(object)  # the Repair whose button has the mouse or the keyboard, or None
    focus_freed = Signal()  # the button that had the keyboard goes

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problems: tuple[Problem, ...] = ()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(12)
        self._items: list[QWidget] = []
        self.is_pointed_at = False

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show these; equal sentences keep their buttons, which then stand for the newer repairs."""
        before, self._problems = self._problems, tuple(problems)
        if [_words(problem) for problem in before] != [_words(problem) for problem in problems]:
            self._replace(problems)
        self.setVisible(bool(problems))

    def _replace(self, problems: Sequence[Problem]) -> None:
        focus = QApplication.focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            self.focus_freed.emit()
        for item in self._items:
            item.hide()
            item.deleteLater()
        self._items = [self._item(index, problem) for index, problem in enumerate(problems)]
        for item in self._items:
            self._layout.addWidget(item)

    def _item(self, index: int, problem: Problem) -> QWidget:
        item = QWidget(self)
        layout = QVBoxLayout(item)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        sentence = QLabel(breakable(sentence_text(problem.message)), item)
        sentence.setProperty("role", {"error": "error", "warning": "warning"}.get(problem.severity, "dim"))
        sentence.setWordWrap(True)
        layout.addWidget(sentence)
        if problem.repairs:
            layout.addLayout(self._buttons(index, problem.repairs, item))
        return item

    def _buttons(self, index: int, repairs: Sequence[Repair], parent: QWidget) -> QBoxLayout:
        """Side by side where they fit, else one below the other."""
        buttons = [RepairChoice(message_text(repair.text), parent) for repair in repairs]
        fit = sum(button.sizeHint().width() + GAP for button in buttons) - GAP <= ROOM
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight if fit else QBoxLayout.Direction.TopToBottom)
        row.setSpacing(GAP)
        for number, button in enumerate(buttons):
            button.setAccessibleName(button.text())
            button.clicked.connect(lambda _=False, at=number: self._ask(index, at))
            button.pointed_at.connect(lambda on, at=number: self._preview(index, at, on))
            row.addWidget(button)
        row.addStretch()
        return row

    def _preview(self, index: int, number: int, on: bool) -> None:
        self.is_pointed_at = on
        self.repair_previewed.emit(self._problems[index].repairs[number] if on else None)

    def _ask(self, index: int, number: int) -> None:
        self.repair_requested.emit(self._problems[index].repairs[number])


def _words(problem: Problem) -> tuple[object, ...]:
    return (problem.severity, problem.message, *(repair.text for repair in problem.repairs))


def section(title: str, parent: QWidget) -> QLabel:
    """A section's heading."""
    label = QLabel(title, parent)
    label.setProperty("role", "section")
    label.setContentsMargins(0, 16, 0, 8)
    return label
