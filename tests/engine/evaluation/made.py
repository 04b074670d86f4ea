"""Evaluations without a network, for what is read off them."""

from __future__ import annotations

import numpy as np

from engine.evaluation.confusion import confusion_of, scores_of
from engine.evaluation.values import Evaluation


def evaluation(classes: int, count: int, seed: int = 0, right: float = 0.6) -> Evaluation:
    """Random classes, of which about so many are called right."""
    random = np.random.default_rng(seed)
    true = random.integers(0, classes, count)
    predicted = np.where(random.random(count) < right, true, random.integers(0, classes, count))
    return judged(true, predicted, random.random(count), classes)


def judged(true: np.ndarray, predicted: np.ndarray, confidence: np.ndarray, classes: int) -> Evaluation:
    """These."""
    names = tuple(str(number) for number in range(classes))
    confusion = confusion_of(true, predicted, classes)
    nothing = np.full(len(true), np.nan)
    return Evaluation("validation", True, names, 0.5, true, predicted, nothing, confidence, nothing, confusion,
                      scores_of(confusion, true, names))
