"""The probe: what the network is shown, by hand or from the data, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip
from widgets.parts.flow import Flow
from widgets.parts.scroll import BAR, ScrollPanel
from widgets.parts.segments import Segment, Segments
from widgets.parts.words import Words, heading
from widgets.probe.answers import Answers, Likely
from widgets.probe.dropped import given_by
from widgets.probe.example import Example
from widgets.probe.pad import Pad
from widgets.probe.strip import Examples
from widgets.probe.stroke import Pixels
from widgets.probe.swatches import Swatches
from widgets.probe.typed import TypedRow

Mode = Literal["predict", "train"]
EDGE = 14


@guarded
class ProbePanel(ScrollPanel):
    """Pad, typed row, answer and examples one below the other; it scrolls as a whole."""

    drawn = Signal(object)  # pixels, uint8, H×W or H×W×3
    stroke_ended = Signal()
    typed = Signal(str)
    picture_dropped = Signal(str)
    image_given = Signal(QImage)
    picture_requested = Signal()
    camera_toggled = Signal(bool)
    inverted_toggled = Signal(bool)
    mode_chosen = Signal(str)  # "predict" or "train"
    example_chosen = Signal(object)
    example_compared = Signal(object)
    examples_asked = Signal(str, str, str)  # part, order, class
    page_asked = Signal(int)
    examples_acted = Signal()
    example_menu_asked = Signal(object, QPoint)
    example_excluded = Signal(object)
    save_requested = Signal(str, str)  # "pad" or "answer"; "picture" or "numbers"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pad, self.swatches, self.typed_row = Pad(), Swatches(), TypedRow()
        self.answers, self.examples = Answers(), Examples()
        self.hint, self.rate = Words("small"), QLabel()
        self.mode = Segments(
            self.tr("Mode"),
            Segment("predict", self.tr("Predict"), tooltip(self.tr("Dropout is off, batch norm uses what it learned"))),
            Segment("train", self.tr("Train"), tooltip(self.tr("Dropout is on, batch norm uses this input alone"))))
        self.mode.set_tight(True)
        self._buttons()
        self._assemble()
        self._connect()
        self.hint.say(self.tr("Draw, drop a picture, or pick an example"))
        self.show_rate(None)
        self.set_camera(False)
        self.answers.show_message(self.tr("No answer yet."))

    def _buttons(self) -> None:
        self.pen, self.rubber = _tool(self.tr("Pen")), _tool(self.tr("Rubber"))
        self.clear_button = _tool(self.tr("Clear"), checkable=False)
        self.center = _tool(self.tr("Centre"), checkable=False)
        self.center.setToolTip(tooltip(self.tr("As large as the digits of MNIST, and in the middle"),
                                       self.tr("most networks know nothing else")))
        self.open, self.camera = _tool(self.tr("Open…"), checkable=False), _tool(self.tr("Camera"))
        self.open.setToolTip(tooltip(self.tr("Open picture")))
        self.invert = _tool(self.tr("Invert"))
        self.invert.setToolTip(tooltip(self.tr("Pictures from outside: dark lines on white become light ones on black"),
                                       self.tr("as MNIST has them")))
        self._tools = QButtonGroup(self)
        for button in (self.pen, self.rubber):
            self._tools.addButton(button)
        self.pen.setChecked(True)

    def _assemble(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(EDGE, EDGE, EDGE - BAR, EDGE)
        column.setSpacing(8)
        column.addWidget(_row(heading(self.tr("Probe")), _right(self.mode), spread=True))
        self.rate.setProperty("role", "small")
        tools = _row(self.pen, self.rubber, self.clear_button, self.center, self.open, self.invert, self.camera)
        self._pad_parts = (self.hint, self.pad, tools, self.swatches)
        for part in (*self._pad_parts, self.typed_row):
            column.addWidget(part)
        column.addSpacing(8)
        column.addWidget(_row(heading(self.tr("Answer")), _right(self.rate), spread=True))
        column.addWidget(self.answers)
        column.addSpacing(8)
        column.addWidget(self.examples)
        column.addStretch(1)
        self.setWidget(content)
        self._show_swatches()

    def _connect(self) -> None:
        pad, examples = self.pad, self.examples
        for given, ours in (
            (pad.drawn, self.drawn), (pad.stroke_ended, self.stroke_ended), (pad.image_given, self.image_given),
            (pad.picture_dropped, self.picture_dropped), (self.typed_row.typed, self.typed),
            (examples.chosen, self.example_chosen), (examples.compared, self.example_compared),
            (examples.asked, self.examples_asked), (examples.page_asked, self.page_asked),
            (examples.menu_asked, self.example_menu_asked), (examples.excluded, self.example_excluded),
            (examples.acted, self.examples_acted), (self.camera.toggled, self.camera_toggled),
            (self.mode.chosen, self.mode_chosen), (self.swatches.chosen, pad.set_color),
            (self.invert.toggled, self.inverted_toggled), (self.typed_row.picture_given, self._pass_on),
        ):  # fmt: skip
            given.connect(ours)
        pad.save_requested.connect(lambda kind: self.save_requested.emit("pad", kind))
        self.answers.save_requested.connect(lambda kind: self.save_requested.emit("answer", kind))
        self.open.clicked.connect(self.picture_requested)
        self.clear_button.clicked.connect(pad.clear)
        self.center.clicked.connect(pad.center)
        self.pen.clicked.connect(lambda: pad.set_tool("pen"))
        self.rubber.clicked.connect(lambda: pad.set_tool("rubber"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A picture is pasted, whatever in here has the keyboard."""
        is_paste = event.matches(QKeySequence.StandardKey.Paste)
        given = given_by(QGuiApplication.clipboard().mimeData()) if is_paste else None
        if given is None:
            super().keyPressEvent(event)
        else:
            self._pass_on(given)

    def _pass_on(self, given: object) -> None:
        if isinstance(given, str):
            self.picture_dropped.emit(given)
        elif isinstance(given, QImage):
            self.image_given.emit(given)

    # -- what it shows ------------------------------------------------------------------------------------------

    def set_input(self, height: int, width: int, channels: int) -> None:
        """The network sees pictures of this size: one draws."""
        self.pad.set_resolution(height, width, channels)
        self._show_pad(True)

    def set_typed_only(self) -> None:
        """The network sees no pictures: one types."""
        self.camera.setChecked(False)
        self._show_pad(False)

    def _show_pad(self, there: bool) -> None:
        for part in self._pad_parts:
            part.setVisible(there)
        self._show_swatches()

    def _show_swatches(self) -> None:
        self.swatches.setVisible(self.pad.drawing.channels == 3 and not self.pad.isHidden())

    def show_pixels(self, pixels: Pixels) -> None:
        """A sample on the pad: uint8 or numbers from 0 to 1, H×W or H×W×3."""
        self.pad.show_pixels(pixels)
        self._show_swatches()

    def show_window(self, window: QRectF | None) -> None:
        """What one unit sees, in pixels."""
        self.pad.show_window(window)

    def show_overlay(self, values: Pixels | None) -> None:
        """Heat over the pixels."""
        self.pad.show_overlay(values)

    def show_rate(self, per_second: float | None) -> None:
        """How often in a second the network answers; None: it does not."""
        self.rate.setText("" if per_second is None else self.tr("{count}/s").format(count=round(per_second)))

    def set_camera(self, there: bool) -> None:
        """Whether this machine has one."""
        self.camera.setVisible(there)
        if not there:
            self.camera.setChecked(False)

    def show_inverted(self, inverted: bool) -> None:
        """Whether pictures from outside are, of which nothing is said."""
        self.invert.blockSignals(True)
        self.invert.setChecked(inverted)
        self.invert.blockSignals(False)

    def show_mode(self, mode: Mode) -> None:
        """As when predicting, or as while training."""
        self.mode.show_chosen(mode)

    def show_typed(self, text: str) -> None:
        """An input in the typed row."""
        self.typed_row.show_text(text)

    def forget_typed(self) -> None:
        """Something else is in hand than what was typed last."""
        self.typed_row.forget()

    def show_typed_error(self, text: str) -> None:
        """What is wrong with what was typed; nothing: it is right."""
        self.typed_row.show_error(text)

    def show_classes(self, likely: Sequence[Likely], loss: float | None = None) -> None:
        """The answer of a classifier."""
        self.answers.show_classes(likely, loss)

    def show_number(self, value: float, true: float | None = None, loss: float | None = None) -> None:
        """The answer of a regression."""
        self.answers.show_number(value, true, loss)

    def show_no_answer(self, text: str) -> None:
        """Why there is none."""
        self.answers.show_message(text)

    def show_examples(self, examples: Sequence[Example], first: int = 0, total: int | None = None,
                      least: bool = False) -> None:
        """A page of examples, of so many; ``least``: of so many at least."""
        self.examples.show_examples(examples, first, total, least)


def _row(*parts: QWidget, spread: bool = False) -> QWidget:
    row = QWidget()
    flow = Flow(row, gap=6, row_gap=6, stretch=spread)
    for part in parts:
        flow.addWidget(part)
    return row


def _right(widget: QWidget) -> QWidget:
    """At the end of its row."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.addStretch(1)
    row.addWidget(widget)
    return holder


def _tool(text: str, checkable: bool = True) -> QPushButton:
    button = QPushButton(text)
    button.setCheckable(checkable)
    button.setProperty("role", "tool")
    button.setFont(theme.ui_font(12))
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setAccessibleName(text)
    return button
