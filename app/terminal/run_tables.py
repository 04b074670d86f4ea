"""What runs ended with, as tables for a terminal. No Qt."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import fmean

from rich.table import Table
from rich.text import Text

from app.terminal.console import Result
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment
from engine.training.events import SeriesFinished
from engine.training.judge.outcomes import Learned, Outcome, only_norm, outcome
from engine.training.judge.reported import NORM, Own, ReportedRow, own_numbers, reported_rows
from engine.training.series import Plan, plans
from engine.units import value_text

COLUMNS = ("train loss", "train accuracy", "train log_rmse", "validation loss", "validation accuracy",
           "validation log_rmse", "test loss", "test accuracy", "test log_rmse")  # fmt: skip
MANY, FEW = 20, 5  # rows of a table; of one that would be too long


def tables(experiment: Experiment, result: Result, root: Path | None) -> Iterator[Table]:
    """Those that say something about this experiment."""
    runs = _runs(experiment, result, root)
    if result.states.series is not None:
        yield _series(result.states.series, [found for _, found in runs])
    for title, found in runs:
        if found.learned:
            yield _learned(title, found.learned)
        if found.kernel:
            yield _kernel(title, found.kernel)
    reported = reported_rows(experiment.notes, _own(result, runs))
    if reported:
        yield _comparison(reported)


def _own(result: Result, runs: list[tuple[str, Outcome]]) -> dict[str, float]:
    """The numbers that stand beside the reported ones."""
    series = result.states.series
    own = [Own(member.summary, only_norm(found), title)
           for member, (title, found) in zip(result.states.members, runs, strict=False)]
    return own_numbers(own[-1], own, series.mean or None) if series is not None else own_numbers(own[-1])


def _runs(experiment: Experiment, result: Result, root: Path | None) -> list[tuple[str, Outcome]]:
    """Each run's title and outcome."""
    members: list[Plan | None] = [*plans(experiment)] or [None]
    found = []
    for plan, weights in zip(members, result.weights, strict=False):
        own = plan.experiment if plan else experiment
        found.append((plan.title if plan else "", outcome(own, weights, _truth(own, root))))
    return found


def _truth(experiment: Experiment, root: Path | None) -> dict[str, list[float]]:
    """The parameters that made the data; made data are made again in a moment."""
    if experiment.data.source.kind != "synthetic":
        return {}
    return dict(load_data(experiment.data, root).truth)


def _table(title: str, *columns: str) -> Table:
    # What comes from a file is text: Rich would read [red] in it as an order.
    table = Table(title=Text(title) if title else None, title_justify="left", box=None, pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(column, justify="right" if index else "left", no_wrap=True)
    return table


def _series(series: SeriesFinished, found: list[Outcome]) -> Table:
    known = {name for row in series.rows for name in row.values}
    names = [name for name in COLUMNS if name in known]
    norms = [None if series.mean else only_norm(each) for each in found]  # it is variants that may differ in it
    has_norm = any(norm is not None for norm in norms)
    table = _table("", "run", *(name.replace("_", "-") for name in names), *([NORM] if has_norm else []))
    for row, norm in zip(series.rows, norms, strict=False):
        table.add_row(*map(Text, [row.title, *_cells(row.values, names), *([_number(norm)] if has_norm else [])]))
    if series.mean:
        table.add_section()
        table.add_row("mean", *_cells(series.mean, names), style="bold")
        table.add_row("± sd", *_cells(series.std, names))
    return table


def _cells(values: Mapping[str, float], names: list[str]) -> list[str]:
    return [_number(values.get(name, math.nan)) for name in names]


def _learned(title: str, rows: tuple[Learned, ...]) -> Table:
    table = _table(title, "parameter", "learned", "true", "error")
    shown = rows if len(rows) <= MANY else rows[:FEW]
    for row in shown:
        table.add_row(row.name, *map(_number, (row.learned, row.true, row.error)))
    if len(shown) < len(rows):
        table.add_row(f"… {len(rows)} in all, on average", "", "", _number(fmean(row.error for row in rows)))
    return table


def _kernel(title: str, rows: tuple[tuple[float, ...], ...]) -> Table:
    table = _table(title, "kernel", *("" for _ in rows[0]))
    for row in rows:
        table.add_row("", *map(_number, row))
    return table


def _comparison(rows: list[ReportedRow]) -> Table:
    table = _table("", "", "reported", "yours")
    for row in rows:
        table.add_row(row.name, _number(row.reported), _number(row.yours))
    return table


def _number(value: float | None) -> str:
    """As the window has it, but with the minus that other programs read."""
    return value_text(None if value is None or math.isnan(value) else value).replace("−", "-")
