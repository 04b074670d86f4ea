"""What a judge of runs remembers of one. No torch."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from engine.training.values import RemarkKind


@dataclass
class HealthState:
    """What was heard so far; no more of it than is asked for again, however long a run is."""

    loss: float = math.nan  # before training
    spread: float = math.nan
    last: float = math.nan  # validation accuracy of the epoch before
    above: int = 0  # epochs in a row whose training accuracy was below it
    said: list[RemarkKind] = field(default_factory=list)
    trend: list[tuple[float, float]] = field(default_factory=list)  # of the last epochs: validation loss, and the gap
    lowest: float = math.inf  # validation loss of all epochs
