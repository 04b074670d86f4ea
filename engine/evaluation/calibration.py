"""Whether a network is as often right as it is sure: reliability bins and their mean gap. Pure numpy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.evaluation.values import NOBODY, Evaluation

BINS = 15


class Bin(NamedTuple):
    """Answers whose confidence is above ``low`` and at most ``high``; nan where there are none."""

    low: float
    high: float
    examples: int
    confidence: float  # the mean
    accuracy: float


class Calibration(NamedTuple):
    """``error`` is the expected calibration error (ECE): the gap of confidence and accuracy, each bin as it counts.

    ``lean`` is the mean confidence − the accuracy: above 0 the network is surer than it should be.
    """

    bins: tuple[Bin, ...]
    error: float
    lean: float


def calibration(evaluation: Evaluation, bins: int = BINS) -> Calibration:
    """Bins of equal width. Answers that are no number are left out; nan where nothing is left."""
    known = (evaluation.predicted != NOBODY) & np.isfinite(evaluation.confidence)
    sure, right = evaluation.confidence[known], (evaluation.predicted == evaluation.true)[known]
    edges = np.linspace(0, 1, bins + 1)
    places = np.clip(np.searchsorted(edges, sure, side="left") - 1, 0, bins - 1)
    counts = np.bincount(places, minlength=bins)
    least = np.maximum(counts, 1)
    mean, accuracy = (np.bincount(places, weights=each, minlength=bins) / least for each in (sure, right))
    made = tuple(Bin(low, high, count, *((of, ok) if count else (float("nan"), float("nan"))))
                 for low, high, count, of, ok in zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(),
                                                     mean.tolist(), accuracy.tolist(), strict=True))
    if not len(sure):
        return Calibration(made, float("nan"), float("nan"))
    gap = float((np.abs(mean - accuracy) * counts).sum() / len(sure))
    return Calibration(made, gap, float(sure.mean() - right.mean()))
