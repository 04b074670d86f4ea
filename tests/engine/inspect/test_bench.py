"""Lenses kept ready: the same network takes other weights without being made anew, and what was seen stays."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.experiment.experiment import Experiment, load_experiment
from engine.inspect import bench as benches
from engine.inspect.bench import Bench
from engine.inspect.lens import Lens
from engine.network.weights import initial_module
from tests.engine.cases import experiment, with_recipe

MLP = experiment()
State = dict[str, Tensor]


def weights(base: Experiment, seed: int) -> State:
    return dict(initial_module(with_recipe(base, seed=seed)).state_dict())


@pytest.mark.parametrize("base", [MLP, load_experiment("gallery:lenet-bn"), load_experiment("gallery:tied")],
                         ids=["mlp", "lenet-bn", "tied"])
@pytest.mark.parametrize("training", [False, True])
def test_whatever_comes_before_it_shows_what_a_new_one_shows(base: Experiment, training: bool) -> None:
    bench, states = Bench(), [weights(base, seed) for seed in range(7)]
    x = torch.rand(2, *base.data.sample_shape, generator=torch.Generator().manual_seed(0))
    made = set[int]()
    for state in states:
        lens = bench.lens(base, state, training=training)
        made.add(id(lens))
        look, plain = lens.look(x), Lens(base, state, training=training).look(x)
        assert all(torch.equal(look.outputs[place], plain.outputs[place]) for place in plain.outputs)
        back, other = (each.back(x, torch.sum) for each in (lens, Lens(base, state, training=training)))
        assert all(torch.equal(back.weights[key], other.weights[key]) for key in other.weights)
        assert bench.lens(base, state, training=training) is lens
    assert len(made) == benches.KEPT, "the others took their weights"


def test_what_was_seen_stays_as_it_was_and_the_weights_that_were_given_too() -> None:
    one, other = weights(MLP, 0), weights(MLP, 1)
    kept = {key: value.clone() for key, value in other.items()}
    lens = Lens(MLP, one)
    shown = {key: value.detach().numpy() for key, value in lens.module.named_parameters()}
    lens.take(other)
    assert all((shown[key] == one[key].numpy()).all() for key in shown) and lens.taken == 1
    with torch.no_grad():
        for value in lens.module.parameters():
            value += 1
    assert all(torch.equal(other[key], kept[key]) for key in kept)


def test_two_that_are_compared_are_both_ready_however_far_one_goes() -> None:
    bench, pinned, states = Bench(), weights(MLP, 0), [weights(MLP, seed) for seed in range(1, 9)]
    first = bench.lens(MLP, pinned, training=False)
    for state in states:
        assert bench.lens(MLP, state, training=False) is not bench.lens(MLP, pinned, training=False) is first
    assert all(torch.equal(value, pinned[key]) for key, value in first.module.state_dict().items())


def test_weights_of_another_network_are_not_taken() -> None:
    bench, lens = Bench(), Lens(MLP)
    assert not lens.may_take({}) and not lens.may_take(weights(load_experiment("gallery:lenet-bn"), 0))
    assert not lens.may_take({key: value.double() for key, value in weights(MLP, 0).items()})
    for seed in range(4):
        bench.lens(MLP, weights(MLP, seed), training=False)
    broken = {key: value for key, value in weights(MLP, 5).items() if key != "fc1.bias"}
    assert bench.lens(MLP, broken, training=False).anew == ("fc1.bias",)
