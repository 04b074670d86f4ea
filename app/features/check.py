"""One check of one network: what it holds for, how far it is, and how it is done in a job's thread."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Literal

from app.document.page import Page
from app.features.trying import LATER, Counts, Stoppable, what_counts
from app.window.jobs import Job
from engine.experiment.experiment import Experiment
from engine.messages import Message

Kind = Literal["rate", "overfit"]
BUT: dict[Kind, frozenset[str]] = {"rate": LATER | {"lr"}, "overfit": LATER}
OFTEN = 0.05  # seconds between two looks at it


@dataclass
class Check:
    """One check of one network, as far as it is."""

    kind: Kind
    page: Page
    counts: Counts  # what it holds for
    job: Job | None = None  # while it goes on
    steps: list[Any] = field(default_factory=list)
    result: Any = None
    said: Message | None = None  # instead of a result

    def is_of(self, experiment: Experiment) -> bool:
        """Whether it holds for this one."""
        return self.counts == what_counts(experiment, BUT[self.kind])


def steps_of(kind: Kind, experiment: Experiment, data: Any, job: Job) -> Generator[Any, None, Any]:
    """In a job's thread."""
    from engine.training.checks.overfitting import overfit_batch  # loads torch
    from engine.training.checks.rates import find_rate  # loads torch

    check: Callable[..., Generator[Any, None, Any]] = find_rate if kind == "rate" else overfit_batch
    return check(experiment, data, Stoppable(job))


def told_of(steps: Generator[Any, None, Any], check: Check, job: Job) -> Any:
    """Go through them, telling of some at a time; what they come to."""
    waiting, last = list[Any](), perf_counter()
    while True:
        try:
            waiting.append(next(steps))
        except StopIteration as end:
            job.progress.emit(check, waiting)
            return end.value
        if perf_counter() - last > OFTEN:
            job.progress.emit(check, waiting)
            waiting, last = [], perf_counter()
