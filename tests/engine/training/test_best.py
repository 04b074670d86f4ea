"""Which epoch is the best."""

from __future__ import annotations

from engine.training.best import Best, rank
from engine.training.events import Metrics


def test_the_higher_accuracy_counts_then_the_lower_loss_and_of_numbers_the_loss_alone() -> None:
    worse, better, sharper = Metrics(0.1, 0.5), Metrics(0.9, 0.6), Metrics(0.8, 0.6)
    assert sorted([sharper, worse, better], key=rank) == [worse, better, sharper]
    assert sorted([Metrics(0.2), Metrics(0.3)], key=rank) == [Metrics(0.3), Metrics(0.2)]


def test_of_equals_the_first_stays() -> None:
    best, train = Best(), Metrics(0.0)
    taken = [best.offer(epoch, train, Metrics(1.0, accuracy), {"w": epoch})  # type: ignore[dict-item]
             for epoch, accuracy in enumerate((0.5, 0.5, 0.4, 0.6), 1)]
    assert taken == [True, False, False, True] and (best.epoch, best.weights) == (4, {"w": 4})
