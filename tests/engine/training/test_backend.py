"""Where a run is computed: one process, and two that learn together, as the loop asks them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import torch
from torch import Tensor, nn

from engine.data.spec.spec import DataSpec
from engine.data.tensors.data import Data, Split
from engine.data.tensors.loading import load_data
from engine.experiment.choices.precisions import PRECISIONS
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.training import fit, run
from engine.training.backend import Plain
from engine.training.events import EpochEnded, Event
from tests.engine.cases import chain, experiment, made_data, of_type, trained

CPU, FLOAT32 = torch.device("cpu"), PRECISIONS["float32"]


# -- one --------------------------------------------------------------------------------------------------------------


def test_one_process_takes_everything_as_it_is() -> None:
    plain, module, numbers = Plain(CPU, FLOAT32), nn.Linear(2, 1), torch.arange(5)
    assert (plain.rank, plain.world, plain.device, plain.scaler) == (0, 1, CPU, None)
    assert plain.setup(module) is module
    assert plain.share(numbers) is numbers and plain.reduce(numbers) is numbers
    assert plain.scaler_state() == {} and plain.take_scaler_state({"scale": 2.0}) is None
    with plain.autocast():
        assert module(torch.ones(1, 2)).dtype is torch.float32


def test_its_seed_is_torchs() -> None:
    Plain(CPU, FLOAT32).seed(2**40 + 5)
    drawn = torch.rand(3)
    torch.manual_seed(2**40 + 5)
    assert torch.equal(drawn, torch.rand(3))


def test_its_gradients_are_those_of_the_loss() -> None:
    weight = torch.ones(3, requires_grad=True)
    Plain(CPU, FLOAT32).backward((weight * torch.tensor([1.0, 2.0, 3.0])).sum())
    assert weight.grad.tolist() == [1, 2, 3]  # type: ignore[union-attr]


class Counting(Plain):
    """Counts what it is asked."""

    def __init__(self, device: torch.device, recipe: Recipe) -> None:
        super().__init__(device, recipe.precision_row)
        self.asked, self.seeds = Counter[str](), list[int]()

    def setup(self, module: nn.Module) -> nn.Module:
        self.asked["setup"] += 1
        return super().setup(module)

    def backward(self, loss: Tensor) -> None:
        self.asked["backward"] += 1
        super().backward(loss)

    def reduce(self, sums: Tensor) -> Tensor:
        self.asked["reduce"] += 1
        return super().reduce(sums)

    def seed(self, seed: int) -> None:
        self.seeds.append(seed)
        super().seed(seed)


def test_a_run_asks_the_backend_it_is_given() -> None:
    made: list[Counting] = []

    def make(device: torch.device, recipe: Recipe) -> Counting:
        made.append(Counting(device, recipe))
        return made[-1]

    base, data = experiment(batch_size=20), made_data(79)
    _, epochs, end = trained(base, data=data, backend=make)
    [backend] = made
    assert backend.asked["setup"] == 1 and backend.asked["backward"] == 6  # two epochs of three batches
    assert backend.asked["reduce"] >= 2 * 3 + 1  # an epoch: points, its mean, validation; the test
    judged = {base.recipe.seed * 1_000_003 * 2_000_003 + number for number in range(9)}  # and looked at before, as 0
    steps = [seed for seed in backend.seeds if seed not in judged]
    assert len(steps) == len(set(steps)) == 6  # each batch draws anew
    plain = trained(base, data=data)
    assert [epoch.validation for epoch in epochs] == [epoch.validation for epoch in plain[1]]
    assert end.summary.test == plain[2].summary.test


# -- two --------------------------------------------------------------------------------------------------------------


class Meeting:
    """Where two threads lay their tensors together."""

    def __init__(self) -> None:
        self._barrier, self._brought = Barrier(2, timeout=60), [torch.zeros(())] * 2

    def added(self, rank: int, value: Tensor) -> Tensor:
        self._brought[rank] = value.clone()
        self._barrier.wait()
        total = self._brought[0] + self._brought[1]
        self._barrier.wait()
        return total

    def leave(self) -> None:
        self._barrier.abort()


class Half(Plain):
    """One of two processes: every second example is its own, and gradients are the mean of both."""

    world = 2

    def __init__(self, rank: int, meeting: Meeting) -> None:
        super().__init__(CPU, FLOAT32)
        self.rank, self._meeting = rank, meeting  # type: ignore[misc]
        self.shares: list[int] = []

    def setup(self, module: nn.Module) -> nn.Module:
        self._module = super().setup(module)
        return self._module

    def share(self, index: Tensor) -> Tensor:
        self.shares.append(len(index))
        return index[self.rank::2]

    def reduce(self, sums: Tensor) -> Tensor:
        return self._meeting.added(self.rank, sums)

    def backward(self, loss: Tensor) -> None:
        super().backward(loss)
        for weight in self._module.parameters():
            weight.grad = self._meeting.added(self.rank, weight.grad) / 2  # type: ignore[arg-type]


def together(base: Experiment, data: Data) -> tuple[list[list[Event]], list[Half]]:
    """The events of both, each in a thread of its own."""
    meeting = Meeting()
    backends = [Half(rank, meeting) for rank in (0, 1)]

    def events(rank: int) -> list[Event]:
        try:
            torch.set_num_threads(1)
            return list(fit(base, data=data, backend=lambda *_: backends[rank]))
        except BaseException:
            meeting.leave()
            raise

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(events, (0, 1))), backends


def of_numbers() -> tuple[Experiment, Data]:
    """A line through noise."""
    generator, spec = torch.Generator().manual_seed(3), DataSpec(dataset="linear")
    x = torch.randn(66, 2, generator=generator)
    y = x @ torch.tensor([[2.0], [-3.4]]) + 4.2 + torch.randn(66, 1, generator=generator)
    parts = [Split(x[begin:end], y[begin:end]) for begin, end in ((0, 40), (40, 55), (55, 66))]
    recipe = Recipe(loss="mse", lr=0.05, batch_size=20, epochs=3, device="cpu")
    return Experiment(chain(("fc1", "Linear", {"out_features": 1})), spec, recipe), Data(spec, *parts, (), ())


CASES: dict[str, Callable[[], tuple[Experiment, Data]]] = {
    "classes": lambda: (experiment(optimizer="momentum", lr=0.1, batch_size=458, epochs=3), load_data(DataSpec())),
    "one batch": lambda: (experiment(batch_size=1000, epochs=2), made_data(79)),
    "numbers": of_numbers,
}


@pytest.mark.parametrize("case", CASES)
def test_two_learn_what_one_learns(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 1e9)  # both read after the same batches
    base, data = CASES[case]()
    alone = list(fit(base, data=data))
    both, backends = together(base, data)
    for events, backend in zip(both, backends, strict=True):
        assert sum(backend.shares) == base.recipe.epochs * (len(data.train) + len(data.validation)) + len(data.test)
        for one, other in zip(of_type(events, EpochEnded), of_type(alone, EpochEnded), strict=True):
            assert one.train.named == pytest.approx(other.train.named, abs=1e-5)
            assert one.validation.named == pytest.approx(other.validation.named, abs=1e-5)
            assert (one.is_best, one.judged) == (other.is_best, 1)
            assert all(torch.allclose(value, other.weights[key], atol=1e-5) for key, value in one.weights.items())
        tests = [run[-1].summary.test.named for run in (events, alone)]
        assert tests[0] == pytest.approx(tests[1], abs=1e-5)
    first, second = ([event.weights for event in of_type(events, EpochEnded)] for events in both)
    assert all(torch.equal(one[key], other[key]) for one, other in zip(first, second, strict=True) for key in one)

