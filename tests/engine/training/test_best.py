"""Which epoch is the best."""

from __future__ import annotations

import torch

from engine.training.best import Best
from engine.training.values import Metrics


def test_the_higher_accuracy_counts_then_the_lower_loss_and_of_numbers_the_loss_alone() -> None:
    worse, better, sharper = Metrics(0.1, 0.5), Metrics(0.9, 0.6), Metrics(0.8, 0.6)
    assert sorted([sharper, worse, better], key=lambda metrics: metrics.rank) == [worse, better, sharper]
    assert sorted([Metrics(0.2), Metrics(0.3)], key=lambda metrics: metrics.rank) == [Metrics(0.3), Metrics(0.2)]


def test_of_equals_the_first_stays() -> None:
    assert Best().is_beaten_by(Metrics(1.0, 0.0))  # there is none yet
    best = Best(1, Metrics(0.0), Metrics(1.0, 0.5), {"w": torch.zeros(1)})
    assert [best.is_beaten_by(Metrics(1.0, accuracy)) for accuracy in (0.5, 0.4, 0.6)] == [False, False, True]
