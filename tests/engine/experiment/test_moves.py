"""Learning rates before they are used: those of torch's schedulers, moved with every epoch or with every step."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from torch.optim import lr_scheduler as torchs

from engine.experiment.choices.schedules import SCHEDULES
from engine.experiment.moves import is_steady, rates, unforeseen
from engine.experiment.recipe import Recipe

EPOCHS, STEPS, LR = 6, 5, 0.2
N = EPOCHS * STEPS
Maker = Callable[[torch.optim.SGD, int, int], torchs.LRScheduler]  # of so many moves, so many an epoch
TORCHS: dict[str, Maker] = {
    "constant": lambda sgd, total, each: torchs.ConstantLR(sgd, 1.0),
    "step:every=2,factor=0.5": lambda sgd, total, each: torchs.StepLR(sgd, 2 * each, 0.5),
    "multi_step:at=1+3,factor=0.5": lambda sgd, total, each: torchs.MultiStepLR(sgd, [each, 3 * each], 0.5),
    "exponential:factor=0.7": lambda sgd, total, each: torchs.ExponentialLR(sgd, 0.7 ** (1 / each)),
    "cosine:end=0.1": lambda sgd, total, each: torchs.CosineAnnealingLR(sgd, total, 0.1 * LR),
    "cosine_restarts:every=1,longer=2": lambda sgd, total, each: torchs.CosineAnnealingWarmRestarts(sgd, each, 2),
    "linear:start=1,end=0.3": lambda sgd, total, each: torchs.LinearLR(sgd, 1.0, 0.3, total),
    "polynomial:power=3": lambda sgd, total, each: torchs.PolynomialLR(sgd, total, 3.0),
    "inverse_sqrt": lambda sgd, total, each: torchs.LambdaLR(sgd, lambda move: (move / each + 1) ** -0.5),
    "one_cycle:div=4": lambda sgd, total, each: torchs.OneCycleLR(sgd, LR, total, div_factor=4, cycle_momentum=False),
}


def recipe(**options: object) -> Recipe:
    return Recipe(lr=LR, epochs=EPOCHS).with_options(**options)


def planned(given: Recipe, batches: int = STEPS) -> list[float]:
    return [lr for _, lr in rates(given, batches, 10_000)]


def stepped(make: Callable[[torch.optim.SGD], torchs.LRScheduler], moves: int) -> list[float]:
    sgd = torch.optim.SGD([torch.zeros(1)], lr=LR)
    scheduler, found = make(sgd), []
    for _ in range(moves):
        found.append(float(sgd.param_groups[0]["lr"]))
        sgd.step()
        scheduler.step()
    return found


def by_epoch(schedule: str) -> bool:
    return not SCHEDULES[schedule.partition(":")[0]].by_batch


def test_every_schedule_has_its_oracle() -> None:
    measured = {name for name, row in SCHEDULES.items() if row.is_measured}
    assert {text.partition(":")[0] for text in TORCHS} == set(SCHEDULES) - measured


@pytest.mark.parametrize("schedule", TORCHS)
def test_with_every_step(schedule: str) -> None:
    wanted = stepped(lambda sgd: TORCHS[schedule](sgd, N, STEPS), N)
    assert planned(recipe(schedule=schedule, schedule_by="batch")) == pytest.approx(wanted, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("schedule", [text for text in TORCHS if by_epoch(text)])
def test_once_an_epoch(schedule: str) -> None:
    wanted = [lr for lr in stepped(lambda sgd: TORCHS[schedule](sgd, EPOCHS, 1), EPOCHS) for _ in range(STEPS)]
    assert planned(recipe(schedule=schedule)) == pytest.approx(wanted, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("schedule", [text for text in TORCHS if not text.startswith("one_cycle")])
def test_after_a_warm_up_as_torchs_sequence_of_both(schedule: str) -> None:
    def make(sgd: torch.optim.SGD) -> torchs.LRScheduler:
        warm = torchs.LinearLR(sgd, 0.25, 1.0, 2 * STEPS)
        return torchs.SequentialLR(sgd, [warm, TORCHS[schedule](sgd, N - 2 * STEPS, STEPS)], [2 * STEPS])

    given = recipe(schedule=schedule, schedule_by="batch", warmup=2, warmup_start=0.25)
    assert planned(given) == pytest.approx(stepped(make, N), rel=1e-12, abs=1e-15)
    rest = stepped(lambda sgd: TORCHS[schedule](sgd, EPOCHS - 2, 1), EPOCHS - 2)
    once = planned(given.with_options(schedule_by="epoch"))
    assert once[:2 * STEPS] == pytest.approx(stepped(make, N)[:2 * STEPS], rel=1e-12)
    assert once[2 * STEPS:] == pytest.approx([lr for lr in rest for _ in range(STEPS)], rel=1e-12, abs=1e-15)


def test_a_warm_up_ends_where_the_schedule_begins_also_within_an_epoch() -> None:
    given = recipe(schedule="one_cycle:div=4", warmup=0.6, warmup_start=0)
    assert planned(given)[:4] == pytest.approx([0, LR / 12, LR / 6, LR / 4])
    half = planned(recipe(schedule="step:every=1,factor=0.5", warmup=0.4, warmup_start=0.5))
    assert half[:STEPS] == pytest.approx([LR / 2, 0.75 * LR, LR, LR, LR])
    assert half[STEPS:2 * STEPS] == [LR] * STEPS  # not a whole epoch after it


def test_a_warm_up_longer_than_the_run_is_all_there_is() -> None:
    assert planned(recipe(schedule="cosine", warmup=2 * EPOCHS, warmup_start=0)) == pytest.approx(
        [LR * step / (2 * N) for step in range(N)])


def test_batches_that_are_gathered_make_one_move() -> None:
    gathered = recipe(schedule="cosine", schedule_by="batch", warmup=1, accumulate=3)
    assert planned(gathered, 3 * STEPS - 1) == planned(gathered.with_options(accumulate=1))
    assert [gathered.lr_factor(1, batch, 6) for batch in range(1, 7)] == pytest.approx([0.1] * 3 + [0.55] * 3)


def test_fewer_epochs_than_were_begun_are_no_error() -> None:
    for name in SCHEDULES:
        for moved in ("epoch", "batch"):
            given = recipe(schedule=name, schedule_by=moved, epochs=2)
            assert 0 <= given.lr_factor(5, 3, STEPS) <= 1


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_run_of_one_step_has_a_rate(name: str) -> None:
    assert 0 <= planned(recipe(schedule=name, epochs=1), 1)[0] <= LR


def test_a_curve_has_as_many_points_as_asked_and_both_ends() -> None:
    curve = rates(recipe(schedule="linear", schedule_by="batch", epochs=100), 1000, 50)
    assert len(curve) == 50 and curve[0] == (0.0, LR) and curve[-1].position == pytest.approx(99.999)
    assert all(before.position < after.position and before.lr > after.lr for before, after in pairwise(curve))
    assert rates(recipe(epochs=1), 1) == [(0.0, LR)]


def test_what_follows_measures_is_drawn_as_it_begins_and_says_so() -> None:
    given = recipe(schedule="plateau:measure=train_loss")
    assert set(planned(given)) == {LR}
    assert str(unforeseen(given)) == "The rate falls when train loss gains no more: nobody knows it before"
    assert unforeseen(recipe(schedule="cosine")) is None


def test_which_steps_of_an_epoch_have_one_rate() -> None:
    steady = [recipe(), recipe(schedule="cosine"), recipe(schedule="plateau", schedule_by="batch")]
    moving = [recipe(warmup=1), recipe(schedule="one_cycle"), recipe(schedule="cosine", schedule_by="batch")]
    assert [is_steady(given) for given in (*steady, *moving)] == [True] * 3 + [False] * 3
