"""What a training needs against torch's own count of bytes, and what is refused because of it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.data.spec.spec import DataSpec
from engine.data.tensors.data import Data
from engine.experiment.experiment import Experiment, load_experiment
from engine.network.weights import NetworkTooLargeError
from engine.training import fit
from engine.training.backend import Plain
from engine.training.checks import memory
from engine.training.checks.memory import Line, Need, NoRoomError, expect_room, need_of, refusal
from engine.training.checks.trial import Trial
from engine.training.events import Finished
from engine.training.failures import OutOfMemoryError
from tests.engine.cases import experiment, made_data, of_type
from tests.engine.conftest import _Alive

CPU = torch.device("cpu")
GB = 10**9


def on_made_images(name: str, count: int = 260, **recipe: Any) -> tuple[Experiment, Data]:
    base = load_experiment(f"gallery:{name}")
    base = replace(base, recipe=base.recipe.with_options(device="cpu", **recipe))
    return base, made_data(count, DataSpec(resize=base.data.resize or 28))


def tensors_of(trial: Trial) -> list[Tensor]:
    """Weights, statistics, and what the optimizer keeps."""
    module, kept = trial.learner.model, trial.learner._steps._optimizer.state()["state"]
    return [*module.parameters(), *module.buffers(),
            *(value for of in kept.values() for value in of.values() if isinstance(value, Tensor))]


def alive_in_a_step(trial: Trial, batch: int) -> int:
    """Bytes of all storages that live at once in the second step, by torch's own allocations."""
    x, targets = trial.batches.take(torch.arange(batch))
    trial.learner.mode(training=True)
    trial.learner.learn(iter([(x, targets)]), 1, 1, trial.sums())  # makes what the optimizer keeps
    trial.learner._steps._optimizer.clear()
    own, totals = tensors_of(trial), trial.sums()
    with _Alive(own) as alive:
        alive.watch(x)
        trial.learner.learn(iter([(x, targets)]), 1, 2, totals)
    return alive.peak + sum(tensor.nbytes for tensor in own)


@pytest.mark.parametrize("batch", [16, 128])
@pytest.mark.parametrize(("name", "optimizer"), [
    ("lenet", "sgd"), ("mlp", "sgd"), ("residual-small", "adam"), ("lenet-bn", "momentum"), ("mlp-dropout", "adamw"),
    ("inception-small", "adam"),
])  # fmt: skip
def test_it_is_torchs_count_within_ten_percent(name: str, optimizer: str, batch: int) -> None:
    base, data = on_made_images(name, batch_size=batch, optimizer=optimizer)
    counted = alive_in_a_step(Trial(base, data), batch)
    assert counted == pytest.approx(need_of(replace(base, data=data.spec)).of(batch), rel=0.1)


def test_no_more_than_what_autograd_keeps_and_gradients_need_is_said_of_a_perceptron() -> None:
    """Behind the first layer of a perceptron the most is alive: what is saved, weights and all their gradients."""
    base, data = on_made_images("mlp", batch_size=256, count=400)
    trial = Trial(base, data)
    x, targets = trial.batches.take(torch.arange(256))
    saved: dict[int, Tensor] = {}
    own = {tensor.untyped_storage().data_ptr() for tensor in trial.learner.model.parameters()}

    def pack(tensor: Tensor) -> Tensor:
        saved[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = torch.nn.functional.cross_entropy(trial.learner.model(x), targets)
    loss.backward()  # type: ignore[no-untyped-call]
    counted = sum(2 * weight.nbytes for weight in trial.learner.model.parameters()) + sum(
        tensor.untyped_storage().nbytes() for place, tensor in saved.items() if place not in own)
    assert counted == pytest.approx(need_of(replace(base, data=data.spec)).of(256), rel=0.1)


def test_it_grows_with_the_batch_from_weights_and_what_is_kept_of_them() -> None:
    base = load_experiment("gallery:mlp")
    need, weights = need_of(base), 203_530 * 4
    assert need.fixed == 2 * weights and need_of(replace(base, recipe=base.recipe.with_options(
        optimizer="adam"))).fixed == 4 * weights
    assert need.of(1) == 2 * weights + (784 + 256) * 4  # input and gradient of fc1, when its weights' comes
    sizes = [need.of(batch) for batch in (0, 1, 10, 100, 1000, 10_000)]
    assert sizes == sorted(sizes) and (sizes[-1] - sizes[-2]) / 9000 == need.per_example


def test_what_is_frozen_has_no_gradients() -> None:
    base = load_experiment("gallery:mlp")
    graph = base.graph.with_parameters("fc1", base.graph.nodes["fc1"].parameters.with_options(trainable=False))
    assert need_of(base).fixed - need_of(replace(base, graph=graph)).fixed == 4 * 785 * 256


@pytest.mark.parametrize(("free", "batch"), [(99, 0), (100, 0), (109, 0), (110, 1), (199, 9), (200, 10), (9e12, 10**6)])
def test_the_largest_batch_that_fits(free: float, batch: int) -> None:
    need = Need((Line(100, 10), Line(0, 20), Line(100, 0)))
    assert need.largest(free) == batch
    assert batch in (0, 10**6) or need.of(batch) <= free < need.of(batch + 1)


# -- refused in words -------------------------------------------------------------------------------------------------


def with_memory(monkeypatch: pytest.MonkeyPatch, free: int, swap: int = 0) -> None:
    system = SimpleNamespace(virtual_memory=lambda: SimpleNamespace(available=free),
                             swap_memory=lambda: SimpleNamespace(free=swap))
    monkeypatch.setattr(memory, "psutil", system)


def large(batch_size: int = 4096) -> tuple[Experiment, Data]:
    """A network of three million numbers for each example: 50 GB for a batch of 4 096."""
    base = experiment(("up", "Upsample", {"scale_factor": 16}), ("conv1", "Conv2d", {"out_channels": 64,
                      "kernel_size": 3}), ("act1", "Sigmoid", {}), ("pool", "AdaptiveAvgPool2d", {"output_size": 1}),
                      ("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 10}), batch_size=batch_size)
    return base, made_data(6000, base.data)


def test_a_batch_that_cannot_fit_is_refused_with_one_that_does(monkeypatch: pytest.MonkeyPatch) -> None:
    base, data = large()
    with_memory(monkeypatch, 16 * GB)
    error = refusal(base, CPU, data)
    assert error is not None and error.batch_size == 4096 and error.free == 16 * GB
    assert error.needed == need_of(base).of(4096) > 2 * error.free and error.fits == 1024
    assert need_of(base).of(error.fits) <= 0.9 * error.free < need_of(base).of(2 * error.fits)
    assert str(error) == (f"This needs {error.needed / 1e9:.3g} GB for a batch of 4 096, and 16 GB are free: "
                          "a batch of 1\u00a0024 fits").replace("4 096", "4\u00a0096").replace(" GB", "\u00a0GB")
    assert refusal(*large(error.fits)[:1], CPU, data) is None


def test_a_run_that_cannot_fit_ends_before_anything_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    base, data = large()
    with_memory(monkeypatch, 16 * GB)
    with pytest.raises(OutOfMemoryError, match=r"a batch of 1.024 fits") as raised:
        list(fit(base, data=data))
    assert isinstance(raised.value, NoRoomError)


def test_what_may_fit_is_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    base, data = large()
    needed = need_of(base).of(4096)
    for free, swap, is_refused in ((needed, 0, False), (int(needed / 1.2), 0, False), (int(needed / 1.3), 0, True),
                                   (needed // 2, needed // 2, False), (needed // 4, needed // 4, True)):
        with_memory(monkeypatch, free, swap)
        assert (refusal(base, CPU, data) is not None) == is_refused


def test_a_batch_is_no_larger_than_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    base, data = large(1_000_000)
    with_memory(monkeypatch, need_of(base).of(len(data.train)))
    expect_room(base, CPU, data)


def test_what_is_only_a_bound_is_refused_late(monkeypatch: pytest.MonkeyPatch) -> None:
    base, data = large()
    needed = need_of(base).of(4096)
    with_memory(monkeypatch, int(0.45 * needed))
    mixed = replace(base, recipe=base.recipe.with_options(precision="bfloat16"))
    assert refusal(base, CPU, data) is not None and refusal(mixed, CPU, data) is None
    rnn = experiment(("flatten", "Flatten", {"start_dim": 2}), ("rnn", "RNN", {"hidden_size": 4096}),
                     ("flat", "Flatten", {}), ("fc", "Linear", {"out_features": 10}), batch_size=4096)
    with_memory(monkeypatch, int(0.45 * need_of(rnn).of(4096)))
    assert refusal(rnn, CPU, data) is None
    with_memory(monkeypatch, int(0.1 * need_of(rnn).of(4096)))
    assert refusal(rnn, CPU, data) is not None


def test_weights_alone_and_single_examples_that_are_too_large_have_no_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    base, data = large()
    with_memory(monkeypatch, 3_000)
    with pytest.raises(NetworkTooLargeError, match=r"its weights alone need 5.16.kB"):
        expect_room(base, CPU, data)
    with_memory(monkeypatch, 10_000)
    with pytest.raises(NoRoomError, match=r"for its weights, their gradients and the optimizer alone.* no batch fits"):
        expect_room(base, CPU, data)
    with_memory(monkeypatch, 200_000)
    with pytest.raises(NoRoomError, match=r"for a single example, and 0\.20.MB are free: no batch fits") as raised:
        expect_room(base, CPU, data)
    assert raised.value.fits == 0


def test_where_nobody_knows_what_is_free_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> None:
        raise OSError

    monkeypatch.setattr(memory, "psutil", SimpleNamespace(virtual_memory=unknown, swap_memory=unknown))
    base, data = large()
    assert refusal(base, CPU, data) is None


def test_processes_that_learn_together_have_memory_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    base, data = experiment(epochs=1), made_data(200)
    with_memory(monkeypatch, 1_000)
    with pytest.raises(NetworkTooLargeError):
        list(fit(base, data=data))
    events = fit(base, data=data, backend=lambda device, recipe: Plain(device, recipe.precision_row))
    assert of_type(events, Finished)
