"""Time travel below Look inside: the run's curves as a slider; whatever is looked at has the weights of that moment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.document.document import Run
from app.document.in_hand import Timeline, in_hand, source_at, timeline
from app.document.page import Page
from app.features.curve_rows import epoch_row, point_row
from app.features.inside import Inside, PageInside
from app.features.training import Training
from app.window.commands import Command, Row
from app.window.host import Feature, Host, Tab
from engine.messages import Message, say
from engine.training.state import RunState
from widgets.look.text import message_text, sentence_text

if TYPE_CHECKING:
    from widgets.travel.moment import Moments
    from widgets.travel.page import TravelPage

PLAY_MS = 160  # from one moment to the next, where the network is as fast
SOON_MS = 60


class TimeTravel(Feature):
    """Follows what is in hand, whoever chose it, and chooses moments; plays a run from where it stands to its end."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.tab = Tab(self.tr("Time travel"), self._make, lambda _page: self.refresh(), rank=-95,
                       workspaces=("inside",))
        self.panel: TravelPage | None = None
        self._inside = host.feature(Inside)
        self._shown: tuple[RunState, int, int] | None = None  # whose curves, and how much of them
        self._run: Run | None = None
        self._beat = QTimer(self, interval=PLAY_MS)
        self._beat.timeout.connect(self._play_on)
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self.refresh)
        self._inside.came.connect(self._come)
        self._inside.looked.connect(self._show_moved)
        self._training = training = host.feature(Training)
        training.trainer.points_arrived.connect(lambda _points: self._refresh_soon())
        training.trainer.event_arrived.connect(lambda _event: self._refresh_soon())
        training.beside.grown.connect(lambda _document, _before: self._refresh_soon())

    def tabs(self) -> Sequence[Tab]:
        return [self.tab]

    def commands(self) -> Sequence[Row]:
        return [self._row(*row) for row in (
            ("travel_play", "Play the run, or hold it", self.play, "Alt+P"),
            ("travel_back", "The moment before", lambda: self.step(-1), "Alt+,"),
            ("travel_on", "The next moment", lambda: self.step(1), "Alt+."),
            ("travel_pin", "Hold this moment, or let it go", self.pin_or_release, "Alt+A"),
        )]

    @staticmethod
    def _row(id: str, text: str, does: object, key: str) -> Row:
        return Command(id, text, does, "View", "inside", (key,), submenu="Look inside")  # type: ignore[arg-type]

    def begin(self) -> None:
        self.host.places.stage.rearranged.connect(self._enable)
        self._enable()

    def _enable(self) -> None:
        for row in self.commands():
            self.host.commands[row.id].setEnabled(self._inside.is_on)
        if not self._inside.is_on:
            self._beat.stop()

    def _make(self) -> QWidget:
        from widgets.travel.page import TravelPage  # not seen at first

        panel = self.panel = TravelPage()
        panel.asked.connect(self._go_by_hand)
        panel.play_asked.connect(self.play)
        panel.pin_asked.connect(lambda _on: self.pin_or_release())
        panel.layer_chosen.connect(self._jump)
        return panel

    # -- going --------------------------------------------------------------------------------------------------

    @property
    def line(self) -> Timeline | None:
        """Of the network that is looked into."""
        now = self._inside.now
        return timeline(now.page.document) if now is not None else None

    def go(self, position: float) -> None:
        """Look with the weights of the moment that is nearest."""
        now = self._inside.now
        if now is not None:
            self._inside.set_source(source_at(now.page.document, position))
            self.refresh()

    def _go_by_hand(self, position: float) -> None:
        self._stop()
        self.go(position)

    def step(self, by: int) -> None:
        """To the next moment, or the one before."""
        line = self._expected()
        if line is not None:
            self._stop()
            self.go(self._moments(line).step(by))

    def play(self) -> None:
        """From here to the end, moment by moment; at the end from the beginning. Or hold."""
        line = self._expected()
        if self._beat.isActive():
            self._stop()
        elif line is not None:
            moments = self._moments(line)
            if moments.is_at_end or math.isnan(moments.now):
                self.go(moments.stops[0])
            self._beat.start()
            self._show_playing()

    def _play_on(self) -> None:
        line = self.line
        if line is None:
            self._stop()
        elif not self._inside.is_busy:  # every moment is seen, however long that takes
            moments = self._moments(line)
            if moments.is_at_end:
                self._stop()
            else:
                self.go(moments.step(1))

    def _stop(self) -> None:
        self._beat.stop()
        self._show_playing()

    def _show_playing(self) -> None:
        if self.panel is not None:
            self.panel.show_playing(self._beat.isActive())

    def pin_or_release(self) -> None:
        """Hold the moment in hand, to lay others beside it; or hold none."""
        now = self._inside.now
        if now is None or self._expected() is None:
            return
        if now.pinned:
            self._inside.pin("")
        else:
            source = self._inside.source_of(now)
            position = in_hand(now.page.document, source).position
            self._inside.pin(source if position is None else self._fixed(now, position))
            self.host.places.bottom.bring(self.tab)
        self.refresh()

    @staticmethod
    def _fixed(now: PageInside, position: float) -> str:
        """What is held stays what it is, also where it was the newest."""
        line = timeline(now.page.document)
        return f"at {position!r}" if line is not None and position in line.kept else source_at(
            now.page.document, position)

    def _expected(self) -> Timeline | None:
        """The run's moments; that there are none is said."""
        line = self.line
        if line is None:
            self.host.say(say("There is no run to travel in: train the network first"))
        return line

    # -- showing ------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the run whose weights there are, and where in it one is."""
        panel, now = self.panel, self._inside.now
        if panel is None or now is None or not panel.isVisible():
            return
        line = timeline(now.page.document)
        if line is None:
            self._shown = None
            panel.show_nothing(self.tr("Train the network: here one goes back to every moment of its run, and sees "
                                       "what it had learned by then"))
            return
        self._forget_other(now, line)
        self._show_curves(panel, line)
        panel.show_moments(self._moments(line))
        self._show_moved(now)

    def _forget_other(self, now: PageInside, line: Timeline) -> None:
        """A moment of one run is none of another."""
        if self._run is not line.run:
            before, self._run = self._run, line.run
            if before is not None and before.place != line.run.place and (now.source.startswith("at ") or now.pinned):
                now.source = now.pinned = ""
                self._inside.ask()

    def _show_curves(self, panel: TravelPage, line: Timeline) -> None:
        """All of them, or what has come since."""
        state, shown = line.run.furthest, self._shown
        points, epochs = len(state.points), len(state.epochs)
        if shown is None or shown[0] is not state or shown[1] > points or shown[2] > epochs:
            shown = state, 0, 0
            experiment = line.run.experiment
            length = max([float(experiment.recipe.epochs), *line.stops])
            panel.show_run((), (), length, is_share=experiment.data.task == "classification")
        if shown[1:] != (points, epochs) or not points:
            panel.add([point_row(point) for point in state.points[shown[1]:]],
                      [epoch_row(row, row.epoch == state.best_epoch) for row in state.epochs[shown[2]:]])
        self._shown = state, points, epochs

    def _moments(self, line: Timeline) -> Moments:
        """Where one can stop, where one is, and what is said of it."""
        from widgets.travel.moment import Moments  # not seen at first

        now = self._inside.now
        assert now is not None  # whoever asks looks inside
        held = self._inside.in_hand(now)
        position = held.position if held.run == line.run.place and held.position is not None else math.nan
        if self._inside.source_of(now) == "latest":
            position = line.end
        pinned = math.nan
        if now.pinned:
            other = in_hand(now.page.document, self._inside.pinned_of(now))
            pinned = other.position if other.position is not None else math.nan
        return Moments(line.stops, position, pinned, self._words(held.words, position), sentence_text(held.words))

    def _words(self, words: Message, position: float) -> str:
        text = sentence_text(words)
        if math.isnan(position):
            return self.tr("{weights}: everything above shows them, and no moment of this run").format(weights=text)
        return self.tr("{moment}: everything above shows this moment").format(moment=text)

    def _show_moved(self, inside: PageInside) -> None:
        panel = self.panel
        if panel is None or inside is not self._inside.now or not panel.isVisible():
            return
        from widgets.travel.moved import MovedLayer  # not seen at first

        seen = inside.seen
        if not inside.pinned:
            panel.show_moved((), "")
        elif seen is not None and seen.question.beside is not None:
            pinned = in_hand(inside.page.document, self._inside.pinned_of(inside))
            text = self.tr("Weights moved since A, {moment}").format(moment=message_text(pinned.words))
            panel.show_moved([MovedLayer(*each) for each in seen.moved], text)
            panel.list.choose(inside.place)

    def _jump(self, place: str) -> None:
        now = self._inside.now
        if now is not None:
            now.page.jump_to(place)

    def _come(self, _inside: PageInside) -> None:
        if self._training.trainer.state == "idle":
            self.refresh()
        else:
            self._refresh_soon()

    def _refresh_soon(self) -> None:
        """Of a run that goes on much may come at once."""
        if not self._soon.isActive() and self.panel is not None and self.panel.isVisible():
            self._soon.start()

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        self._shown = self._run = None
        self._stop()

    def finish(self) -> None:
        self._beat.stop()
        self._soon.stop()
