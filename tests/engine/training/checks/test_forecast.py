"""A forecast: the numbers belong together, and nothing else changes. How well it foresees: tests/benchmarks."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.data.errors import StoppedError
from engine.data.spec.spec import DataSpec
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import load_experiment
from engine.training import fit
from engine.training.checks import forecast as module
from engine.training.checks import memory
from engine.training.checks.forecast import Forecast, forecast
from engine.training.control import Control
from engine.training.events import EpochEnded
from engine.training.failures import NothingToLearnError
from tests.engine.cases import MLP, experiment, made_data, of_type, with_recipe

BASE = experiment(epochs=7)
DATA = load_data(BASE.data)


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at each thing, not a measurement."""
    for name, seconds in (("STRETCH", 0.005), ("LEARNING", 0.01), ("JUDGING", 0.01)):
        monkeypatch.setattr(module, name, seconds)


class Clock:
    """Steps and judging that take a told time for each example."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, learning: float, judging: float) -> None:
        self.now = 0.0
        learn = module.Trial.learn

        def learned(trial: module.Trial, totals: object) -> int:
            count: int = learn(trial, totals)  # type: ignore[arg-type]
            self.now += learning * count
            return count

        def judged(_: module._Judging, seconds: float) -> int:
            self.now += judging * 100
            return 100

        monkeypatch.setattr(module.Trial, "learn", learned)
        monkeypatch.setattr(module._Judging, "some", judged)
        monkeypatch.setattr(module, "perf_counter", lambda: self.now)


def test_an_epoch_is_its_examples_and_a_run_its_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch, learning=0.01, judging=0.001)
    found = forecast(BASE, DATA)
    train, validation, test = map(len, (DATA.train, DATA.validation, DATA.test))
    assert found.epoch_seconds == pytest.approx(0.01 * train + 0.001 * validation)
    assert found.run_seconds == pytest.approx(7 * found.epoch_seconds + 0.001 * test)
    watched = forecast(with_recipe(BASE, train_curve=True, test_curve=True), DATA)
    assert watched.epoch_seconds == pytest.approx(found.epoch_seconds + 0.001 * (train + test))


@pytest.mark.usefixtures("nothing_changes")
def test_nothing_outside_changes() -> None:
    found = forecast(BASE, DATA)
    assert 0 < found.epoch_seconds < found.run_seconds and found.took > 0


def test_a_run_is_the_same_after_it_and_while_it_goes_on() -> None:
    base = experiment(("flatten", "Flatten", {}), ("drop", "Dropout", {}), *MLP[1:], epochs=1)
    alone = of_type(fit(base, data=DATA), EpochEnded)[0].weights
    forecast(base, DATA)
    after = of_type(fit(base, data=DATA), EpochEnded)[0].weights
    between = None
    for event in fit(base, data=DATA):
        forecast(base, DATA)
        between = event.weights if isinstance(event, EpochEnded) else between
    assert between is not None
    assert all(torch.equal(alone[key], after[key]) and torch.equal(alone[key], between[key]) for key in alone)


def test_memory_is_that_of_the_recipes_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "free_memory", lambda device: 2_000_000)
    found = forecast(BASE, DATA)
    need = memory.need_of(BASE)
    assert found.memory == need.of(64) and found.free == 2_000_000
    assert found.largest_batch == need.largest(2_000_000)
    assert need.of(found.largest_batch) <= 2_000_000 < need.of(found.largest_batch + 1)
    assert forecast(with_recipe(BASE, batch_size=100_000), DATA).memory == need.of(len(DATA.train))
    monkeypatch.setattr(module, "free_memory", lambda device: None)
    assert forecast(BASE, DATA).largest_batch is None


def test_it_is_said() -> None:
    found = Forecast(12.3, 125.2, 13_100_000, 4096, 60_000, 16 * 10**9, memory.Need(()), 1.0)
    assert str(found.line) == ("About 12.3 s for an epoch, 2:05 min in all; 13.1 MB of memory, and a batch of 4 096 "
                               "would fit").replace("12.3 s", "12.3\u00a0s").replace(
        "2:05 min", "2:05\u00a0min").replace("13.1 MB", "13.1\u00a0MB").replace("4 096", "4\u00a0096")
    assert str(replace(found, largest_batch=None).line).endswith("of memory")
    assert str(replace(found, examples=4096).line).endswith("all 4\u00a0096 examples would fit into one batch")


def test_a_stopped_control_ends_it() -> None:
    control = Control()
    control.stop()
    with pytest.raises(StoppedError):
        forecast(BASE, DATA, control)


def test_a_step_that_would_take_long_is_told_from_two_smaller_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """0.5 s for each step and 0.01 s for each example: what batches of 64 cost follows from those of 8 and of 2."""
    clock = Clock(monkeypatch, learning=0.01, judging=0.001)
    learn, sizes = module.Trial.learn, set[int]()

    def with_a_beginning(trial: module.Trial, totals: object) -> int:
        clock.now += 0.5
        count: int = learn(trial, totals)  # type: ignore[arg-type]
        sizes.add(count)
        return count

    monkeypatch.setattr(module.Trial, "learn", with_a_beginning)
    monkeypatch.setattr(module, "WORK", 1)
    found = forecast(BASE, DATA)
    assert sizes == {8, 2} and found.epoch_seconds == pytest.approx(
        len(DATA.train) * (0.01 + 0.5 / 64) + len(DATA.validation) * 0.001)


def test_what_a_run_refuses_is_refused() -> None:
    frozen = BASE.graph
    for name in ("fc1", "fc2"):
        frozen = frozen.with_parameters(name, frozen.nodes[name].parameters.with_options(trainable=False))
    with pytest.raises(NothingToLearnError):
        forecast(replace(BASE, graph=frozen), DATA)


@pytest.mark.parametrize("name", ["linreg", "residual-small", "tied", "chimera"])
def test_networks_of_all_tasks(name: str) -> None:
    base = load_experiment(f"gallery:{name}")
    found = forecast(base, load_data(base.data))
    assert 0 < found.epoch_seconds * base.recipe.epochs <= found.run_seconds < 3600 and found.memory > 0


def test_without_validation_examples_others_are_judged() -> None:
    data = made_data(300, DataSpec(validation=0))
    assert len(data.validation) == 0
    assert forecast(experiment(data=data.spec), data).epoch_seconds > 0
