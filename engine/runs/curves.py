"""A run's curves as rows: for a table, for TensorBoard, for a script, and over steps or time in place of epochs.
No torch."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from engine.experiment.recipe import Recipe
from engine.runs.opened import Run
from engine.training.state import EpochRow, RunState

Way = tuple[list[float], list[float]]  # positions in epochs, and what there is at them; straight in between


class Row(NamedTuple):
    """What is known at one place of a run; an ``epoch`` that was judged there, else what was learned since the last."""

    position: float  # in epochs
    step: float  # nan: not known
    seconds: float  # without pauses; nan: not known
    epoch: int | None
    values: Mapping[str, float]  # such as ``validation_loss``; within an epoch ``batch_loss``


def rows_of(run: Run) -> list[Row]:
    """All of a run, in its order."""
    state = run.state
    steps, seconds = steps_of(state), seconds_of(state)
    found = [*_points(state), *map(_epoch, state.epochs)]
    found.sort(key=lambda each: (each[0], each[1] is not None))
    return [Row(position, at(steps, position), at(seconds, position), epoch, values)
            for position, epoch, values in found]


def curves_of(run: Run) -> dict[str, list[tuple[float, float]]]:
    """Each curve by its name, as positions in epochs and values."""
    found: dict[str, list[tuple[float, float]]] = {}
    for row in rows_of(run):
        for name, value in row.values.items():
            found.setdefault(name, []).append((row.position, value))
    return found


Found = tuple[float, int | None, dict[str, float]]


def _points(state: RunState) -> Iterator[Found]:
    for point in state.points:
        values = {"batch_loss": point.loss, "batch_accuracy": point.accuracy}
        yield point.position, None, {name: value for name, value in values.items() if math.isfinite(value)}


def _epoch(row: EpochRow) -> Found:
    values = {f"{part}_{name}": value for part, metrics in row.parts.items() for name, value in metrics.named.items()}
    return row.position, row.epoch, values


# -- in place of epochs ------------------------------------------------------------------------------------------------


def steps_of(state: RunState, reached: float = 0.0) -> Way:
    """How many steps a run had taken: its batches, as they were gathered for a step; empty: not known.

    ``reached``: how far it came, where its points are not among what is known.
    """
    if state.started is None or state.experiment is None:
        return [], []
    held = [(0.0, _first_recipe(state)), *_recipes(state)]
    end = max([*(row.position for row in state.epochs[-1:]), *(point.position for point in state.points[-1:]), reached])
    places, counts = [0.0], [0.0]
    for (since, recipe), until in zip(held, [*(place for place, _ in held[1:]), max(end, held[-1][0])], strict=True):
        if until > since:
            places.append(until)
            counts.append(counts[-1] + (until - since) * _steps_in_epoch(state.started.train_examples, recipe))
    return places, counts


def _steps_in_epoch(examples: int, recipe: Recipe) -> int:
    batches = -(-examples // recipe.batch_size)
    return -(-batches // recipe.accumulate)


def _first_recipe(state: RunState) -> Recipe:
    """As it was before anything was changed by hand."""
    assert state.experiment is not None
    recipe = state.experiment.recipe
    for change in reversed(state.changes):
        recipe = recipe.model_copy(update=_sizes(change.before))
    return recipe


def _recipes(state: RunState) -> Iterator[tuple[float, Recipe]]:
    recipe = _first_recipe(state)
    for change in state.changes:
        if sizes := _sizes(change.changes):
            recipe = recipe.model_copy(update=sizes)
            yield change.position, recipe


def _sizes(changes: Mapping[str, object]) -> dict[str, int]:
    """What decides how many steps an epoch has."""
    return {name: value for name, value in changes.items()
            if name in ("batch_size", "accumulate") and isinstance(value, int) and value > 0}


def seconds_of(state: RunState) -> Way:
    """When a run was where, without pauses; of one of an earlier version as if it had gone evenly; empty: not known."""
    if state.times:
        return [0.0, *(time.position for time in state.times)], [0.0, *(time.seconds for time in state.times)]
    summary = state.summary
    if summary is not None and summary.position > 0 and math.isfinite(summary.total_seconds):
        return [0.0, summary.position], [0.0, summary.total_seconds]
    return [], []


def at(way: Way, position: float) -> float:
    """What there is at a place; beyond the last one as fast as before it, nan where nothing is known."""
    places, values = way
    if len(places) < 2:
        return math.nan
    index = min(max(1, bisect_left(places, position)), len(places) - 1)
    left, right = places[index - 1], places[index]
    share = (position - left) / (right - left) if right > left else 1.0
    return values[index - 1] + share * (values[index] - values[index - 1])
