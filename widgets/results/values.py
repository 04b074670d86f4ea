"""What the results panel shows: plain values, filled in by whoever knows the runs."""

from __future__ import annotations

from typing import NamedTuple

MOST_VALUES = 9  # of a kernel that is shown step by step


class ReportedRow(NamedTuple):
    """A number that others reported and one's own; None where there is none."""

    name: str  # as in engine.experiment.notes: “test accuracy”
    reported: float | None
    yours: float | None


class RunRow(NamedTuple):
    """One run of a series. ``others``: further numbers with their names, the same ones in every row (‖w‖, RMSE)."""

    title: str
    epochs: int | None
    train_loss: float
    validation_loss: float
    others: tuple[tuple[str, float], ...] = ()


class Parameter(NamedTuple):
    """A parameter of synthetic data, as it was learned and as it is."""

    name: str
    learned: float
    true: float
