"""A run's curves as arrays, for drawing: a long run has hundred thousands of points. numpy, no torch."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.runs.curves import Way, seconds_of, steps_of
from engine.runs.names import POINTS
from engine.runs.opened import open_run
from engine.runs.texts import POINTS_HEAD
from engine.training.state import EpochRow

Floats = NDArray[np.float64]


class Drawn(NamedTuple):
    """All that is drawn of a run: ``points`` are position in epochs, loss and accuracy within epochs, a row each."""

    points: Floats
    epochs: tuple[EpochRow, ...]
    best: int | None
    steps: Way
    seconds: Way


def drawn(folder: Path) -> Drawn:
    """Of the run in a folder. Raises RunError, FileError."""
    run = open_run(folder, points=False)
    points = _points(folder)
    state = run.state
    end = float(points[-1, 0]) if len(points) else 0.0
    return Drawn(points, tuple(state.epochs), state.best_epoch, steps_of(state, end), seconds_of(state))


def _points(folder: Path) -> Floats:
    """The rows of points.csv; those that cannot be read are left out."""
    nothing = np.empty((0, 3))
    try:
        with (folder / POINTS).open(encoding="utf-8", errors="replace") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a file without rows
            if file.readline() != POINTS_HEAD:
                return nothing
            found = np.loadtxt(file, delimiter=",", ndmin=2, converters={2: _cell}, encoding="utf-8")
    except OSError:
        return nothing
    except ValueError:
        return _as_it_can_be_read(folder)
    return found if found.shape[1:] == (3,) else nothing


def _cell(text: str) -> float:
    return float(text) if text else np.nan


def _as_it_can_be_read(folder: Path) -> Floats:
    points = open_run(folder).state.points
    return np.array([(point.position, point.loss, point.accuracy) for point in points]).reshape(-1, 3)


class Band(NamedTuple):
    """Several runs as one: mean and sample deviation at each epoch that two or more of them have."""

    positions: Floats
    means: Floats
    deviations: Floats


def band(curves: Sequence[Mapping[int, float]]) -> Band:
    """Of values by epoch; what is no number is left out."""
    epochs = sorted({epoch for curve in curves for epoch in curve})
    rows = [(epoch, [value for curve in curves if np.isfinite(value := curve.get(epoch, np.nan))]) for epoch in epochs]
    rows = [(epoch, values) for epoch, values in rows if len(values) > 1]
    return Band(np.array([float(epoch) for epoch, _ in rows]), np.array([np.mean(values) for _, values in rows]),
                np.array([np.std(values, ddof=1) for _, values in rows]))
