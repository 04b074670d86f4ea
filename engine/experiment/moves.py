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


def factor_at(recipe: Recipe, epoch: int, batch: int, batches: int) -> float:
    """What the learning rate is multiplied by in the step of a batch; epochs and batches count from 1.

    As torch's ``SequentialLR`` of a ``LinearLR`` and the schedule, each moved after its own steps: the schedule begins
    after the warm-up, and what spans the run spans the rest of it. Warm-up ends where the schedule begins.
    """
    per_epoch = -(-batches // recipe.accumulate)
    step = (epoch - 1) * per_epoch + (batch - 1) // recipe.accumulate
    warm = round(recipe.warmup * per_epoch)
    choice = recipe.schedule_choice
    if moves_by_batch(recipe):
        place = Place(max(0, step - warm), max(1, recipe.epochs * per_epoch - warm), per_epoch)
    else:
        place = Place(max(0.0, epoch - 1 - recipe.warmup), max(1.0, recipe.epochs - recipe.warmup))
    place = place._replace(done=min(place.done, place.total))  # the epochs may have become fewer in the meantime
    factor = choice.row.factor(place, choice.options)
    if step >= warm:
        return factor
    return factor * (recipe.warmup_start + (1 - recipe.warmup_start) * step / warm)


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
    per_epoch = -(-batches // recipe.accumulate)
    last = recipe.epochs * per_epoch - 1
    count = min(points, last + 1)
    steps = sorted({round(place * last / max(1, count - 1)) for place in range(count)})
    return [Rate(step / per_epoch, recipe.lr * recipe.lr_factor(
        step // per_epoch + 1, step % per_epoch * recipe.accumulate + 1, batches)) for step in steps]


def unforeseen(recipe: Recipe) -> Message | None:
    """Why ``rates`` is not what will be; None: it is."""
    if not recipe.schedule_choice.row.is_measured:
        return None
    return say("The rate falls when {measure} gains no more: nobody knows it before",
               measure=recipe.schedule_choice.options["measure"].replace("_", " "))
