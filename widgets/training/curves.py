"""Loss and a second measure while a network trains, of one run or of several, and of other runs behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QStackedLayout, QVBoxLayout, QWidget

from engine.units import measure_text
from widgets.look.guarded import guarded
from widgets.plot.axis import AxisWords
from widgets.plot.epochs import epoch_text
from widgets.plot.frame import Frame, Rest
from widgets.plot.line import Span
from widgets.plot.marks import Mark
from widgets.plot.member_legend import MemberLegend
from widgets.plot.members import Member, Point
from widgets.plot.overlaid import Other, Overlaid
from widgets.plot.plot import Drawn, Plot
from widgets.plot.view_options import ViewOptions, What
from widgets.plot.ways import AXES, SAME, AxisKind, Way, Ways, common
from widgets.training.axis_note import AxisNote
from widgets.training.plot_row import PlotRow
from widgets.training.pointing import Pointing
from widgets.training.view_bar import ViewBar, smoothing_of

NARROWEST = 1e-3  # epochs; closer than this there is nothing to see
Rows = Sequence[Sequence[float]]


@guarded
class Curves(QWidget):
    """Two plots that move together. Each call draws once."""

    save_requested = Signal()
    run_hovered = Signal(str)  # the key of another run, or of the one in hand if it has one; empty: none
    run_clicked = Signal(str)  # never empty
    view_changed = Signal(object)  # ViewOptions, chosen by hand

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        names = (self.tr("train"), self.tr("validation"), self.tr("train after"), self.tr("test"))
        short = (self.tr("train"), self.tr("val."), self.tr("after"), self.tr("test"))
        cursor = self.tr("epoch {}")
        words = cursor, self.tr("step {}"), self.tr("after {}")
        self._axes = {kind: AxisWords(kind, template) for kind, template in zip(AXES, words, strict=True)}
        self.loss = Plot(Frame(self.tr("Loss"), names, cursor, short), is_share=False)
        self.accuracy = Plot(Frame(self.tr("Accuracy"), names, cursor, short), is_share=True, index=1)
        self.plots = (self.loss, self.accuracy)
        self._view = ViewOptions()
        self._axis: AxisKind = "epochs"  # that is shown: epochs where nothing else is known
        self._length = 10.0  # of the run in hand, in epochs
        self._others: tuple[Other, ...] = ()
        self._pointing = Pointing(self.plots, self)
        self.legend = MemberLegend()
        self._zoom: Span | None = None
        self._rate = ""  # in use
        self._members: list[Member] = [Member()]
        self._is_series = self._is_over = False
        self._assemble()
        self.legend.toggled.connect(self._show_member)
        for plot in self.plots:
            plot.span_asked.connect(self._show_span)
            plot.hovered.connect(lambda position, plot=plot: self._read_at(position, plot))
            plot.menu_asked.connect(self._show_menu)
        self._pointing.hovered.connect(self.run_hovered)
        self._pointing.clicked.connect(self.run_clicked)
        self.set_hint()
        self.clear(10)

    def _assemble(self) -> None:
        pages = QWidget()
        column = QVBoxLayout(pages)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.legend)
        self._bar = bar = ViewBar(self)
        bar.save_asked.connect(self.save_requested)
        bar.more_asked.connect(self._show_menu)
        bar.changed.connect(self._choose)
        buttons = bar.save, bar.axis, bar.log, bar.smooth, bar.what
        self._row = PlotRow(self.plots, buttons, (bar.save, bar.log), bar.more)
        self._row.want(bar.what, False)
        column.addWidget(self._row, 1)
        self._note = AxisNote()
        column.addWidget(self._note)
        self._empty = QLabel(wordWrap=True)
        self._empty.setProperty("role", "dim")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(pages)

    # -- what to show -----------------------------------------------------------------------------------------

    def set_hint(self, text: str = "") -> None:
        """What stands in place of curves that are not there yet; empty: how to begin."""
        self._empty.setText(text or self.tr("Press Train: the curves draw themselves here"))

    def set_second(self, title: str | None, is_share: bool = False) -> None:
        """What the second plot shows, as “RMSE”; ``is_share``: it lies in 0 … 1. None: only the loss is shown."""
        self.accuracy.setVisible(title is not None)
        if title is not None:
            self.accuracy.set_title(title)
            self.accuracy.is_share = is_share
        self._redraw()

    @property
    def view(self) -> ViewOptions:
        """How the curves are looked at."""
        return self._view

    def set_view(self, view: ViewOptions) -> None:
        """Look at them so."""
        view = view._replace(smoothing=smoothing_of(view.smoothing))
        if view.axis != self._view.axis:
            self._change_axis(view.axis)
        self._view = view
        self._bar.show_view(view)
        self._redraw()

    def set_axis(self, axis: AxisKind) -> None:
        """What the axis below shows: epochs, steps or time."""
        self.set_view(self._view._replace(axis=axis))

    def set_smoothing(self, weight: float) -> None:
        """How much the points before count in a smoothed curve, 0 … 0.99; the raw ones stay behind."""
        self.set_view(self._view._replace(smoothing=weight))

    def set_log(self, on: bool) -> None:
        """A logarithmic axis for the loss, and for a second measure that is no share."""
        self.set_view(self._view._replace(log=on))

    def set_what(self, what: What) -> None:
        """Which curves of the other runs are shown."""
        self.set_view(self._view._replace(what=what))

    def _choose(self, view: ViewOptions) -> None:
        """By hand."""
        self.set_view(view)
        self.view_changed.emit(self._view)

    def clear(self, epochs: int) -> None:
        """Forget the curves; the axis shows a run of so many epochs."""
        self._rate = ""
        self._length = float(max(1, epochs))
        self._forget()
        self._redraw()

    def begin_member(self, index: int, title: str) -> None:
        """From here on a run of a series arrives, a variant or a fold; member 0 begins a new series."""
        if index == 0 or not self._is_series:
            self._forget()
            self._members, self._is_series = [], True
        del self._members[index:]
        self._members.append(Member(title))
        self._redraw()

    def set_over(self, over: bool) -> None:
        """The run has ended: the legend says what it came to, in its best epoch, and of a series in the last ones."""
        self._is_over = over
        self._redraw()

    def set_epochs(self, epochs: int) -> None:
        """The run shall go on for so many: the axis goes as far, and the curves stay."""
        self._length = float(max(1, epochs))
        self._redraw()

    def set_ways(self, ways: Ways, member: int = -1) -> None:
        """Where the run in hand was after so many steps and seconds; it may be told again as it goes on."""
        self._members[member].ways = ways
        if self._view.axis != "epochs":
            self._redraw()

    def set_rate(self, text: str) -> None:
        """The learning rate that is in use, beside the curves where there is room; empty: it is not known.

        It comes with every batch: only where it appears or goes the curves make room.
        """
        if text == self._rate:
            return
        makes_room, self._rate = bool(text) != bool(self._rate), text
        if makes_room:
            self._redraw()
            return
        for plot in self.plots:
            if plot.surround.aside is not None:
                plot.surround.aside = (plot.surround.aside[0], text)
                plot.viewport().update()

    def add_mark(self, position: float, text: str, role: str = "warn", holds: bool = False, member: int = -1) -> None:
        """Mark that something happened at an epoch, in a colour of the theme, as a rule that of what is done by hand.

        ``holds``: what it says is so until the next that holds; whoever reads the curves later on is told.
        """
        self._members[member].marks.append(Mark(position, text, role, holds))
        self._redraw()

    def add_points(self, points: Rows) -> None:
        """Append training points: position in epochs, loss, accuracy (or what ``set_second`` named)."""
        if points:
            self._members[-1].add_points(points)
            self._redraw()

    def add_epoch(self, epoch: float, train_loss: float, train_accuracy: float, validation_loss: float,
                  validation_accuracy: float, is_best: float, *more: float) -> None:
        """Append a judged epoch: training while it was learned, validation after it; ``more`` was asked for: loss and
        accuracy of the training examples after it and of the test examples, nan where only the other was."""
        self._members[-1].add_epoch(epoch, train_loss, train_accuracy, validation_loss, validation_accuracy, is_best,
                                    *more)
        self._redraw()

    def show_all(self, points: Rows, epochs: Rows) -> None:
        """Show a whole run at once, on the axis that ``clear`` set: points, and rows as ``add_epoch`` takes them."""
        self._forget()
        _fill(self._members[0], points, epochs)
        self._redraw()

    def show_series(self, members: Iterable[tuple[str, Rows, Rows]]) -> None:
        """Show several whole runs at once: title, points and epochs of each."""
        self._forget()
        self._members, self._is_series = [], True
        for title, points, epochs in members:
            self._members.append(_fill(Member(title), points, epochs))
        self._redraw()

    def _forget(self) -> None:
        self._members, self._is_series, self._is_over = [Member()], False, False
        self._zoom = None
        for plot in self.plots:
            plot.cursor_at = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to save."""
        return not any(map(len, self._members))

    # -- other runs -------------------------------------------------------------------------------------------

    def show_others(self, others: Sequence[Overlaid]) -> None:
        """Draw these behind the run in hand, the last on top; what is told by the same object is not made again."""
        before = {other.told: other for other in self._others}
        self._others = tuple(before.get(told) or Other(told) for told in others)
        self._row.want(self._bar.what, bool(self._others))
        self._redraw()

    def name_own(self, key: str) -> None:
        """What the run in hand is called when one points at it; empty: it is not told."""
        self._pointing.name_own(key)

    def light(self, key: str | None) -> None:
        """Let one run stand out before the others, the one in hand too; None: all are as they were."""
        self._pointing.light(key)

    @property
    def is_settled(self) -> bool:
        """Whether every other run is drawn as it shall be seen: many are drawn one after the other."""
        return all(plot.is_settled for plot in self.plots if not plot.isHidden())

    # -- the axis below ---------------------------------------------------------------------------------------

    def _change_axis(self, axis: AxisKind) -> None:
        """What is seen of the run stays so where both axes are known."""
        for plot in self.plots:
            plot.cursor_at = plot.label = None
        ways = [each for each in self._ways() if each.to(axis) is not None and each.to(self._axis) is not None]
        if self._zoom is not None and ways:
            here, there = ways[0].to(self._axis), ways[0].to(axis)
            assert here is not None and there is not None
            self._zoom = there.there(here.back(self._zoom[0])), there.there(here.back(self._zoom[1]))
        else:
            self._zoom = None

    def _ways(self) -> list[Ways]:
        """Of all runs that there are something of, those in hand first."""
        return [*(member.ways for member in self._members if len(member)),
                *(other.told.ways for other in self._others)]

    def _way(self, member: Member) -> Way | None:
        return member.ways.to(self._axis)

    def _full(self) -> Span:
        """From the beginning to where the longest run goes."""
        words = self._axes[self._axis]
        ends = [words.end(way.there(self._length)) for member in self._members
                if (len(member) or not self._others) and (way := self._way(member)) is not None]
        ends += [words.end(way.there(float(np.ceil(other.end - 1e-9)) if self._axis == "epochs" else other.end))
                 for other in self._others if (way := other.told.ways.to(self._axis)) is not None]
        return 0.0, max(ends, default=self._length) or 1.0

    # -- drawing ----------------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        self._pages.setCurrentIndex(0 if self.is_empty and not self._others else 1)
        self.legend.show_members(self._members if self._is_series else ())
        end = max((member.end for member in self._members), default=0.0)
        self._length = max(self._length, float(np.ceil(end - 1e-9)))
        self._axis = common(self._ways(), self._view.axis)
        self._note.show_missing(self._ways(), self._view.axis)
        self._pointing.show(self._others, self._axis)
        shown = [plot for plot in self.plots if not plot.isHidden()]
        titles = tuple(plot.surround.title for plot in shown)
        rate = (self.tr("Learning rate"), self._rate) if self._rate else None
        full = self._full()
        if self._zoom is not None and (self._zoom[1] > full[1] or self._zoom[0] >= self._zoom[1]):
            self._zoom = self._within(self._zoom, full[1])  # there is less of the axis than there was
        for index, plot in enumerate(self.plots):
            plot.surround.titles, plot.surround.best_word = titles, self.tr("best")
            plot.surround.is_best_at_rest = self._stands_for is not None and self._members[0].best is not None
            plot.surround.aside = rate if plot is shown[-1] else None
            plot.surround.behind = self._best(index) if plot is shown[-1] else None
            plot.surround.legend.kinds = self._kinds()
            plot.surround.axis = self._axes[self._axis]
            plot.runs = tuple(self._drawn(member, place, index) for place, member in enumerate(self._members)
                              if member.is_shown and self._way(member) is not None)
            plot.others = self._others if plot in shown else ()
            plot.view = self._view._replace(axis=self._axis)
            plot.full = full
            plot.surround.rest = self._rest(end)
            plot.span = self._zoom or plot.full
            plot.is_log = self._view.log and not plot.is_share
            plot.surround.legend.is_key = self._is_series
            plot.surround.legend.smoothed = frozenset(
                kind for run in plot.runs for kind, series in enumerate(run.smoothed) if series is not None)
            plot.redraw()
        self._row.arrange_for(self.loss.surround.legend)
        self._show_values()

    def _drawn(self, member: Member, place: int, plot: int) -> Drawn:
        return Drawn(member.curves(plot), member.best, place if self._is_series else None,
                     self._at_rest(member, plot), tuple(member.marks), member.more(plot),
                     member.smoothed(plot, self._view.smoothing, self._length), self._way(member) or SAME)

    def _kinds(self) -> tuple[int, ...]:
        """The curves that there are, or will be: training and validation, and what else was asked for."""
        there = (True, not any(member.is_unvalidated for member in self._members),
                 any(len(member.after[0]) for member in self._members),
                 any(len(member.test[0]) for member in self._members))
        return tuple(kind for kind, is_there in enumerate(there) if is_there)

    @property
    def _stands_for(self) -> float | None:
        """The epoch that a single run's numbers are of when it is over; None: not yet, or there are several runs."""
        if not self._is_over or self._is_series:
            return None
        member = self._members[0]
        return member.best if member.best is not None else member.last_epoch

    def _best(self, plot: int) -> tuple[str, str, str] | None:
        """What the best epoch of a single run came to: words, the number, words."""
        member = self._members[0] if self._members else None
        point = member.curves(plot)[1].nearest(member.best) if member is not None and member.best else None
        if self._is_series or point is None or point[0] != round(point[0]):  # it was stopped within its first epoch
            return None
        words = self.tr("best {value} at epoch {epoch}").replace("{epoch}", epoch_text(point[0]))
        before, _, after = words.partition("{value}")
        return before, measure_text(point[1]), after

    def _at_rest(self, member: Member, plot: int) -> tuple[Point, ...] | None:
        at = self._stands_for
        return None if at is None else member.judged_at(plot, at)

    def _rest(self, end: float) -> Rest | None:
        """Which epoch the legend's numbers are of, while the cursor does not choose another."""
        if self.is_empty:
            return None
        if self._is_over and self._is_series:
            return self._rest_at(end, self.tr("last epoch"))
        at = self._stands_for
        if at is None:
            return self._rest_at(end, self.tr("latest"))
        if at != round(at):  # it was stopped within its first epoch
            return self._rest_at(at, self.tr("stopped at epoch {}").format(epoch_text(at)))
        words = self.tr("best epoch {}") if self._members[0].best is not None else self.tr("epoch {}")
        return self._rest_at(at, words.format(epoch_text(at)))

    def _rest_at(self, position: float, words: str) -> Rest | None:
        """On the axis, where the longest of the runs is then."""
        places = [way.there(position) for member in self._members if (way := self._way(member)) is not None]
        return Rest(max(places), words) if places else None

    def _show_values(self, hovered: Plot | None = None) -> None:
        """Of each run what both plots show; where that is too much, what the one below the mouse does."""
        shown = [plot for plot in self.plots if not plot.isHidden()]
        self.legend.show_values([tuple(self._value(member, plot) for plot in shown)
                                 for member in (self._members if self._is_series else ())],
                                [plot.surround.title for plot in shown],
                                shown.index(hovered) if hovered in shown else 0)

    def _value(self, member: Member, plot: Plot) -> float | None:
        """Of its dashed curve, or of the solid one where it was not judged yet."""
        way = self._way(member)
        if way is None:
            return None
        index, at = self.plots.index(plot), way.back(plot.cursor_at if plot.cursor_at is not None else plot.full[1])
        train, validation = member.curves(index)
        if self._is_over and plot.cursor_at is None:  # the whole epoch, as tables have it
            train = member.train[index]
        point = (validation if len(validation) else train).nearest(at)
        return point[1] if point else None

    def _show_member(self, index: int, shown: bool) -> None:
        self._members[index].is_shown = shown
        self._redraw()

    def _show_span(self, asked: Span | None) -> None:
        """Zoom both plots, never beyond the run."""
        self._zoom = self._within(asked, self.loss.full[1])
        self._redraw()

    def _within(self, asked: Span | None, full: float) -> Span | None:
        """The nearest to it that there is; None: everything."""
        if asked is None:
            return None
        narrowest = NARROWEST if self._axis == "epochs" else NARROWEST * full / self._length
        width = min(max(asked[1] - asked[0], narrowest), full)
        low = min(max(0.0, asked[0]), full - width)
        return None if width >= full * (1 - 1e-9) else (low, low + width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Of several runs as many numbers as there is room for."""
        self._show_values()

    def _read_at(self, position: float | None, hovered: Plot) -> None:
        for plot in self.plots:
            plot.cursor_at = position
            plot.read()
        self._show_values(hovered if position is not None else None)

    def _show_menu(self, where: QPoint) -> None:
        menu = self.context_menu()
        menu.popup(where)

    def context_menu(self) -> QMenu:
        """What can be done here."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Save…"), self.save_requested.emit)
        everything = menu.addAction(self.tr("Show the whole run"), lambda: self._show_span(None))
        everything.setEnabled(self._zoom is not None)
        log = menu.addAction(self.tr("Logarithmic axis"))
        log.setCheckable(True)
        log.setChecked(self._view.log)
        log.toggled.connect(lambda on: self._bar.ask(log=on))
        self._bar.fill_axis(menu.addMenu(self.tr("Axis")))
        self._bar.fill_smoothing(menu.addMenu(self.tr("Smoothing")))
        if self._others:
            self._bar.fill_what(menu.addMenu(self.tr("Other runs")))
        return menu


def _fill(member: Member, points: Rows, epochs: Rows) -> Member:
    member.add_points(points)
    for row in epochs:
        member.add_epoch(*row)
    return member

