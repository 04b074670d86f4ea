"""Learning rates before they are used: those of torch's schedulers, moved with every epoch or with every step."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from torch.optim import lr_scheduler as torchs

from engine.experiment.choices.schedules import SCHEDULES
from engine.experiment.moves import Held, Rate, held_in, is_steady, rates, unforeseen
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


def alone(given: Recipe, batches: int = STEPS, points: int = 10_000) -> list[Rate]:
    """The rates of a run by one recipe, whose epochs have so many batches."""
    return rates([Held(0.0, given)], batches * given.batch_size, points)


def planned(given: Recipe, batches: int = STEPS) -> list[float]:
    return [lr for _, lr in of_batches(alone(given, batches))]


def of_batches(found: list[Rate]) -> list[Rate]:
    """Without those that only say until where the rate before it held."""
    return [rate for rate, after in zip(found, [*found[1:], None], strict=True)
            if after is None or after.position > rate.position]


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
    steps = [lr for at, lr in alone(gathered, 3 * STEPS) if round(at * 3 * STEPS) % 3 == 0]
    assert steps == planned(gathered.with_options(accumulate=1))
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
    curve = alone(recipe(schedule="linear", schedule_by="batch", epochs=100), 1000, 50)
    assert len(curve) == 50 and curve[0] == (0.0, LR) and curve[-1].position == pytest.approx(99.999)
    assert all(before.position < after.position and before.lr > after.lr for before, after in pairwise(curve))
    assert alone(recipe(epochs=1), 1) == [(0.0, LR)]


def test_what_follows_measures_is_drawn_as_it_begins_and_says_so() -> None:
    given = recipe(schedule="plateau:measure=train_loss")
    assert set(planned(given)) == {LR}
    assert str(unforeseen(given)) == "The rate falls when train loss gains no more: nobody knows it before"
    assert unforeseen(recipe(schedule="cosine")) is None


def test_which_steps_of_an_epoch_have_one_rate() -> None:
    steady = [recipe(), recipe(schedule="cosine"), recipe(schedule="plateau", schedule_by="batch")]
    moving = [recipe(warmup=1), recipe(schedule="one_cycle"), recipe(schedule="cosine", schedule_by="batch")]
    assert [is_steady(given) for given in (*steady, *moving)] == [True] * 3 + [False] * 3


# -- of a run whose recipe was changed on the way ---------------------------------------------------------------------


def test_the_recipes_of_a_run_are_found_from_the_last_and_what_they_were_before() -> None:
    first, last = recipe(schedule="cosine"), recipe(schedule="cosine", lr=0.5, epochs=9)
    changed = [(1.5, {"lr": 0.2, "drop1.p": 0.1}), (1.5, {"fc1.trainable": True}), (4.0, {"epochs": EPOCHS})]
    middle = first.with_options(lr=0.5)
    assert held_in(last, changed) == (Held(0.0, first), Held(1.5, middle), Held(1.5, middle), Held(4.0, last))
    assert held_in(last, []) == (Held(0.0, last),)


@pytest.mark.parametrize("position", [math.nan, math.inf, -math.inf, 1e300, -3.0])
def test_of_a_damaged_file_something_is_shown(position: float) -> None:
    held = held_in(recipe(), [(2.0, {"lr": "much"}), (position, {"epochs": -1}), (1.0, {"batch_size": 7})])
    assert [each.since for each in held] == sorted(each.since for each in held) and rates(held, 50)


def test_what_was_learned_stays_as_it_was_and_the_line_jumps() -> None:
    half, whole = recipe(schedule="cosine", epochs=4), recipe(schedule="cosine", epochs=8)
    given = rates([Held(0.0, half), Held(4.0, whole)], STEPS * half.batch_size, 10_000)
    past, coming = ([rate for rate in given if rate.position < 4], [rate for rate in given if rate.position > 4])
    assert past == alone(half) and coming == [rate for rate in alone(whole) if rate.position > 4]
    assert [lr for at, lr in given if at == 4] == [alone(half)[-1].lr, LR * whole.lr_factor(5)], "it jumps"


def test_of_few_points_what_moves_once_an_epoch_is_still_a_stair() -> None:
    for given in (recipe(schedule="cosine"), recipe(schedule="cosine", warmup=1.5)):
        few, all_of_them = alone(given, 1000, 10), alone(given, 1000, 10_000)
        assert len(few) <= 10 + 3 * EPOCHS and set(few) <= set(all_of_them)
        for epoch in range(1, EPOCHS):
            here = [[lr for at, lr in found if at == epoch] for found in (few, all_of_them)]
            assert here[0] == here[1] and here[0][-1] == pytest.approx(given.lr * given.lr_factor(epoch + 1, 1, 1000))
            assert here[0][0] == pytest.approx(given.lr * given.lr_factor(epoch, 1000, 1000)), "until then"
    assert len(alone(recipe(schedule="exponential", epochs=5000), 3, 100)) == 100, "a stair of so many is a line"


def test_a_warm_up_that_is_chosen_later_is_over_where_the_run_goes_on() -> None:
    warm = recipe(warmup=1.0)
    assert {lr for _, lr in rates([Held(0.0, recipe()), Held(4.0, warm)], STEPS * warm.batch_size)} == {LR}
    assert len({lr for at, lr in rates([Held(0.0, recipe()), Held(0.4, warm)], STEPS * warm.batch_size)
                if at < 1}) > 2, "within it, what is left of it comes"


def test_recipes_that_held_for_no_batch_leave_nothing() -> None:
    held = [Held(0.0, recipe(lr=1.0)), Held(0.0, recipe(lr=0.7)), Held(2.0, recipe(lr=0.9)), Held(2.0, recipe())]
    assert {lr for _, lr in rates(held, STEPS * held[0].recipe.batch_size)} == {0.7, LR}
    shorter = [Held(0.0, recipe()), Held(3.0, recipe(epochs=2, lr=1.0))]
    assert max(at for at, _ in rates(shorter, STEPS * shorter[0].recipe.batch_size)) < 3
