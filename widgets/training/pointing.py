"""Which of the drawn runs is meant: by the mouse, by the keyboard, or from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPointF, Signal

from engine.units import measure_text
from widgets.plot.label import Label
from widgets.plot.overlaid import Other
from widgets.plot.plot import Plot
from widgets.plot.ways import AxisKind


class Pointing(QObject):
    """One run may stand out in all plots; what is pointed at has its numbers beside it."""

    hovered = Signal(str)  # a run's key; empty: none
    clicked = Signal(str)  # never empty

    def __init__(self, plots: Sequence[Plot], parent: QObject) -> None:
        super().__init__(parent)
        self._plots = plots
        self._others: tuple[Other, ...] = ()
        self._axis: AxisKind = "epochs"
        self._own, self._hovered = "", ""
        for plot in plots:
            plot.pointed.connect(lambda where, plot=plot: self._point_at(where, plot))
            plot.clicked.connect(lambda where, plot=plot: self._click(plot.run_at(where)))
            plot.stepped.connect(lambda step, plot=plot: self._step(step, plot))
            plot.entered.connect(lambda plot=plot: self._click(plot.lit))
            plot.left.connect(lambda plot=plot: self._mean("", plot))

    def show(self, others: tuple[Other, ...], axis: AxisKind) -> None:
        """These are drawn now, as far as they know the way to the axis; what is not there does not stand out."""
        if (others, axis) == (self._others, self._axis):
            return
        self._others, self._axis = others, axis
        if self._hovered and self._hovered not in self._keys:
            self._mean("", self._plots[0])
        elif self._plots[0].lit not in self._keys:
            self.light(None)

    def name_own(self, key: str) -> None:
        """What the run in hand is called; empty: it is not pointed at."""
        if key == self._own:
            return  # what stands out goes on doing so
        self._own = key
        for plot in self._plots:
            plot.own_key = key
        self.light(None)

    def light(self, key: str | None) -> None:
        """Let one run stand out; None, or one that is not drawn: none does."""
        for plot in self._plots:
            plot.light(key if key is not None and key in self._keys else "")
            plot.label = plot.label if key else None

    @property
    def _keys(self) -> list[str]:
        """Of the runs that are drawn."""
        others = [other.told.key for other in self._others if other.told.ways.to(self._axis) is not None]
        return [self._own, *others] if self._own else others

    def _point_at(self, where: QPointF | None, plot: Plot) -> None:
        self._mean(plot.run_at(where) if where is not None else "", plot)

    def _mean(self, key: str, plot: Plot) -> None:
        """The mouse or the keyboard has come to a run, or to none."""
        if key != self._hovered:
            self._hovered = key
            self.light(key or None)
            self.hovered.emit(key)
        for each in self._plots:
            each.label = self._label(key, each) if key and each is plot else None
        plot.setAccessibleDescription(f"{plot.label.title}: {plot.label.numbers}" if plot.label else "")
        plot.viewport().update()

    def _label(self, key: str, plot: Plot) -> Label | None:
        """What is said of another run where the cursor is; of the one in hand its legend says it."""
        other = next((each for each in self._others if each.told.key == key), None)
        way = other.told.ways.to(self._axis) if other is not None else None
        if other is None or way is None:
            return None
        at = other.end if plot.cursor_at is None else way.back(plot.cursor_at)
        x, value, smoothed, sd = other.read_at(plot.index, plot.view, at)
        numbers = measure_text(value)
        if sd is not None:
            numbers = self.tr("{mean} ± {sd}").format(mean=numbers, sd=measure_text(sd))
        if smoothed is not None:
            numbers = self.tr("{value} · smoothed {smoothed}").format(value=numbers, smoothed=measure_text(smoothed))
        return Label(way.there(x), value, other.told.title, numbers, other.color)

    def _click(self, key: str) -> None:
        if key:
            self.clicked.emit(key)

    def _step(self, step: int, plot: Plot) -> None:
        """From the run that stands out to the next."""
        keys = self._keys
        if keys:
            at = keys.index(plot.lit) + step if plot.lit in keys else 0 if step > 0 else -1
            self._mean(keys[at % len(keys)], plot)
