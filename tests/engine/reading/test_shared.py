"""Layers that share their weights: one set under as many keys as torch lists, in every direction."""

from __future__ import annotations

import pytest
import torch

from engine.compare.belonging import network_id
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
from engine.export.state_dicts import Held
from engine.graph.graph import Graph
from engine.graph.json import graph_json, read_graph
from engine.graph.parameters import Init, NodeParameters
from engine.layers.inputs import Input
from engine.network.compile import build_module
from engine.network.fitting import fitted
from engine.network.weights import initial_module
from engine.reading.reading import from_text
from engine.writing.source import to_python
from tests.engine.reading.oracle import HEAD, by_torch, difference

SEQUENTIAL = "fc = nn.Linear(8, 8)\nnet = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), fc, nn.ReLU(), fc, nn.Linear(8, 1))"
CLASS = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        {made}
    def forward(self, x):
        {forward}
net = Net()"""
BLOCK = """class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.norm = nn.BatchNorm1d(8)
    def forward(self, x):
        return x + torch.relu(self.norm(self.fc(x)))
"""


def in_class(made: str, forward: str) -> str:
    return CLASS.format(made=made.replace("\n", "\n        "), forward=forward.replace("\n", "\n        "))


TEXTS = {
    "the book's": SEQUENTIAL,
    "twice under one name": in_class("self.fc = nn.Linear(8, 8)", "return self.fc(self.fc(x).relu())"),
    "two names": in_class("self.a = nn.Linear(8, 8)\nself.b = self.a", "return self.b(self.a(x).relu())"),
    "two names and one of them twice": in_class("self.a = nn.Linear(8, 8)\nself.b = self.a",
                                                "return self.b(self.b(self.a(x).relu()).relu())"),
    "a list of one": in_class("self.all = nn.ModuleList([nn.Linear(8, 8)] * 3)",
                              "for one in self.all:\n    x = one(x).relu()\nreturn x"),
    "a block": f"{BLOCK}block = Block()\nnet = nn.Sequential(block, nn.Linear(8, 8), block, block)",
    "a sequence": "part = nn.Sequential(nn.Linear(8, 8), nn.ReLU())\nnet = nn.Sequential(part, nn.Tanh(), part)",
    "twice inside of a block": BLOCK.replace("self.norm(self.fc(x))", "self.fc(self.norm(self.fc(x)))")
                               + "net = nn.Sequential(Block(), Block())",
    "a block, and a layer in it": BLOCK.replace("self.fc(x)", "self.fc(self.fc(x))")
                                  + "block = Block()\nnet = nn.Sequential(block, block)",
    "nothing to share": "act = nn.ReLU()\nnet = nn.Sequential(nn.Linear(8, 8), act, nn.Linear(8, 8), act)",
    "norms": "norm = nn.BatchNorm1d(8)\nnet = nn.Sequential(norm, nn.Linear(8, 8), norm)",
}  # fmt: skip


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("training", [False, True], ids=["predicting", "training"])
def test_a_state_dict_has_the_keys_that_torch_gives(text: str, training: bool) -> None:
    assert difference(HEAD + text, (8,), training) == ""
    assert difference(HEAD + text, (8,), training, known=True) == ""


def read(name: str) -> Graph:
    return from_text(HEAD + TEXTS[name], (8,))


@pytest.mark.parametrize("name", TEXTS)
def test_code_and_files_say_it_again(name: str) -> None:
    graph = read(name)
    assert read_graph(graph_json(graph)) == graph
    text = to_python(graph, (8,))
    scope: dict[str, type[torch.nn.Module]] = {}
    exec(text, scope)
    theirs, ours = scope["Network"](), build_module(graph, (8,))
    assert list(theirs.state_dict()) == list(ours.state_dict())
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(4, 8)
    torch.testing.assert_close(theirs.eval()(x), ours.eval()(x))
    again = from_text(text, (8,))
    assert {name: (node.shares, node.listed) for name, node in again.nodes.items()} == {
        name: (node.shares, node.listed) for name, node in graph.nodes.items()}


def experiment(graph: Graph) -> Experiment:
    return Experiment(graph.with_layer("input", Input(shape=(2,))), DataSpec())


def small() -> Experiment:
    return experiment(from_text(f"{HEAD}fc = nn.Linear(2, 2)\nnet = nn.Sequential(fc, nn.ReLU(), fc)", (2,)))


def state(scale: float = 1.0, **more: torch.Tensor) -> dict[str, torch.Tensor]:
    return {"fc1.weight": torch.full((2, 2), scale), "fc1.bias": torch.full((2,), scale), **more}


@pytest.mark.parametrize("keys", [["fc1"], ["fc2"], ["fc1", "fc2"]])
def test_weights_under_either_key_are_those_of_both(keys: list[str]) -> None:
    weights = {key.replace("fc1", name): value for name in keys for key, value in state().items()}
    fit = fitted(small(), [Held("", weights, {})])
    assert fit.is_whole and not fit.left
    assert all(torch.equal(value, torch.ones_like(value)) for value in fit.weights.values()) and len(fit.weights) == 4


def test_weights_that_are_two_where_the_network_has_one_are_told() -> None:
    fit = fitted(small(), [Held("", state(**{"fc2.weight": torch.zeros(2, 2), "fc2.bias": torch.ones(2)}), {})])
    assert [left.key for left in fit.left] == ["fc2.weight"] and "fc1.weight" in str(fit.left[0].reason)
    assert torch.equal(fit.weights["fc2.weight"], fit.weights["fc1.weight"])


def test_torchs_own_file_fits_in_order() -> None:
    theirs = by_torch(f"{HEAD}fc = nn.Linear(2, 2)\nnet = nn.Sequential(fc, nn.ReLU(), fc)").state_dict()
    fit = fitted(small(), [Held("", theirs, {})], by_order=True)
    assert fit.is_whole and not fit.left and dict(fit.loaded) == dict(zip(fit.weights, theirs, strict=True))
    assert torch.equal(fit.weights["fc2.weight"], theirs["0.weight"])


def test_what_is_said_of_the_first_holds_under_both_names() -> None:
    own = small()
    settings = NodeParameters(weight=Init(kind="constant", value=3.0), trainable=False)
    module = initial_module(experiment(own.graph.with_parameters("fc1", settings)))
    assert all(torch.equal(module.state_dict()[key], torch.full((2, 2), 3.0)) for key in ("fc1.weight",
                                                                                          "fc2.weight"))


def test_keys_belong_to_what_a_network_is() -> None:
    graph = small().graph
    plain = graph.with_marks(["fc2"], listed=False)
    assert network_id(experiment(plain)) != network_id(experiment(graph))


def test_weights_of_its_own_again_are_listed_as_any() -> None:
    graph = small().graph
    assert not graph.with_shares("fc2", None).nodes["fc2"].listed
    heir = graph.without(["fc1"]).nodes["fc2"]
    assert heir.shares is None and not heir.listed
    piece = Graph.of([graph.nodes["input"]])
    assert not any(node.listed for node in piece.nodes.values())


def test_one_set_of_weights_learns() -> None:
    keys = list(initial_module(small()).state_dict())
    assert keys == ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]
    assert len(list(initial_module(small()).parameters())) == 2
