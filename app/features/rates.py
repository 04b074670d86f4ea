"""The learning rate: of a run as a line, with where it is or was left, and as a number over the curves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from app.document.document import Document
from app.document.page import Page
from app.features.continuing import Continuing
from app.features.curves import Curves
from app.features.training import Training
from app.window.host import Feature, Host, Section
from engine.experiment.moves import Held, held_in
from engine.experiment.recipe import Recipe
from engine.training.state import RunState
from engine.units import typed_text
from widgets.training.rate_section import RateSection


class Shown(NamedTuple):
    """What there is to see of a document's rate: recipes by which it was learned and will be, and where that is."""

    held: tuple[Held, ...]
    examples: int  # of an epoch; 0: nobody knows yet
    now: float | None = None  # epochs that the run has learned which is going on
    left: float | None = None  # epochs after which Continue would begin


class Rates(Feature):
    """Shows the rate of the document in front."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.trainer, self.continuing = host.feature(Training).trainer, host.feature(Continuing)
        self.section, self._said = RateSection(), ""
        self.trainer.points_arrived.connect(lambda _points: self._hear())
        self.trainer.event_arrived.connect(lambda _event: self._hear())
        self.trainer.state_changed.connect(lambda _state: self._follow())

    def train_sections(self) -> Sequence[Section]:
        return [Section(self.tr("Learning rate"), lambda: self.section, rank=10, show=self._show_line)]

    def show(self, page: Page) -> None:
        self._say(_text(rate_of(page.document)) if self.trainer.trains(page.document) else "")

    def _hear(self) -> None:
        """Of the run in front; there may be another's."""
        if self.page is not None and self.trainer.trains(self.page.document):
            self._follow()

    def _follow(self) -> None:
        """Where the run in front is; nowhere if there is none."""
        if self.page is not None:
            self.show(self.page)
            if self.section.isVisible():
                self._show_line(self.page)

    def _show_line(self, page: Page) -> None:
        shown = self._shown(page)
        self.section.show_recipes(shown.held, shown.examples)
        self.section.plot.show_now(shown.now)
        self.section.plot.show_left(shown.left)

    def _shown(self, page: Page) -> Shown:
        """While a run goes on, and where it could, what was learned is as it was; else there is the recipe alone."""
        document, position = page.document, position_of(page.document)
        recipe, run = document.experiment.recipe, document.run
        if run is None or position is None:
            return Shown((Held(0.0, recipe),), examples_of(document))
        examples = max(0, run.state.started.train_examples) if run.state.started is not None else 0
        if self.trainer.trains(document):
            is_one = not run.states.is_series  # the runs of a series have recipes of their own
            return Shown(recipes_of(run.state, recipe if is_one else None, position), examples, now=position)
        if self._could_go_on(page) and 0 < position < recipe.epochs:
            return Shown(recipes_of(run.state, recipe, position), examples, left=position)
        if document.is_as_it_ran and not run.states.is_series:
            return Shown(recipes_of(run.state), examples)
        return Shown((Held(0.0, recipe),), examples_of(document))

    def _could_go_on(self, page: Page) -> bool:
        """Whether Continue would go on with the run of this page, not begin a new one or one of a series."""
        document, run = page.document, page.document.run
        return (run is not None and not run.states.is_series and document.way_on != "other"
                and run.drawn.recipe.folds == document.experiment.recipe.folds
                and self.continuing.folder(page) is not None)

    def _say(self, text: str) -> None:
        """Over the curves; new ones begin with nothing."""
        plots = self.host.feature(Curves).plots
        if plots is not None and (text or self._said):
            self._said = text
            plots.set_rate(text)


def recipes_of(state: RunState, now: Recipe | None = None, position: float = 0.0) -> tuple[Held, ...]:
    """The recipes of a run one after the other, as it was steered; from a position on the one that is shown now."""
    assert state.experiment is not None  # a document's run knows it from the beginning
    recipe, changed = state.experiment.recipe, [(change.position, change.before) for change in state.changes]
    if now is None or now == recipe:
        return held_in(recipe, changed)
    return held_in(now, [*changed, (position, dict(recipe))])


def examples_of(document: Document) -> int:
    """How many examples an epoch has, which the latest run of these data knows; 0: nobody does yet."""
    run, recipe = document.run, document.experiment.recipe
    started = run.state.started if run is not None else None
    if run is None or started is None or run.drawn.data != document.experiment.data or (
            run.drawn.recipe.folds != recipe.folds):
        return 0
    return max(0, started.train_examples)


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
