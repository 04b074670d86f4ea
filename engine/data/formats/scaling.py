"""Filling gaps in table columns and standardising them, by what the training rows say. No torch."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Scaling:
    """Which columns are numbers with gaps to fill (others, one-hot ones, stay as they are), and how.

    ``numbers`` is a mask over the columns.
    """

    numbers: NDArray[np.bool_]
    fill: Literal["mean", "median"] = "mean"
    standardize: bool = True

    def fitted(self, rows: Floats) -> Fitted:
        """What these rows (N×F, missing is NaN) say about every column. Deviations are those of the population."""
        fill, mean, std = np.zeros(rows.shape[1]), np.zeros(rows.shape[1]), np.ones(rows.shape[1])
        chosen = np.asarray(rows[:, self.numbers], np.float64)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a column may be all missing in these rows
            means, deviations = np.nanmean(chosen, axis=0), np.nanstd(chosen, axis=0)
            fills = np.nanmedian(chosen, axis=0) if self.fill == "median" else means
        means, deviations, fills = (np.nan_to_num(values) for values in (means, deviations, fills))
        # what differs only in the last digits, differs by rounding
        deviations[deviations <= 1e-12 * np.maximum(np.abs(means), 1e-300)] = 1.0
        fill[self.numbers] = fills
        if self.standardize:
            mean[self.numbers], std[self.numbers] = means, deviations
        return Fitted(fill, mean, std)


@dataclass(frozen=True, eq=False)
class Fitted:
    """Per column: what stands in for a missing value, what is subtracted, what is divided by."""

    fill: Floats
    mean: Floats
    std: Floats

    def applied(self, rows: Floats) -> NDArray[np.float32]:
        """Rows without gaps, standardised; computed in double, so that years and prices keep their digits."""
        whole = np.where(np.isnan(rows), self.fill, rows)
        return ((whole - self.mean) / self.std).astype(np.float32)
