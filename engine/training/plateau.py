"""The schedule that follows what a run measures: torch's ReduceLROnPlateau. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter

from engine.experiment.choices.measures import MEASURES
from engine.experiment.recipe import Recipe
from engine.training.stopping import value_of
from engine.training.values import Metrics

TINY = 1e-8  # a smaller fall of the rate is none, as torch has it


@dataclass
class Plateau:
    """How far it has fallen, and since when nothing was gained; of a recipe with another schedule it never falls."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    factor: float = 1.0  # of the learning rate
    best: float = math.nan  # nan: nothing was measured yet
    bad: int = 0  # epochs in a row without a gain
    resting: int = 0  # epochs that do not count yet

    def after_epoch(self, recipe: Recipe, train: Metrics, validation: Metrics) -> None:
        """A whole epoch was judged."""
        choice = recipe.schedule_choice
        if not choice.row.is_measured:
            return
        options, measure = choice.options, MEASURES[choice.options["measure"]]
        if measure.part == "validation" and math.isnan(validation.loss):
            measure = MEASURES["train_loss"]
        self._count(value_of(measure, train, validation) * (-1 if measure.is_larger_better else 1), options)
        if self.bad > options["patience"]:
            self._fall(recipe.lr, options)

    def _count(self, value: float, options: Mapping[str, Any]) -> None:
        """Smaller is better; a gain is a share of the best so far."""
        enough = self.best - options["threshold"] * abs(self.best)
        gained = math.isnan(self.best) or value < enough
        self.best, self.bad = (value, 0) if gained else (self.best, self.bad + 1)
        if self.resting:
            self.resting, self.bad = self.resting - 1, 0

    def _fall(self, lr: float, options: Mapping[str, Any]) -> None:
        lower = max(self.factor * options["factor"], options["end"])
        if lr * (self.factor - lower) > TINY:
            self.factor = lower
        self.resting, self.bad = int(options["cooldown"]), 0

    def state(self) -> dict[str, float]:
        """Plain numbers."""
        return asdict(self)


_ADAPTER = TypeAdapter(Plateau)


def plateau_from(state: Mapping[str, Any]) -> Plateau:
    """What ``state`` gave; of a run that had none, its beginning."""
    return _ADAPTER.validate_python(state)
