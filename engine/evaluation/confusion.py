"""Which classes are taken for which: the matrix, the numbers of each class, and what is confused most. Pure numpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from engine.evaluation.values import NOBODY, ClassScore, Evaluation, Floats, Ints

Share = Literal["count", "row", "column"]


class Confused(NamedTuple):
    """So many examples of one class were taken for another; ``share`` of all of that class."""

    true: int
    predicted: int
    examples: int
    share: float


def confusion_of(true: Ints, predicted: Ints, classes: int) -> Ints:
    """C×C: rows true, columns predicted. What was taken for nothing is not counted."""
    known = predicted != NOBODY
    places = true[known] * classes + predicted[known]
    return np.bincount(places, minlength=classes * classes).reshape(classes, classes).astype(np.int64)


def scores_of(confusion: Ints, true: Ints, names: Sequence[str]) -> tuple[ClassScore, ...]:
    """Precision, recall and F1 of each class, 0 where nothing was called so or is so."""
    support, called, both = np.bincount(true, minlength=len(names)), confusion.sum(0), np.diag(confusion)
    precision, recall, f1 = _share(both, called), _share(both, support), _share(2 * both, called + support)
    return tuple(ClassScore(*row) for row in zip(names, precision.tolist(), recall.tolist(), f1.tolist(),
                                                 support.tolist(), strict=True))


def _share(part: Ints, whole: Ints) -> Floats:
    found: Floats = np.where(whole > 0, part / np.maximum(whole, 1), 0.0)
    return found


def shares(confusion: Ints, of: Share) -> Floats:
    """The matrix as numbers: counts, or each row or each column as shares of its sum, 0 where that is 0."""
    if of == "count":
        return confusion.astype(np.float64)
    return _share(confusion, confusion.sum(1 if of == "row" else 0, keepdims=True))


def most_confused(confusion: Ints, count: int) -> list[Confused]:
    """The pairs that are confused most often, those of more examples first; of equals the larger share of its row."""
    wrong = confusion.copy()
    np.fill_diagonal(wrong, 0)
    rows, columns = np.nonzero(wrong)
    counts, of_rows = wrong[rows, columns], np.maximum(confusion.sum(1), 1)[rows]
    order = np.lexsort((-counts / of_rows, -counts))[:count]
    return [Confused(int(rows[at]), int(columns[at]), int(counts[at]), float(counts[at] / of_rows[at]))
            for at in order]


def mistakes(evaluation: Evaluation) -> Ints:
    """The examples that are taken for another class, the surest first; no number at all is worse than any. Of numbers:
    all examples, those that are farthest off first."""
    if not evaluation.of_classes:
        off = np.abs(evaluation.residuals).sum(1) if evaluation.examples else np.empty(0)
        return np.argsort(-np.nan_to_num(off, nan=np.inf), kind="stable")
    wrong = np.flatnonzero(evaluation.true != evaluation.predicted)
    sure = np.nan_to_num(evaluation.confidence[wrong], nan=np.inf)
    return wrong[np.argsort(-sure, kind="stable")]


def examples_of(evaluation: Evaluation, true: int | None = None, predicted: int | None = None) -> Ints:
    """The examples of a class, of what is called so, or of a cell of the matrix: the surest first."""
    chosen = np.ones(evaluation.examples, dtype=bool)
    if true is not None:
        chosen &= evaluation.true == true
    if predicted is not None:
        chosen &= evaluation.predicted == predicted
    found = np.flatnonzero(chosen)
    return found[np.argsort(-np.nan_to_num(evaluation.confidence[found], nan=np.inf), kind="stable")]
