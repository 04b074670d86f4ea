"""Every layer's output from one pass: what forward hooks catch, and nothing of what the network gives changes."""

from __future__ import annotations

from copy import deepcopy

import pytest
import torch
from torch import Tensor, fx, nn

from engine.analysis.analysis import Analysis, analyze
from engine.blocks.base import Block
from engine.blocks.custom import Custom
from engine.blocks.keys import moved
from engine.experiment.experiment import load_experiment
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import LAYERS, Shape
from engine.layers.inputs import Input
from engine.network.compile import build_module
from engine.network.watched import watched

GALLERY: dict[str, Shape] = {
    "lenet": (1, 28, 28), "googlenet": (1, 33, 33), "residual-small": (1, 16, 16), "inception-small": (1, 16, 16),
    "resnet18": (1, 33, 33), "densenet": (1, 33, 33), "tied": (4,), "rgnet": (4,), "chimera": (20,), "nest-mlp": (20,),
    "my-linear": (1, 8, 8), "centered": (1, 8, 8), "mlp-dropout": (1, 28, 28), "fixed-hidden": (20,),
}  # fmt: skip
Caught = dict[str, list[Tensor]]


def gallery(name: str) -> tuple[Graph, fx.GraphModule, Tensor]:
    torch.manual_seed(0)
    graph = load_experiment(f"gallery:{name}").graph
    return graph, build_module(graph, GALLERY[name]), torch.rand(4, *GALLERY[name])


def caught(module: nn.Module, x: Tensor) -> Caught:
    """What each layer's own module gives, call by call, by its dotted name."""
    found: Caught = {}
    for name, part in module.named_modules():
        if name and not any(isinstance(inner, fx.GraphModule) for inner in part.modules()):
            part.register_forward_hook(lambda _, __, output, name=name: found.setdefault(name, []).append(output))
    torch.manual_seed(7)
    module(x)
    return found


@pytest.mark.parametrize("training", [True, False], ids=["training", "predicting"])
@pytest.mark.parametrize("name", GALLERY)
def test_outputs_are_those_that_hooks_catch(name: str, training: bool) -> None:
    graph, module, x = gallery(name)
    module.train(training)
    expected, hooked = deepcopy(module), deepcopy(module)
    torch.manual_seed(7)  # of dropout
    output, outputs = watched(module, x)
    torch.manual_seed(7)
    assert torch.equal(output, expected(x))
    users = {name: [other for other in graph.order if (graph.nodes[other].shares or other) == name]
             for name in graph.order}  # each of those that share weights is a call
    names = {key: place for place, key in moved(analyze(graph, GALLERY[name])).items()}
    for key, calls in caught(hooked, x).items():
        place = names.get(key, key)
        if place in users:
            assert all(torch.equal(outputs[user], value) for user, value in zip(users[place], calls, strict=True))
        else:
            assert any(torch.equal(outputs[place], value) for value in calls)
    state = expected.state_dict()
    assert all(torch.equal(value, state[key]) for key, value in module.state_dict().items())  # statistics, too


@pytest.mark.parametrize("name", GALLERY)
def test_every_node_has_its_place_in_the_order_of_computing(name: str) -> None:
    graph, module, x = gallery(name)
    output, outputs = watched(module.eval(), x)
    top = [place for place in outputs if "." not in place]
    assert sorted(top) == sorted(graph.nodes) and set(outputs) == set(places(analyze(graph, GALLERY[name])))
    assert torch.equal(outputs["input"], x) and outputs[next(reversed(outputs))] is output
    at = {place: number for number, place in enumerate(outputs)}
    assert all(at[edge.source] < at[edge.target] for edge in graph.edges)
    assert all(at[place] < at[place.rpartition(".")[0]] for place in outputs if "." in place)


def places(analysis: Analysis, prefix: str = "") -> list[str]:
    """Of all nodes, inside blocks too."""
    found: list[str] = []
    for name, node in analysis.graph.nodes.items():
        found.append(prefix + name)
        shapes = analysis.nodes[name].input_shapes
        if isinstance(node.layer, Block) and shapes is not None:
            found += places(node.layer.inside(shapes), f"{prefix}{name}.")
    return found


# -- shared weights, repeats, what is bypassed ------------------------------------------------------------------------


def test_nodes_that_share_weights_have_outputs_of_their_own() -> None:
    _, module, x = gallery("tied")
    _, outputs = watched(module, x)
    shared: nn.Linear = module.get_submodule("shared")  # type: ignore[assignment]
    assert torch.equal(outputs["shared"], shared(outputs["act1"]))
    assert torch.equal(outputs["shared2"], shared(outputs["act2"]))
    assert not torch.equal(outputs["shared2"], outputs["shared"])


def test_copies_of_a_repeated_block_have_numbers() -> None:
    own = Graph.of([Node("input", Input()), Node("fc", LAYERS["Linear"].model_validate({"out_features": 6})),
                    Node("act", LAYERS["Tanh"]()), Node("add", LAYERS["Add"]())],
                   [Edge("input", "fc"), Edge("fc", "act"), Edge("act", "add"), Edge("input", "add", 1)])
    graph = Graph.of([Node("input", Input(shape=(6,))), Node("house", Custom(label="House", graph=own, repeat=3)),
                      Node("relu", LAYERS["ReLU"]())], [Edge("input", "house"), Edge("house", "relu")])
    module, value = build_module(graph), torch.rand(5, 6)
    output, outputs = watched(module, value)
    for number in (1, 2, 3):
        linear: nn.Linear = module.get_submodule(f"house.{number - 1}.fc")  # type: ignore[assignment]
        assert torch.equal(outputs[f"house.house{number}.input"], value)
        assert torch.equal(outputs[f"house.house{number}.fc"], linear(value))
        value = linear(value).tanh() + value
        assert torch.equal(outputs[f"house.house{number}.add"], value)
        assert torch.equal(outputs[f"house.house{number}"], value)
    assert torch.equal(outputs["house"], value) and torch.equal(output, value.relu())


def test_what_is_bypassed_has_no_output() -> None:
    graph = load_experiment("gallery:lenet").graph.with_marks(["act1"], bypassed=True)
    _, outputs = watched(build_module(graph, (1, 28, 28)), torch.rand(1, 1, 28, 28))
    assert set(outputs) == set(graph.nodes) - {"act1"}


# -- gradients --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lenet", "residual-small", "inception-small", "tied"])
def test_gradients_are_those_of_the_plain_pass(name: str) -> None:
    _, module, x = gallery(name)
    plain = deepcopy(module)
    watched(module, x)[0].square().sum().backward()
    plain(x).square().sum().backward()
    for one, other in zip(module.parameters(), plain.parameters(), strict=True):
        assert torch.equal(one.grad, other.grad)  # type: ignore[arg-type]


def test_hooks_of_a_layer_are_called_once() -> None:
    calls: list[str] = []
    _, module, x = gallery("lenet")
    module.get_submodule("conv1").register_forward_hook(lambda *_: calls.append("conv1"))
    watched(module, x)
    assert calls == ["conv1"]
