"""The learning rate: before a run as a line, while it goes on where it is, and as a number over the curves."""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.document.document import Document
from app.document.page import Page
from app.features.curves import Curves
from app.features.training import Training
from app.window.host import Feature, Host, Section
from engine.experiment.recipe import Recipe
from engine.units import typed_text
from widgets.training.rate_section import RateSection


class Rates(Feature):
    """Shows the rate of the document in front."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.trainer = host.feature(Training).trainer
        self.section, self._said = RateSection(), ""
        self.trainer.points_arrived.connect(lambda _points: self._follow())
        self.trainer.event_arrived.connect(lambda _event: self._follow())
        self.trainer.state_changed.connect(lambda _state: self._follow())

    def train_sections(self) -> Sequence[Section]:
        return [Section(self.tr("Learning rate, before it runs"), lambda: self.section, rank=10, show=self._show_line)]

    def _show_line(self, page: Page) -> None:
        document = page.document
        self.section.show_recipe(document.experiment.recipe, batches_of(document))

    def show(self, page: Page) -> None:
        self._follow()

    def _follow(self) -> None:
        """Where the run in front is; nowhere if there is none."""
        document = self.page.document if self.page is not None else None
        runs = document is not None and self.trainer.trains(document)
        self.section.plot.show_now(position_of(document) if runs and document is not None else None)
        self._say(_text(rate_of(document)) if runs and document is not None else "")
        if runs and self.page is not None and self.section.isVisible():
            self._show_line(self.page)  # how many batches there are is known by now

    def _say(self, text: str) -> None:
        """Over the curves; new ones begin with nothing."""
        plots = self.host.feature(Curves).plots
        if plots is not None and (text or self._said):
            self._said = text
            plots.set_rate(text)


def batches_of(document: Document) -> int:
    """How many batches an epoch has, which the latest run of these data knows; 0: nobody does yet."""
    run, recipe = document.run, document.experiment.recipe
    started = run.state.started if run is not None else None
    if run is None or started is None or run.drawn.data != document.experiment.data or (
            run.drawn.recipe.folds != recipe.folds):
        return 0
    return math.ceil(started.train_examples / recipe.batch_size)


def position_of(document: Document) -> float | None:
    """How many epochs its run has learned, as far as it has said so."""
    state = document.run.state if document.run is not None else None
    if state is None or not state.points:
        return None
    return state.points[-1].position


def rate_of(document: Document) -> float | None:
    """The learning rate of the last batch that its run has learned; None: nobody here knows."""
    state, position = document.run.state if document.run is not None else None, position_of(document)
    if state is None or position is None or state.started is None or state.experiment is None:
        return None
    recipe = state.experiment.recipe
    if recipe.schedule_choice.row.is_measured:
        return None
    return rate_at(recipe, position, state.started.train_examples)


def rate_at(recipe: Recipe, position: float, examples: int) -> float:
    """The rate of the batch that ends at a position, in epochs of so many examples; the last may be a smaller one."""
    epoch = max(1, math.ceil(position - 1e-9))
    batches = math.ceil(examples / recipe.batch_size)
    left = math.ceil((epoch - position) * examples / recipe.batch_size - 1e-6)
    return recipe.lr * recipe.lr_factor(epoch, max(1, batches - left), batches)


def _text(rate: float | None) -> str:
    return "" if rate is None else typed_text(float(f"{rate:.3g}"))
