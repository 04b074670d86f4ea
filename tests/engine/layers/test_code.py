"""Layers that a person writes: they run only when agreed to, and every way to fail is a sentence."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
import torch

import engine.layers.code.running
from engine.analysis.analysis import analyze
from engine.blocks.edits import make_block
from engine.blocks.settings import node_settings
from engine.experiment.experiment import Experiment, from_json, to_json
from engine.experiment.trust import allow, is_allowed, not_allowed, sources_of
from engine.export.export import export
from engine.graph.graph import Edge, Graph, Node
from engine.layers.code import Code
from engine.layers.code.source import EXAMPLE, CodeError, CodeNotAllowedError, outline
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.network.compile import build_module
from engine.network.ready import freeze
from engine.network.weights import empty_module
from engine.writing.source import to_python

MY_LINEAR = '''class MyLinear(nn.Module):
    def __init__(self, in_features, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, units))
        self.bias = nn.Parameter(torch.zeros(units))
        self.scale = torch.full((1,), 2.0)

    def forward(self, x):
        return torch.relu(x @ self.weight + self.bias) * self.scale
'''


def graph_of(source: str, made_with: str = "", trusted: bool = True, shape: tuple[int, ...] = (5,)) -> Graph:
    if trusted:
        allow([source])
    layer = Code(source=source, made_with=made_with)
    return Graph.of([Node("input", Input(shape=shape)), Node("mine", layer)], [Edge("input", "mine")])


def fault(source: str, **options: str) -> CodeError:
    error = analyze(graph_of(source, **options)).faults[0].error  # type: ignore[arg-type]
    assert isinstance(error, CodeError)
    return error


def test_a_layer_with_parameters_trains_and_keeps_its_constants() -> None:
    graph = graph_of(MY_LINEAR, "units=3")
    assert analyze(graph).output_shape == (3,) and analyze(graph).params == 18
    module = build_module(graph)
    assert set(module.state_dict()) == {"mine.weight", "mine.bias", "mine.scale"}  # a plain tensor is a buffer
    assert set(dict(module.named_buffers())) == {"mine.scale"}
    module(torch.rand(4, 5)).sum().backward()
    assert module.mine.weight.grad is not None  # type: ignore[union-attr]


def test_it_is_exported_word_for_word() -> None:
    graph = graph_of(MY_LINEAR, "units=3")
    source = to_python(graph)
    assert MY_LINEAR.strip() in source
    scope: dict[str, object] = {}
    exec(source, scope)
    plain, module = scope["Network"](), build_module(graph)  # type: ignore[operator]
    plain.load_state_dict(module.state_dict())
    x = torch.rand(2, 5)
    assert torch.equal(plain(x), module(x))
    assert set(plain.state_dict()) == set(module.state_dict())


def test_centered() -> None:
    module = build_module(graph_of(EXAMPLE))
    assert module(torch.rand(4, 5)).mean(dim=1).abs().max() < 1e-6


def test_several_inputs() -> None:
    source = "class Both(nn.Module):\n    def forward(self, a, b, c=None):\n        return a * b\n"
    allow([source])
    layer = Code(source=source)
    assert (layer.min_inputs, layer.max_inputs) == (2, 3)
    graph = Graph.of([Node("input", Input(shape=(4,))), Node("mine", layer)],
                     [Edge("input", "mine", 0), Edge("input", "mine", 1)])
    x = torch.rand(2, 4)
    assert torch.equal(build_module(graph)(x), x * x)


@pytest.fixture
def trap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Callable[[], bool]]]:
    """A source that leaves a trace when it runs."""
    path = tmp_path_factory.mktemp("trap") / uuid4().hex
    source = f"open({str(path)!r}, 'w').close()\nclass Trap(nn.Module):\n    def forward(self, x):\n        return x\n"
    yield source, path.exists


def test_nothing_runs_before_someone_agrees(trap: tuple[str, Callable[[], bool]]) -> None:
    source, has_run = trap
    graph = graph_of(source, trusted=False)
    text = to_json(Experiment(graph))
    loaded = from_json(text).graph
    assert isinstance(analyze(loaded).faults[0].error, CodeNotAllowedError)
    with pytest.raises(Exception, match="agree"):
        build_module(loaded)
    with pytest.raises(Exception, match="agree"):
        to_python(loaded)
    assert not has_run() and not is_allowed(source) and not_allowed(loaded) == {source} == sources_of(loaded)
    allow([source])
    assert analyze(loaded).output_shape == (5,) and has_run() and not not_allowed(loaded)


FAULTS = [
    ("class A(nn.Module)\n    pass", 1, "expected"),
    ("x = 1", None, "forward"),
    ("class A(nn.Module):\n    def forward(self):\n        return 1", 2, "must take the input"),
    ("class A:\n    def forward(self, x):\n        return x", None, "nn.Module"),
    ("import nothing_like_it\nclass A(nn.Module):\n    def forward(self, x):\n        return x", 1, "nothing_like_it"),
    ("class A(nn.Module):\n    def forward(self, x):\n        return [x]", None, "a list"),
    ("class A(nn.Module):\n    def forward(self, x):\n        pass", None, "nothing"),
    ("class A(nn.Module):\n    def forward(self, x):\n        return x.sum()", None, "batch"),
    ("class A(nn.Module):\n    def forward(self, x):\n        return x.reshape(-1)", None, "batch"),
    ("class A(nn.Module):\n    def forward(self, x):\n        raise ValueError('no way')", 3, "no way"),
    ("class A(nn.Module):\n    def forward(self, x):\n        return y", 3, "name 'y' is not defined"),
    ("class A(nn.Module):\n    def __init__(self, units):\n        super().__init__()\n    def forward(self, x):\n"
     "        return x", None, "units"),
    ("class A(nn.Module):\n    def __init__(self):\n        self.fc = nn.Linear(5, 5)\n    def forward(self, x):\n"
     "        return x", 3, "cannot assign module"),
    ("class A(nn.Module):\n    def forward(self, x):\n        raise SystemExit", 3, "SystemExit"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "line", "words"), FAULTS)
def test_what_is_wrong_is_said_at_its_line(source: str, line: int | None, words: str) -> None:
    error = fault(source)
    assert words in str(error) and error.line == line


def test_arguments_are_plain_values() -> None:
    for bad in ("units=open('x')", "units=", "*[1]", "__import__('os')", "units=3); x = (1",
                "open('x'))(units=3", "3)(", "**{'units': open('x')}", "**{'units': 3}", "units=3) + f(1"):
        assert "plain values" in str(fault(MY_LINEAR, made_with=bad))


def test_a_loop_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.layers.code.running, "PATIENCE", 0.3)
    before = threading.active_count()
    source = "class A(nn.Module):\n    def forward(self, x):\n        while True:\n            pass\n"
    tries, start = [], threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", lambda thread: (tries.append(thread), start(thread)))
    assert "loop for ever" in str(fault(source))
    tried = len(tries)
    assert tried and "loop for ever" in str(fault(source))
    assert len(tries) == tried, "what does not end is not tried again"
    assert threading.active_count() == before


def test_it_waits_for_torch_where_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    source = EXAMPLE.replace("Centered", "Waiting")
    monkeypatch.setattr(engine.layers.code.running, "loads_torch", False)
    monkeypatch.delitem(sys.modules, "torch")
    assert "still loading" in str(fault(source))
    monkeypatch.undo()
    assert analyze(graph_of(source)).output_shape == (5,)


def test_two_classes_of_one_name() -> None:
    other = EXAMPLE.replace("x - x.mean", "x + x.mean")
    allow([other])
    graph = graph_of(EXAMPLE)
    graph = graph.with_node(Node("second", Code(source=other))).with_edge(Edge("mine", "second"))
    with pytest.raises(CodeError, match="Centered"):
        to_python(graph)
    twice = graph_of(EXAMPLE).with_node(Node("second", Code())).with_edge(Edge("mine", "second"))
    assert to_python(twice).count("class Centered") == 1


def test_outline_reads_without_running() -> None:
    two = "class A:\n    def forward(self, x, y): ...\n\n\nclass B:\n    def forward(self, x): ...\n"
    assert outline(two) == ("B", (), (1, 1)), "the last counts"
    assert outline(MY_LINEAR).name == "MyLinear"
    assert outline(MY_LINEAR).constructor == ("in_features", "units")
    both = outline(f"{EXAMPLE}\n\n{MY_LINEAR}")
    assert (both.name, both.constructor) == ("MyLinear", ("in_features", "units")), "the last one counts"
    assert outline(f"{MY_LINEAR}\n\n{EXAMPLE}").constructor == ()
    assert Code(source=MY_LINEAR, made_with="units=3").construction([(7,)]) == "MyLinear(units=3, in_features=7)"


def test_a_block_of_the_same_name_as_a_class() -> None:
    graph, _ = make_block(graph_of(EXAMPLE), ["mine"], "Centered")
    scope: dict[str, object] = {}
    exec(to_python(graph), scope)
    x = torch.rand(2, 5)
    assert torch.equal(scope["Network"]()(x), build_module(graph)(x))  # type: ignore[operator]


def test_arguments_run_nothing_even_of_code_that_is_trusted(trap: tuple[str, Callable[[], bool]]) -> None:
    source, has_run = trap
    evil = source.splitlines()[0]
    for made_with in (f"{evil})(5", f"units=3)({evil}", f"({evil}, 3)[1]"):
        assert "plain values" in str(fault(MY_LINEAR, made_with=made_with))
    assert not has_run()


def test_arguments_are_written_anew() -> None:
    graph = graph_of(MY_LINEAR, made_with="  units = 3,  # three\n")
    assert analyze(graph).output_shape == (3,)
    assert "MyLinear(units=3, in_features=5)" in to_python(graph)


SPEAKING = '''class Speaking(nn.Module):
    def __init__(self, text, times=1):
        super().__init__()
        self.text = text

    def forward(self, x):
        return x + len(self.text)
'''


@pytest.mark.parametrize("text", ["short", "a word " * 40, "a-word-" * 40, "aword" * 60, "back\\slash\\' " * 20,
                                  "it's (not) \"closed\" ( " * 12])
def test_a_text_stays_as_it_is_however_long_the_line(text: str) -> None:
    scope: dict[str, type] = {}
    exec(to_python(graph_of(SPEAKING, made_with=f"text={text!r}, times=123456")), scope)
    assert scope["Network"]().mine.text == text


def test_code_inside_a_block_runs_once_it_is_agreed_to(trap: tuple[str, Callable[[], bool]]) -> None:
    source, has_run = trap
    graph, _ = make_block(graph_of(source, trusted=False), ["mine"], "Own")
    assert "agree" in str(analyze(graph).faults[0].error) and not has_run()
    allow([source])
    assert not analyze(graph).faults and has_run()


def test_a_constructor_may_read_numbers_and_keep_what_is_not_saved(tmp_path: Path) -> None:
    source = ("class Reads(nn.Module):\n    def __init__(self, in_features):\n        super().__init__()\n"
              "        self.scale = torch.ones(3).sum().item()\n"
              "        self.w = nn.Parameter(torch.ones(in_features))\n"
              "        self.register_buffer('c', torch.arange(in_features).float(), persistent=False)\n"
              "    def forward(self, x):\n        return x * self.scale * self.w + self.c\n")
    experiment = Experiment(graph_of(source))
    assert {value.device.type for value in empty_module(experiment).state_dict().values()} == {"meta"}
    for suffix in (".py", ".pt"):
        assert export(experiment, tmp_path / f"net{suffix}").verified


@pytest.mark.parametrize("suffix", [".py", ".safetensors"])
def test_code_that_draws_is_verified_too(suffix: str, tmp_path: Path) -> None:
    graph = row_of(of_class("Noise", "", "x + torch.rand_like(x)")).graph
    graph = graph.with_node(Node("fc", Linear(out_features=2))).with_edge(Edge("n0", "fc"))
    state = torch.random.get_rng_state()
    assert export(Experiment(graph), tmp_path / f"net{suffix}").verified
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_weight_that_code_holds_still_does_not_learn() -> None:
    source = ("class Still(nn.Module):\n    def __init__(self, in_features):\n        super().__init__()\n"
              "        self.w = nn.Parameter(torch.ones(in_features), requires_grad=False)\n"
              "        self.b = nn.Parameter(torch.zeros(in_features))\n"
              "    def forward(self, x):\n        return x * self.w + self.b\n")
    graph = graph_of(source)
    analysis, module = analyze(graph), build_module(graph)
    freeze(module, node_settings(graph, analysis))
    assert (analysis.params, analysis.trainable) == (10, 5)
    assert {key for key, weight in module.named_parameters() if weight.requires_grad} == {"mine.b"}


def of_class(name: str, before: str = "", forward: str = "x") -> str:
    return f"{before}class {name}(nn.Module):\n    def forward(self, x):\n        return {forward}\n"


def row_of(*sources: str) -> Experiment:
    allow(sources)
    nodes = [Node("input", Input(shape=(5,))), *(Node(f"n{i}", Code(source=text)) for i, text in enumerate(sources))]
    return Experiment(Graph.of(nodes, [Edge(one.name, two.name) for one, two in pairwise(nodes)]))


def test_what_stands_at_the_top_of_a_file_is_put_there(tmp_path: Path) -> None:
    future = '"""Mine."""\nfrom __future__ import annotations\nimport torch.nn as nn\nfrom math import pi\n'
    other = of_class("B", "from torch import nn\nfrom math import pi, e\n", "x * pi")
    experiment = row_of(of_class("A", future, "x + pi"), other)
    assert export(experiment, tmp_path / "net.py").verified
    assert to_python(experiment.graph).count("__future__") == 1


def test_helpers_of_one_name_must_be_alike(tmp_path: Path) -> None:
    twice, thrice = (f"def helper(x):\n    return x * {factor}\n" for factor in (2, 3))
    alike = row_of(of_class("A", twice, "helper(x)"), of_class("B", twice, "helper(x)"))
    assert export(alike, tmp_path / "net.py").verified
    with pytest.raises(CodeError, match="helper"):
        to_python(row_of(of_class("A", twice, "helper(x)"), of_class("B", thrice, "helper(x)")).graph)


def test_a_block_of_the_same_name_as_a_helper(tmp_path: Path) -> None:
    helper = "class Pair(nn.Module):\n    def forward(self, x):\n        return x * 2\n"
    experiment = row_of(of_class("A", helper, "Pair()(x)"), of_class("B"), of_class("C"))
    graph, _ = make_block(experiment.graph, ["n1", "n2"], "Pair")
    assert export(Experiment(graph), tmp_path / "net.py").verified
