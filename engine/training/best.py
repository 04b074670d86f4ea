"""The best epoch so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import ConfigDict
from torch import Tensor

from engine.experiment.choices.measures import MEASURES, MeasureRow
from engine.training.stopping import Judgement, is_better
from engine.training.values import NOTHING, Metrics


@dataclass(frozen=True)
class Best:
    """The epoch that the recipe's measure finds best; of equals the first, and without validation the last.

    Without weights: there is none yet.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(arbitrary_types_allowed=True)

    epoch: int = 0  # 0 beside weights: the run was stopped before an epoch was whole
    train: Metrics = NOTHING
    validation: Metrics = NOTHING
    weights: dict[str, Tensor] = field(default_factory=dict, repr=False)
    after: Metrics | None = None  # of the training examples after it; None: nobody asked

    def is_beaten_by(self, validation: Metrics, train: Metrics = NOTHING,
                     measure: MeasureRow = MEASURES["auto"]) -> bool:
        """Whether an epoch of these metrics takes its place."""
        return not self.weights or is_better(measure, Judgement(train, validation),
                                             Judgement(self.train, self.validation))
