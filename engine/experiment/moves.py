"""How the learning rate moves: one function of the recipe and the place in its run, before it or in it. No torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.experiment.choices.schedules import Place
from engine.layers.base import OptionError
from engine.messages import Message, say

if TYPE_CHECKING:
    from engine.experiment.recipe import Recipe


LAST = 100_000.0  # epochs: no run has more


class Rate(NamedTuple):
    """The learning rate of a step that is taken ``position`` epochs after the beginning."""

    position: float
    lr: float


class Held(NamedTuple):
    """A recipe, and how many epochs after the beginning of a run it came into force."""

    since: float
    recipe: Recipe


class Moves:
    """How a recipe's learning rate moves, read once: a step asks it each time.

    As torch's ``SequentialLR`` of a ``LinearLR`` and the schedule, each moved after its own steps: the schedule begins
    after the warm-up, and what spans the run spans the rest of it. Warm-up ends where the schedule begins.
    """

    def __init__(self, recipe: Recipe) -> None:
        choice = recipe.schedule_choice
        self._factor, self._options = choice.row.factor, choice.options
        self._gather, self._epochs = recipe.accumulate, recipe.epochs
        self._warmup, self._start = recipe.warmup, recipe.warmup_start
        self._by_batch = moves_by_batch(recipe)

    def factor(self, epoch: int, batch: int, batches: int) -> float:
        """What the learning rate is multiplied by in the step of a batch; epochs and batches count from 1."""
        per_epoch = -(-batches // self._gather)
        step = (epoch - 1) * per_epoch + (batch - 1) // self._gather
        warm = round(self._warmup * per_epoch)
        factor = self._factor(self._place(epoch, step, warm, per_epoch), self._options)
        return factor if step >= warm else factor * (self._start + (1 - self._start) * step / warm)

    def _place(self, epoch: int, step: int, warm: int, per_epoch: int) -> Place:
        """In the schedule; the epochs may have become fewer in the meantime."""
        if self._by_batch:
            total = max(1, self._epochs * per_epoch - warm)
            return Place(min(max(0, step - warm), total), total, per_epoch)
        rest = max(1.0, self._epochs - self._warmup)
        return Place(min(max(0.0, epoch - 1 - self._warmup), rest), rest)


def moves_by_batch(recipe: Recipe) -> bool:
    """Whether its schedule moves with every step."""
    row = recipe.schedule_choice.row
    return row.by_batch or (recipe.schedule_by == "batch" and not row.is_measured)


def is_steady(recipe: Recipe) -> bool:
    """Whether all steps of an epoch have one rate."""
    return not recipe.warmup and not moves_by_batch(recipe)


def held_in(recipe: Recipe, changed: Sequence[tuple[float, Mapping[str, Any]]]) -> tuple[Held, ...]:
    """The recipes of a run, one after the other. ``recipe`` is the last; for each change on the way its position, and
    what the options were before it."""
    recipes = [recipe]
    for _, before in reversed(changed):
        options = {name: value for name, value in before.items() if name in type(recipe).model_fields}
        with suppress(OptionError):  # of a damaged file
            recipe = recipe.with_options(**options) if options else recipe
        recipes.append(recipe)
    held = [Held(0.0, recipes.pop())]
    for position, _ in changed:
        held.append(Held(max(held[-1].since, min(LAST, position)), recipes.pop()))
    return tuple(held)


def rates(held: Sequence[Held], examples: int, points: int = 200) -> list[Rate]:
    """The learning rates of a run at about so many of its batches; an epoch has so many ``examples``.

    Where it jumps, with an epoch or another recipe, there is also the rate until then. A schedule that follows what is
    measured stays where it begins (see ``unforeseen``).
    """
    end = max(held[-1].since, held[-1].recipe.epochs)
    ends = [*(each.since for each in held[1:]), end]
    found: list[Rate] = []
    for (since, recipe), until in zip(held, ends, strict=True):
        stretch = _Stretch(recipe, round(since * examples), round(until * examples), examples)
        count = min(stretch.batches, max(2, round(points * (until - since) / end)))
        if count and found:
            found.append(Rate(stretch.since, found[-1].lr))
        found += stretch.rates(count)
    return found


class _Stretch:
    """The batches by one recipe, as a run cuts them: from one of its examples to another, all epochs in a row."""

    def __init__(self, recipe: Recipe, first: int, last: int, examples: int) -> None:
        self._recipe, self._first, self._examples = recipe, first, examples
        self.since = first / examples
        self._whole = -(-examples // recipe.batch_size)  # batches in an epoch
        self._begun = min(last, first + -first % examples)  # the end of the epoch in whose middle it begins
        self._rest = -(-(self._begun - first) // recipe.batch_size)  # batches until there
        epochs, more = divmod(last - self._begun, examples)
        self.batches = self._rest + epochs * self._whole + -(-more // recipe.batch_size)

    def rates(self, count: int) -> Iterator[Rate]:
        """Of so many of them, both ends included; where the rate moves once an epoch also until it does."""
        moves, before = Moves(self._recipe), None
        edges = [] if moves_by_batch(self._recipe) else self._edges(count)
        numbers = {round(place * (self.batches - 1) / max(1, count - 1)) for place in range(count)}
        for number in sorted(numbers.union(edges)):
            at = self._begin(number)
            epoch, taken = divmod(at, self._examples)
            left = -(-(self._examples - taken) // self._recipe.batch_size)  # counted from the end, as ``Steps`` does
            batch = max(1, self._whole - left + 1)
            lr = self._recipe.lr * moves.factor(epoch + 1, batch, self._whole)
            if before is not None and lr != before and edges and not taken:
                yield Rate(at / self._examples, before)
            yield Rate(at / self._examples, lr)
            before = lr

    def _edges(self, most: int) -> list[int]:
        """The last batch of each epoch and the first of the next; of more epochs than that none could be told apart."""
        if not most or self.batches - self._rest > most * self._whole:
            return []
        firsts = range(self._rest, self.batches, self._whole)
        return [number for first in firsts for number in (first - 1, first) if number >= 0]

    def _begin(self, number: int) -> int:
        """The example with which a batch begins."""
        if number < self._rest:
            return self._first + number * self._recipe.batch_size
        epochs, batch = divmod(number - self._rest, self._whole)
        return self._begun + epochs * self._examples + batch * self._recipe.batch_size


def unforeseen(recipe: Recipe) -> Message | None:
    """Why ``rates`` is not what will be; None: it is."""
    if not recipe.schedule_choice.row.is_measured:
        return None
    return say("The rate falls when {measure} gains no more: nobody knows it before",
               measure=recipe.schedule_choice.options["measure"].replace("_", " "))
