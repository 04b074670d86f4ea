"""How the learning rate moves: one function of the recipe and the place in its run, before it or in it. No torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from engine.experiment.choices.schedules import Place
from engine.messages import Message, say

if TYPE_CHECKING:
    from engine.experiment.recipe import Recipe


class Rate(NamedTuple):
    """The learning rate of a step that is taken ``position`` epochs after the beginning."""

    position: float
    lr: float


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


def rates(recipe: Recipe, batches: int, points: int = 200) -> list[Rate]:
    """The learning rates of a run before it runs, at about so many of its steps; an epoch has so many batches.

    A schedule that follows what is measured stays where it begins (see ``unforeseen``).
    """
    per_epoch, moves = -(-batches // recipe.accumulate), Moves(recipe)
    last = recipe.epochs * per_epoch - 1
    count = min(points, last + 1)
    steps = sorted({round(place * last / max(1, count - 1)) for place in range(count)})
    return [Rate(step / per_epoch, recipe.lr * moves.factor(
        step // per_epoch + 1, step % per_epoch * recipe.accumulate + 1, batches)) for step in steps]


def unforeseen(recipe: Recipe) -> Message | None:
    """Why ``rates`` is not what will be; None: it is."""
    if not recipe.schedule_choice.row.is_measured:
        return None
    return say("The rate falls when {measure} gains no more: nobody knows it before",
               measure=recipe.schedule_choice.options["measure"].replace("_", " "))
