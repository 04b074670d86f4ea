"""What a recipe asks beside its optimizer: a run is the loop one writes by hand with torch's classes, bit for bit."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn, optim
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim import lr_scheduler as torchs
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from engine.experiment.choices.averages import AVERAGES
from engine.experiment.choices.schedules import SCHEDULES
from engine.experiment.experiment import Experiment
from engine.training.events import EpochEnded
from tests.engine.cases import trained
from tests.engine.training.by_hand import NORMED, ByHand, data, same, small

LR, EPOCHS, BATCHES = 0.05, 10, 5
N = EPOCHS * BATCHES


def sgd(module: nn.Module, **options: Any) -> optim.Optimizer:
    return optim.SGD(module.parameters(), **{"lr": LR, "fused": True, **options})


def ours(base: Experiment) -> list[EpochEnded]:
    return trained(base, data=data())[1]


def is_same(base: Experiment, theirs: ByHand) -> bool:
    mine, other = [dict(epoch.weights) for epoch in ours(base)], theirs.run()
    return same(mine, other) and not same(mine[:1], other[-1:])


# -- schedules: fifty steps -------------------------------------------------------------------------------------------

Maker = Callable[[Any, int, int], Any]
SCHEDULED: dict[str, Maker] = {
    "constant": lambda made, total, each: torchs.ConstantLR(made, 1.0),
    "step:every=2,factor=0.5": lambda made, total, each: torchs.StepLR(made, 2 * each, 0.5),
    "multi_step:at=1+3,factor=0.5": lambda made, total, each: torchs.MultiStepLR(made, [each, 3 * each], 0.5),
    "exponential:factor=0.5": lambda made, total, each: torchs.ExponentialLR(made, 0.5 ** (1 / each)),
    "cosine:end=0.25": lambda made, total, each: torchs.CosineAnnealingLR(made, total, 0.25 * LR),
    "cosine_restarts:every=2,longer=2": lambda made, total, each: torchs.CosineAnnealingWarmRestarts(made, 2 * each, 2),
    "linear:end=0.5": lambda made, total, each: torchs.LinearLR(made, 1.0, 0.5, total),
    "polynomial": lambda made, total, each: torchs.PolynomialLR(made, total, 2.0),
    "inverse_sqrt": lambda made, total, each: torchs.LambdaLR(made, lambda move: (move / each + 1) ** -0.5),
    "one_cycle": lambda made, total, each: torchs.OneCycleLR(made, LR, total, cycle_momentum=False),
}


def test_every_schedule_has_its_oracle() -> None:
    measured = {name for name, row in SCHEDULES.items() if row.is_measured}
    assert {text.partition(":")[0] for text in SCHEDULED} == set(SCHEDULES) - measured
    assert {text.partition(":")[0] for text, _ in PLATEAUS} == measured


@pytest.mark.parametrize("moves", ["epoch", "batch"])
@pytest.mark.parametrize("schedule", SCHEDULED)
def test_a_schedule_is_torchs(schedule: str, moves: str) -> None:
    base = small(schedule=schedule, schedule_by=moves)
    by_batch = moves == "batch" or SCHEDULES[schedule.partition(":")[0]].by_batch
    total, each = (N, BATCHES) if by_batch else (EPOCHS, 1)
    theirs = ByHand(base, sgd, lambda made: SCHEDULED[schedule](made, total, each), "batch" if by_batch else "epoch")
    assert is_same(base, theirs) and len(theirs.rates) == N


@pytest.mark.parametrize("schedule", [text for text in SCHEDULED if not text.startswith("one_cycle")])
def test_after_a_warm_up_it_is_torchs_sequence(schedule: str) -> None:
    warm = 3 * BATCHES
    base = small(schedule=schedule, schedule_by="batch", warmup=3, warmup_start=0.2)

    def made(optimizer: Any) -> Any:
        after = SCHEDULED[schedule](optimizer, N - warm, BATCHES)
        return torchs.SequentialLR(optimizer, [torchs.LinearLR(optimizer, 0.2, 1.0, warm), after], [warm])

    assert is_same(base, ByHand(base, sgd, made, "batch"))


PLATEAUS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("plateau:patience=1,factor=0.5", lambda made: torchs.ReduceLROnPlateau(made, factor=0.5, patience=1)),
    ("plateau:patience=0,factor=0.5,threshold=0.05,end=0.2", lambda made: torchs.ReduceLROnPlateau(
        made, factor=0.5, patience=0, threshold=0.05, min_lr=0.2 * LR)),
    ("plateau:patience=0,factor=0.5,cooldown=2,threshold=0.05", lambda made: torchs.ReduceLROnPlateau(
        made, factor=0.5, patience=0, cooldown=2, threshold=0.05)),
    ("plateau:patience=1,factor=0.5,measure=validation_accuracy", lambda made: torchs.ReduceLROnPlateau(
        made, "max", factor=0.5, patience=1)),
)


@pytest.mark.parametrize(("schedule", "made"), PLATEAUS)
def test_what_follows_a_measure_is_torchs(schedule: str, made: Callable[[Any], Any]) -> None:
    def measure(loss: float, accuracy: float) -> float:
        return accuracy if "accuracy" in schedule else loss

    base = small(schedule=schedule)
    theirs = ByHand(base, sgd, made, measure=measure)
    assert is_same(base, theirs) and len(set(theirs.rates)) > 1


# -- gradients before the step ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("options", "shape"), [
    ({"clip_norm": 0.2}, lambda weights: clip_grad_norm_(weights, 0.2)),
    ({"clip_value": 0.02}, lambda weights: clip_grad_value_(weights, 0.02)),
    ({"clip_value": 0.05, "clip_norm": 0.3}, lambda weights: (clip_grad_value_(weights, 0.05),
                                                              clip_grad_norm_(weights, 0.3))),
    ({"l1": 0.01}, lambda weights: [weight.grad.add_(weight.detach().sign(), alpha=0.01) for weight in weights]),
    ({"l1": 0.01, "decay_biases": False}, lambda weights: [
        weight.grad.add_(weight.detach().sign(), alpha=0.01) for weight in weights if weight.dim() > 1]),
    ({"clip_norm": 0.3, "l1": 0.01}, lambda weights: (clip_grad_norm_(weights, 0.3), [
        weight.grad.add_(weight.detach().sign(), alpha=0.01) for weight in weights])),
])
@pytest.mark.parametrize("gather", [1, 3])
def test_gradients_are_shaped_before_each_step(options: dict[str, object], shape: Any, gather: int) -> None:
    base = small(accumulate=gather, lr=0.5, **options)
    assert is_same(base, ByHand(base, lambda module: sgd(module, lr=0.5), shape=shape, gather=gather))
    plain = ours(small(accumulate=gather, lr=0.5))
    assert not torch.equal(plain[0].weights["fc1.weight"], ours(base)[0].weights["fc1.weight"])


@pytest.mark.parametrize("gather", [2, 3, 5, 100])
@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_gathered_batches_are_one_step_and_so_is_what_is_left(gather: int, name: str) -> None:
    base = small(accumulate=gather, optimizer=name)
    makers = {"sgd": sgd, "adam": lambda module: optim.Adam(module.parameters(), lr=LR, fused=True)}
    theirs = ByHand(base, makers[name], gather=gather)
    assert is_same(base, theirs) and len(theirs.rates) == EPOCHS * math.ceil(BATCHES / gather)


def test_a_loss_that_is_a_sum_is_one_over_all_gathered_batches() -> None:
    gathered = ours(small(accumulate=2, batch_size=23, reduction="sum", lr=0.001))
    whole = ours(small(batch_size=46, reduction="sum", lr=0.001))
    assert torch.allclose(gathered[-1].weights["fc1.weight"], whole[-1].weights["fc1.weight"], atol=1e-6)


def test_equal_batches_gathered_are_a_large_one() -> None:
    gathered, whole = ours(small(accumulate=2, batch_size=23)), ours(small(batch_size=46))
    assert torch.allclose(gathered[-1].weights["fc1.weight"], whole[-1].weights["fc1.weight"], atol=1e-6)
    assert gathered[-1].train.loss == pytest.approx(whole[-1].train.loss, rel=1e-5)


def test_a_rate_that_moves_with_every_step_moves_once_for_gathered_batches() -> None:
    base = small(accumulate=2, schedule="cosine", schedule_by="batch", warmup=1, warmup_start=0.5)

    def made(optimizer: Any) -> Any:
        return torchs.SequentialLR(optimizer, [torchs.LinearLR(optimizer, 0.5, 1.0, 3),
                                               torchs.CosineAnnealingLR(optimizer, 27)], [3])

    assert is_same(base, ByHand(base, sgd, made, "batch", gather=2))


# -- averages ---------------------------------------------------------------------------------------------------------

AVERAGED: dict[str, tuple[Callable[[nn.Module], AveragedModel], Callable[[int, bool], bool]]] = {
    "ema": (lambda module: AveragedModel(module, multi_avg_fn=get_ema_multi_avg_fn(0.999), use_buffers=True),
            lambda epoch, ends: True),
    "ema:decay=0.7": (lambda module: AveragedModel(module, multi_avg_fn=get_ema_multi_avg_fn(0.7), use_buffers=True),
                      lambda epoch, ends: True),
    "swa": (lambda module: AveragedModel(module, use_buffers=True), lambda epoch, ends: ends and epoch > 7.5),
    "swa:start=0": (lambda module: AveragedModel(module, use_buffers=True), lambda epoch, ends: ends),
}


def test_every_average_has_its_oracle() -> None:
    assert {text.partition(":")[0] for text in AVERAGED} == {name for name, row in AVERAGES.items() if row.copies}


@pytest.mark.parametrize("rows", [(), NORMED], ids=["plain", "normed"])
@pytest.mark.parametrize("gather", [1, 2])
@pytest.mark.parametrize("averaging", AVERAGED)
def test_averaged_weights_are_those_of_torchs_averaged_model(averaging: str, gather: int, rows: Any) -> None:
    base = small(*rows, averaging=averaging, accumulate=gather)
    average, averages = AVERAGED[averaging]
    theirs = ByHand(base, sgd, gather=gather, average=average, averages=averages)
    mine, other = ours(base), theirs.run()
    assert same([dict(epoch.weights) for epoch in mine], other)
    judged = [(epoch.validation.loss, epoch.validation.accuracy) for epoch in mine]
    assert judged == [pytest.approx(each, rel=1e-5) for each in theirs.judged]  # of the averaged weights
    plain = ours(small(*rows, accumulate=gather))
    key = "fc1.weight"
    assert not torch.equal(mine[-1].weights[key], plain[-1].weights[key])
    assert mine[-1].train.loss == plain[-1].train.loss  # what learns is the same
