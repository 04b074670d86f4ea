"""What may help against what was found: edits of the experiment. No torch."""

from __future__ import annotations

from dataclasses import replace

from engine.advice.repairs.repair import Repair
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.messages import say
from engine.training.values import Remark


def cures(experiment: Experiment, remark: Remark) -> tuple[Repair, ...]:
    """Of this experiment; those that are a value of the recipe."""
    if remark.suggestion is None:
        return ()
    option, value = remark.suggestion
    words = say("Set {option} to {value}", option=say(Recipe.model_fields[option].title or option), value=value)
    return (Repair(words, change=lambda now: replace(now, recipe=now.recipe.with_options(**{option: value}))),)
