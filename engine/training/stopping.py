"""Which epoch is better, and when a run has waited long enough for one. No torch."""

from __future__ import annotations

import math
from typing import NamedTuple

from engine.experiment.choices.measures import MeasureRow
from engine.experiment.recipe import Recipe
from engine.messages import LayerloomError, say
from engine.training.values import Metrics, Remark
from engine.units import grouped

WITHOUT_TOP5 = 5  # classes at most


class MeasureError(LayerloomError):
    """The recipe wants to choose by what these data cannot give."""


class Judgement(NamedTuple):
    """An epoch's metrics, of the training and of the validation examples."""

    train: Metrics
    validation: Metrics


def value_of(measure: MeasureRow, train: Metrics, validation: Metrics) -> float:
    """A measure of an epoch; nan where it has none."""
    return (train if measure.part == "train" else validation).named.get(measure.name, math.nan)


def is_better(measure: MeasureRow, new: Judgement, old: Judgement) -> bool:
    """Whether an epoch takes the place of the best so far: of equals the first stays, of what is no number the last."""
    if not measure.part:
        return math.isnan(new.validation.loss) or new.validation.rank > old.validation.rank
    now, before = value_of(measure, *new), value_of(measure, *old)
    if math.isnan(before):
        return True
    return now > before if measure.is_larger_better else now < before


def waits_no_longer(recipe: Recipe, epoch: int, best: int) -> bool:
    """Whether the run ends after this epoch, whose best so far is another."""
    return 0 < recipe.early_stop <= epoch - best and best > 0


def ended_early(recipe: Recipe, epoch: int, best: int) -> Remark:
    """What is said then."""
    measure = recipe.measure_row.words or "validation"
    return Remark("early stop", say(
        "The run ended early, after epoch {epoch}: {measure} was best in epoch {best}, and nothing better came in "
        "{count} more", epoch=grouped(epoch), measure=say(measure), best=grouped(best),
        count=grouped(recipe.early_stop)))


def expect_measures(recipe: Recipe, classes: int, *, validated: bool) -> None:
    """Raise MeasureError where the best epoch, an early stop or a schedule waits for what will not be measured.

    ``classes``: how many are told apart; 0: numbers are predicted.
    """
    measure = recipe.measure_row
    if not validated and measure.part == "validation":
        raise MeasureError("The best epoch is chosen by {measure}, but there are no validation data: choose by the "
                           "train loss, or set some aside", measure=measure.words)
    if not validated and not measure.part and recipe.early_stop:
        raise MeasureError("An early stop waits for better validation, but there are no validation data: set some "
                           "aside, or choose the best epoch by the train loss")
    if (measure.of == "classes" and not classes) or (measure.of == "numbers" and classes):
        raise MeasureError("The best epoch is chosen by {measure}, which there is only where {what} are predicted",
                           measure=measure.words, what=say(measure.of))
    if measure.name == "top5" and classes <= WITHOUT_TOP5:
        raise MeasureError("The best epoch is chosen by {measure}, but there are only {count} classes",
                           measure=measure.words, count=classes)
    _expect_measured_schedule(recipe, classes)


def _expect_measured_schedule(recipe: Recipe, classes: int) -> None:
    choice = recipe.schedule_choice
    if choice.row.is_measured and choice.options["measure"].endswith("accuracy") and not classes:
        raise MeasureError("The schedule follows {measure}, which there is only where classes are predicted",
                           measure=choice.options["measure"].replace("_", " "))
