"""What would change the answer: a channel masked, scaled, swapped or held, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.units import short_measure, typed_number
from widgets.inside.maps import MapGrid
from widgets.inside.shown import Array
from widgets.look import theme
from widgets.parts.elided import ElidedLabel
from widgets.parts.flow import Flow
from widgets.parts.number_table import NumberTable
from widgets.parts.still import StillButton, StillToolButton
from widgets.parts.words import Words, heading

Kind = Literal["mask", "scale", "swap", "hold"]


class Asked(NamedTuple):
    """A change that is asked for: of a channel, by how much or with which other one."""

    kind: Kind
    channel: int
    factor: float = 1.0
    other: int = 0


class Active(NamedTuple):
    """A change that is in force: its id and words."""

    id: str
    words: str


class Effect(NamedTuple):
    """What comes of all changes: each class's probability before and after, the accuracy of the part where known."""

    classes: Sequence[tuple[str, float, float]] = ()
    accuracy: tuple[float, float] | None = None
    part: str = ""  # validation
    note: str = ""  # why the accuracy is not known


class WhatIf(QWidget):
    """Asks for changes of the channel in hand; shows those in force, and what they do."""

    asked = Signal(object)  # Asked
    removed = Signal(str)  # the id of a change
    sweep_asked = Signal()  # mask every channel in turn
    sweep_stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._channel = self._count = 0
        self._active: tuple[Active, ...] | None = None
        self._told: tuple[int | None, int] | None = None
        self._sweeping = False
        self.which, self.effect = Words("small"), NumberTable(self.tr("Before and after"))
        self.effect_words = Words("small")
        self.mask_button, self.hold = _button(self.tr("Mask")), _button(self.tr("Hold"))
        self.scale, self.swap = _button(self.tr("Scale")), _button(self.tr("Swap with"))
        self.factor, self.other, self.error = QLineEdit("2"), QLineEdit("0"), Words("error")
        self.list, self.sweep = QWidget(), StillButton()
        self.progress, self.drops = QProgressBar(), MapGrid(self.tr("Accuracy lost by channel"))
        self.drops_title = Words("small")
        self._name()
        self._assemble()
        self._connect()
        self.set_channel(None, 0)
        self.show_active(())
        self.show_effect(Effect())
        self.show_sweep(None)
        self.show_drops(None)

    def _name(self) -> None:
        self.factor.setAccessibleName(self.tr("Factor"))
        self.other.setAccessibleName(self.tr("Other channel"))
        for button, tip in ((self.mask_button, self.tr("All of it 0")), (self.hold, self.tr("As it is for this input")),
                            (self.scale, self.tr("All of it times this factor")),
                            (self.swap, self.tr("Each takes the other's place"))):
            button.setToolTip(tip)
        self.progress.setTextVisible(False)
        self.sweep.setProperty("role", "tight")

    def _assemble(self) -> None:
        buttons = QWidget()
        flow = Flow(buttons, gap=6, row_gap=6)
        for part in (self.mask_button, self.hold, _pair(self.scale, self.factor), _pair(self.swap, self.other)):
            flow.addWidget(part)
        self._rows = QVBoxLayout(self.list)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (heading(self.tr("What would change the answer")), self.which, buttons, self.error,
                     self.list, self.effect, self.effect_words):
            column.addWidget(part)
        column.addWidget(self.sweep, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (self.progress, self.drops_title, self.drops):
            column.addWidget(part)

    def _connect(self) -> None:
        self.mask_button.clicked.connect(lambda: self._ask("mask"))
        self.hold.clicked.connect(lambda: self._ask("hold"))
        self.scale.clicked.connect(lambda: self._ask("scale"))
        self.swap.clicked.connect(lambda: self._ask("swap"))
        self.sweep.clicked.connect(lambda: (self.sweep_stopped if self._sweeping else self.sweep_asked).emit())

    def _ask(self, kind: Kind) -> None:
        factor, other = _number(self.factor.text()), _number(self.other.text())
        wrong = ""
        if kind == "scale" and factor is None:
            wrong = self.tr("“{text}” is no number to multiply with.").format(text=self.factor.text())
        elif kind == "swap" and (other is None or other % 1 or not 0 <= other < self._count):
            wrong = self.tr("The channels are 0 to {last}.").format(last=self._count - 1)
        self.error.say(wrong)
        if not wrong:
            self.asked.emit(Asked(kind, self._channel, 1.0 if factor is None else factor, int(other or 0)))

    # -- what it shows ------------------------------------------------------------------------------------------

    def set_channel(self, channel: int | None, count: int) -> None:
        """The channel in hand, of so many; None: none is, and nothing can be asked of it."""
        if (channel, count) == self._told:
            return
        self._told = channel, count
        self._channel = channel or 0
        self._count = count
        self.error.say("")
        alone: tuple[QWidget, ...] = (self.mask_button, self.hold, self.scale, self.factor)
        for part in (*alone, self.swap, self.other):
            part.setEnabled(channel is not None and (part in alone or count > 1))
        text = self.tr("Channel {channel}, of {count}").format(channel=channel, count=count)
        self.which.say(text if channel is not None else self.tr("Choose a channel among the maps."))

    def show_active(self, changes: Sequence[Active]) -> None:
        """Those in force, each with a button that takes it away; what is shown already stays, and can be pressed."""
        if tuple(changes) == self._active:
            return
        self._active = tuple(changes)
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for change in changes:
            self._rows.addWidget(self._row(change))
        self.list.setVisible(bool(changes))

    def _row(self, change: Active) -> QWidget:
        row = QWidget()
        button = StillToolButton()
        button.setText("×")
        button.setAccessibleName(self.tr("Take away: {change}").format(change=change.words))
        button.clicked.connect(lambda: self.removed.emit(change.id))
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(ElidedLabel(change.words), 1)
        line.addWidget(button)
        return row

    def show_effect(self, effect: Effect) -> None:
        """The likeliest classes and the accuracy, before and after; nothing while nothing is changed."""
        rows = [(name, short_measure(before), short_measure(after)) for name, before, after in effect.classes]
        if effect.accuracy is not None:
            rows.append((self.tr("accuracy"), short_measure(effect.accuracy[0]), short_measure(effect.accuracy[1])))
        of_part = effect.part if effect.accuracy is not None else ""
        self.effect_words.say(self.tr("Accuracy of the {part} part").format(part=of_part) if of_part else effect.note)
        self.effect.setVisible(bool(rows))
        if rows:
            strong = 1 if effect.accuracy is not None else 0
            self.effect.show_rows(("", self.tr("before"), self.tr("after")), rows, strong)

    def show_sweep(self, done: int | None, total: int = 0) -> None:
        """How many channels have been masked, one after the other; None: it does not run."""
        self._sweeping = done is not None
        self.sweep.setText(self.tr("Stop") if self._sweeping else self.tr("Mask every channel in turn…"))
        self.progress.setVisible(self._sweeping)
        self.progress.setMaximum(max(1, total))
        self.progress.setValue(done or 0)

    def show_drops(self, drops: Array | None) -> None:
        """How much accuracy each channel's masking costs; None: it is not known."""
        self.drops.show_values(drops)
        self.drops.setVisible(drops is not None)
        self.drops_title.say(self.tr("Accuracy that is lost without each channel") if drops is not None else "")


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setFont(theme.ui_font(12))
    return button


def _number(text: str) -> float | None:
    try:
        return typed_number(text)
    except ValueError:
        return None


def _pair(button: QWidget, line: QWidget) -> QWidget:
    """A button and the number it takes."""
    holder = QWidget()
    line.setFixedWidth(56)
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    row.addWidget(button)
    row.addWidget(line)
    return holder
