"""Step by step: what goes into one number of a layer, forward, and how its gradient comes back."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from engine.units import value_text
from widgets.inside.arithmetic import Steps
from widgets.inside.lines import ArithmeticLines
from widgets.inside.term_table import TermTable
from widgets.inside.window_picture import WindowPicture
from widgets.look import theme
from widgets.look.text import breakable
from widgets.parts.elided import ElidedLabel
from widgets.parts.segments import Segment, Segments
from widgets.parts.words import Words, heading

Way = Literal["forward", "backward"]


class StepsView(QWidget):
    """Shows Steps of both ways; which input channel is in the picture is chosen here."""

    way_chosen = Signal(str)  # "forward" or "backward"
    save_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: dict[str, Steps] = {"forward": Steps(), "backward": Steps()}
        self._window, self._most = 0, 0.0
        self.way = Segments(self.tr("Way"), Segment("forward", self.tr("Forward")),
                            Segment("backward", self.tr("Backward")))
        self.title, self.note = heading(""), Words("small")
        self.title.setWordWrap(True)  # of a layer in a block it is long
        self.picture, self.lines, self.table = WindowPicture(), ArithmeticLines(), TermTable()
        self.input = ElidedLabel(role="small")
        self.back, self.forth = _arrow("‹", self.tr("Input channel before")), _arrow("›", self.tr("Next input channel"))
        self._assemble()
        self.way.chosen.connect(self._go)
        self.back.clicked.connect(lambda: self._turn(-1))
        self.forth.clicked.connect(lambda: self._turn(1))
        self.picture.save_requested.connect(self.save_requested)
        self._show()

    def _assemble(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(4)
        for part in (self.back, self.forth):
            row.addWidget(part)
        row.addWidget(self.input, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.way, self.title, self.picture):
            column.addWidget(widget)
        column.addLayout(row)
        for below in (self.note, self.lines, self.table):
            column.addWidget(below)

    # -- what it shows ------------------------------------------------------------------------------------------

    def show_steps(self, forward: Steps, backward: Steps | None = None, most: float = 0.0) -> None:
        """Both ways; None: there is none back. ``most``: what has the full colour in the layer's maps."""
        self._steps = {"forward": forward, "backward": backward or Steps()}
        self._most = most
        self.way.setVisible(backward is not None)
        if backward is None:
            self.way.show_chosen("forward")
        self._show()

    def show_message(self, text: str) -> None:
        """Why there is nothing to see."""
        self.show_steps(Steps(note=text))

    @property
    def shown(self) -> Steps:
        """Of the way that is chosen."""
        return self._steps[self.way.shown]

    def _go(self, way: str) -> None:
        self.way.show_chosen(way)
        self._show()
        self.way_chosen.emit(way)

    def _turn(self, step: int) -> None:
        self._window = (self._window + step) % max(1, len(self.shown.windows))
        self._show_window()

    def _show(self) -> None:
        steps = self.shown
        self._window = min(self._window, max(0, len(steps.windows) - 1))
        self.title.setText(breakable(steps.title))
        self.title.setVisible(bool(steps.title))
        self.note.say(steps.note)
        self.lines.show_lines(steps.lines)
        self.table.show_terms(steps.heading, steps.terms)
        self._show_window()

    def _show_window(self) -> None:
        steps, several = self.shown, len(self.shown.windows) > 1
        window = steps.windows[self._window] if steps.windows else None
        self.picture.show_window(window, steps.result, self._most)
        self.picture.setVisible(window is not None)
        for widget in (self.back, self.forth):
            widget.setVisible(several)
        text = self.tr("input channel {channel}, of {count}").format(channel=self._window, count=len(steps.windows))
        if window is not None and window.part is not None:
            text = self.tr("{where}, adds {part}").format(where=text, part=value_text(window.part))
        self.input.set_text(text)
        self.input.setVisible(several)


def _arrow(text: str, name: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setFont(theme.ui_font(13))
    button.setAccessibleName(name)
    button.setToolTip(name)
    return button
