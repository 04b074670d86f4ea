"""Which runs a sweep has, and in which order: a grid, draws, or what pays where nobody says more than how long."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from random import Random

from engine.blocks.replacing import layer_kinds
from engine.experiment.experiment import Experiment
from engine.experiment.sweep.axes import Axis, AxisError
from engine.experiment.sweep.setting import SEED, Setting
from engine.messages import LayerloomError, Message, say

MOST_RUNS = 10_000
LISTED = 100_000  # combinations that are drawn from a list of all
TRIES = 1000  # draws in a row that were there already: then there are no others
SHOWN_TO_PAY = ("momentum", "adam")  # beside what the recipe has
MOST_BATCH = 1_000_000  # as a recipe allows
SPAN = 10.0  # of the learning rate, either way


class PlanError(LayerloomError):
    """A sweep cannot be planned so."""


class EndlessPlanError(PlanError):
    """Values are drawn from a range, and nobody says how many or for how long."""


class LongPlanError(PlanError):
    """A grid has too many runs."""


@dataclass(frozen=True)
class Plan:
    """A sweep: of what, over what, how many runs or how long, and whether losers are stopped."""

    experiment: Experiment
    axes: tuple[Axis, ...]
    runs: int = 0  # 0: all of a grid; of draws as many as there is time for
    minutes: float = 0.0  # 0: no bound
    halving: int = 0  # of so many runs one goes on; 0: all do
    seed: int = 0  # of what is drawn, and of the order where time may end it

    @property
    def draws(self) -> bool:
        """Whether settings are drawn."""
        return bool(self.runs) or any(axis.is_range for axis in self.axes)

    @property
    def is_endless(self) -> bool:
        """Whether only time ends it."""
        return self.draws and not self.runs

    @property
    def is_over_seeds(self) -> bool:
        """Whether each setting is tried with several seeds."""
        return any(axis.field == SEED and len(axis.values) > 1 for axis in self.axes) and len(self.axes) > 1

    def settings(self) -> Iterator[Setting]:
        """The runs in the order in which they are begun; the same each time."""
        if self.draws:
            found = drawn(self.axes, self.seed)
            return islice(found, self.runs) if self.runs else found
        return iter(shuffled(self.axes, self.seed) if self.minutes else grid(self.axes))

    def has(self, index: int, setting: Setting) -> bool:
        """Whether there may be such a run. Of how many are asked for may be fewer by now than there were."""
        fields = [name for name, _ in setting.values]
        return 1 <= index <= (size_of(self.axes) or LISTED) and fields == [axis.field for axis in self.axes] and all(
            axis.holds(value) for axis, (_, value) in zip(self.axes, setting.values, strict=True))

    @property
    def count(self) -> int | None:
        """How many runs there are at most; None: as many as there is time for."""
        whole = size_of(self.axes)
        if self.is_endless:
            return whole
        return whole if not self.runs else self.runs if whole is None else min(self.runs, whole)


def checked(plan: Plan) -> Plan:
    """The same, if it can be run. Raises PlanError."""
    if plan.halving and any(axis.field == "epochs" for axis in plan.axes):
        raise PlanError("With halving all runs have as many epochs as the recipe says: leave out epochs")
    if plan.experiment.recipe.folds >= 2:
        raise PlanError("A sweep's runs are single ones, but the recipe asks for {folds} folds: set folds to 0",
                        folds=plan.experiment.recipe.folds)
    if not plan.axes:
        raise PlanError("A sweep needs a field to go over, such as --over lr=0.01,0.1, or a time, such as --minutes 10")
    if plan.is_endless and not plan.minutes and plan.count is None:
        ranges = ", ".join(axis.field for axis in plan.axes if axis.is_range)
        raise EndlessPlanError("Values of {fields} are drawn from a range: say how many runs there are, such as "
                               "--runs 20, or how long it may take, such as --minutes 10", fields=ranges)
    if not plan.minutes and (plan.count or 0) > MOST_RUNS:
        raise LongPlanError("This is {count} runs, and {most} are the most: draw some of them with --runs N",
                            count=plan.count, most=MOST_RUNS)
    return plan


def size_of(axes: Sequence[Axis]) -> int | None:
    """How many settings a grid has; None: no end, there is a range."""
    return None if any(axis.is_range for axis in axes) else math.prod(len(axis.values) for axis in axes)


def grid(axes: Sequence[Axis]) -> tuple[Setting, ...]:
    """Every combination; the last axis changes first. Raises AxisError where one is a range."""
    if any(axis.is_range for axis in axes):
        raise AxisError("A range has no end of values: they can be drawn, but make no grid")
    names = [axis.field for axis in axes]
    return tuple(Setting(tuple(zip(names, values, strict=True))) for values in product(*(axis.values for axis in axes)))


def shuffled(axes: Sequence[Axis], seed: int) -> tuple[Setting, ...]:
    """A grid in an order of which every beginning is useful: in no order, and all settings with one seed first."""
    settings = list(grid(axes))
    Random(seed).shuffle(settings)
    seeds = next((axis.values for axis in axes if axis.field == SEED), ())
    rank = {value: index for index, value in enumerate(seeds)}
    return tuple(sorted(settings, key=lambda setting: rank.get(dict(setting.values).get(SEED), 0)))


def drawn(axes: Sequence[Axis], seed: int) -> Iterator[Setting]:
    """Settings at random, none twice, each with all seeds there are; it ends where there are no others."""
    random, known = Random(seed), set[Setting]()
    seeds = next((axis.values for axis in axes if axis.field == SEED and not axis.is_range), ())
    others = [axis for axis in axes if axis.field != SEED or not seeds]
    size = size_of(others)
    if size is not None and size <= LISTED:
        for found in random.sample(grid(others), size):
            yield from _with_seeds(found, axes, seeds)
        return
    tries = 0
    while tries < TRIES:
        found = Setting(tuple((axis.field, axis.draw(random)) for axis in others))
        tries = tries + 1 if found in known else 0
        if not tries:
            known.add(found)
            yield from _with_seeds(found, axes, seeds)


def _with_seeds(found: Setting, axes: Sequence[Axis], seeds: Sequence[object]) -> Iterator[Setting]:
    for value in seeds or (None,):
        known = {**dict(found.values), **({SEED: value} if seeds else {})}
        yield Setting(tuple((axis.field, known[axis.field]) for axis in axes))  # type: ignore[misc]


# -- where nobody says over what ---------------------------------------------------------------------------------------


def usual_axes(experiment: Experiment) -> tuple[Axis, ...]:
    """What pays most often: the learning rate, the optimizer, the size of a batch, weight decay, and dropout."""
    recipe = experiment.recipe
    optimizers = tuple(dict.fromkeys([recipe.optimizer, *SHOWN_TO_PAY]))
    rates = [recipe.lr, *(recipe.with_options(optimizer=each).optimizer_row.usual for each in optimizers)]
    size = recipe.batch_size
    sizes = tuple(dict.fromkeys(min(MOST_BATCH, max(1, each)) for each in (size // 4, size // 2, size, 2 * size)))
    axes = [Axis("lr", low=_figure(min(rates) / SPAN), high=min(1000.0, _figure(max(rates) * SPAN))),
            Axis("optimizer", optimizers), Axis("batch_size", sizes)]
    if recipe.optimizer_row.decays:
        axes.append(Axis("weight_decay", (0.0, 1e-5, 1e-4, 1e-3, 1e-2)))
    drops = [kind for kind in layer_kinds(experiment.graph) if kind.layer.category == "regularization"
             and "p" in type(kind.layer).model_fields]
    return (*axes, *(Axis(f"{kind.key}.p", low=0.0, high=0.6) for kind in drops))


def _figure(value: float) -> float:
    return float(f"{value:.1g}")


def told(axes: Sequence[Axis]) -> Message:
    """What was chosen where nobody said over what."""
    return say("Swept over: {axes}", axes=", ".join(axis.text for axis in axes))


def with_more(plan: Plan, other: Plan) -> Plan:
    """The same sweep with as many runs, and as long, as another of its kind."""
    return replace(plan, runs=other.runs, minutes=other.minutes)
