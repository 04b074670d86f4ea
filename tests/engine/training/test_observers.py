"""Observers: what a hand-written loop computes, batch by batch, in a run that does not change by being watched."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest
import torch
from torch import Tensor, fx, nn

from engine.data.tensors.data import Data
from engine.experiment.experiment import Experiment, load_experiment
from engine.network.ready import in_channels_last
from engine.network.weights import initial_module
from engine.training import fit
from engine.training.events import CheckpointReached, EpochEnded
from engine.training.observer import Batch, Observer, ObserverError
from tests.engine.cases import MLP, experiment, made_data, of_type, trained, with_recipe

DROPOUT = (*MLP[:3], ("drop1", "Dropout", {"p": 0.5}), MLP[-1])
NORMED = (("conv1", "Conv2d", {"out_channels": 4}), ("bn1", "BatchNorm2d", {}), ("relu", "ReLU", {}), *MLP)


class Seeing(Observer):
    """Copies everything it is shown; layers of the batches that ``wants`` names."""

    def __init__(self, wants: Callable[[int, int], bool] = lambda *_: False) -> None:
        self.wants, self.batches, self.asked, self.told = wants, list[Batch](), list[tuple[int, int]](), list[object]()
        self.gradients, self.weights = list[dict[str, Tensor]](), list[dict[str, Tensor]]()

    def wants_layers(self, epoch: int, number: int) -> bool:
        self.asked.append((epoch, number))
        return self.wants(epoch, number)

    def on_batch(self, batch: Batch) -> None:
        self.batches.append(batch)
        self.told.append((batch.epoch, batch.number))
        self.gradients.append({key: weight.grad.clone() for key, weight in batch.module.named_parameters()})
        self.weights.append({key: value.clone() for key, value in batch.module.state_dict().items()})

    def on_epoch(self, epoch: EpochEnded) -> None:
        self.told.append(epoch)


@pytest.fixture(scope="module")
def data() -> Data:
    """In three batches of twenty."""
    made = made_data(79)
    assert len(made.train) == 60
    return made


def watched_run(base: Experiment, data: Data | None = None, wants: Callable[[int, int], bool] = lambda *_: False
                ) -> Seeing:
    observer = Seeing(wants)
    trained(base, data=data, observers=[observer])
    return observer


def test_every_batch_is_that_of_a_loop_by_hand(data: Data) -> None:
    base = experiment(optimizer="sgd", lr=0.1, batch_size=20)
    seen = watched_run(base, data)
    module = initial_module(base)
    sgd = torch.optim.SGD(module.parameters(), lr=0.1)
    shown = zip(seen.batches, seen.gradients, seen.weights, strict=True)
    for epoch in (1, 2):
        order = torch.randperm(60, generator=torch.Generator().manual_seed(epoch))
        for number, index in enumerate(order.split(20), 1):
            batch, gradients, weights = next(shown)
            inputs, targets = data.train.inputs[index] / 255, data.train.targets[index]
            sgd.zero_grad()
            outputs = module(inputs)
            loss = nn.functional.cross_entropy(outputs, targets)
            loss.backward()
            sgd.step()
            assert (batch.epoch, batch.number, batch.layers) == (epoch, number, {})
            assert torch.equal(batch.inputs, inputs) and torch.equal(batch.targets, targets)
            assert torch.allclose(batch.outputs, outputs, atol=1e-6) and torch.allclose(batch.loss, loss, atol=1e-6)
            assert not (batch.outputs.requires_grad or batch.loss.requires_grad)
            for key, weight in module.named_parameters():
                assert torch.allclose(gradients[key], weight.grad, atol=1e-6)  # type: ignore[arg-type]
                assert torch.allclose(weights[key], weight, atol=1e-6)
    assert next(shown, None) is None


def test_epochs_are_told_after_their_batches(data: Data) -> None:
    observer = Seeing()
    first, second = trained(experiment(batch_size=20), data=data, observers=[observer])[1]
    assert observer.told == [(1, 1), (1, 2), (1, 3), first, (2, 1), (2, 2), (2, 3), second]
    assert observer.asked == [place for place in observer.told if isinstance(place, tuple)]


# -- layers -----------------------------------------------------------------------------------------------------------


def hooked(module: nn.Module, x: Tensor) -> dict[str, Tensor]:
    """The output of every module that computes, by its name."""
    found: dict[str, Tensor] = {}
    module = deepcopy(module)
    for name, part in module.named_modules():
        if name and not isinstance(part, fx.GraphModule):
            part.register_forward_hook(lambda _, __, output, name=name: found.setdefault(name, output.detach()))
    module.train()(x)
    return found


@pytest.mark.parametrize("name", ["residual-small", "inception-small", "lenet-digits"])
def test_layers_are_what_forward_hooks_catch_inside_blocks_too(name: str) -> None:
    base = with_recipe(load_experiment(f"gallery:{name}"), device="cpu", epochs=1, batch_size=300)
    seen = watched_run(base, wants=lambda _, number: number in (1, 3))
    assert [bool(batch.layers) for batch in seen.batches] == [True, False, True, False, False]
    module = initial_module(base)
    in_channels_last(module)  # sums of normalisations depend on it
    for batch, before in ((seen.batches[0], module.state_dict()), (seen.batches[2], seen.weights[1])):
        module.load_state_dict(before)
        caught = hooked(module, batch.inputs)
        assert len(caught) > 8 and caught.keys() <= batch.layers.keys()
        for place, output in caught.items():
            assert torch.equal(batch.layers[place], output), place
        assert torch.equal(batch.layers[next(reversed(batch.layers))], batch.outputs)
        assert not any(value.requires_grad for value in batch.layers.values())
    assert name == "lenet-digits" or any("." in place for place in seen.batches[0].layers)


# -- what watching changes: nothing -----------------------------------------------------------------------------------

WAYS: dict[str, Callable[[int, int], bool]] = {
    "none": lambda *_: False, "all": lambda *_: True, "some": lambda epoch, number: (epoch + number) % 2 == 0}


@pytest.mark.parametrize("wants", WAYS)
@pytest.mark.parametrize("rows", [DROPOUT, NORMED], ids=["dropout", "batch norm"])
def test_a_watched_run_is_bit_for_bit_the_same(rows: tuple[tuple[str, str, dict[str, object]], ...], wants: str,
                                               data: Data) -> None:
    base = experiment(*rows, batch_size=20, optimizer="momentum", lr=0.05)
    plain = trained(base, data=data)
    seen = trained(base, data=data, observers=[Seeing(WAYS[wants]), Seeing()])
    assert [point.loss for point in seen[0]] == [point.loss for point in plain[0]]
    for one, other in zip(seen[1], plain[1], strict=True):
        assert (one.train, one.validation) == (other.train, other.validation)
        assert all(torch.equal(value, other.weights[key]) for key, value in one.weights.items())
    assert seen[2].summary.test == plain[2].summary.test


def test_blocks_learn_bit_for_bit_the_same() -> None:
    base = with_recipe(load_experiment("gallery:residual-small"), device="cpu", epochs=1, batch_size=300)
    plain, seen = trained(base)[1][0], trained(base, observers=[Seeing(WAYS["some"])])[1][0]
    assert all(torch.equal(value, plain.weights[key]) for key, value in seen.weights.items())


def test_a_run_that_goes_on_is_watched_from_there(data: Data) -> None:
    events = list(fit(experiment(batch_size=20), data=data))
    kept = of_type(events, CheckpointReached)[0].checkpoint
    observer = Seeing()
    again = list(fit(experiment(batch_size=20), data=data, resume=kept, observers=[observer]))
    assert observer.told == [(2, 1), (2, 2), (2, 3), of_type(again, EpochEnded)[0]]


# -- an observer that fails -------------------------------------------------------------------------------------------


class OwnError(Exception):
    pass


@pytest.mark.parametrize("method", ["wants_layers", "on_batch", "on_epoch"])
@pytest.mark.parametrize("error", [OwnError("no more"), KeyError("fc9"), ValueError("none"), MemoryError("too much")],
                         ids=["own", "key", "value", "memory"])
def test_its_error_ends_the_run(method: str, error: Exception, data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise error

    observer, after = Seeing(), Seeing()
    monkeypatch.setattr(observer, method, fails)
    with pytest.raises(ObserverError, match="What watches the training has failed: ") as raised:
        list(fit(experiment(batch_size=20), data=data, observers=[observer, after]))
    assert raised.value.__cause__ is error and len(after.told) == (3 if method == "on_epoch" else 0)


def test_an_observer_that_overrides_nothing_sees_nothing(data: Data) -> None:
    assert trained(experiment(batch_size=20), data=data, observers=[Observer()])[2].summary.epochs == 2
