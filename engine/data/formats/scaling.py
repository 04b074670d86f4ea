"""Filling gaps in table columns and standardising them, by what the training rows say. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.formats.room import room_for
from engine.data.progress import Work, made_by

Floats = NDArray[np.floating[Any]]
Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Scaling:
    """Which columns are numbers with gaps to fill (others, one-hot ones, stay as they are), and how.

    ``numbers`` is a mask over the columns.
    """

    numbers: NDArray[np.bool_]
    fill: Literal["mean", "median"] = "mean"
    standardize: bool = True

    def fitted(self, rows: Floats, places: Places | None = None) -> Fitted:
        """What these rows (N×F, missing is NaN), or those at ``places``, say about every column.

        Deviations are those of the population.
        """
        return made_by(self.fitting(rows, places))

    def fitting(self, rows: Floats, places: Places | None = None) -> Work[Fitted]:
        """The same, column by column: no copy of everything is made, and it can be left at each."""
        fill, mean, std = np.zeros(rows.shape[1]), np.zeros(rows.shape[1]), np.ones(rows.shape[1])
        for column in np.flatnonzero(self.numbers):
            values = np.asarray(rows[:, column] if places is None else rows[places, column], np.float64)
            there = values[~np.isnan(values)]
            yield
            if len(there):  # a column may be all missing in these rows
                fill[column], mean[column], std[column] = self._of_column(there)
        return Fitted(fill, mean, std)

    def _of_column(self, values: Floats) -> tuple[float, float, float]:
        mean, deviation = float(values.mean()), float(values.std())
        fill = float(np.median(values)) if self.fill == "median" else mean
        if not self.standardize:
            return fill, 0.0, 1.0
        # what differs only in the last digits, differs by rounding
        return fill, mean, deviation if deviation > 1e-12 * max(abs(mean), 1e-300) else 1.0


@dataclass(frozen=True, eq=False)
class Fitted:
    """Per column: what stands in for a missing value, what is subtracted, what is divided by."""

    fill: Floats
    mean: Floats
    std: Floats

    def applied(self, rows: Floats, places: Places | None = None) -> NDArray[np.float32]:
        """Rows without gaps, standardised; computed in double, so that years and prices keep their digits."""
        return made_by(self.applying(rows, places))

    def applying(self, rows: Floats, places: Places | None = None) -> Work[NDArray[np.float32]]:
        """The same, column by column."""
        made = yield from room_for((len(rows) if places is None else len(places), rows.shape[1]), np.float32)
        for column in range(rows.shape[1]):
            values = rows[:, column] if places is None else rows[places, column]
            whole = np.where(np.isnan(values), self.fill[column], values)
            made[:, column] = (whole - self.mean[column]) / self.std[column]
            yield
        return made
