"""For tests of what comes after training: runs that have come to something, without training."""

from __future__ import annotations

from typing import Any

from app.document.document import Run
from engine.experiment.experiment import Experiment
from engine.training.events import EpochEnded, Finished, MemberEnded, MemberStarted
from engine.training.values import Metrics, Summary


def come_to(run: Run, best: Any, latest: Any = None) -> None:
    """Two epochs: the first is the best."""
    for epoch, weights in enumerate((best, best if latest is None else latest), 1):
        run.states.hear(EpochEnded(epoch, Metrics(1.0), Metrics(1.0), epoch == 1, weights))


def ended(run: Run, summary: Summary) -> None:
    """To its end."""
    run.states.hear(Finished(summary, stopped=False))


def member_ended(run: Run, index: int, title: str, summary: Summary, experiment: Experiment, *,
                 is_fold: bool = False) -> None:
    """One run of a series, from its beginning to its end."""
    run.states.hear(MemberStarted(index, index, title, experiment, is_fold=is_fold))
    ended(run, summary)
    run.states.hear(MemberEnded(index, title, summary, {}))
