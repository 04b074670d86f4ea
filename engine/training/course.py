"""How far a run is, and what it has counted on its way."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.training.values import NOTHING, Metrics


@dataclass
class Course:
    """A run's place: it can be left between any two batches. Of a new run, before its first epoch."""

    batches: int  # in an epoch
    epoch: int = 0  # the last that was begun; they count from 1
    given: int = 0  # training examples; 0: of an earlier version, which did not count them
    done: int = 0  # batches of it …
    taken: int = -1  # … and their examples; -1: of an earlier version, which did not count them
    examples: int = 0  # learned from so far
    seconds: float = 0.0  # spent on learning so far
    total: float = math.nan  # with judging and writing, without pauses; nan: of an earlier version
    last: tuple[Metrics, Metrics] = (NOTHING, NOTHING)  # of the last whole epoch: train, validation …
    after: Metrics | None = None  # … and the training examples after it, where asked for

    @property
    def is_possible(self) -> bool:
        """Whether a run can be there, as far as these numbers tell."""
        return (self.batches > 0 and 0 <= self.done <= self.batches and -1 <= self.taken <= max(0, self.given)
                and min(self.epoch, self.given, self.examples) >= 0 and 0 <= self.seconds < math.inf)

    @property
    def position(self) -> float:
        """How far it is, in epochs: 1.25 is a quarter into the second."""
        return max(0.0, self.epoch - 1 + self.share)

    @property
    def share(self) -> float:
        """Of the epoch's examples that were learned: batches may change their size within it."""
        return self.taken / self.given if self.given and self.taken >= 0 else self.done / self.batches

    @property
    def place(self) -> tuple[int, int]:
        """The same as counted: the epoch, and how many batches of it were learned."""
        return self.epoch, self.done

    @property
    def is_through(self) -> bool:
        """Whether every batch of the epoch was learned."""
        return self.done == self.batches

    def begin_epoch(self) -> None:
        """The next one."""
        self.epoch, self.done, self.taken = self.epoch + 1, 0, 0

    def count(self, examples: int) -> None:
        """A batch was learned."""
        self.done += 1
        self.taken = max(0, self.taken) + examples
        self.examples += examples
