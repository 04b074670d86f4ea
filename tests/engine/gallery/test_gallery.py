"""The gallery: every entry is what the book says, draws well, and computes what a hand-written module computes."""

from __future__ import annotations

from itertools import combinations

import pytest
import torch
from torch import Tensor, fx, nn

from engine.advice.advice import advise
from engine.analysis.analysis import analyze
from engine.blocks.base import Block
from engine.blocks.custom import Custom
from engine.experiment.experiment import Experiment, from_json, gallery_ids, load_experiment, to_json
from engine.graph.graph import Graph
from engine.graph.grid import COLUMN, STEP
from engine.graph.room import cover
from engine.layers.base import Shape
from engine.network.compile import build_module
from engine.network.weights import initial_module
from tests.engine.gallery.oracles import ORACLES

IDS = gallery_ids()
PARAMS = {
    "softmax": 7_850, "mlp": 203_530, "mlp-dropout": 269_322, "lenet-digits": 61_706, "lenet": 61_706,
    "lenet-relu": 61_706, "lenet-conv-relu": 61_706, "lenet-bn": 44_878, "alexnet": 46_764_746,
    "alexnet-tv": 57_044_810, "vgg11": 43_093_322, "vgg11-full": 128_806_154, "nin": 1_992_166, "googlenet": 5_977_530,
    "resnet18": 11_178_378, "densenet": 758_226, "linreg": 3, "weight-decay": 201, "polynomial": 4, "edge-kernel": 2,
    "fixed-hidden": 420, "rgnet": 309, "tied": 121, "lazy": 39_562, "my-linear": 64 * 65 + 32 * 65 + 330,
}  # fmt: skip
SHAPES: dict[tuple[str, int], dict[str, Shape]] = {
    ("lenet", 28): {"conv1": (6, 28, 28), "pool1": (6, 14, 14), "conv2": (16, 10, 10), "pool2": (16, 5, 5),
                    "fc1": (120,), "fc2": (84,), "fc3": (10,)},
    ("resnet18", 224): {"conv1": (64, 112, 112), "pool1": (64, 56, 56), "stage1": (64, 56, 56),
                        "stage2": (128, 28, 28), "stage3": (256, 14, 14), "stage4": (512, 7, 7), "pool2": (512, 1, 1),
                        "fc1": (10,)},
    ("conv-checks", 8): {"conv1": (1, 8, 8), "conv2": (1, 4, 4), "conv3": (1, 2, 2), "fc1": (10,)},
    ("pool-checks", 4): {"max1": (1, 2, 2), "avg1": (1, 2, 2), "fc1": (10,)},
}  # fmt: skip


def opened(name: str) -> Experiment:
    return load_experiment(f"gallery:{name}")


def up_to(experiment: Experiment, name: str) -> fx.GraphModule:
    """The network as far as one of its layers."""
    graph, above = experiment.graph, {name}
    for other in reversed(graph.order):
        if any(edge.target in above for edge in graph.outputs[other]):
            above.add(other)
    return initial_module(Experiment(graph.without(set(graph.nodes) - above), experiment.data, experiment.recipe))


# -- files ------------------------------------------------------------------------------------------------------------


def test_every_network_of_the_notes_is_there_in_order() -> None:
    classifiers = ("softmax mlp mlp-dropout lenet lenet-relu lenet-conv-relu lenet-bn alexnet alexnet-tv vgg11 "
                   "vgg11-full nin googlenet resnet18 densenet")
    regression = "linreg weight-decay polynomial house-prices edge-kernel"
    structures = ("fixed-hidden nest-mlp chimera rgnet tied lazy init-zoo centered my-linear scalar-checks conv-checks "
                  "pool-checks")
    small = {"lenet-digits", "inception-small", "residual-small"}
    wanted = f"{classifiers} {regression} {structures}".split()
    assert [name for name in IDS if name not in small] == wanted and IDS[0] == "lenet-digits" and small < set(IDS)
    assert set(IDS) == set(ORACLES)


@pytest.mark.parametrize("name", IDS)
def test_the_file_says_what_it_is_and_what_to_do(name: str) -> None:
    experiment = opened(name)
    assert from_json(to_json(experiment)) == experiment
    assert experiment.title and len(experiment.about) > 60 and experiment.about.endswith(".")
    assert experiment.notes.section and experiment.notes.look.endswith(".") and 1 <= len(experiment.notes.tries) <= 3
    assert all(text.endswith((".", "?")) for text in experiment.notes.tries)


def test_no_two_entries_are_called_the_same() -> None:
    titles = [opened(name).title for name in IDS]
    assert len(set(titles)) == len(titles)


def drawn(graph: Graph) -> list[Graph]:
    """The network, and the inside of every block of its own."""
    inside = [node.layer.graph for node in graph.nodes.values() if isinstance(node.layer, Custom)]
    return [graph, *(inner for block in inside for inner in drawn(block))]


@pytest.mark.parametrize("name", IDS)
def test_cards_stand_apart_and_wires_lead_down(name: str) -> None:
    for graph in drawn(opened(name).graph):
        places = {node: graph.nodes[node].position for node in graph.nodes}
        for one, other in combinations(graph.nodes.values(), 2):
            (ax, ay), (bx, by) = one.position, other.position
            assert abs(ax - bx) >= COLUMN or abs(ay - by) >= STEP
            assert not cover(one, other)
        assert all(y < b or x + COLUMN <= a for edge in graph.edges
                   for (x, y), (a, b) in [(places[edge.source], places[edge.target])])  # or into the next column
        assert places["input"] == (0, 0)


# -- arithmetic -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", IDS)
def test_nothing_is_wrong_with_it(name: str) -> None:
    experiment = opened(name)
    variants = [variant.of(experiment) for variant in experiment.variants]
    assert not [problem for one in (experiment, *variants) for problem in advise(one) if problem.severity != "hint"]
    assert experiment.data.output_shape == analyze(experiment.graph, experiment.data.sample_shape).output_shape


@pytest.mark.parametrize("name", PARAMS)
def test_parameters_are_those_of_the_table(name: str) -> None:
    experiment = opened(name)
    analysis = analyze(experiment.graph, experiment.data.sample_shape)
    assert (analysis.params, analysis.trainable) == (PARAMS[name], PARAMS[name])


@pytest.mark.parametrize(("name", "size"), SHAPES)
def test_shapes_are_those_of_the_table(name: str, size: int) -> None:
    experiment = opened(name)
    analysis = analyze(experiment.graph, (1, size, size))
    table = SHAPES[name, size]
    assert {node: analysis.nodes[node].output_shape for node in table} == table
    assert analysis.params == PARAMS.get(name, analysis.params)


# -- outputs ----------------------------------------------------------------------------------------------------------


def by_hand(name: str, ours: nn.Module) -> nn.Module:
    """The hand-written module with our weights, which are in the same order; large ones are not copied."""
    with torch.device("meta"):
        theirs = ORACLES[name]()
    own = dict(ours.named_buffers())
    given = [value.clone() if key in own else value for key, value in ours.state_dict().items()]
    theirs.load_state_dict(dict(zip(theirs.state_dict(), given, strict=True)), assign=True)
    return theirs


@torch.no_grad()
def outputs(module: nn.Module, batch: Tensor) -> Tensor:
    torch.manual_seed(1)  # for dropout
    out: Tensor = module(batch)
    return out


@pytest.mark.parametrize("name", IDS)
def test_outputs_are_those_of_a_hand_written_module(name: str) -> None:
    experiment = opened(name)
    ours = initial_module(experiment)
    theirs = by_hand(name, ours)
    batch = torch.rand(2, *experiment.data.sample_shape)
    for training in (True, False):
        got, wanted = (outputs(module.train(training), batch) for module in (ours, theirs))
        assert got.shape == (2, *experiment.data.output_shape)
        torch.testing.assert_close(got, wanted, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(list(ours.buffers()), list(theirs.buffers()))  # running averages moved alike


# -- structures -------------------------------------------------------------------------------------------------------


def test_names_in_the_state_dict_lead_into_blocks() -> None:
    keys = list(initial_module(opened("nest-mlp")).state_dict())
    assert keys == [f"{place}.{what}" for place in ("nest.net.fc1", "nest.net.fc2", "nest.fc", "fc")
                    for what in ("weight", "bias")]
    keys = list(initial_module(opened("chimera")).state_dict())
    assert {"nest.net.fc1.weight", "fc.bias", "fixed_hidden.fc1.weight", "fixed_hidden.fixed.C"} < set(keys)
    assert not any("fc2" in key for key in keys if key.startswith("fixed_hidden"))
    keys = list(initial_module(opened("rgnet")).state_dict())
    assert keys[0] == "block.0.fc1.weight" and keys[-3] == "block.3.fc2.bias"


def test_the_repeat_is_one_number() -> None:
    experiment = opened("rgnet")
    block = experiment.graph.nodes["block"].layer
    assert isinstance(block, Block)
    graph = experiment.graph.with_layer("block", block.with_options(repeat=6))
    assert analyze(graph, experiment.data.sample_shape).params == 6 * 76 + 5


def test_a_constant_is_saved_and_does_not_learn() -> None:
    module = initial_module(opened("fixed-hidden"))
    assert list(module.state_dict()) == ["fc1.weight", "fc1.bias", "fixed.C"]
    assert [key for key, _ in module.named_parameters()] == ["fc1.weight", "fc1.bias"]
    other = initial_module(opened("fixed-hidden"))
    other.load_state_dict({key: value + 1 for key, value in module.state_dict().items()})
    torch.testing.assert_close(other.fixed.C, module.fixed.C + 1)


def test_fixed_hidden_gives_one_small_number_for_each_example() -> None:
    experiment = opened("fixed-hidden")
    batch = 100 * torch.randn(5, 20)
    out = initial_module(experiment)(batch)
    halved = up_to(experiment, "fc2")(batch)
    assert out.shape == (5, 1) and bool((out.abs() <= 1).all())
    exponents = torch.log2(halved.sum(1, keepdim=True) / out)
    torch.testing.assert_close(exponents, exponents.round(), rtol=0, atol=1e-3)  # divided by a power of two
    assert bool((halved.abs().sum(1, keepdim=True) / 2 ** (exponents.round() - 1) > 1).all())  # and not once too often


class Untied(nn.Module):
    """The tied network with two separate layers in the place of the shared one."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(),
                                    nn.Linear(8, 1))

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.layers(x)
        return out


def test_gradients_of_tied_layers_add_up() -> None:
    tied, untied = initial_module(opened("tied")), Untied()
    own = dict(tied.named_parameters())
    for index, owner in ((0, "fc1"), (2, "shared"), (4, "shared"), (6, "fc2")):
        untied.layers[index].load_state_dict({what: own[f"{owner}.{what}"] for what in ("weight", "bias")})
    batch = torch.randn(16, 4)
    for module in (tied, untied):
        module(batch).square().mean().backward()
    for what in ("weight", "bias"):
        first, second = (untied.get_parameter(f"layers.{index}.{what}").grad for index in (2, 4))
        assert first is not None and second is not None and bool(first.any()) and bool(second.any())
        torch.testing.assert_close(own[f"shared.{what}"].grad, first + second)


def test_changing_a_tied_weight_changes_both_places() -> None:
    experiment = opened("tied")
    first, second = up_to(experiment, "shared"), up_to(experiment, "shared2")
    with torch.no_grad():
        for module in (first, second):
            module.shared.weight.zero_()
            module.shared.bias.fill_(3.0)
    batch = torch.randn(2, 4)
    torch.testing.assert_close(first(batch), torch.full((2, 8), 3.0))
    torch.testing.assert_close(second(batch), torch.full((2, 8), 3.0))


def test_all_ones_make_eighty() -> None:
    numbers = torch.tensor([[1.0, 2.0, 3.0, 4.0]])
    experiment = opened("scalar-checks")
    assert up_to(experiment, "fc1")(numbers).tolist() == [[10.0] * 8]
    assert up_to(experiment, "fc2")(numbers).tolist() == [[80.0, 80.0]]
    assert initial_module(experiment)(numbers).tolist() == [[80.0]]


def test_pooling_takes_the_largest() -> None:
    image = torch.arange(16.0).view(1, 1, 4, 4)
    assert up_to(opened("pool-checks"), "max1")(image).tolist() == [[[[5.0, 7.0], [13.0, 15.0]]]]


def test_convolutions_give_the_sizes_of_the_book() -> None:
    experiment, image = opened("conv-checks"), torch.rand(1, 1, 8, 8)
    sizes = [tuple(up_to(experiment, name)(image).shape) for name in ("conv1", "conv2", "conv3")]
    assert sizes == [(1, 1, 8, 8), (1, 1, 4, 4), (1, 1, 2, 2)]


def test_centred_outputs_have_mean_zero() -> None:
    out = initial_module(opened("centered"))(torch.rand(9, 1, 8, 8))
    assert bool(out.any())
    torch.testing.assert_close(out.mean(1), torch.zeros(9), rtol=0, atol=1e-6)


def test_every_way_to_begin_is_as_asked() -> None:
    experiment = opened("init-zoo")
    module = initial_module(experiment)
    cages = [edge.source for edge in experiment.graph.inputs["cat"]]
    weights = {name: module.get_parameter(f"{name}.weight").detach() for name in cages}
    kinds = {experiment.graph.nodes[name].parameters.weight.kind for name in weights}
    assert kinds == {"normal", "constant", "uniform", "xavier_uniform", "xavier_normal", "kaiming_uniform",
                     "kaiming_normal", "orthogonal", "formula"}
    assert all(not module.get_parameter(f"{name}.bias").any() for name in (*weights, "fc"))
    normal = weights["normal"].flatten()
    assert normal[0] == 42 and 0.005 < float(normal[1:].std()) < 0.015  # one was set by hand
    assert bool((weights["ones"] == 1).all() and (weights["forty_two"] == 42).all())
    assert 0.3 < float(weights["uniform"].abs().max()) <= 0.5
    assert 0.4 < float(weights["xavier"].abs().max()) <= (6 / 12) ** 0.5
    assert 0.25 < float(weights["xavier_normal"].std()) < 0.6  # about (2 / 12) ** 0.5
    assert 0.8 < float(weights["kaiming"].abs().max()) <= (6 / 4) ** 0.5
    assert 0.45 < float(weights["kaiming_normal"].std()) < 1.0  # about (2 / 4) ** 0.5
    torch.testing.assert_close(weights["orthogonal"].T @ weights["orthogonal"], torch.eye(4))
    far = weights["far_from_zero"].abs()
    assert bool(((far == 0) | ((far >= 5) & (far <= 10))).all() and (far == 0).any() and (far > 0).any())
    i, j = torch.arange(8.0).view(-1, 1), torch.arange(4.0)
    torch.testing.assert_close(weights["own"], torch.sin(i + 1) * torch.cos(j) / 2)


def test_shapes_flow_when_only_output_sizes_are_typed() -> None:
    experiment = opened("lazy")
    sizes = [tuple(initial_module(experiment).get_parameter(f"fc{n}.weight").shape) for n in (1, 2, 3)]
    assert sizes == [(256, 20), (128, 256), (10, 128)]
    wider = experiment.graph.with_layer("fc1", experiment.graph.nodes["fc1"].layer.with_options(out_features=7))
    assert build_module(wider, experiment.data.sample_shape).get_parameter("fc2.weight").shape == (128, 7)


def test_reported_numbers_of_variants_name_them() -> None:
    for name in IDS:
        experiment = opened(name)
        titles = {variant.title for variant in experiment.variants}
        assert {reported.name.rpartition(": ")[0] for reported in experiment.notes.reported} <= titles | {""}
    assert [tuple(reported) for reported in opened("weight-decay").notes.reported] == [
        ("λ = 0: ‖w‖", 13.73), ("λ = 3: ‖w‖", 0.389)]
    assert [name for name in IDS if opened(name).notes.log_scale] == ["weight-decay", "polynomial"]
