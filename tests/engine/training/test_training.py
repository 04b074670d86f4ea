"""Training: events, determinism, control, and failures in words. Plain PyTorch is the oracle."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from engine.data.errors import StoppedError
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import load_experiment
from engine.layers.base import OptionError
from engine.network.weights import WeightsError, initial_module
from engine.training import Control, fit, meters, run
from engine.training.events import (
    CheckpointReached,
    EpochEnded,
    Event,
    Finished,
    Paused,
    Point,
    Preparing,
    Progress,
    Resumed,
    Started,
)
from engine.training.learner import Learner
from engine.training.processor import processor_name
from engine.training.state import RunState
from engine.training.values import Metrics, Summary
from tests.engine.cases import MLP, experiment, made_data, of_type, trained, with_recipe

DROPOUT = (*MLP[:-1], ("drop1", "Dropout", {"p": 0.3}), MLP[-1])


@pytest.fixture
def every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """A point after every batch."""
    monkeypatch.setattr(run, "READ_EVERY", 0.0)


# -- what is said ----------------------------------------------------------------------------


@pytest.mark.usefixtures("every_batch")
def test_a_run_tells_its_story_in_order() -> None:
    events = list(fit(experiment()))
    assert isinstance(events[0], Preparing) and isinstance(events[-1], Finished)
    assert events[1] == Started("cpu", 1210, 1374, 2, 1, device_name=processor_name(), planned=2)
    points, progress, epochs = of_type(events, Point), of_type(events, Progress), of_type(events, EpochEnded)
    taken = (*range(64, 1374, 64), 1374)
    assert [point.position for point in points] == [epoch + count / 1374 for epoch in (0, 1) for count in taken]
    assert [step.fraction for step in progress] == sorted(step.fraction for step in progress)
    assert progress[-1].fraction == 1 and progress[-1].seconds_left == 0
    assert [epoch.epoch for epoch in epochs] == [1, 2] and epochs[0].is_best
    assert all(0 <= value.accuracy <= 1 for epoch in epochs for value in (epoch.train, epoch.validation))
    assert all(tensor.device.type == "cpu" for tensor in epochs[0].weights.values())
    assert not torch.equal(epochs[0].weights["fc1.weight"], epochs[1].weights["fc1.weight"])  # copies


@pytest.mark.usefixtures("every_batch")
def test_points_add_up_to_the_epoch() -> None:
    points, epochs, _ = trained(experiment(epochs=1))
    del points[20]  # the last one is of its examples too
    sizes = [64] * 20 + [64 + 30]
    assert sum(sizes) == 1374
    assert np.average([point.loss for point in points], weights=sizes) == pytest.approx(epochs[0].train.loss)
    assert np.average([point.accuracy for point in points], weights=sizes) == pytest.approx(epochs[0].train.accuracy)


@pytest.mark.usefixtures("every_batch")
def test_a_few_examples_at_the_end_of_an_epoch_make_no_point_of_their_own() -> None:
    """Batches of 458 are 3 whole ones; of 600 the last has 174, of 500 it has 374, of 64 the first epoch's has 30."""
    for size, merged in ((458, 0), (600, 1), (500, 0), (64, 1)):
        points, epochs, _ = trained(experiment(epochs=2, batch_size=size, optimizer="sgd", lr=1e-12))
        count, rest = len(points) // 2, 1374 % size or size
        assert [points[place].position for place in (count - 1, -1)] == [1, 2]
        kept = [*points[:count - 1 - merged], points[count - 1]]
        sizes = [size] * (count - 1 - merged) + [rest + merged * size]
        assert sum(sizes) == 1374
        assert np.average([point.loss for point in kept], weights=sizes) == pytest.approx(epochs[0].train.loss)


def test_windows_begin_with_the_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long judging took: the first point is of as many examples as others."""
    now = [0.0]

    def tick() -> float:
        now[0] += 0.001
        return now[0]

    def slow(*_: object) -> None:
        now[0] += 0.03
        judge(*_)  # type: ignore[arg-type]

    judge = Learner.judge
    monkeypatch.setattr(run, "perf_counter", tick)
    monkeypatch.setattr(Learner, "judge", slow)
    points, _, _ = trained(experiment(epochs=3, batch_size=4))  # 344 batches of a millisecond
    steps = np.diff([0.0, *(point.position for point in points)]) * 344
    inside = [step for point, step in zip(points, steps, strict=True) if point.position % 1]
    assert len(inside) > 6 and max(inside) - min(inside) < 2


BATCHES = 1374 // 6  # of six examples


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Time that passes only while a batch is learned (a quarter of a second) or judged (seven)."""
    now = [1.0]

    def taking(seconds: float, method: Callable[..., None]) -> Callable[..., None]:
        def call(*arguments: object) -> None:
            method(*arguments)
            now[0] += seconds
        return call

    for module in (run, meters):
        monkeypatch.setattr(module, "perf_counter", lambda: now[0])
    monkeypatch.setattr(Learner, "learn", taking(0.25, Learner.learn))
    monkeypatch.setattr(Learner, "judge", taking(7.0, Learner.judge))
    return now


def with_pauses(clock: list[float], *numbers: int) -> list[Event]:
    """A run of two epochs, held for a thousand seconds when it has told its progress so many times."""
    control, events = Control(), list[Event]()
    for event in fit(experiment(epochs=2, batch_size=6), control, doctor=False):
        events.append(event)
        if isinstance(event, Progress) and len(of_type(events, Progress)) in numbers:
            control.pause()
        if isinstance(event, Paused):
            clock[0] += 1000
            control.resume()
    assert len(of_type(events, Paused)) == len(numbers)
    return events


def test_examples_per_second_are_those_of_learning_alone(clock: list[float]) -> None:
    events = with_pauses(clock, 3, BATCHES + 1)  # while it learns, and while it judges
    progress, [end] = of_type(events, Progress), of_type(events, Finished)
    assert len(progress) > 2 * BATCHES
    assert {step.examples_per_second for step in progress} == {6 / 0.25} == {end.summary.examples_per_second}


def test_the_time_left_counts_judging_but_no_pause(clock: list[float]) -> None:
    events = with_pauses(clock, 3)
    first = events.index(of_type(events, EpochEnded)[0])
    told = of_type(events[first:], Progress)[0]  # after one batch of the second epoch
    assert told.fraction == pytest.approx((BATCHES + 1) / (2 * BATCHES))
    judged = len(of_type(events[:first], Progress)) - BATCHES - 1  # one is of the pause
    spent = 0.25 * (BATCHES + 1) + 7 * judged
    assert told.seconds_left == pytest.approx(spent * (BATCHES - 1) / (BATCHES + 1)) and judged > 1


def test_a_point_after_a_pause_is_of_as_many_examples_as_others(clock: list[float],
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 1.0)
    points = of_type(with_pauses(clock, 1), Point)
    assert [round(point.position * BATCHES) for point in points[:4]] == [4, 8, 12, 16]


def test_a_run_that_goes_on_reports_the_speed_of_all_its_parts(clock: list[float],
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    kept = of_type(list(fit(experiment(epochs=1, batch_size=6), doctor=False)), CheckpointReached)[-1]
    learn = Learner.learn  # a quarter of a second already
    monkeypatch.setattr(Learner, "learn", lambda *a: (learn(*a), clock.__setitem__(0, clock[0] + 0.5))[0])
    _, _, end = trained(experiment(epochs=2, batch_size=6), resume=kept.checkpoint, doctor=False)
    assert end.summary.examples_per_second == 2 * 6 / (0.25 + 0.75)


def test_the_device_is_read_by_time_not_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[float] = []
    read = meters.Totals.read
    monkeypatch.setattr(meters.Totals, "read", lambda self: (reads.append(0), read(self))[1])
    monkeypatch.setattr(run, "READ_EVERY", 1000.0)
    trained(experiment(epochs=2, batch_size=8))  # 344 batches
    assert len(reads) == 2 * 3 + 1  # per epoch: a point and the mean, then validation; once the test


def test_the_summary_is_that_of_the_best_epoch(tmp_path: Path) -> None:
    _, epochs, end = trained(experiment(epochs=4, lr=0.05, seed=1))
    best = max(epochs, key=lambda epoch: (epoch.validation.accuracy, -epoch.validation.loss))
    summary = end.summary
    assert (summary.best_epoch, summary.train, summary.validation) == (best.epoch, best.train, best.validation)
    assert (summary.epochs, summary.seed, summary.params, summary.device, end.stopped) == (4, 1, 1210, "cpu", False)
    base = experiment()
    data = load_data(base.data)
    module = initial_module(base)
    module.load_state_dict(best.weights)
    outputs = module.eval()(data.test.inputs.float() / 255)
    assert summary.test.accuracy == pytest.approx((outputs.argmax(1) == data.test.targets).float().mean().item())
    assert summary.test.loss == pytest.approx(nn.functional.cross_entropy(outputs, data.test.targets).item(), rel=1e-5)


def test_the_last_line_is_the_notes_own() -> None:
    summary = Summary(10, 9, Metrics(0.4731, 0.8229), Metrics(0.5, 0.8), Metrics(0.4, 0.8271), 35726.4, "cuda:0", 1, 0)
    assert str(summary.line) == (
        "best epoch 9 of 10: train loss 0.473, train acc 0.823, validation acc 0.800, test acc 0.827, "
        "35\u00a0726 examples/s on cuda:0")
    assert str(summary.brief) == "best epoch 9 of 10: train acc 0.823, validation 0.800, test 0.827"
    assert str(summary.briefest) == "test acc 0.827"


def test_history_keeps_points_epochs_and_the_best() -> None:
    history = RunState()
    events = list(fit(experiment(epochs=3)))
    for event in events:
        history.hear(event)
    assert history.points == of_type(events, Point) and [row.position for row in history.epochs] == [1, 2, 3]
    assert history.best_epoch == events[-1].summary.best_epoch


def test_reading_events_and_steering_need_no_torch() -> None:
    code = ("import sys, engine.training.state, engine.training.control, engine.training.events\n"
            "print('torch' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


# -- the numbers ----------------------------------------------------------------------------


def test_one_seed_one_run() -> None:
    first, second, other = (trained(experiment(*DROPOUT, seed=seed))[1] for seed in (5, 5, 6))
    for one, same in zip(first, second, strict=True):
        assert (one.train, one.validation) == (same.train, same.validation)
        assert all(torch.equal(tensor, same.weights[key]) for key, tensor in one.weights.items())
    assert first[0].train != other[0].train


def book_lenet() -> nn.Sequential:
    """LeNet as a reader of the book writes it."""
    return nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=5, padding=2), nn.Sigmoid(), nn.AvgPool2d(kernel_size=2, stride=2),
        nn.Conv2d(6, 16, kernel_size=5), nn.Sigmoid(), nn.AvgPool2d(kernel_size=2, stride=2), nn.Flatten(),
        nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10))


@pytest.mark.usefixtures("every_batch")
@pytest.mark.parametrize(("optimizer", "make"), [
    ("sgd", lambda weights: torch.optim.SGD(weights, lr=0.9)),
    ("momentum", lambda weights: torch.optim.SGD(weights, lr=0.1, momentum=0.9, weight_decay=0.001)),
    ("adam", lambda weights: torch.optim.Adam(weights, lr=0.003)),
    ("adamw", lambda weights: torch.optim.AdamW(weights, lr=0.003, weight_decay=0.01)),
])  # fmt: skip
def test_losses_are_those_of_a_plain_loop(optimizer: str, make) -> None:  # type: ignore[no-untyped-def]
    lr = {"sgd": 0.9, "momentum": 0.1}.get(optimizer, 0.003)
    decay = {"momentum": 0.001, "adamw": 0.01}.get(optimizer, 0.0)
    ours = with_recipe(load_experiment("gallery:lenet-digits"), device="cpu", epochs=1, optimizer=optimizer, lr=lr,
                       weight_decay=decay)
    data = load_data(ours.data)
    net = book_lenet()
    net.load_state_dict(dict(zip(net.state_dict(), initial_module(ours).state_dict().values(), strict=True)))
    order = torch.randperm(len(data.train), generator=torch.Generator().manual_seed(1))
    images = nn.functional.interpolate(data.train.inputs, size=(28, 28), mode="bilinear", antialias=True) / 255
    trainer, expected = make(net.parameters()), []
    for batch in order.split(32)[:20]:
        trainer.zero_grad()
        loss = nn.CrossEntropyLoss()(net(images[batch]), data.train.targets[batch])
        loss.backward()
        trainer.step()
        expected.append(loss.item())
    got = [event.loss for event in fit(ours) if isinstance(event, Point)][:20]
    assert got == pytest.approx(expected, abs=1e-5)


def test_mean_squared_error_is_against_one_hot() -> None:
    ours = experiment(loss="mse", epochs=1, lr=1e-9, batch_size=2000)
    data = load_data(ours.data)
    outputs = initial_module(ours)(data.train.inputs / 255)
    expected = nn.functional.mse_loss(outputs, nn.functional.one_hot(data.train.targets, 10).float()).item()
    assert trained(ours)[1][0].train.loss == pytest.approx(expected, rel=1e-5)


def test_convolutions_of_images_lie_channels_last() -> None:
    """Also those of one channel, which are a seventh slower otherwise."""
    learner = Learner(load_experiment("gallery:lenet-digits"), torch.device("cpu"))
    strides = {key: weight.stride() for key, weight in learner.model.named_parameters() if weight.dim() == 4}
    assert strides == {"conv1.weight": (25, 1, 5, 1), "conv2.weight": (150, 1, 30, 6)}


@pytest.mark.parametrize(("how", "fan"), [("xavier_uniform", 64 + 16), ("kaiming_uniform", 64)])
def test_initial_weights_fill_their_bounds(how: str, fan: int) -> None:
    bound = math.sqrt(6 / fan)
    plain, made = (initial_module(experiment(initialization=name)).state_dict() for name in ("default", how))
    assert 0.95 * bound < made["fc1.weight"].abs().max() <= bound
    assert torch.equal(made["fc1.bias"], plain["fc1.bias"])


def test_unit_normal_initial_weights_have_deviation_one() -> None:
    weight = initial_module(experiment(initialization="normal_unit")).state_dict()["fc1.weight"]
    assert weight.std().item() == pytest.approx(1.0, rel=0.1)


def test_normal_initial_weights_have_deviation_one_hundredth() -> None:
    weight = initial_module(experiment(initialization="normal")).state_dict()["fc1.weight"]
    assert weight.std().item() == pytest.approx(0.01, rel=0.1)


def test_building_disturbs_no_other_random_numbers() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    initial_module(experiment())
    assert torch.equal(torch.rand(1), expected)


def test_the_default_network_learns() -> None:
    _, _, end = trained(with_recipe(load_experiment("gallery:lenet-digits"), device="cpu"))
    assert end.summary.validation.accuracy >= 0.95 and end.summary.test.accuracy >= 0.95


@pytest.mark.parametrize("name", ["residual-small", "inception-small"])
def test_small_block_networks_learn(name: str) -> None:
    base = load_experiment(f"gallery:{name}")
    _, _, end = trained(with_recipe(base, device="cpu", epochs=5))
    assert end.summary.validation.accuracy >= 0.9


def test_a_last_batch_of_one_does_not_hurt_batch_norm() -> None:
    layers = (MLP[0], ("fc1", "Linear", {"out_features": 8}), ("bn1", "BatchNorm1d", {}), MLP[-1])
    data = made_data(24)  # 4 for the test, 2 to validate, 18 to train: 17 and 1
    assert len(data.train) == 18
    kept = of_type(list(fit(experiment(*layers, batch_size=17), data=data)), CheckpointReached)
    assert kept[0].checkpoint.course.batches == 1
    assert trained(experiment(*layers, batch_size=17), data=data)[2].summary.epochs == 2


def test_training_begins_with_given_weights() -> None:
    base = experiment(lr=1e-12, epochs=1)
    weights = initial_module(with_recipe(base, seed=9)).state_dict()
    _, epochs, _ = trained(base, weights=weights)
    assert torch.allclose(epochs[0].weights["fc1.weight"], weights["fc1.weight"], atol=1e-6)
    with pytest.raises(WeightsError, match=r"missing: fc2.bias"):
        list(fit(base, weights={key: value for key, value in weights.items() if key != "fc2.bias"}))


# -- control ----------------------------------------------------------------------------


@pytest.mark.usefixtures("every_batch")
def test_pause_and_resume_from_another_thread_change_nothing() -> None:
    control, events = Control(), []
    timer = threading.Timer(0.2, control.resume)
    for event in fit(experiment(), control):
        events.append(event)
        if isinstance(event, Point) and event.position == 11 * 64 / 1374:
            control.pause()
            timer.start()
    timer.join()
    at = events.index(Paused())
    assert events[at + 1] == Resumed() and events[at - 3].position == 11 * 64 / 1374
    undisturbed = trained(experiment())[1]
    assert [epoch.train for epoch in of_type(events, EpochEnded)] == [epoch.train for epoch in undisturbed]


@pytest.mark.usefixtures("every_batch")
@pytest.mark.parametrize("paused", [False, True], ids=["running", "paused"])
def test_stop_keeps_what_was_learned(paused: bool) -> None:
    control, events = Control(), []
    for event in fit(experiment(), control):
        events.append(event)
        if isinstance(event, Point) and event.position == 11 * 64 / 1374:
            if paused:
                control.pause()
            threading.Timer(0.05, control.stop).start() if paused else control.stop()
    epoch, end = of_type(events, EpochEnded)[0], events[-1]
    assert end.stopped and (end.summary.epochs, end.summary.best_epoch) == (0, 0)
    assert not epoch.complete and epoch.is_best
    [kept] = of_type(events, CheckpointReached)
    assert kept.checkpoint.position == epoch.position
    assert epoch.position == pytest.approx(12 / 22 if not paused else 0.5, abs=1 / 22)
    assert math.isnan(end.summary.test.accuracy) and "test" not in str(end.summary.line)


def test_stopped_before_the_first_batch() -> None:
    control = Control()
    control.stop()
    with pytest.raises(StoppedError):
        list(fit(experiment(), control))
    started = Control()
    events = []
    for event in fit(experiment(), started):
        events.append(event)
        if isinstance(event, Started):
            started.stop()
    assert of_type(events, EpochEnded)[0].fraction == 64 / 1374 and events[-1].stopped


@pytest.mark.usefixtures("every_batch")
def test_the_learning_rate_can_be_changed_on_the_way() -> None:
    control, points = Control(), []
    weights: list[torch.Tensor] = []
    for event in fit(experiment(optimizer="sgd", lr=0.5, epochs=2), control):
        if isinstance(event, Point):
            points.append(event)
        if isinstance(event, EpochEnded):
            control.steer({"lr": 1e-12})
            weights.append(event.weights["fc1.weight"])
    assert torch.allclose(weights[0], weights[1], atol=1e-6)
    for wrong in (math.nan, 0.0, -1.0, math.inf):
        with pytest.raises(OptionError):
            control.steer({"lr": wrong})
