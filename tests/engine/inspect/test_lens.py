"""Every layer's output and gradient against hooks on the same network, run by torch itself; and what cannot run."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from threading import Event, Thread

import pytest
import torch
from torch import Tensor, fx, nn

from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, load_experiment
from engine.experiment.recipe import Recipe
from engine.experiment.trust import allow
from engine.graph.graph import Edge, Graph, Node
from engine.inspect import lens as lens_module
from engine.inspect.bench import Bench
from engine.inspect.changes import Change, channel_axis
from engine.inspect.lens import Lens, NoAnswerError, dropped
from engine.layers import LAYERS
from engine.layers.code import Code
from engine.messages import Message
from engine.network.weights import RANDOM, WeightsError, initial_module

NETWORKS = ("lenet", "residual-small", "inception-small", "mlp-dropout", "rgnet", "tied", "fixed-hidden", "nest-mlp")


def experiment(name: str) -> Experiment:
    return load_experiment(f"gallery:{name}")


def batch(of: Experiment, count: int = 2) -> Tensor:
    return torch.rand(count, *of.data.sample_shape, generator=torch.Generator().manual_seed(5))


def leaves(module: fx.GraphModule, prefix: str = "") -> dict[str, nn.Module]:
    """Every torch layer by its place; copies of a repeated block have their number as key, and are called after it."""
    found: dict[str, nn.Module] = {}
    for name, part in module.named_children():
        name = f"block{int(name) + 1}" if name.isdigit() else name
        found |= leaves(part, f"{prefix}{name}.") if isinstance(part, fx.GraphModule) else {prefix + name: part}
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_outputs_are_those_that_hooks_see(name: str) -> None:
    of = experiment(name)
    module, seen = initial_module(of).eval(), dict[str, Tensor]()
    for place, part in leaves(module).items():
        part.register_forward_hook(lambda _part, _given, made, place=place: seen.__setitem__(place, made.clone()))
    x = batch(of)
    answer = module(x)
    look = Lens(of).look(x)
    assert look.answer is not None and torch.equal(look.answer, answer) and not look.faults
    shared = {node.shares for node in of.graph.nodes.values()}
    for place, value in seen.items():
        if place not in shared:
            assert torch.equal(look.outputs[place], value), place
    assert set(seen) <= set(look.outputs)


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_are_those_that_torch_keeps(name: str) -> None:
    of = experiment(name)
    module, kept = initial_module(of).eval(), dict[str, Tensor]()

    def keep(place: str, made: Tensor) -> None:
        made.register_hook(lambda gradient: kept.__setitem__(place, gradient.clone()))

    for place, part in leaves(module).items():
        part.register_forward_hook(lambda _part, _given, made, place=place: keep(place, made))
    x = batch(of).requires_grad_()
    number = module(x).square().sum()
    number.backward()
    back = Lens(of).back(x, lambda answer: answer.square().sum())
    assert back.value == pytest.approx(float(number.detach()), rel=1e-6)
    torch.testing.assert_close(back.of_x, x.grad)
    for key, weight in module.named_parameters():
        torch.testing.assert_close(back.weights[key], weight.grad)
    shared = {node.shares for node in of.graph.nodes.values()}
    for place, gradient in kept.items():
        if place not in shared:
            torch.testing.assert_close(back.outputs[place], gradient)


def test_places_are_in_the_order_of_computing_and_know_what_they_read() -> None:
    lens = Lens(experiment("residual-small"))
    look = lens.look(batch(lens.experiment))
    assert tuple(look.outputs) == lens.places
    assert lens.sources["conv1"] == ("input",) and lens.sources["input"] == ()
    assert lens.sources["residual1.input"] == lens.sources["residual1"] == ("pool1",)
    order = {place: index for index, place in enumerate(lens.places)}
    assert all(order[each] < order[place] for place, read in lens.sources.items() for each in read)


def test_a_layer_of_a_repeated_block_is_found_in_each_copy() -> None:
    lens = Lens(experiment("rgnet"))
    assert lens.place_of(("block",)) == "block"
    assert [lens.place_of(("block", "fc1"), copy) for copy in (0, 3, 9)] == [
        "block.block1.fc1", "block.block4.fc1", "block.block4.fc1"]
    assert lens.place_of(("block", "input"), 1) == "block.block2.input"
    assert Lens(experiment("residual-small")).place_of(("residual1", "input")) == "residual1.input"
    assert lens.place_of(("block", "nobody")) is lens.place_of(("nobody",)) is None


# -- as it learns ---------------------------------------------------------------------------------------------------


def test_training_mode_drops_the_same_for_the_same_seed_and_moves_nothing() -> None:
    lens = Lens(experiment("mlp-dropout"), training=True)
    x = batch(lens.experiment)
    state = torch.random.get_rng_state()
    one, again, other = (lens.look(x, seed=seed).outputs for seed in (1, 1, 2))
    assert torch.equal(torch.random.get_rng_state(), state)
    drop = next(place for place, part in lens.modules.items() if isinstance(part, nn.Dropout))
    before = one[lens.sources[drop][0]]
    assert torch.equal(one[drop], again[drop]) and not torch.equal(one[drop], other[drop])
    part = lens.modules[drop]
    assert torch.equal(one[drop], before * dropped(part, before, drop, 1))
    factors = dropped(part, torch.ones(1, 50_000), drop, 1).unique(return_counts=True)
    assert factors[0].tolist() == pytest.approx([0, 1 / (1 - part.p)])
    assert factors[1][0] / 50_000 == pytest.approx(part.p, abs=0.01)


def test_places_of_the_same_letters_drop_otherwise() -> None:
    part, x = nn.Dropout(0.5), torch.ones(1, 500)
    assert not torch.equal(dropped(part, x, "drop12", 1), dropped(part, x, "drop21", 1))
    assert not torch.equal(dropped(part, x, "drop", 10**15), dropped(part, x, "drop", 0))


def test_an_embedding_that_cuts_its_weights_keeps_them_here() -> None:
    of = chain("Embedding", shape=(3,), Embedding={"num_embeddings": 5, "embedding_dim": 4, "max_norm": 0.1})
    lens = Lens(of)
    before = {key: value.clone() for key, value in lens.module.state_dict().items()}
    look = lens.look(torch.tensor([[0, 1, 4]]))
    assert not look.faults and float(look.answer.norm(dim=-1).max()) < 0.11
    assert all(torch.equal(value, before[key]) for key, value in lens.module.state_dict().items())


def test_statistics_of_batch_norm_stay_where_it_is_looked_at_in_training_mode() -> None:
    lens = Lens(experiment("residual-small"), training=True)
    before = {key: value.clone() for key, value in lens.module.state_dict().items()}
    x = batch(lens.experiment, 4)
    output = lens.look(x).outputs["bn1"]
    assert all(torch.equal(value, before[key]) for key, value in lens.module.state_dict().items())
    torch.testing.assert_close(output.mean((0, 2, 3)), torch.zeros(output.shape[1]), atol=1e-5, rtol=0)
    lens.train(False)
    assert not torch.equal(lens.look(x).outputs["bn1"], output)


def test_a_copy_made_while_it_is_looked_through_has_its_own_statistics() -> None:
    lens = Lens(experiment("residual-small"), training=True)
    before = {key: value.clone() for key, value in lens.module.named_buffers()}
    x, ended = batch(lens.experiment, 8), Event()

    def look() -> None:
        while not ended.is_set():
            lens.look(x)

    thread = Thread(target=look)
    thread.start()
    copies = [lens.copy() for _ in range(40)]
    ended.set()
    thread.join()
    assert all(torch.equal(value, before[key]) for each in copies for key, value in each.module.named_buffers())


def test_a_recurrent_layer_without_dropout_waits_for_no_training() -> None:
    lens = Lens(chain("LSTM", shape=(4, 3), LSTM={"hidden_size": 5}), training=True)
    ended = Event()

    def look() -> None:
        lens.look(torch.rand(1, 4, 3))
        ended.set()

    with RANDOM:
        Thread(target=look).start()
        assert ended.wait(10)


def test_a_batch_norm_that_learns_from_one_example_says_so_and_the_rest_is_seen() -> None:
    lens = Lens(experiment("lenet-bn"), training=True)
    look = lens.look(batch(lens.experiment, 1))
    assert look.answer is None and [*look.faults] == ["bn3"]
    assert "one example" in str(look.faults["bn3"]) and "pool2" in look.outputs and "act3" not in look.outputs
    with pytest.raises(NoAnswerError, match="bn3"):
        lens.back(batch(lens.experiment, 1), torch.sum)


# -- what is wrong --------------------------------------------------------------------------------------------------


def chain(*layers: str, shape: tuple[int, ...] = (1, 8, 8), **options: dict[str, object]) -> Experiment:
    nodes = [Node("input", LAYERS["Input"]()), *(Node(kind.lower(), LAYERS[kind](**options.get(kind, {})))
                                                 for kind in layers)]
    edges = [Edge(one.name, other.name) for one, other in pairwise(nodes)]
    nodes[0] = Node("input", LAYERS["Input"](shape=shape))
    return Experiment(Graph.of(nodes, edges), DataSpec(), Recipe())


def test_of_a_network_with_an_error_the_layers_before_it_are_seen() -> None:
    of = chain("Conv2d", "ReLU", "MaxPool2d", "Flatten", Conv2d={"out_channels": 3, "kernel_size": 3},
               MaxPool2d={"kernel_size": 50})
    lens = Lens(of)
    look = lens.look(torch.rand(1, 1, 8, 8))
    assert [*look.outputs] == ["input", "conv2d", "relu"] and look.answer is None
    assert [*look.faults] == ["maxpool2d"]


def test_weights_that_do_not_fit_are_named_or_taken_as_far_as_they_fit() -> None:
    of, other = experiment("lenet"), experiment("lenet-bn")
    weights = initial_module(other).state_dict()
    with pytest.raises(WeightsError, match=r"conv1|bn"):
        Lens(of, weights)
    lens = Lens(of, weights, partly=True)
    own = lens.module.state_dict()
    assert torch.equal(own["conv2.weight"], weights["conv2.weight"])
    assert "fc1.weight" in lens.anew and "conv2.weight" not in lens.anew


# -- made otherwise -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [
    Change("conv1", "mask", 2), Change("conv1", "scale", 2, factor=3.0), Change("conv1", "swap", 2, other=4),
    Change("conv1", "mask"), Change("conv1", "mask", 99)], ids=lambda change: f"{change.kind} {change.channel}")
def test_a_change_is_what_a_hook_would_make_of_the_output(change: Change) -> None:
    of = experiment("lenet")
    module, x = initial_module(of).eval(), batch(of)

    def hook(_part: nn.Module, _given: object, made: Tensor) -> Tensor:
        new = made.clone()
        if change.kind == "swap":
            new[:, [2, 4]] = made[:, [4, 2]]
        elif change.channel is None:
            new.zero_()
        elif change.channel < 6:
            new[:, change.channel] *= change.factor
        return new

    plain = module(x)
    module.conv1.register_forward_hook(hook)
    changed = module(x)
    look = Lens(of).look(x, changes=(change,))
    assert torch.equal(look.answer, changed)
    assert torch.equal(changed, plain) == (change.channel == 99)


def test_changes_hold_for_whatever_is_done_with_the_lens() -> None:
    lens, change = Lens(experiment("lenet")), Change("conv1", "mask", 2)
    x = batch(lens.experiment)
    other = lens.with_changes([change])
    assert torch.equal(other.look(x).answer, lens.look(x, changes=[change]).answer)
    assert torch.equal(other.answer(x), other.look(x).answer) and torch.equal(other.copy().answer(x), other.answer(x))
    back, asked = other.back(x, torch.sum), lens.back(x, torch.sum, changes=[change])
    assert all(torch.equal(gradient, asked.weights[key]) for key, gradient in back.weights.items())
    assert not back.weights["conv1.weight"][2].any() and lens.changes == ()


def test_what_is_held_stays_while_the_sample_is_another() -> None:
    lens = Lens(experiment("lenet"))
    one, other = batch(lens.experiment, 1), 1 - batch(lens.experiment, 1)
    held = lens.look(one).outputs["pool2"]
    assert torch.equal(lens.look(other, changes=(Change("pool2", "hold", held=held),)).answer, lens.look(one).answer)
    part = lens.look(other, changes=(Change("pool2", "hold", 3, held=held),)).outputs["pool2"]
    assert torch.equal(part[:, 3], held[:, 3]) and not torch.equal(part[:, 2], held[:, 2])


@pytest.mark.parametrize(("shape", "axis"), [((2, 5), 1), ((2, 7, 5), 2), ((2, 5, 3, 3), 1), ((2,), 0)])
def test_channels_of_sequences_come_last(shape: tuple[int, ...], axis: int) -> None:
    assert channel_axis(torch.zeros(shape)) == axis


# -- kept between questions -----------------------------------------------------------------------------------------


def test_a_network_that_was_only_moved_is_not_made_anew() -> None:
    of, bench = experiment("lenet"), Bench()
    lens = bench.lens(of, None, training=False)
    moved = replace(of, graph=of.graph.moved({"conv1": (5.0, 5.0)}))
    assert bench.lens(moved, None, training=False) is lens
    assert bench.lens(replace(of, recipe=of.recipe.with_options(lr=0.5)), None, training=True) is lens
    assert lens.module.training
    assert bench.lens(replace(of, recipe=of.recipe.with_options(seed=7)), None, training=False) is not lens
    weights = initial_module(of).state_dict()
    held = bench.lens(of, weights, training=False)
    assert held is not lens and bench.lens(moved, weights, training=False) is held


def test_code_that_does_not_end_is_broken_off_and_the_rest_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lens_module, "PATIENCE", 0.2)
    code = ("class Endless(nn.Module):\n    def forward(self, x):\n        while x.sum() > 100:\n            pass\n"
            "        return x * 2\n")
    allow([code])
    nodes = [Node("input", LAYERS["Input"].model_validate({"shape": (4,)})), Node("mine", Code(source=code)),
             Node("beside", LAYERS["ReLU"]())]
    lens = Lens(Experiment(Graph.of(nodes, [Edge("input", "mine"), Edge("input", "beside")])))
    look = lens.look(torch.full((1, 4), 99.0))
    assert set(look.outputs) == {"input", "beside"} and set(look.faults) == {"mine"}
    assert isinstance(look.faults["mine"], Message) and "did not end" in look.faults["mine"].template
    assert torch.equal(lens.look(torch.ones(1, 4)).outputs["mine"], torch.full((1, 4), 2.0))
    assert RANDOM.acquire(timeout=1), "torch's random numbers are free again"
    RANDOM.release()


@pytest.mark.parametrize("does", ["raise ValueError('no way back')", "raise SystemExit(7)", "return torch.ones(5, 5)",
                                  "return made.nowhere", "while True:\n            pass"])
def test_own_code_whose_way_back_goes_wrong_says_so(does: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lens_module, "PATIENCE", 0.2)
    code = ("class Twice(torch.autograd.Function):\n"
            "    @staticmethod\n    def forward(made, x):\n        return x * 2\n"
            f"    @staticmethod\n    def backward(made, given):\n        {does}\n\n"
            "class Own(nn.Module):\n    def forward(self, x):\n        return Twice.apply(x)\n")
    allow([code])
    nodes = [Node("input", LAYERS["Input"].model_validate({"shape": (4,)})), Node("mine", Code(source=code))]
    lens = Lens(Experiment(Graph.of(nodes, [Edge("input", "mine")])))
    with pytest.raises(NoAnswerError, match="There is no gradient"):
        lens.back(torch.ones(1, 4), torch.sum)
    assert lens.look(torch.ones(1, 4)).answer.tolist() == [[2] * 4]
