"""The exported Python: the compiled module's keys and outputs, in source that a person would have written."""

from __future__ import annotations

import ast
import subprocess
import sys
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field
from torch import nn

from engine.analysis.analysis import analyze
from engine.blocks import Block, Inception, Residual
from engine.blocks.base import Drawing
from engine.blocks.custom import Custom
from engine.experiment.experiment import load_experiment
from engine.export.same import difference
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU, Sigmoid
from engine.layers.base import Layer, Shape
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.layers.merge import Add, Concatenate
from engine.messages import LayerloomError
from engine.names import InvalidNameError
from engine.network.compile import build_module
from engine.reading.values import ReadingError
from engine.writing.lines import LINE
from engine.writing.source import to_python

GREY = (1, 28, 28)
NETWORKS = ["lenet", "mlp", "lenet_bn", "resnet", "inception_net", "diamond"]
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")


def load(source: str, class_name: str = "Network") -> nn.Module:
    namespace: dict[str, Any] = {"__name__": "exported"}
    exec(compile(source, "exported.py", "exec"), namespace)
    module: nn.Module = namespace[class_name]()
    return module


def assert_same(graph: Graph, shape: Shape, source: str | None = None) -> None:
    """The exported class gives the compiled module's keys, outputs and running averages, and is read as the network."""
    ours = build_module(graph, shape)
    source = source or to_python(graph, shape)
    with suppress(ReadingError):  # what reading cannot decide
        assert difference(source, analyze(graph, shape)) is None
    theirs = load(source)
    assert list(theirs.state_dict()) == list(ours.state_dict())
    theirs.load_state_dict(ours.state_dict())
    batch = torch.rand(3, *shape)
    for training in (True, False):
        outputs = []
        for module in (ours.train(training), theirs.train(training)):
            torch.manual_seed(2)
            outputs.append(module(batch.clone()))
        torch.testing.assert_close(*outputs, rtol=0, atol=0, equal_nan=True)
    torch.testing.assert_close(list(ours.buffers()), list(theirs.buffers()), rtol=0, atol=0, equal_nan=True)


@pytest.mark.parametrize("name", NETWORKS)
def test_exported_python_is_the_same_network(name: str, request: pytest.FixtureRequest) -> None:
    graph = request.getfixturevalue(name)
    source = to_python(graph, GREY)
    assert_same(graph, GREY, source)
    assert source == to_python(graph, GREY)
    assert_well_written(source)


def assert_well_written(source: str, *, math: bool = False) -> None:
    assert max(map(len, source.splitlines())) <= LINE
    tree = ast.parse(source)
    imports = [ast.unparse(item) for item in ast.walk(tree) if isinstance(item, (ast.Import, ast.ImportFrom))]
    needed = ["import math"] * math + ["import torch"] * ("torch." in source) + ["from torch import nn"]
    assert imports == needed
    assert "engine" not in source
    assert (ast.get_docstring(tree) or "").startswith("Made with Layerloom: input ")
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", str(LINE), "-"]
    checked = subprocess.run([*ruff, "--extend-select", "E,W,I,B"], input=source, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_exported_python_of_any_network(working_graphs: Any, data: st.DataObject) -> None:
    graph = data.draw(working_graphs)
    source = to_python(graph)
    assert_same(graph, analyze(graph).nodes["input"].output_shape or (), source)
    assert max(map(len, source.splitlines())) <= LINE


def test_lenet_reads_as_a_person_would_write_it(lenet: Graph) -> None:
    source = to_python(lenet, GREY, "LeNet")
    assert source.startswith('"""Made with Layerloom: input 1×28×28, output 10, 61 706 parameters."""\n\nfrom torch ')
    assert "class LeNet(nn.Module):" in source
    assert "        self.conv1 = nn.Conv2d(1, 6, kernel_size=5, padding=2)\n" in source
    assert "        x = self.conv1(x)    # 6×28×28\n" in source
    assert "        x = self.flatten(x)  # 400\n" in source
    assert source.endswith("        return self.fc3(x)   # 10\n")


def test_one_class_a_kind_of_block(resnet: Graph, inception_net: Graph) -> None:
    source = to_python(resnet, GREY)
    assert source.count("class ") == 2
    assert "def __init__(self, in_channels, num_channels=None, stride=1):" in source
    assert "        if stride != 1 or in_channels != num_channels:\n            self.shortcut = nn.Conv2d(" in source
    assert "self.residual2 = Residual(8)" in source
    assert "self.residual4 = Residual(16, 32" in source
    source = to_python(inception_net, GREY)
    assert source.count("class ") == 2
    assert "self.conv2b = nn.Conv2d(c2[0], c2[1], kernel_size=3, padding=1)" in source


@pytest.mark.parametrize(("id", "lines"), [
    ("resnet18", ("self.stage1 = nn.Sequential(*(Residual(64) for _ in range(2)))",
                  "self.stage2 = nn.Sequential(Residual(64, 128, stride=2), Residual(128))")),
    ("googlenet", ("self.inception1 = Inception(192, 64, (96, 128), (16, 32), 32)",)),
    ("densenet", ("for _ in range(num_convs):", "in_channels += growth_rate", "self.dense2 = DenseBlock(4, 96, 32)",
                  "self.transition1 = Transition(192)")),
    ("vgg11", ("for _ in range(num_convs):", "self.vgg3 = VGG(2, 32, 64)")),
    ("nin", ("self.nin1 = NiN(1, 96, kernel_size=11, stride=4, padding=0)",)),
    ("rgnet", ("self.block = nn.Sequential(*(Block() for _ in range(4)))",)),
])  # fmt: skip
def test_the_gallery_reads_as_the_book(id: str, lines: tuple[str, ...]) -> None:
    experiment = load_experiment(f"gallery:{id}")
    written = [line.strip() for line in to_python(experiment.graph, experiment.data.sample_shape).splitlines()]
    assert all(line in written for line in lines)


def stack(*layers: tuple[str, Layer]) -> Graph:
    nodes = [Node("input", Input()), *(Node(name, layer) for name, layer in layers)]
    return Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)])


def test_parameters_have_torchs_default_where_it_is_used() -> None:
    force = {"shortcut": "convolution"}
    graph = stack(("r1", Residual(num_channels=4, **force)), ("r2", Residual(num_channels=4, stride=2, **force)),
                  ("r3", Residual(num_channels=6, stride=2, **force)))
    source = to_python(graph, (3, 16, 16))
    assert 'def __init__(self, in_channels, num_channels=None, stride=1, shortcut="auto"):' in source
    for use in ("Residual(3, 4", "Residual(4, stride=2", "Residual(4, 6, stride=2"):
        use += ', shortcut="convolution")\n'
        assert use in source
    assert_same(graph, (3, 16, 16), source)


def test_equal_widths_are_one_parameter() -> None:
    graph = stack(("r1", Residual(num_channels=4)), ("conv", Conv2d(out_channels=8)), ("r2", Residual(num_channels=8)))
    source = to_python(graph, (4, 9, 9))
    assert "def __init__(self, num_channels):" in source
    assert "nn.Conv2d(num_channels, num_channels, kernel_size=3, padding=1)" in source
    assert_same(graph, (4, 9, 9), source)


def test_a_single_block_needs_no_condition() -> None:
    source = to_python(stack(("r1", Residual(num_channels=8, stride=2))), (3, 8, 8))
    assert "self.r1 = Residual(3, 8, stride=2)" in source and " if " not in source
    assert "        self.shortcut = nn.Conv2d(in_channels, num_channels, kernel_size=1, stride=stride)\n" in source
    assert "# 8×4×4" in source
    assert_well_written(source)


# -- blocks inside blocks ----------------------------------------------------------------------------


class Stage(Block):
    """Two blocks and a branch of their own."""

    title: ClassVar[str] = "Stage"
    stem: ClassVar[str] = "stage"
    meaning: ClassVar[str] = "For tests."
    width: int = Field(4, title="Width", description="Channels.")
    stride: int = Field(1, title="Stride", description="Stride.")

    def expand(self, shapes: Any) -> Graph:
        d = Drawing()
        d.add("first", Residual(num_channels=self.width, stride=self.stride), "input")
        d.add("second", Residual(num_channels=self.width), "first")
        d.add("wide", Inception(c1=self.width, c2a=2, c2b=3, c3a=2, c3b=self.width, c4=1), "second")
        d.add("narrow", Conv2d(out_channels=self.width, kernel_size=1), "wide")
        d.add("add", Add(), "narrow", "second", "second")
        return d.graph()


class Deep(Block):
    """A block of blocks of blocks."""

    title: ClassVar[str] = "Deep"
    stem: ClassVar[str] = "deep"
    meaning: ClassVar[str] = "For tests."

    def expand(self, shapes: Any) -> Graph:
        d = Drawing()
        d.add("one", Stage(width=shapes[0][0], stride=2), "input")
        d.add("two", Stage(width=7), "one")
        return d.graph()


def test_nested_blocks_compile_and_export_with_nested_names(kept_by_torch: Any, peak_in_torch: Any) -> None:
    graph = stack(("stem", Conv2d(out_channels=4)), ("s1", Stage(width=4)), ("s2", Stage(width=6, stride=2)),
                  ("deep", Deep()), ("flatten", Flatten()), ("fc", Linear(out_features=3)))
    shape = (2, 18, 18)
    source = to_python(graph, shape)
    assert_same(graph, shape, source)
    assert_well_written(source)
    assert "deep.two.wide.conv2b.weight" in load(source).state_dict()
    analysis, module = analyze(graph, shape), build_module(graph, shape)
    assert analysis.params == sum(p.numel() for p in module.parameters())
    assert analysis.memory.kept_bytes == kept_by_torch(module, shape)
    # From three on, sums may drop inputs early, and each class frees its variables at its end, not before.
    assert peak_in_torch(module, shape) <= analysis.memory.peak_bytes <= 1.2 * peak_in_torch(module, shape)


def test_a_fault_deep_inside_is_named() -> None:
    graph = stack(("deep", Deep()))
    with pytest.raises(LayerloomError, match="deep: Deep, inside one: Stage, inside first: Residual expects"):
        build_module(graph, (5,))


# -- names that could go wrong ----------------------------------------------------------------------------


def branched(given: str, *names: str) -> Graph:
    """``given`` feeds three layers that live long, then they are joined: every name is a variable somewhere."""
    one, two, three, cat, end = names
    nodes = [Node(given, Input()), Node(one, Linear(out_features=3)), Node(two, Linear(out_features=3)),
             Node(three, ReLU()), Node(cat, Concatenate()), Node(end, Linear(out_features=2))]
    edges = [Edge(given, one), Edge(given, two), Edge(given, three), Edge(one, cat, 0), Edge(two, cat, 1),
             Edge(three, cat, 2), Edge(one, cat, 3), Edge(given, cat, 4), Edge(cat, end)]
    return Graph.of(nodes, edges)


LONG = "very_long_name_of_a_layer_that_someone_really_chose_to_type_in_"


@pytest.mark.parametrize(
    "names",
    [
        ("x", "x1", "x2", "y", "z", "w"),
        ("input", "x", "x1", "x2", "x3", "x4"),
        ("l", "O", "I", "l1", "O1", "I1"),
        ("a", "Network", "Residual", "print", "object", "input"),
        ("data", "größe", "ñ", "层", "Δ", "µm".replace("µ", "μ")),
        (LONG + "a", LONG + "b", LONG + "c", LONG + "d", LONG + "e", LONG + "f"),
        ("len", "id", "int", "list", "tuple", "Exception"),
        ("args", "kwargs", "cls", "F", "functional", "Tensor"),
    ],
)
def test_names_never_collide_in_the_source(names: tuple[str, ...]) -> None:
    graph = branched(*names)
    source = to_python(graph, (4,))
    assert_same(graph, (4,), source)
    assert_well_written(source)


def test_long_sums_and_long_argument_lists_are_folded() -> None:
    nodes = [Node("input", Input()), *(Node(f"a_rather_long_name_{i}", Linear(out_features=4)) for i in range(20)),
             Node("sum", Add()), Node("cat", Concatenate())]
    wires = [Edge("input", f"a_rather_long_name_{i}") for i in range(20)]
    wires += [Edge(f"a_rather_long_name_{i}", target, i) for i in range(20) for target in ("sum", "cat")]
    graph = Graph.of(nodes, [*wires, Edge("sum", "cat", 20)])
    source = to_python(graph, (4,))
    assert_same(graph, (4,), source)
    assert_well_written(source)


def test_the_class_name_is_checked() -> None:
    graph = stack(("fc", Linear()))
    assert "class MyNet(nn.Module):" in to_python(graph, (3,), "MyNet")
    for name in ("class", "1st", "torch", "nn", "a b"):
        with pytest.raises(InvalidNameError):
            to_python(graph, (3,), name)
    block = stack(("r", Residual(num_channels=2)))
    source = to_python(block, (2, 5, 5), "Residual")
    assert source.count("class Residual(") == 1
    assert_same_class(block, (2, 5, 5), source, "Residual")


def assert_same_class(graph: Graph, shape: Shape, source: str, class_name: str) -> None:
    assert list(load(source, class_name).state_dict()) == list(build_module(graph, shape).state_dict())


def test_a_plain_process_without_layerloom_loads_it(resnet: Graph, tmp_path: Path) -> None:
    torch.manual_seed(3)
    module, batch = build_module(resnet, GREY).eval(), torch.rand(2, *GREY)
    (tmp_path / "out.py").write_text(to_python(resnet, GREY), encoding="utf-8")
    torch.save({"weights": module.state_dict(), "batch": batch, "wanted": module(batch)}, tmp_path / "all.pt")
    script = (
        "import torch, out\n"
        "saved = torch.load('all.pt', weights_only=True)\n"
        "net = out.Network().eval()\n"
        "net.load_state_dict(saved['weights'])\n"
        "assert torch.equal(net(saved['batch']), saved['wanted'])\n"
        "import sys\n"
        "assert not any(name.split('.')[0] == 'engine' for name in sys.modules)\n"
        "print('equal')"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, env={})
    assert done.stdout.strip() == "equal", done.stderr


def test_blocks_of_one_name_with_other_layers_inside_are_two_classes() -> None:
    graph, end = Graph.of([Node("input", Input(shape=(4,)))], []), "input"
    for number, kind in enumerate((ReLU(), Sigmoid(), ReLU())):
        inner = Graph.of([Node("input", Input()), Node("x", kind)], [Edge("input", "x")])
        graph = graph.with_node(Node(f"own{number}", Custom(label="Own", graph=inner)))
        graph, end = graph.with_edge(Edge(end, f"own{number}")), f"own{number}"
    text = to_python(graph)
    scope: dict[str, Any] = {}
    exec(text, scope)
    assert text.count("(nn.Module)") == 3, "two blocks and the network"
    x = torch.randn(5, 4)
    network, ours = scope["Network"](), build_module(graph)
    network.load_state_dict(ours.state_dict())
    assert torch.equal(network(x), ours(x))
