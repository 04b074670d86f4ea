"""Layers that are copied as Python: what flows into them is told apart from what they are."""

from __future__ import annotations

import pytest

from engine.analysis.analysis import analyze
from engine.graph.graph import Edge, Graph, Node
from engine.layers import LAYERS
from engine.line.line import build_line
from engine.writing.snippet import snippet


def copied(line: str, names: str, whole: bool = True) -> list[str]:
    """What is copied of these layers: of a class only what its ``forward`` says."""
    graph = build_line(Graph(), line)[0]
    made = snippet(graph.without(set(graph.nodes) - set(names.split())), analyze(graph) if whole else None)
    lines = [text.split("  #")[0].strip() for text in made.splitlines()]
    start = next((index for index, text in enumerate(lines) if "def forward" in text), None)
    return lines if start is None else lines[start:]


@pytest.mark.parametrize(("line", "names", "made"), [
    ("input 8, scale 2, linear 3", "scale1 fc1",
     ["def forward(self, x):", "x = x * 2.0", "return self.fc1(x)"]),
    ("input 8, (linear 8 +), relu", "fc1 add1",
     ["def forward(self, x):", "fc1 = self.fc1(x)", "return fc1 + x"]),
    ("input 8, (linear 8 +), relu", "add1", ["def forward(self, x):", "return x + x"]),
    ("input 8, (linear 8, relu | linear 4), tanh", "fc1 act1 cat1 act2",
     ["def forward(self, x):", "fc1 = self.fc1(x)", "act1 = self.act1(fc1)", "x = torch.cat([act1, x], dim=1)",
      "return self.act2(x)"]),
    ("input 4x6, lstm 3", "lstm1", ["def forward(self, x):", "return self.lstm1(x)[0]"]),
    ("input 3x8x8, residual 4, relu", "residual1 act1",
     ["def forward(self, x):", "y = self.act1(self.bn1(self.conv1(x)))", "y = self.bn2(self.conv2(y))",
      "x = self.shortcut(x)", "return self.act2(y + x)", "", "", "class Network(nn.Module):",
      '"""The whole network, from 3×8×8 to 4×8×8."""', "", "def __init__(self):", "super().__init__()",
      "self.residual1 = Residual(3, 4)", "self.act1 = nn.ReLU()", "", "def forward(self, x):",
      "x = self.residual1(x)", "return self.act1(x)"]),
    ("input 8, linear 3, relu", "fc1", ["nn.Sequential(", "nn.Linear(8, 3),", ")"]),
    ("input 8, linear 3, relu", "input fc1", ["nn.Sequential(", "nn.Linear(8, 3),", ")"]),
    ("input, linear 3", "input fc1", []), ("input 8, const 8, add, relu", "constant1", []),
    ("input 8, const 8, add, relu", "constant1 add1 act1", []), ("input 8, linear 8, relu", "", []),
    ("input 8, (linear 3 | linear 4)", "fc1 fc2", []), ("input 8, (linear 3 | linear 4)", "input fc1 fc2", []),
])  # fmt: skip
def test_what_is_copied(line: str, names: str, made: list[str]) -> None:
    assert copied(line, names) == made


def test_without_the_network_only_what_comes_from_an_input_has_a_source() -> None:
    assert copied("input 8, linear 3", "fc1", whole=False) == []
    assert copied("input 8, linear 3", "input fc1", whole=False) == ["nn.Sequential(", "nn.Linear(8, 3),", ")"]


def test_the_networks_input_has_the_shape_of_the_data() -> None:
    graph = build_line(Graph(), "input, linear 3")[0]
    assert snippet(graph, analyze(graph, (5,))) == "nn.Sequential(\n    nn.Linear(5, 3),\n)"
    assert snippet(graph.without(["input"]), analyze(graph, (5,))) == "nn.Sequential(\n    nn.Linear(5, 3),\n)"


def test_layers_of_another_network_have_no_source_by_themselves() -> None:
    one, two = (build_line(Graph(), line)[0] for line in ("input 8, linear 3", "input 8, relu, tanh"))
    assert snippet(two.without(["input"]), analyze(one)) == ""
    renamed = two.renamed("input", "given")
    assert snippet(renamed, analyze(one)) == "nn.Sequential(\n    nn.ReLU(),\n    nn.Tanh(),\n)"


def test_what_uses_anothers_weights_is_no_sequence() -> None:
    linear = LAYERS["Linear"](out_features=4)
    nodes = [Node("input", LAYERS["Input"](shape=(4,))), Node("a", linear), Node("b", linear, shares="a")]
    graph = Graph.of(nodes, [Edge("input", "a"), Edge("a", "b")])
    for made in (snippet(graph), snippet(graph.without(["input"]), analyze(graph))):
        assert "nn.Sequential" not in made and "b = self.a(x)" in made and made.count("nn.Linear(4, 4)") == 1


def test_a_bypassed_layer_is_left_out() -> None:
    graph = build_line(Graph(), "input 8, relu, tanh")[0].with_marks(["act1"], bypassed=True)
    assert snippet(graph) == "nn.Sequential(\n    nn.Tanh(),\n)"
