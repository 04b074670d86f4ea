"""Remarks about a run: it comes when something is wrong, once, and not on the long plateau of a sigmoid network."""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.data.spec.spec import DataSpec
from engine.data.tensors.data import Data, Split
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment, load_experiment
from engine.experiment.recipe import Recipe
from engine.graph.graph import Graph
from engine.training import Control, fit
from engine.training.events import CheckpointReached, EpochEnded, Event
from engine.training.failures import DivergedError
from engine.training.judge.health import Health, Setting
from engine.training.values import Metrics, Remark
from tests.engine.cases import MLP, experiment, of_type, with_recipe

NAN = math.nan
CLASSES = Setting(Recipe(lr=0.9), 54_000, 6000, 10_000, 10, 0.109)
NUMBERS = Setting(Recipe(loss="mse", lr=0.03), 1800, 200, 200, 0)
Row = tuple[float, float, float, float, float]  # train loss, train accuracy, validation loss, its accuracy, spread


def heard(setting: Setting, rows: list[Row], loss: float = 2.35, spread: float = 0.04) -> list[list[str]]:
    """The kinds of remarks after each epoch."""
    health = Health(setting)
    health.begin(loss, spread)
    said = []
    for epoch, (train_loss, train, validation_loss, validation, after) in enumerate(rows, 1):
        found = health.after_epoch(epoch, Metrics(train_loss, train), Metrics(validation_loss, validation), after, 0.9)
        said.append([remark.kind for remark in found])
    return said


# -- measured curves: LeNet on MNIST, batches of 256 ------------------------------------------------------------------


@pytest.mark.parametrize("rows", [
    [(2.3051, 0.1102, 2.3037, 0.1092, 2.8e-6), (2.3023, 0.1107, 2.3022, 0.1067, 1.5e-6)],
    [(2.3086, 0.1159, 2.3037, 0.1092, 3.3e-5), (2.3022, 0.1103, 2.3028, 0.1092, 1.1e-5)],
    [(2.2882, 0.1331, 2.3032, 0.1092, 5.6e-6), (2.3021, 0.1103, 2.3031, 0.1092, 1.3e-6)],
    [(2.3082, 0.1228, 2.3027, 0.1092, 0.0), (2.3022, 0.1107, 2.3026, 0.1000, 0.0)],
], ids=range(4))  # fmt: skip
def test_relu_at_a_rate_for_sigmoid(rows: list[Row]) -> None:
    assert heard(CLASSES, rows) == [["not converging"], []]


@pytest.mark.parametrize("rows", [
    [(2.3210, 0.1032, 2.3064, 0.1092, 6.8e-4), (2.3038, 0.1069, 2.3022, 0.1067, 9.9e-4),
     (2.3014, 0.1106, 2.2986, 0.1990, 3.8e-3), (2.1507, 0.2139, 1.3218, 0.5180, 2.1)],
    [(2.3227, 0.1044, 2.3041, 0.1092, 5.5e-4), (2.3038, 0.1074, 2.3024, 0.1092, 1.1e-3)],
    [(2.3234, 0.1027, 2.3043, 0.1000, 3.1e-4), (2.3036, 0.1080, 2.3034, 0.1092, 3.9e-4)],
], ids=range(3))  # fmt: skip
def test_the_plateau_of_sigmoid_is_not_called_broken(rows: list[Row]) -> None:
    assert heard(CLASSES, rows, spread=7.8e-4) == [[]] * len(rows)


def test_what_learns_is_not_disturbed() -> None:
    for rows in ([(0.7705, 0.7575, 0.2557, 0.9227, 4.8)], [(1.1118, 0.7104, 0.4865, 0.8693, 3.7)],
                 [(0.7361, 0.8392, 0.5004, 0.8727, 2.5)], [(7.1286, 0.4577, 1.0181, 0.6802, 13.0)]):
        assert heard(CLASSES, rows) == [[]]


def test_a_rising_loss() -> None:
    rows: list[Row] = [(102.4, 0.6967, 25.58, 0.8177, 272.0), (21.98, 0.841, 20.2, 0.842, 260.0)]
    assert heard(CLASSES, rows) == [["rising"], []]
    assert heard(CLASSES, [(50.0, 0.3, 20.0, 0.5, 9.0)], loss=200.0) == [[]]  # large initial weights: it falls
    fitted = Health(CLASSES)
    fitted.begin(0.02, 3.0)
    assert fitted.after_epoch(1, Metrics(0.3, 0.95), Metrics(0.2, 0.96), NAN, 0.1) == []  # began with good weights


def test_the_advice_names_a_lower_rate() -> None:
    health = Health(CLASSES)
    health.begin(2.35, 0.04)
    remark = health.after_epoch(1, Metrics(2.3, 0.1), Metrics(2.3, 0.1), 0.0, 0.9)[0]
    assert remark.suggestion == ("lr", 0.09)
    assert str(remark.message) == ("Not converging: after an epoch of training, every example gets the same answer. "
                                   "The steps were too large. Start again with a lower learning rate, such as 0.09")


# -- swapped data, verdicts -------------------------------------------------------------------------------------------


def epochs(*pairs: tuple[float, float]) -> list[Row]:
    return [(1.0, train, 1.0, validation, NAN) for train, validation in pairs]


def test_validation_above_training() -> None:
    above = epochs(*[(0.8, 0.9)] * 6)
    assert heard(CLASSES, above) == [[], [], [], ["swapped"], [], []]
    assert heard(replace(CLASSES, noisy=True), above) == [[]] * 6  # dropout makes training harder
    assert heard(replace(CLASSES, same_data=True), above) == [[]] * 6  # there is none
    for few in ({"validation_examples": 50}, {"train_examples": 50}):
        assert heard(replace(CLASSES, **few), above) == [[]] * 6  # chance
    for train, validation, setting in ((0.965, 1.0, replace(CLASSES, train_examples=115, validation_examples=13)),
                                       (0.0, 0.48, replace(CLASSES, train_examples=1))):
        assert heard(setting, epochs(*[(train, validation)] * 6)) == [[]] * 6
    # training accuracy is a mean over an epoch: while it rises fast, it lags behind
    rising = epochs((0.2, 0.4), (0.45, 0.55), (0.6, 0.7), (0.72, 0.78), (0.8, 0.84), (0.85, 0.88))
    assert heard(CLASSES, rising) == [[]] * 6


def verdict(setting: Setting, train: Metrics, validation: Metrics, test: float = NAN, epoch: int = 10) -> list[str]:
    found = Health(setting).verdict(epoch, train, validation, Metrics(NAN, test), 4, validation)
    return [f"{remark.kind}: {remark.message}" for remark in found]


def test_verdicts_of_classes() -> None:
    over = verdict(CLASSES, Metrics(0.01, 0.996), Metrics(0.3, 0.924))
    assert over == ["overfitting: Overfitting: accuracy 0.996 on the training data, accuracy 0.924 on the validation "
                    "data in the last epoch. To close the gap: more data, augmentation, dropout, weight decay; epoch 4 "
                    "was the best"]
    under = verdict(CLASSES, Metrics(1.5, 0.45), Metrics(1.5, 0.44))
    assert len(under) == 1
    assert "Underfitting: in the last epoch only accuracy 0.450 even on the training data" in under[0]
    assert verdict(CLASSES, Metrics(0.47, 0.823), Metrics(0.5, 0.815)) == []
    assert verdict(CLASSES, Metrics(0.01, 0.996), Metrics(0.3, 0.924), epoch=2) == []  # too early
    assert verdict(replace(CLASSES, validation_examples=40), Metrics(0.1, 0.95), Metrics(0.2, 0.85)) == []  # chance


def test_test_accuracy_above_both_others() -> None:
    assert "swapped" in verdict(CLASSES, Metrics(0.5, 0.8), Metrics(0.5, 0.8), test=0.9)[0]
    assert verdict(CLASSES, Metrics(0.5, 0.8), Metrics(0.5, 0.89), test=0.9) == []
    few = replace(CLASSES, train_examples=115, validation_examples=13, test_examples=22)
    for silent in (few, replace(CLASSES, test_examples=20), replace(CLASSES, same_data=True)):
        assert verdict(silent, Metrics(0.5, 0.9), Metrics(0.5, 0.9), test=1.0) == []


def test_verdicts_of_numbers() -> None:
    def metrics(loss: float, r2: float) -> Metrics:
        return Metrics(loss, others=(("r2", r2),))

    over = verdict(NUMBERS, metrics(0.0189, 0.9987), metrics(0.419, 0.992))  # the book's polynomial of degree 19
    assert len(over) == 1 and "loss 0.0189 on the training data, loss 0.419 on the validation data" in over[0]
    under = verdict(NUMBERS, metrics(5.8, 0.59), metrics(27.4, 0.48))  # … of degree 1
    assert len(under) == 1
    assert "Underfitting: in the last epoch only 59\u00a0% of the variance explained even on the" in under[0]
    assert verdict(NUMBERS, metrics(0.0096, 0.9993), metrics(0.0262, 0.9995)) == []  # … of degree 3
    assert verdict(replace(NUMBERS, same_data=True), metrics(0.01, 0.99), metrics(9, 0.5)) == []
    assert verdict(NUMBERS, metrics(0.01, NAN), metrics(9, NAN)) == []


def heard_of(setting: Setting, rows: list[tuple[Metrics, Metrics]], loss: float = 2.35) -> Health:
    """After those epochs."""
    health = Health(setting)
    health.begin(loss, 0.04)
    for epoch, (train, validation) in enumerate(rows, 1):
        health.after_epoch(epoch, train, validation, 0.0, 0.9)
    return health


def ends(health: Health, rows: list[tuple[Metrics, Metrics]], best: int) -> list[str]:
    found = health.verdict(len(rows), *rows[-1], Metrics(NAN), best, rows[best - 1][1])
    return [f"{remark.kind}: {remark.message}" for remark in found]


LOST, GOOD = (Metrics(2.3, 0.11), Metrics(2.3, 0.1092)), (Metrics(0.12, 0.96), Metrics(0.13, 0.955))
RISEN = (Metrics(102.4, 0.7), Metrics(25.6, 0.8))


@pytest.mark.parametrize("first", [LOST, RISEN], ids=["not converging", "rising"])
def test_what_was_said_early_is_taken_back_where_the_end_is_good(first: tuple[Metrics, Metrics]) -> None:
    for rows in ([first, GOOD], [first, GOOD, GOOD, GOOD]):
        health = heard_of(CLASSES, rows)
        assert len(health.state.said) == 1
        assert ends(health, rows, 2) == ["recovered: It recovered: accuracy 0.955 on the validation data at the end"]
    by_heart = [first, *[(Metrics(0.01, 0.999), Metrics(0.6, 0.85))] * 4]
    assert [said.split(":")[0] for said in ends(heard_of(CLASSES, by_heart), by_heart, 2)] == ["overfitting"]
    lost = [first, first, first]
    assert ends(heard_of(CLASSES, lost), lost, 1) == []  # what was said holds
    poor = [first, *[(Metrics(1.9, 0.3), Metrics(1.9, 0.3))] * 3]
    assert [said.split(":")[0] for said in ends(heard_of(CLASSES, poor), poor, 2)] == ["underfitting"]


def test_numbers_recover_too() -> None:
    def metrics(loss: float, r2: float) -> Metrics:
        return Metrics(loss, others=(("r2", r2),))

    rows = [(metrics(90.0, -9.0), metrics(80.0, -8.0)), *[(metrics(0.2, 0.98), metrics(0.21, 0.98))] * 3]
    health = heard_of(NUMBERS, rows, 10.0)
    assert health.state.said == ["rising"]
    assert ends(health, rows, 2) == ["recovered: It recovered: loss 0.21 on the validation data at the end"]
    again = Health(NUMBERS, deepcopy(health.state))  # a run that is continued knows as much
    assert again.state == health.state


def falling(last: float, gap: float) -> list[tuple[Metrics, Metrics]]:
    """Ten epochs: the validation loss goes from 1 to ``last``, the gap of accuracy from 0.2 to ``gap``."""
    steps = [index / 9 for index in range(10)]
    return [(Metrics(0.1, 0.99), Metrics(1 + (last - 1) * at, 0.99 - 0.2 - (gap - 0.2) * at)) for at in steps]


def test_what_still_gets_better_is_not_called_overfitting() -> None:
    assert ends(heard_of(CLASSES, falling(0.5, 0.2)), falling(0.5, 0.2), 5) == []  # the loss falls
    assert ends(heard_of(CLASSES, falling(1.2, 0.1)), falling(1.2, 0.1), 10) == []  # the gap closes, the last is best
    for rows, best in ((falling(1.2, 0.1), 5), (falling(1.2, 0.3), 10), (falling(1.0, 0.2), 5)):
        said = ends(heard_of(CLASSES, rows), rows, best)
        assert [text.split(":")[0] for text in said] == ["overfitting"]
        assert (f"epoch {best} was the best" in said[0]) == (best < 10)


def test_what_is_in_use_against_overfitting_is_not_recommended() -> None:
    def remedies(setting: Setting) -> str:
        said = verdict(setting, Metrics(0.01, 0.996), Metrics(0.3, 0.924))[0]
        return said.partition("To close the gap: ")[2].partition(";")[0]

    assert remedies(replace(CLASSES, can_augment=False)) == "more data, dropout, weight decay"
    assert remedies(replace(CLASSES, can_drop=False)) == "more data, augmentation, weight decay"
    decays = replace(CLASSES, recipe=Recipe(weight_decay=0.01), can_augment=False, can_drop=False)
    assert remedies(decays) == "more data"


def test_large_numbers_want_a_logarithm() -> None:
    poor = Metrics(3.2e9, others=(("r2", 0.4),))
    said = verdict(replace(NUMBERS, raw_spread=79442.5), poor, poor)[0]
    assert said.endswith("The numbers to predict are large (deviation 79\u00a0442): switch Log target on")
    assert "larger network" not in said
    assert "larger network" in verdict(replace(NUMBERS, raw_spread=9.0), poor, poor)[0]


# -- at the very edge -------------------------------------------------------------------------------------------------


def r2(value: float, loss: float = 1.0) -> Metrics:
    return Metrics(loss, others=(("r2", value),))


GUESSED, MANY = replace(CLASSES, chance=0.0), 10**9
ENDLESS = replace(CLASSES, train_examples=MANY, validation_examples=MANY, test_examples=MANY)


@pytest.mark.parametrize(("setting", "row", "kinds"), [
    (CLASSES, (2.0, 0.1, 2.0, 0.109 + 0.02, 0.0039), ["not converging"]),  # two hundredths above chance is nothing
    (CLASSES, (2.0, 0.1, 2.0, 0.13, 0.0039), []), (CLASSES, (2.0, 0.1, 2.0, 0.1, 0.1 * 0.04), []),
    (CLASSES, (2 * 2.35, 0.5, 3.0, 0.5, 1.0), []), (CLASSES, (4.71, 0.5, 3.0, 0.5, 1.0), ["rising"]),
    (CLASSES, (9.0, 0.5, 2.35, 0.5, 1.0), []), (CLASSES, (9.0, 0.5, 2.36, 0.5, 1.0), ["rising"]),
])  # fmt: skip
def test_the_edges_of_early_remarks(setting: Setting, row: Row, kinds: list[str]) -> None:
    assert heard(setting, [row]) == [kinds]


def test_a_rising_loss_of_classes_is_held_against_guessing() -> None:
    assert heard(CLASSES, [(4.5, 0.5, 2.2, 0.5, 1.0)], loss=1.0) == [[]]  # log 10 is 2.303
    squares = replace(CLASSES, recipe=Recipe(loss="mse"))
    assert heard(squares, [(4.5, 0.5, 2.2, 0.5, 1.0)], loss=1.0) == [["rising"]]
    health = Health(CLASSES)
    health.begin(1.0, 0.04)
    said = health.after_epoch(1, Metrics(9.0, 0.5), Metrics(3.0, 0.5), 1.0, 0.04)
    assert said[0].suggestion == ("lr", 0.004)
    assert str(said[0].message) == ("Not converging: the loss is 3, higher than the 2.3 before training. Start again "
                                    "with a lower learning rate, such as 0.004")


@pytest.mark.parametrize(("value", "kinds"), [(-0.01, ["rising"]), (0.0, []), (NAN, ["rising"])])
def test_numbers_of_which_something_is_explained_do_not_rise(value: float, kinds: list[str]) -> None:
    health = Health(NUMBERS)
    health.begin(1.0, 0.04)
    assert [said.kind for said in health.after_epoch(1, r2(0.5, 9.0), r2(value, 9.0), NAN, 0.1)] == kinds


def test_every_example_the_same_is_not_also_called_rising() -> None:
    for first in (2.0, 9.0):
        rows: list[Row] = [(first, 0.1, first, 0.1, 0.0), (9.0, 0.1, 9.0, 0.1, 0.0)]
        assert heard(CLASSES, rows) == [["not converging"], []]


def test_a_margin_of_two_hundredths_is_no_swap() -> None:
    for train, last in ((0.0, []), (-0.001, ["swapped"])):
        assert heard(ENDLESS, epochs(*[(train, 0.02)] * 4))[3] == last
    broken = epochs(*[(0.8, 0.9)] * 3, (0.9, 0.9), *[(0.8, 0.9)] * 3)
    assert heard(CLASSES, broken) == [[]] * 6 + [["swapped"]]  # three in a row


def test_a_swap_names_both_numbers() -> None:
    health = heard_of(CLASSES, [(Metrics(1.0, 0.8), Metrics(1.0, 0.9))] * 3)
    said = health.after_epoch(4, Metrics(1.0, 0.8), Metrics(1.0, 0.95), NAN, 0.1)
    assert [str(remark.message) for remark in said] == [
        "Validation accuracy (0.900 after epoch 3) stays above training accuracy (0.800 in epoch 4): are training and "
        "test data swapped?"]


@pytest.mark.parametrize(("test", "kinds"), [(0.03, []), (0.0301, ["swapped"])])
def test_a_test_three_hundredths_above_is_no_swap(test: float, kinds: list[str]) -> None:
    for train, validation in ((0.0, -0.5), (-0.5, 0.0)):  # of both
        said = verdict(ENDLESS, Metrics(1.0, train), Metrics(1.0, validation), test)
        assert [text.split(":")[0] for text in said if text.startswith("swapped")] == kinds
    noisy = replace(ENDLESS, noisy=True)
    assert not any(text.startswith("swapped") for text in verdict(noisy, Metrics(1, 0.0), Metrics(1, 0.0), test))


@pytest.mark.parametrize(("setting", "train", "validation", "kind"), [
    (replace(GUESSED, validation_examples=MANY), Metrics(1, 0.03), Metrics(1, 0.0), "underfitting"),
    (replace(GUESSED, validation_examples=MANY), Metrics(1, 0.031), Metrics(1, 0.0), "overfitting"),
    (replace(GUESSED, validation_examples=20), Metrics(0, 1.0), Metrics(9, 0.0), "overfitting"),
    (replace(GUESSED, validation_examples=19), Metrics(0, 1.0), Metrics(9, 0.0), None),
    (replace(GUESSED, same_data=True), Metrics(0, 1.0), Metrics(9, 0.0), None),
    (GUESSED, Metrics(1, 0.6), Metrics(1, 0.6), None), (GUESSED, Metrics(1, 0.59), Metrics(1, 0.59), "underfitting"),
    (replace(GUESSED, chance=0.5), Metrics(1, 0.8), Metrics(1, 0.8), None),
    (replace(GUESSED, chance=0.5), Metrics(1, 0.79), Metrics(1, 0.79), "underfitting"),
    (NUMBERS, r2(0.75), r2(0.5), None), (NUMBERS, r2(0.75), r2(0.49), "overfitting"),
    (NUMBERS, r2(0.74), r2(0.1), "underfitting"), (NUMBERS, Metrics(1), Metrics(9), None),
])  # fmt: skip
def test_the_edges_of_verdicts(setting: Setting, train: Metrics, validation: Metrics, kind: str | None) -> None:
    assert [text.split(":")[0] for text in verdict(setting, train, validation)] == [kind] * (kind is not None)
    assert verdict(setting, train, validation, epoch=2) == []
    assert len(verdict(setting, train, validation, epoch=3)) == (kind is not None)


@pytest.mark.parametrize(("metrics", "words"), [
    (r2(0.0, 2.5), "0\u00a0% of the variance explained"), (r2(-0.1, 2.5), "loss 2.5"),
    (r2(0.7499, 2.5), "75\u00a0% of the variance explained"),
])  # fmt: skip
def test_how_good_numbers_are_in_words(metrics: Metrics, words: str) -> None:
    said = verdict(replace(NUMBERS, raw_spread=1000.0), metrics, metrics)[0]
    assert said == (f"underfitting: Underfitting: in the last epoch only {words} even on the training data. Train "
                    "longer, or try a larger network, another learning rate or other initial weights")
    assert "switch Log target on" in verdict(replace(NUMBERS, raw_spread=1000.1), metrics, metrics)[0]


@pytest.mark.parametrize(("losses", "kinds"), [
    ([0.5], ["overfitting"]), ([1.0, 0.5], []), ([1.0, 0.99], ["overfitting"]), ([1.0, 0.98], []),
    ([1.0, 1.0, 0.4, 0.6], []), ([1.0, 0.4, 0.9, 0.6], ["overfitting"]), ([9.0, 1.0, 0.995], ["overfitting"]),
    ([5.0, *[1.0] * 5, *[0.9] * 5], []), ([0.5, *[1.0] * 5, *[0.9] * 5], ["overfitting"]),
    ([1.0] * 5 + [0.9, 0.9, 0.9, 0.9, 1.31], []), ([1.0] * 5 + [0.9, 0.9, 0.9, 0.9, 1.36], ["overfitting"]),
])  # fmt: skip
def test_a_loss_that_still_falls(losses: list[float], kinds: list[str]) -> None:
    """Of five epochs the mean must be a hundredth lower than of the five before, and the lowest among them."""
    rows = [(Metrics(0.1, 0.99), Metrics(loss, 0.7)) for loss in losses]
    health = heard_of(CLASSES, rows)
    found = health.verdict(9, *rows[-1], Metrics(NAN), 1, rows[0][1])
    assert [remark.kind for remark in found] == kinds


# -- real runs --------------------------------------------------------------------------------------------------------


def remarks_of(base: Experiment, data: Data) -> tuple[list[Remark], list[Event]]:
    events = list(fit(base, data=data))
    return of_type(events, Remark), events


@pytest.fixture(scope="module")
def some_mnist(mnist_root: Path) -> Data:
    """6 000 real training images."""
    data = load_data(DataSpec(dataset="mnist"), mnist_root)
    return replace(data, train=Split(data.train.inputs[:6000], data.train.targets[:6000]),
                   validation=Split(data.validation.inputs[:1000], data.validation.targets[:1000]),
                   test=Split(data.test.inputs[:500], data.test.targets[:500]))


def gallery(name: str, **recipe: object) -> Experiment:
    base = load_experiment(f"gallery:{name}")
    return with_recipe(replace(base, data=DataSpec(dataset="mnist")), device="cpu", **recipe)


@pytest.mark.parametrize("seed", [0, 1])
def test_lenet_with_relu_at_the_rate_of_lenet(seed: int, some_mnist: Data) -> None:
    said, events = remarks_of(gallery("lenet-relu", lr=0.9, epochs=2, seed=seed), some_mnist)
    assert [remark.kind for remark in said] == ["not converging"] and said[0].suggestion == ("lr", 0.09)
    assert isinstance(events[events.index(said[0]) - 1], EpochEnded)


@pytest.mark.parametrize(("name", "lr"), [("lenet", 0.9), ("lenet-relu", 0.1), ("mlp", 0.1), ("softmax", 0.1)])
def test_recipes_that_work_are_left_alone(name: str, lr: float, some_mnist: Data) -> None:
    assert remarks_of(gallery(name, lr=lr, epochs=2), some_mnist)[0] == []


def test_lenet_with_batch_norm_is_left_alone(lenet_bn: Graph, some_mnist: Data) -> None:
    base = Experiment(lenet_bn, DataSpec(dataset="mnist"), Recipe(lr=1.0, epochs=2, device="cpu"))
    assert remarks_of(base, some_mnist)[0] == []


def test_advice_is_not_repeated_by_a_run_that_goes_on() -> None:
    base = experiment(optimizer="sgd", lr=20.0, epochs=4)
    whole = of_type(list(fit(base)), Remark)
    control, events = Control(), []
    for event in fit(base, control):
        events.append(event)
        if isinstance(event, EpochEnded) and event.epoch == 2:
            control.stop()
    checkpoint = of_type(events, CheckpointReached)[1].checkpoint
    rest = of_type(list(fit(base, resume=checkpoint)), Remark)
    assert whole and [*of_type(events, Remark), *rest] == whole


def test_overfitting_is_seen_in_a_run(some_mnist: Data) -> None:
    few = replace(some_mnist, train=Split(some_mnist.train.inputs[:300], some_mnist.train.targets[:300]))
    base = replace(gallery("mlp", lr=0.01, epochs=25, optimizer="adam", batch_size=64))
    said = remarks_of(base, few)[0]
    assert [remark.kind for remark in said] == ["overfitting"] and "epoch" in str(said[0].message)


def prices(folder: Path, least: float) -> Experiment:
    """A table of 80 rows whose target has a deviation of thousands, and a network that learns nothing of it."""
    lines = [f"{row % 7},{row % 5},{least + 1000 * (row % 7) + 500 * (row % 5)}" for row in range(80)]
    (folder / "prices.csv").write_text("\n".join(["rooms,age,price", *lines]))
    spec = DataSpec.model_validate({"dataset": "table", "path": str(folder / "prices.csv"),
                                    "table": {"target": "price", "task": "regression"}})
    return experiment(("fc1", "Linear", {"out_features": 1}), data=spec, loss="mse", lr=1e-6, epochs=3)


@pytest.mark.parametrize(("least", "log", "helps"), [(50_000.0, False, True), (50_000.0, True, False),
                                                    (-3000.0, False, False), (0.0, False, False)])
def test_a_raw_price_is_seen_in_a_run(least: float, log: bool, helps: bool, tmp_path: Path) -> None:
    base = prices(tmp_path, least)
    base = replace(base, data=base.data.with_options(table={"log_target": log}))
    said = of_type(list(fit(base)), Remark)
    assert [remark.kind for remark in said] == ["large batch", "underfitting"]
    assert ("switch Log target on" in str(said[1].message)) == helps


def test_a_run_knows_what_is_in_use(some_mnist: Data) -> None:
    few = replace(some_mnist, train=Split(some_mnist.train.inputs[:300], some_mnist.train.targets[:300]))
    base = gallery("mlp", lr=0.01, epochs=25, optimizer="adamw", batch_size=64, weight_decay=0.01)
    said = remarks_of(base, few)[0]
    assert [remark.kind for remark in said] == ["overfitting"]
    assert "more data, augmentation, dropout" in str(said[0].message) and "decay" not in str(said[0].message)


def test_a_run_that_recovers_says_so(some_mnist: Data) -> None:
    control, events = Control(), list[Event]()
    base = gallery("softmax", lr=10.0, epochs=4)
    for event in fit(base, control, data=some_mnist):
        events.append(event)
        if isinstance(event, EpochEnded):
            control.steer({"lr": 1.0})  # by hand, after the first epoch
    said = of_type(events, Remark)
    assert [remark.kind for remark in said] == ["rising", "recovered"]


def test_diverging_carries_a_suggestion() -> None:
    with pytest.raises(DivergedError) as error:
        list(fit(experiment(*MLP, optimizer="momentum", loss="mse", lr=1000.0, epochs=5)))
    assert error.value.suggestion == ("lr", 0.01), "the usual rate, not a tenth of what nobody uses"


def test_looking_at_a_network_does_not_change_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.training.learner import Learner

    with_dropout = experiment(*MLP[:-1], ("drop1", "Dropout", {"p": 0.3}), MLP[-1])
    seen = of_type(list(fit(with_dropout)), EpochEnded)
    monkeypatch.setattr(Learner, "probe", lambda *_: (NAN, NAN))
    unseen = of_type(list(fit(with_dropout)), EpochEnded)
    assert [row.train for row in seen] == [row.train for row in unseen]
    assert torch.equal(seen[-1].weights["fc1.weight"], unseen[-1].weights["fc1.weight"])


def test_a_loss_of_numbers_that_rises_is_heard_of_in_a_run() -> None:
    events = list(fit(with_recipe(load_experiment("gallery:linreg"), lr=0.95, epochs=2, device="cpu")))
    said = of_type(events, Remark)
    assert [remark.kind for remark in said] == ["rising"] and said[0].suggestion == ("lr", 0.1)
