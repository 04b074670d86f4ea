"""What a layer puts out, what goes into the unit in hand, and what counted: one below the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.inside.arithmetic import Steps
from widgets.inside.curve import ActivationCurve
from widgets.inside.explained import Explained
from widgets.inside.lattice import Unit
from widgets.inside.legend import ScaleLegend
from widgets.inside.lines import ArithmeticLines
from widgets.inside.maps import MapGrid
from widgets.inside.shown import Array
from widgets.inside.window_picture import WindowPicture
from widgets.look import theme
from widgets.parts.elided import ElidedLabel
from widgets.parts.segments import Segment, Segments
from widgets.parts.words import Words, heading


class ScaledMaps(QWidget):
    """Maps with their scale below, and beside it the unit under the mouse, else the one in hand."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid, self.legend, self.readout = MapGrid(name), ScaleLegend(), ElidedLabel(role="dim")
        self.readout.setFont(theme.mono_font(10))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.legend)
        row.addWidget(self.readout, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.grid)
        column.addLayout(row)
        self.grid.unit_hovered.connect(lambda *unit: self._read(Unit(*unit)))
        self.grid.unit_left.connect(lambda: self._read(self.grid.chosen))
        self.grid.unit_chosen.connect(lambda *unit: self._read(Unit(*unit)))

    def show_values(self, array: Array | None, labels: Sequence[str] = ()) -> None:
        """Numbers on a scale of their own; None: there are none."""
        self.grid.show_values(array, labels)
        values = self.grid.values
        self.setVisible(values is not None)
        if values is not None:
            self.legend.show_scale(values.most, values.shade)
        self._read(self.grid.hovered or self.grid.chosen)

    def show_unit(self, unit: Unit | None) -> None:
        """This one is in hand."""
        self.grid.show_unit(unit)
        self._read(self.grid.hovered or self.grid.chosen)

    def _read(self, unit: Unit | None) -> None:
        values = self.grid.values
        if unit is None or values is None:
            self.readout.set_text("")
        else:
            self.readout.set_text(values.words(unit), [values.short_words(unit)])


class MapsPage(QWidget):
    """The output of this sample, of another one, and their difference; below it what the unit in hand is made of."""

    save_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._arrays: dict[str, Array | None] = {"this": None, "other": None, "difference": None}
        self._labels: tuple[str, ...] = ()
        self.side = Segments(self.tr("Sample"), Segment("this", self.tr("This")), Segment("other", self.tr("Other")),
                             Segment("difference", self.tr("Difference")))
        self.side.set_tight(True)
        self.maps, self.message = ScaledMaps(self.tr("Maps")), Words("dim")
        self.unit_title, self.window_picture, self.lines = heading(""), WindowPicture(), ArithmeticLines()
        self.curve, self.why_title, self.why = ActivationCurve(), heading(""), Explained()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for part in (self.message, self.side, self.maps, self.unit_title, self.window_picture, self.lines, self.curve,
                     self.why_title, self.why):
            column.addWidget(part)
        column.addStretch(1)
        self.side.chosen.connect(self._go)
        for saver in (self.maps.grid, self.window_picture, self.curve, self.why):
            saver.save_requested.connect(self.save_requested)
        self.show_output(None)
        self.show_unit_steps(None)
        self.curve.hide()
        self.show_why("", None, None)

    def show_output(self, array: Array | None, labels: Sequence[str] = (), other: Array | None = None) -> None:
        """An output without its batch dimension; ``other``: of the sample it is compared with, of the same shape."""
        self._labels = tuple(labels)
        same = other is not None and array is not None and other.shape == array.shape
        self._arrays = {"this": array, "other": other,
                        "difference": array - other if same and array is not None and other is not None else None}
        self.side.setVisible(other is not None)
        self.side.buttons["difference"].setEnabled(same)
        if self._arrays[self.side.shown] is None:
            self.side.show_chosen("this")
        self._show()

    def name_sides(self, this: str = "", other: str = "") -> None:
        """What is beside what; nothing: this sample and another."""
        for id, text, usual in (("this", this, self.tr("This")), ("other", other, self.tr("Other"))):
            button = self.side.buttons[id]
            button.setText(text or usual)
            button.setAccessibleName(text or usual)

    def show_message(self, text: str) -> None:
        """Why there is nothing; nothing: there is."""
        self.message.say(text)

    def show_unit_steps(self, steps: Steps | None, most: float = 0.0) -> None:
        """What the unit in hand is made of, in short: its first window and its lines."""
        window = steps.windows[0] if steps is not None and steps.windows else None
        self.unit_title.setText(steps.title if steps is not None else "")
        self.unit_title.setVisible(bool(self.unit_title.text()))
        self.window_picture.show_window(window, steps.result if steps is not None else None, most)
        self.window_picture.setVisible(window is not None)
        self.lines.show_lines(steps.lines if steps is not None else ())

    def show_why(self, title: str, pixels: Array | None, heat: Array | None, sentence: str = "") -> None:
        """“Why a 5?” in short."""
        self.why_title.setText(title)
        self.why.show_heat(pixels, heat, sentence)
        for part in (self.why_title, self.why):
            part.setVisible(bool(title))

    def _go(self, side: str) -> None:
        self.side.show_chosen(side)
        self._show()

    def _show(self) -> None:
        self.maps.show_values(self._arrays[self.side.shown], self._labels)
