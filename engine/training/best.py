"""The best epoch so far."""

from __future__ import annotations

import math
from typing import Any

from engine.training.events import Metrics, Weights


def rank(validation: Metrics) -> tuple[float, float]:
    """Larger is better: the higher accuracy, and of equals the lower loss; of numbers the lower loss alone."""
    loss = -validation.loss
    return (loss if math.isnan(validation.accuracy) else validation.accuracy, loss)


class Best:
    """The epoch whose validation ranks highest; of equals the first."""

    def __init__(self) -> None:
        self.epoch, self.train, self.validation = 0, Metrics(math.nan), Metrics(math.nan)
        self.weights: Weights = {}

    def offer(self, epoch: int, train: Metrics, validation: Metrics, weights: Weights) -> bool:
        """Take these if they are better; whether they were."""
        if self.weights and rank(validation) <= rank(self.validation):
            return False
        self.epoch, self.train, self.validation, self.weights = epoch, train, validation, weights
        return True

    def stored(self) -> dict[str, Any]:
        """Plain values and tensors: the arguments of ``offer``."""
        return {"epoch": self.epoch, "train": list(self.train), "validation": list(self.validation),
                "weights": self.weights}
