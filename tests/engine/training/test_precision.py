"""Coarse numbers: refused where they only cost time; elsewhere they train, and weights stay what they are."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from engine.data.tensors.batches import Batches
from engine.data.tensors.loading import load_data
from engine.experiment.choices.precisions import PRECISIONS
from engine.experiment.experiment import load_experiment
from engine.network.weights import initial_module
from engine.training import Control, fit, loop
from engine.training.backend import Plain
from engine.training.checkpoint import Checkpoint, checkpoint_from
from engine.training.devices import NoPrecisionError, expect_precision
from engine.training.events import CheckpointReached, EpochEnded
from engine.training.learner import Learner
from engine.training.observer import Batch, Observer
from engine.training.optimizing import make_optimizer
from engine.training.steering import steered
from tests.engine.cases import experiment, of_type, trained, with_recipe

CPU = torch.device("cpu")
INSTRUCTIONS = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")


@pytest.fixture
def plain_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """One without instructions for coarse numbers."""
    for name in INSTRUCTIONS:
        monkeypatch.setattr(torch.cpu, name, lambda: False)


@pytest.fixture
def anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is refused because it is slow."""
    monkeypatch.setattr(loop, "expect_precision", lambda *_: None)


# -- where ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("plain_cpu")
@pytest.mark.parametrize("name", ["bfloat16", "float16"])
def test_a_cpu_without_instructions_refuses_it_in_words(name: str) -> None:
    with pytest.raises(NoPrecisionError, match=f"^This CPU has no instructions for {name} and would take several times "
                                               "as long: choose float32$"):
        next(fit(experiment(precision=name)))


@pytest.mark.parametrize("instructions", INSTRUCTIONS)
@pytest.mark.usefixtures("plain_cpu")
def test_one_with_instructions_takes_bfloat16_alone(instructions: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, instructions, lambda: True)
    expect_precision(CPU, PRECISIONS["bfloat16"])
    with pytest.raises(NoPrecisionError):
        expect_precision(CPU, PRECISIONS["float16"])


@pytest.mark.usefixtures("plain_cpu")
def test_other_devices_take_all_and_every_device_takes_float32() -> None:
    expect_precision(CPU, PRECISIONS["float32"])
    for kind in ("cuda", "mps"):
        for row in PRECISIONS.values():
            if kind == "cuda" or not row.is_coarse:
                expect_precision(torch.device(kind), row)


@pytest.mark.parametrize("kind", ["cpu", "mps"])
def test_coarse_products_are_nvidias_alone(kind: str) -> None:
    with pytest.raises(NoPrecisionError) as raised:
        expect_precision(torch.device(kind), PRECISIONS["tf32"])
    assert str(raised.value) == f"tf32 is computed by NVIDIA's GPUs alone: choose float32 on {kind}"


# -- what is computed -------------------------------------------------------------------------------------------------


class Outputs(Observer):
    """Of a network's layers, in the first batch."""

    def __init__(self) -> None:
        self.layers: dict[str, Tensor] = {}

    def wants_layers(self, epoch: int, number: int) -> bool:
        return (epoch, number) == (1, 1)

    def on_batch(self, batch: Batch) -> None:
        self.layers = self.layers or {**batch.layers, "loss": batch.loss, "outputs": batch.outputs}


@pytest.mark.usefixtures("anywhere")
@pytest.mark.parametrize("name", ["bfloat16", "float16"])
def test_a_step_is_autocasts(name: str) -> None:
    base, seen = experiment(epochs=1, precision=name), Outputs()
    trained(base, observers=[seen])
    module, dtype = initial_module(base), getattr(torch, name)
    with torch.autocast("cpu", dtype):
        expected = module(seen.layers["input"])
    assert torch.equal(seen.layers["fc2"], expected) and seen.layers["fc1"].dtype is dtype
    assert torch.equal(seen.layers["outputs"], expected.float()) and seen.layers["loss"].dtype is torch.float32
    assert seen.layers["input"].dtype is torch.float32


@pytest.mark.usefixtures("anywhere")
@pytest.mark.parametrize("name", ["bfloat16", "float16"])
def test_a_run_learns_nearly_the_same_and_weights_stay_float32(name: str) -> None:
    base = with_recipe(load_experiment("gallery:lenet-digits"), device="cpu", epochs=2, optimizer="adam", lr=0.003)
    fine, coarse = (trained(with_recipe(base, precision=kind)) for kind in ("float32", name))
    assert {value.dtype for value in coarse[1][-1].weights.values()} == {torch.float32}
    assert coarse[1][0].train != fine[1][0].train
    assert coarse[1][-1].train.loss == pytest.approx(fine[1][-1].train.loss, rel=0.2)
    assert coarse[2].summary.validation.accuracy == pytest.approx(fine[2].summary.validation.accuracy, abs=0.05)


@pytest.mark.usefixtures("anywhere")
def test_watching_changes_no_coarse_number() -> None:
    base = experiment(epochs=1, precision="bfloat16")
    plain, seen = trained(base)[1][0], trained(base, observers=[Outputs()])[1][0]
    assert all(torch.equal(value, plain.weights[key]) for key, value in seen.weights.items())


# -- scaling the loss -------------------------------------------------------------------------------------------------


def test_only_float16_scales_the_loss() -> None:
    scaled = {name for name, row in PRECISIONS.items() if Plain(CPU, row).scaler is not None}
    assert scaled == {"float16"}


def test_gradients_are_scaled_as_torch_does() -> None:
    backend, weight = Plain(CPU, PRECISIONS["float16"]), torch.ones(1, requires_grad=True)
    backend.backward((3 * weight).sum())
    assert weight.grad.item() == 3 * backend.scaler_state()["scale"]  # type: ignore[union-attr]


def by_hand(base, data) -> tuple[dict[str, Tensor], dict[str, float]]:  # type: ignore[no-untyped-def]
    """One epoch of float16 as torch's own examples write it."""
    module, scaler = initial_module(base), torch.amp.GradScaler("cpu")
    adam = torch.optim.Adam(module.parameters(), lr=base.recipe.lr, fused=True)
    order = torch.randperm(len(data.train), generator=torch.Generator().manual_seed(1))
    for index in order.split(base.recipe.batch_size):
        adam.zero_grad()
        with torch.autocast("cpu", torch.float16):
            outputs = module(data.train.inputs[index] / 255)
        loss = nn.functional.cross_entropy(outputs.float(), data.train.targets[index])
        scaler.scale(loss).backward()
        scaler.step(adam)
        scaler.update()
    return module.state_dict(), scaler.state_dict()


def kept_of(**options: object) -> list[Checkpoint]:
    base = experiment(precision="float16", batch_size=20, **options)
    return [event.checkpoint for event in of_type(list(fit(base)), CheckpointReached)]


@pytest.mark.usefixtures("anywhere")
def test_the_scale_is_that_of_a_loop_by_hand_and_is_kept() -> None:
    base = experiment(precision="float16", batch_size=20, epochs=1)
    weights, scale = by_hand(base, load_data(base.data))
    [kept] = kept_of(epochs=1)
    assert kept.scaler == scale and scale["_growth_tracker"] > 0
    assert all(torch.allclose(kept.weights[key], value, atol=1e-3) for key, value in weights.items())
    assert checkpoint_from(kept.stored()).scaler == scale


@pytest.mark.usefixtures("anywhere")
def test_a_run_goes_on_bit_for_bit_with_its_scale() -> None:
    base = experiment(precision="float16", batch_size=20, epochs=3)
    first, *_, last = kept_of(epochs=3)
    other = replace(first, scaler={**first.scaler, "scale": 1024.0})  # unlike that of a run that begins
    for start, scaler in ((first, last.scaler), (other, {**last.scaler, "scale": 1024.0})):
        events = list(fit(base, resume=checkpoint_from(start.stored())))
        ended = of_type(events, CheckpointReached)[-1].checkpoint
        assert ended.scaler == scaler
        assert start is other or all(torch.equal(value, last.weights[key]) for key, value in ended.weights.items())


def test_a_gradient_beyond_all_numbers_moves_nothing_and_lowers_the_scale() -> None:
    backend, module = Plain(CPU, PRECISIONS["float16"]), nn.Linear(2, 1)
    optimizer = make_optimizer(experiment().recipe, module, {}, backend.scaler)
    optimizer.set_lr(0.1, 1.0)
    before, scales = module.weight.clone(), []
    for size in (1e38, 1.0):
        optimizer.clear()
        backend.backward(size * module(torch.ones(1, 2)).sum())
        optimizer.step()
        scales.append(backend.scaler_state()["scale"])
        assert torch.equal(module.weight, before) is (size == 1e38)
    assert scales == [2.0**15, 2.0**15]


@pytest.mark.usefixtures("anywhere")
def test_without_scaling_a_checkpoint_has_no_scale() -> None:
    kept = of_type(list(fit(experiment(precision="bfloat16", epochs=1))), CheckpointReached)
    assert [event.checkpoint.scaler for event in kept] == [{}]


def gathering(precision: str) -> tuple[Learner, dict[str, Tensor]]:
    """One that has learned the first of two batches whose gradients are gathered for a step; and these gradients."""
    base = experiment(precision=precision, accumulate=2)
    learner, data = Learner(base, CPU), load_data(base.data)
    batches = Batches(data.train, data, CPU)
    learner.begin_epoch(1, 4)
    learner.mode(training=True)
    learner.learn(iter([batches.take(torch.arange(8))]), 1, 1, learner.totals(None, classes=True))
    return learner, gradients_of(learner)


def gradients_of(learner: Learner) -> dict[str, Tensor]:
    return {name: weight.grad.clone() for name, weight in learner.model.named_parameters() if weight.grad is not None}


@pytest.mark.parametrize(("before", "then", "factor"), [
    ("float16", "float32", 2.0**-16), ("float32", "float16", 2.0**16), ("float16", "bfloat16", 2.0**-16),
    ("float16", "float16", 1.0), ("float32", "bfloat16", 1.0)])
def test_gradients_that_wait_have_the_scale_of_those_that_come(before: str, then: str, factor: float) -> None:
    learner, waiting = gathering(before)
    learner.follow(experiment(precision=then, accumulate=2, lr=0.1))
    now = gradients_of(learner)
    assert waiting and all(torch.equal(now[name], factor * gradient) for name, gradient in waiting.items())
    assert learner.optimizer_state()["gathered"]["batches"] == 1


def test_the_scale_stays_where_another_option_changes() -> None:
    learner, _ = gathering("float16")
    learner.backend.take_scaler_state({**learner.backend.scaler_state(), "scale": 1024.0})
    learner.follow(experiment(precision="float16", accumulate=2, lr=0.1))
    assert learner.backend.scaler_state()["scale"] == 1024.0


def test_gradients_beyond_all_numbers_do_not_wait_for_another_precision() -> None:
    learner, _ = gathering("float16")
    next(learner.model.parameters()).grad.fill_(torch.inf)  # type: ignore[union-attr]
    learner.follow(experiment(precision="float32", accumulate=2))
    assert "gathered" not in learner.optimizer_state()


@pytest.mark.usefixtures("anywhere")
@pytest.mark.parametrize("optimizer", ["momentum:dampening=0.5", "adam"])
def test_weights_that_begin_to_learn_later_do_so_beside_the_others(optimizer: str) -> None:
    control, frozen = Control(), steered(experiment(
        optimizer=optimizer, precision="float16", batch_size=150), {"fc1.trainable": False})
    events = []
    for event in fit(frozen, control):
        events.append(event)
        if isinstance(event, EpochEnded):
            control.steer({"fc1.trainable": True})
    before, after = (event.weights["fc1.weight"] for event in of_type(events, EpochEnded))
    assert not torch.equal(before, after)


def test_what_a_step_left_out_never_wrote_is_no_momentum() -> None:
    """The first scaled gradients are often beyond all numbers."""
    module, scaler = nn.Linear(4096, 1, bias=False), torch.amp.GradScaler("cpu")
    nn.init.zeros_(module.weight)
    optimizer = make_optimizer(experiment(optimizer="momentum").recipe, module, {}, scaler)
    optimizer.set_lr(1.0, 1.0)
    for gradient in (math.inf, 1.0):
        module.weight.grad = scaler.scale(torch.full_like(module.weight, gradient))
        optimizer.step()
    assert torch.equal(module.weight, -torch.ones(1, 4096))
