"""What a run will take, beside the recipe: measured by itself once nothing has changed for a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.document.page import Page
from app.features.checking import Checking
from app.features.forecast import Known, Told, measured
from app.features.training import Training
from app.features.trying import Counts, bring, what_counts, why_not
from app.window.commands import Command, Row
from app.window.host import Feature, Host, Section
from app.window.jobs import Job, Jobs
from engine.experiment.experiment import Experiment
from engine.experiment.series import series_of, without_variants
from engine.messages import Message
from engine.units import UNKNOWN, bytes_text, clock_text, duration_text, grouped
from widgets.look.text import sentence_text
from widgets.training.forecast_panel import ForecastState, Four

if TYPE_CHECKING:
    from engine.training.checks.forecast import Forecast
    from widgets.training.forecast_panel import ForecastPanel

STILL_MS = 1500  # without a change, before it measures by itself
BUT = frozenset({"epochs", "early_stop", "best_by", "lr", "seed", "schedule", "schedule_by", "warmup", "warmup_start"})
SHORT = 10.0  # seconds: less is told by its digits, not by a clock


class Forecasting(Feature):
    """Measures at most one network at a time, only where one trains, and never beside a training or a check."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._jobs = Jobs(self)
        self._known: dict[Page, Known] = self.per_page()
        self._panel: ForecastPanel | None = None
        self._job: Job | None = None
        self._of: tuple[Page, Counts] | None = None  # what is measured
        self._timer = QTimer(self, singleShot=True, interval=STILL_MS)
        self._timer.timeout.connect(self._measure_by_itself)
        self._seen: tuple[Experiment, Counts] | None = None
        self._checking = host.feature(Checking)
        self._checking.at_work.connect(lambda _on: self._look())
        host.feature(Training).trainer.state_changed.connect(lambda _state: self._look())
        host.places.stage.rearranged.connect(self._look)

    def commands(self) -> Sequence[Row]:
        return [Command("forecast", "Measure the forecast", self.on_page(self.ask), "Train", "check", rank=1)]

    def train_sections(self) -> Sequence[Section]:
        return [Section(self.tr("Forecast"), self._make, rank=20, show=lambda _page: self._look())]

    def _make(self) -> QWidget:
        from widgets.training.forecast_panel import ForecastPanel  # not seen at first

        self._panel = panel = ForecastPanel()
        panel.measure_requested.connect(self.on_page(self.measure))
        panel.action_requested.connect(self.on_page(self._use_what_fits))
        return panel

    def show(self, page: Page) -> None:
        """Also where it is not seen: what is measured may be of something else by now."""
        if self._of is not None:
            self._look()

    def show_start(self) -> None:
        self._look()

    # -- when ---------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Something is another: what is measured may not count any more, and something else may be to be measured."""
        page = self.page
        trains = page is not None and self.host.places.panels.workspace == "train"
        if self._of is not None and not (trains and page is self._of[0] and self._counts(page) == self._of[1]
                                         and self._hindrance(page) is None):
            self._leave()
            if page is not None:
                self._show(page)
        self._timer.stop()
        if page is None or not trains:
            return
        if self._of is None and not self._is_known(page) and self._hindrance(page) is None:
            self._timer.start()
        self._show(page)

    def _counts(self, page: Page) -> Counts:
        experiment = page.document.experiment
        if self._seen is None or self._seen[0] is not experiment:
            self._seen = experiment, what_counts(experiment, BUT)
        return self._seen[1]

    def _is_known(self, page: Page) -> bool:
        return page in self._known and self._known[page].counts == self._counts(page)

    def _hindrance(self, page: Page) -> Message | str | None:
        return why_not(self.host, page) or ("a check" if self._checking.is_at_work else None)

    def _measure_by_itself(self) -> None:
        if self.page is not None and self._panel is not None and self._panel.isVisible():
            self.measure(self.page)

    def ask(self, page: Page) -> None:
        """Measure now, in sight."""
        if self._panel is not None:
            bring(self.host, self._panel)
        reason = why_not(self.host, page)
        if reason is not None:
            page.refuse(reason)
        else:
            self.measure(page)

    def measure(self, page: Page) -> None:
        """Measure this network in the background, unless it is being measured."""
        if self._of is not None or self._hindrance(page) is not None:
            return
        counts = self._counts(page)
        experiment, root = without_variants(page.document.experiment), self.host.settings.data_root
        self._timer.stop()
        self._of = page, counts
        epochs = experiment.recipe.epochs
        job = self._job = self._jobs.start(
            lambda job: measured(experiment, root, job), lambda told: self._take(job, Known(counts, told, epochs)),
            lambda message: self._take(job, Known(counts, Told(refused=message), epochs)))
        self._show(page)

    def _take(self, job: Job, known: Known) -> None:
        if job is self._job and self._of is not None:
            page, self._of, self._job = self._of[0], None, None
            self._known[page] = known
            self._look()

    def _leave(self) -> None:
        """What is measured is wanted no more."""
        if self._job is not None:
            self._job.cancel()
        self._job = self._of = None

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        if self._of is not None and self._of[0] is page:
            self._leave()

    def finish(self) -> None:
        self._timer.stop()
        self._leave()
        self._jobs.finish()

    # -- what is seen -------------------------------------------------------------------------------------------

    def _use_what_fits(self, page: Page) -> None:
        known = self._known.get(page)
        if known is not None and known.told.fits and self._is_known(page):
            experiment, size = page.document.experiment, known.told.fits
            page.document.edit(self._use(size), replace(experiment, recipe=experiment.recipe.with_options(
                batch_size=size)))

    def _use(self, size: int) -> str:
        return self.tr("Use a batch of {size}").format(size=grouped(size))

    def _show(self, page: Page) -> None:
        if self._panel is None or page is not self.page:
            return
        known, fresh, experiment = self._known.get(page), self._is_known(page), page.document.experiment
        state = ForecastState()
        if known is not None and known.told.forecast is not None:
            state = self._numbers(known.told.forecast, known.epochs, experiment.recipe.epochs)
        state = state._replace(old=not fresh)
        why = why_not(self.host, page)
        if self._of is not None and self._of[0] is page:
            state = state._replace(note=self.tr("measuring…"))
        elif fresh and known is not None and known.told.refused is not None:
            fits = known.told.fits
            state = state._replace(note=sentence_text(known.told.refused), tone="warning", can_measure=why is None,
                                   action=self._use(fits) if fits else "")
        elif fresh and known is not None:
            state = state._replace(note=self._where(known.told, experiment))
        elif why is not None:
            state = state._replace(note=sentence_text(why))
        else:
            state = state._replace(can_measure=True, note=self.tr("not measured yet") if known is None else self.tr(
                "from before the last changes"))
        self._panel.show_state(state)

    def _numbers(self, forecast: Forecast, then: int, epochs: int) -> ForecastState:
        """Of so many epochs; ``then`` it was about others."""
        seconds = forecast.run_seconds + (epochs - then) * forecast.epoch_seconds
        numbers: Four = (_rough(forecast.epoch_seconds), bytes_text(forecast.memory), self._batch(forecast),
                         _rough(seconds))
        free = self.tr("All training examples would fit into one batch") if forecast.fits_all else (
            self.tr("What would fit into {free} of free memory").format(free=bytes_text(forecast.free))
            if forecast.free is not None else self.tr("How much memory is free is not known here"))
        tips: Four = (self.tr("Learning all examples once, and judging those for validation"),
                      self.tr("The most at one moment of a step: the gradients of the weights "
                                                                "come one after the other, so it may be less than the "
                                                                "training memory of the network"), free,
                      self.tr("{epochs} epochs, and the test").format(epochs=grouped(epochs)))
        return ForecastState(numbers, tips)

    def _batch(self, forecast: Forecast) -> str:
        """As a power of two, for more digits would say what nobody knows; or all examples."""
        largest = forecast.largest_batch
        if not largest:
            return UNKNOWN if largest is None else self.tr("none")
        if forecast.fits_all:
            return self.tr("all {count}").format(count=grouped(forecast.examples))
        return grouped(1 << (largest.bit_length() - 1))

    def _where(self, told: Told, experiment: Experiment) -> str:
        words = self.tr("measured on {device}").format(device=told.device)
        runs = series_of(experiment).runs
        return words if not runs else self.tr("{words}; one of {count} runs").format(words=words, count=runs)


def _rough(seconds: float) -> str:
    """Two digits; from ten seconds on as a clock."""
    return duration_text(float(f"{seconds:.2g}")) if seconds < SHORT else clock_text(seconds)
