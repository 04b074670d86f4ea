"""Metrics against scikit-learn, whatever the batches."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn import metrics as oracle

from engine.training.meters import Reading, Totals
from engine.training.metrics import ClassScores, Scores, ValueScores
from engine.training.values import Metrics, Summary

CPU = torch.device("cpu")
RNG = np.random.default_rng(1)


def scores(made: Scores, outputs: np.ndarray, targets: np.ndarray, size: int = 13) -> dict[str, float]:
    """Ours, taken in batches of ``size``."""
    for x, y in zip(torch.tensor(outputs).split(size), torch.tensor(targets).split(size), strict=True):
        made.add(x, y)
    return dict(made.read())


@pytest.mark.parametrize("size", [1, 13, 200])
def test_of_classes(size: int) -> None:
    labels = RNG.choice(8, 200, p=[0.4, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05, 0])  # class 7 does not occur
    outputs = RNG.normal(0, 1, (200, 8)) + 1.5 * np.eye(8)[labels]
    outputs[:, 6] -= 9  # and nobody ever says class 6
    said = outputs.argmax(1)
    expected = oracle.precision_recall_fscore_support(labels, said, average="macro", zero_division=0)[:3]
    found = scores(ClassScores(8, CPU), outputs, labels, size)
    assert list(found) == ["top5", "precision", "recall", "f1"]
    assert [found[name] for name in ("precision", "recall", "f1")] == pytest.approx(list(expected))
    assert found["top5"] == pytest.approx(oracle.top_k_accuracy_score(labels, outputs, k=5, labels=range(8)))


def test_five_classes_have_no_top_five() -> None:
    assert "top5" not in scores(ClassScores(5, CPU), np.eye(5), np.arange(5))


@pytest.mark.parametrize("size", [1, 13, 200])
@pytest.mark.parametrize("shape", [(1,), (2, 3)])
def test_of_numbers(size: int, shape: tuple[int, ...]) -> None:
    targets = RNG.uniform(1, 50, (200, *shape))
    outputs = targets + RNG.normal(0, 8, targets.shape)
    y, x = targets.ravel(), outputs.ravel()
    found = scores(ValueScores(CPU), outputs, targets, size)
    expected = [oracle.mean_absolute_error(y, x), oracle.root_mean_squared_error(y, x),
                oracle.root_mean_squared_error(np.log(y), np.log(np.maximum(x, 1))),
                oracle.r2_score(*(np.moveaxis(numbers, 1, -1).reshape(-1, shape[0]) for numbers in (targets, outputs)))]
    assert list(found) == ["mae", "rmse", "log_rmse", "r2"] and list(found.values()) == pytest.approx(expected)


def test_logarithms_of_small_numbers_mean_nothing() -> None:
    targets, outputs = np.array([[3.0], [0.5]]), np.array([[2.0], [1.0]])
    assert math.isnan(scores(ValueScores(CPU), outputs, targets)["log_rmse"])
    found = scores(ValueScores(CPU, logarithms=True), outputs, targets)  # they are logarithms already
    assert found["log_rmse"] == found["rmse"] == pytest.approx(math.sqrt((1 + 0.25) / 2))


def test_equal_targets_have_no_r2() -> None:
    assert math.isnan(scores(ValueScores(CPU), RNG.normal(0, 1, (9, 1)), np.full((9, 1), 0.1))["r2"])


@pytest.mark.parametrize("size", [1, 13, 200])
def test_every_output_has_its_own_r2(size: int) -> None:
    """Large numbers that are learned well do not hide small ones that are not."""
    targets = RNG.normal(0, 1, (200, 3)) * [1e4, 1.0, 1e-3] + [5e4, 3.0, 0.0]
    outputs = targets + RNG.normal(0, 1, (200, 3)) * [1e2, 0.5, 2e-3]
    found = scores(ValueScores(CPU), outputs, targets, size)["r2"]
    assert found == pytest.approx(oracle.r2_score(targets, outputs)) and found < 0
    constant = np.concatenate([targets, np.full((200, 1), 0.1)], 1)  # left out; scikit-learn counts it as 0
    wrong = np.concatenate([outputs, np.zeros((200, 1))], 1)
    assert scores(ValueScores(CPU), wrong, constant, size)["r2"] == pytest.approx(found)


def test_targets_may_have_no_dimension_but_the_batch() -> None:
    targets = RNG.normal(0, 1, 50)
    outputs = targets + RNG.normal(0, 0.3, 50)
    assert scores(ValueScores(CPU), outputs, targets)["r2"] == pytest.approx(oracle.r2_score(targets, outputs))


def test_totals_are_means_over_examples() -> None:
    totals = Totals(CPU)
    outputs, labels = torch.eye(3)[[0, 1, 2, 2]], torch.tensor([0, 1, 2, 0])
    totals.add(torch.tensor(2.0), 4, outputs, labels)
    first = totals.read()
    totals.add(torch.tensor(1.0), 1, outputs[3:], labels[3:])
    assert first.metrics == Metrics(2.0, 0.75)
    assert totals.read().since(first) == Metrics(1.0, 0.0) and totals.read().metrics == Metrics(9 / 5, 3 / 5)
    assert first == Reading(8.0, 4.0, 3.0, 4)


def test_numbers_have_no_accuracy() -> None:
    totals = Totals(CPU, ValueScores(CPU), classes=False)
    totals.add(torch.tensor(2.0), 2, torch.tensor([[1.0], [2.0]]), torch.tensor([[1.0], [4.0]]))
    metrics = totals.result().metrics
    assert math.isnan(metrics.accuracy) and list(metrics.named) == ["loss", "mae", "rmse", "log_rmse", "r2"]
    assert metrics == totals.result().metrics  # nan does not make runs differ


def test_the_last_line_of_numbers_shows_no_accuracy() -> None:
    some = Metrics(0.000103, others=(("r2", 1.0),))
    summary = Summary(3, 3, some, Metrics(0.00011), Metrics(math.nan), 99.6, "cpu", 3, 0)
    assert str(summary.line) == (
        "best epoch 3 of 3: train loss 0.000103, validation loss 0.00011, 100 examples/s on cpu")
    assert str(summary.brief) == "best epoch 3 of 3: train loss 0.000103, validation 0.00011"
    assert str(summary.briefest) == "validation loss 0.00011"
    nothing = Metrics(math.nan)
    assert str(replace(summary, train=nothing, validation=nothing).brief) == "epoch 3 of 3"
