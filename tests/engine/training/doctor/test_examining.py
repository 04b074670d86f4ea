"""What is examined in a step, beside hooks in plain torch; and that nothing of a run is changed by it."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
import torch
from torch import nn

from engine.experiment.experiment import Experiment
from engine.experiment.trust import allow, sources_of
from engine.network.ready import ready
from engine.training import fit
from engine.training.doctor.examining import dead_share, mean_and_spread, saturated_share
from engine.training.doctor.times import is_time, looks_at
from engine.training.doctor.values import LayerHealth
from engine.training.events import CheckpointReached, EpochEnded, Examined, Remark
from engine.training.observer import Batch, Observer
from tests.engine.cases import experiment, made_data, of_type
from tests.engine.training.doctor.sick import BN_CNN, layers, slow_norm

CONV = (("conv1", "Conv2d", {"out_channels": 4, "kernel_size": 3}), ("act1", "ReLU", {}),
        ("res", "Residual", {"num_channels": 4}), ("flatten", "Flatten", {}),
        ("fc1", "Linear", {"out_features": 12}), ("act2", "Sigmoid", {}), ("out", "Linear", {"out_features": 10}))


def by_hand(base: Experiment, x: torch.Tensor, targets: torch.Tensor) -> dict[str, LayerHealth]:
    """The first step of SGD, looked at with forward hooks."""
    network = ready(base, training=True)
    outputs: dict[str, torch.Tensor] = {}
    parts = dict(network.module.named_modules())
    for place, part in parts.items():
        part.register_forward_hook(lambda _m, _i, out, place=place: outputs.__setitem__(place, out.detach().clone()))
    nn.functional.cross_entropy(network.module(x), targets).backward()
    found = {}
    for place, out in outputs.items():
        values = out.double().numpy()
        own = list(parts[place].parameters(recurse=False))
        gradient = update = math.nan
        if own:
            gradient = math.sqrt(sum(float((w.grad.double() ** 2).sum()) for w in own))  # type: ignore[union-attr]
            size = math.sqrt(sum(float((w.detach().double() ** 2).sum()) for w in own))
            update = base.recipe.lr * gradient / size
        axes = (0, 2, 3) if values.ndim == 4 else (0,)
        is_relu, is_sigmoid = isinstance(parts[place], nn.ReLU), isinstance(parts[place], nn.Sigmoid)
        dead = float((np.abs(values).max(axes) == 0).mean()) if is_relu else math.nan
        saturated = float(((values < 0.01) | (values > 0.99)).mean()) if is_sigmoid else math.nan
        found[place] = LayerHealth(values.mean(), values.std(), dead, saturated, gradient, update)
    return found


def test_the_first_step_is_that_of_plain_torch() -> None:
    base = experiment(*CONV, optimizer="sgd", lr=0.1, batch_size=40, epochs=1, initialization="normal_unit")
    data = made_data(70)
    seen: dict[str, torch.Tensor] = {}

    class First(Observer):
        def on_batch(self, batch: Batch) -> None:
            seen.setdefault("x", batch.inputs)
            seen.setdefault("y", batch.targets)

    examined = of_type(list(fit(base, data=data, observers=[First()])), Examined)
    expected = by_hand(base, seen["x"].clone(memory_format=torch.contiguous_format), seen["y"])
    layers_seen = examined[0].layers
    for place, one in expected.items():
        if place and place in layers_seen:
            assert _near(layers_seen[place], one), place
    assert {"conv1", "act1", "res.conv1", "res.act1", "fc1", "act2", "out"} <= layers_seen.keys() & expected.keys()


def _near(one: LayerHealth, other: LayerHealth) -> bool:
    pairs = zip((one.mean, one.spread, one.dead, one.saturated, one.gradient, one.update),
                (other.mean, other.spread, other.dead, other.saturated, other.gradient, other.update), strict=True)
    return all((math.isnan(a) and math.isnan(b)) or a == pytest.approx(b, rel=2e-3, abs=1e-5) for a, b in pairs)


@pytest.mark.parametrize("shape", [(5,), (3, 4), (2, 3, 4, 5), (2, 3, 4, 5, 6)])
@pytest.mark.parametrize("last", [False, True])
def test_mean_and_spread_are_numpys(shape: tuple[int, ...], last: bool) -> None:
    x = torch.randn(shape, generator=torch.Generator().manual_seed(1)) * 3 + 7
    if last and len(shape) == 4:
        x = x.to(memory_format=torch.channels_last)
    wide = x.double()
    assert mean_and_spread(x) == pytest.approx((float(wide.mean()), float(wide.std(correction=0))), rel=1e-4)


def test_dead_units_are_channels_of_maps_and_numbers_of_vectors() -> None:
    maps = torch.zeros(3, 4, 2, 2)
    maps[1, 2, 0, 1] = 0.5
    assert dead_share(nn.ReLU(), maps) == 0.75 and math.isnan(dead_share(nn.GELU(), maps))
    rows = torch.tensor([[0.0, 0.0, 1.0], [0.0, 2.0, 0.0]])
    assert dead_share(nn.ReLU(), rows) == pytest.approx(1 / 3)
    assert dead_share(nn.Softshrink(), -rows) == pytest.approx(1 / 3) and math.isnan(dead_share(nn.ReLU(), rows[0]))


def test_saturated_are_numbers_near_an_end() -> None:
    values = torch.tensor([[-0.99, 0.0, 0.97, 1.0]])
    assert saturated_share(nn.Tanh(), values) == 0.5 and math.isnan(saturated_share(nn.ReLU(), values))
    assert saturated_share(nn.Sigmoid(), torch.tensor([0.005, 0.5, 0.995, 0.98])) == 0.5


def test_steps_are_looked_at_often_at_first_and_then_as_often_as_a_logarithm_grows() -> None:
    times = [step for step in range(1, 200_000) if is_time(step)]
    assert times[:9] == [1, 2, 4, 8, 16, 32, 40, 60, 80]
    counts = [sum(begin < step <= 2 * begin for step in times) for begin in (10_000, 20_000, 40_000, 80_000)]
    assert max(counts) - min(counts) <= 2 and counts[0] <= 260


@pytest.mark.parametrize("rows", [CONV, BN_CNN, (*layers("ReLU")[:3], ("drop1", "Dropout", {"p": 0.4}),
                                                ("out", "Linear", {"out_features": 10}))])
def test_a_run_is_the_same_bit_for_bit_without_it(rows: tuple) -> None:  # type: ignore[type-arg]
    base = experiment(*rows, epochs=2, batch_size=20, seed=3)
    data = made_data(200)
    ends = []
    for doctor in (True, False):
        events = list(fit(base, data=data, doctor=doctor))
        assert bool(of_type(events, Examined)) is doctor
        ends.append(of_type(events, EpochEnded)[-1])
    assert all(torch.equal(tensor, ends[1].weights[key]) for key, tensor in ends[0].weights.items())
    assert (ends[0].train, ends[0].validation) == (ends[1].train, ends[1].validation)


def test_a_run_that_goes_on_is_seen_as_one_that_was_not_left() -> None:
    base, data = experiment(*layers("ReLU", "ReLU"), optimizer="sgd", lr=20.0, epochs=4, batch_size=32), made_data(400)
    whole = list(fit(base, data=data))
    [middle] = [event.checkpoint for event in of_type(whole, CheckpointReached)][1:2]
    rest = list(fit(base, data=data, resume=pickle.loads(pickle.dumps(middle))))
    since = [event for event in of_type(whole, Examined) if event.position > middle.position]
    assert repr(of_type(rest, Examined)) == repr(since) and since
    said = [remark.kind for remark in of_type(rest, Remark)]
    assert said == [remark.kind for remark in of_type(whole, Remark)][len(middle.health.said):]


def test_batches_that_are_gathered_are_looked_at_where_there_is_a_step() -> None:
    base = experiment(*layers("ReLU"), optimizer="sgd", lr=0.05, batch_size=8, accumulate=4, epochs=3)
    events = list(fit(base, data=made_data(400)))
    seen = of_type(events, Examined)
    assert seen and all(each.batch % 4 == 0 or each.batch == max(other.batch for other in seen) for each in seen)
    assert all(each.layers["fc1"].update > 0 for each in seen)
    assert {remark.kind for remark in of_type(events, Remark)} <= {"underfitting"}, "labels are random"


def test_a_short_last_batch_is_not_looked_at() -> None:
    assert [number for number in range(1, 21) if looks_at(5, number, 20, last_is_short=True)] == [1]
    assert [number for number in range(1, 21) if looks_at(5, number, 20)] == [20]
    assert looks_at(1, 1, 1, last_is_short=True) and not looks_at(2, 3, 9, accumulate=4)
    base = experiment(*layers("ReLU"), batch_size=64, epochs=12)
    seen = of_type(list(fit(base, data=made_data(1592))), Examined)  # 20 batches, the last of few examples
    assert {each.examples for each in seen} == {64} and max(each.epoch for each in seen) > 10


def test_relu6_is_no_hardtanh_and_a_hardtanh_has_its_own_limits() -> None:
    values = torch.linspace(1.0, 4.0, 40)
    assert math.isnan(saturated_share(nn.ReLU6(), values)) and dead_share(nn.ReLU6(), torch.zeros(3, 2)) == 1
    assert saturated_share(nn.Hardtanh(-20, 20), values) == 0 and saturated_share(nn.Hardtanh(-1, 1), values) == 1


def test_own_code_that_counts_its_calls_learns_the_same_bits() -> None:
    source = ("class Count(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
              "        self.register_buffer('n', torch.zeros(()))\n"
              "    def forward(self, x):\n        self.n += 1\n        return x * (1 + self.n / 1000)\n")
    rows = (*slow_norm()[:-1], ("own", "Code", {"source": source}), BN_CNN[-1])
    base = experiment(*rows, optimizer="sgd", lr=0.05, batch_size=32, epochs=5)
    allow(sources_of(base.graph))
    runs = [list(fit(base, doctor=doctor)) for doctor in (True, False)]
    assert "drifting" in [remark.kind for remark in of_type(runs[0], Remark)]
    ends = [of_type(events, EpochEnded)[-1].weights for events in runs]
    assert all(torch.equal(tensor, ends[1][key]) for key, tensor in ends[0].items())
