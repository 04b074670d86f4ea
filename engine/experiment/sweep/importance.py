"""How much of what runs differ in each field explains: main effects, by least squares, without what chance explains."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple

from engine.experiment.sweep.axes import Axis
from engine.experiment.sweep.fields import Value
from engine.experiment.sweep.setting import Setting

SPARE = 2  # runs more than what is estimated, at least
BINS = 4  # of a range, at most
TINY = 1e-9


class Share(NamedTuple):
    """A field, and the share of the variance that it explains: 0 … 1."""

    field: str
    share: float


class Importance(NamedTuple):
    """Fields with the most important first; none where there are too few runs, of which ``needed`` would do."""

    shares: tuple[Share, ...]
    runs: int
    needed: int


def importance(axes: Sequence[Axis], settings: Sequence[Setting], scores: Sequence[float]) -> Importance:
    """ω² of each field's main effect beside those of all others; numbers of a range count by their rank."""
    varied = [axis for axis in axes if len({setting.value(axis.field) for setting in settings}) > 1]
    groups: dict[str, list[int]] = {}
    for bins in range(BINS, 1, -1):
        groups = {axis.field: _groups(axis, [each.value(axis.field) for each in settings], bins) for axis in varied}
        needed = 1 + sum(len(set(group)) - 1 for group in groups.values()) + SPARE
        if len(settings) >= needed:
            break
    else:
        needed = 1 + sum(_least(axis) - 1 for axis in axes) + SPARE
    if not varied or len(settings) < needed:
        return Importance((), len(settings), needed)
    return Importance(tuple(_shares(groups, scores)), len(settings), needed)


def _least(axis: Axis) -> int:
    return 2 if axis.is_range else len(axis.values)


def _groups(axis: Axis, values: Sequence[Value], bins: int) -> list[int]:
    """Which group each run belongs to: by its value; of a range by rank, in as many groups of one size."""
    if not axis.is_range:
        return [axis.values.index(value) for value in values]
    order = sorted(set(values), key=lambda value: (isinstance(value, (int, float)), value))
    return [order.index(value) * bins // len(order) for value in values]


def _shares(groups: dict[str, list[int]], scores: Sequence[float]) -> list[Share]:
    mean = fmean(scores)
    total = sum((score - mean) ** 2 for score in scores)
    rest, rank = _residual(list(groups.values()), scores)
    error = max(0.0, rest) / max(1, len(scores) - rank)
    shares = []
    for field in groups:
        without, fewer = _residual([group for name, group in groups.items() if name != field], scores)
        explained = without - rest - (rank - fewer) * error
        share = explained / (total + error) if total + error > 0 else 0.0
        shares.append(Share(field, min(1.0, max(0.0, share))))
    return sorted(shares, key=lambda share: -share.share)


def _residual(groups: Sequence[Sequence[int]], scores: Sequence[float]) -> tuple[float, int]:
    """The sum of squares that these groups' effects together leave, and how many effects can be told apart.

    Each column of the design is made orthogonal to those before it (Gram–Schmidt); what depends on them is left out.
    """
    columns = [[1.0] * len(scores)]
    for group in groups:
        columns += [[float(each == level) for each in group] for level in sorted(set(group))[1:]]
    rest, basis = list(scores), list[list[float]]()
    for column in columns:
        size = _norm(column)
        for _ in range(2):  # once more for the digits that the first time lost
            for other in basis:
                column = _minus(column, other)
        if _norm(column) > TINY * max(1.0, size):
            length = _norm(column)
            basis.append([value / length for value in column])
            rest = _minus(rest, basis[-1])
    return sum(value * value for value in rest), len(basis)


def _minus(vector: Sequence[float], unit: Sequence[float]) -> list[float]:
    along = sum(a * b for a, b in zip(vector, unit, strict=True))
    return [a - along * b for a, b in zip(vector, unit, strict=True)]


def _norm(vector: Sequence[float]) -> float:
    return math.sqrt(sum(value * value for value in vector))
