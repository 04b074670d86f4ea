"""Confident learning: which labels are likely wrong, by what a network says that has not learned them.

Northcutt, Jiang, Chuang: Confident Learning, JAIR 70 (2021).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

MAD = 1.4826  # times the median of absolute deviations: a normal distribution's deviation
FAR = 3.0  # spreads


@dataclass(frozen=True, eq=False)
class Confident:
    """For each of N examples: the probability of its label, its normalised margin (that probability without the largest
    of another class), and the class in which it is counted confidently, -1 where it is in none.

    ``joint``: how many of each label (rows) are counted in which class (columns); ``thresholds``: the mean probability
    that the examples of a class give it, which is what counts there.
    """

    confidence: Tensor
    margin: Tensor
    counted: Tensor
    joint: Tensor
    thresholds: Tensor
    labels: Tensor

    @property
    def suspects(self) -> Tensor:
        """The numbers of those counted in another class than their label, the least margin first."""
        found = ((self.counted >= 0) & (self.counted != self.labels)).nonzero().flatten()
        return found[torch.argsort(self.margin[found], stable=True)]


def confident(probabilities: Tensor, labels: Tensor) -> Confident:
    """Of probabilities N×classes that are out of fold, and the labels N. What is NaN is counted nowhere."""
    p, classes = probabilities.double(), probabilities.shape[1]
    own = p.gather(1, labels[:, None])[:, 0]
    there = own.isfinite()
    sums = torch.zeros(classes, dtype=torch.double).index_add_(0, labels[there], own[there])
    counts = torch.bincount(labels[there], minlength=classes)
    thresholds = torch.where(counts > 0, sums / counts, torch.inf)  # nothing is known of a class without examples
    above = p >= thresholds
    counted = torch.where(above, p, -1.0).argmax(1).where(above.any(1), -1)
    is_counted = counted >= 0
    joint = torch.bincount(labels[is_counted] * classes + counted[is_counted], minlength=classes**2)
    others = p.scatter(1, labels[:, None], -torch.inf).amax(1)
    return Confident(own, own - others, counted, joint.reshape(classes, classes), thresholds, labels)


def spread(residuals: Tensor) -> float:
    """How far residuals usually lie from their median, robust against a few that lie far; their deviation where most
    are equal."""
    values = residuals.double()
    values = values[values.isfinite()]
    if not len(values):
        return float("nan")
    found = MAD * float((values - values.median()).abs().median())
    return found or float(values.std(correction=0))
