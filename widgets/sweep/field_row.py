"""One field to try: which, with what values, what it is now, and away with it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget

from widgets.fields.editors import mark
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.icons import icon
from widgets.parts.choice import Choice
from widgets.parts.elided import ElidedLabel
from widgets.parts.still import StillToolButton
from widgets.sweep.values import FieldChoice

FIELD, NOW, WIDEST = 170, 110, 760  # pixels
OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down, Qt.Key.Key_Up)


@guarded
class FieldCombo(Choice):
    """Looks like a combo box; what it opens can be searched, and typing opens it too."""

    opened = Signal(str)  # what was typed

    def __init__(self) -> None:
        super().__init__(self.tr("Field"))
        self.set_brief(True)
        self.setFixedWidth(FIELD)

    def showPopup(self) -> None:
        """Let whoever listens show a box of its own."""
        self.opened.emit("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A letter begins the search."""
        if event.key() in OPENING:
            self.opened.emit("")
        elif event.text().isalnum() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.opened.emit(event.text())
        else:
            super().keyPressEvent(event)


@guarded
class RemoveButton(StillToolButton):
    """× in the colours of the theme."""

    def __init__(self) -> None:
        super().__init__()
        self.setIconSize(QSize(12, 12))
        self.setFixedSize(32, 28)
        self.put_on()

    def put_on(self) -> None:
        """Take the theme's colour."""
        self.setIcon(icon("close", theme.current().dim))


class FieldRow(QWidget):
    """Says what is typed; what is wrong with it stands below."""

    changed = Signal()
    removed = Signal()
    opened = Signal(str)  # another field is wanted; what was typed for it

    def __init__(self, choice: FieldChoice, values: str = "") -> None:
        super().__init__()
        self.combo, self.values, self.remove = FieldCombo(), QLineEdit(values), RemoveButton()
        self.now, self.error = ElidedLabel(role="dim"), QLabel(wordWrap=True)
        self.error.setProperty("role", "error")
        self.error.hide()
        self.now.setFixedWidth(NOW)
        self.setMaximumWidth(WIDEST)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        for at, part in enumerate((self.combo, self.values, self.now, self.remove)):
            grid.addWidget(part, 0, at, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.error, 1, 1, 1, 3)
        grid.setColumnStretch(1, 1)
        self.values.textChanged.connect(self.changed)
        self.combo.opened.connect(self.opened)
        self.remove.clicked.connect(self.removed)
        self.choice = choice
        self.show_choice(choice)

    def show_choice(self, choice: FieldChoice) -> None:
        """Which field it is; values of another say nothing about it."""
        if choice.id != self.choice.id:
            self.values.clear()
        self.choice = choice
        self.combo.set_choices([(choice.id, choice.title)])
        self.combo.show_choice(choice.id)
        self.values.setPlaceholderText(choice.hint)
        self.now.setText(self.tr("now {value}").format(value=choice.now) if choice.now else "")
        self.values.setAccessibleName(self.tr("Values of {field}").format(field=choice.title))
        self.remove.setAccessibleName(self.tr("Take out {field}").format(field=choice.title))
        self.remove.setToolTip(self.remove.accessibleName())

    def show_error(self, text: str) -> None:
        """Why its values are refused; "": they are not."""
        self.error.setText(text)
        self.error.setVisible(bool(text))
        mark(self.values, "bad", bool(text))
        self.values.setAccessibleDescription(text)

    @property
    def axis(self) -> tuple[str, str]:
        """Its id, and the values as they are typed."""
        return self.choice.id, self.values.text().strip()
