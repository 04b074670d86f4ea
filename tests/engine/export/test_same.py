"""Code proved by reading it back, where torch is not loaded: a right file is the same network, no wrong one is."""

from __future__ import annotations

import ast
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import engine.export.export as export_module
from engine.analysis.analysis import Analysis, analyze
from engine.experiment.experiment import Experiment, gallery_ids, load_experiment
from engine.experiment.trust import sources_of
from engine.export.export import Exported, export
from engine.export.same import difference
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import LAYERS
from engine.reading.values import ReadingError
from engine.writing import bodies
from engine.writing.lines import fitted
from engine.writing.source import source_of
from engine.writing.uses import Use
from tests.engine.cases import MLP, experiment

ROOT = Path(__file__).parents[3]
OWN_CODE = {"fixed-hidden", "chimera", "centered", "my-linear"}  # which is run, not read
READ = [id for id in gallery_ids() if id not in OWN_CODE]


def analysis_of(name: str) -> Analysis:
    base = load_experiment(f"gallery:{name}")
    return analyze(base.graph, base.data.sample_shape)


def judged(source: str, analysis: Analysis) -> str:
    """What is said of the source: "same", "another", or "undecided", upon which it is run."""
    try:
        return "same" if difference(source, analysis) is None else "another"
    except ReadingError:
        return "undecided"


# -- what is right -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", gallery_ids())
def test_the_gallery_is_read_back_but_for_own_code(name: str) -> None:
    analysis = analysis_of(name)
    assert (name in OWN_CODE) is bool(sources_of(analysis.graph))
    assert judged(source_of(analysis).text, analysis) == ("undecided" if name in OWN_CODE else "same")


def test_the_command_proves_code_without_torch(tmp_path: Path) -> None:
    script = (f"import sys; sys.path.insert(0, {str(ROOT)!r}); import main\n"
              f"for name in {READ!r}: assert main.main(['main.py', 'export', 'gallery:' + name, name + '.py']) == 0\n"
              "assert not {'torch', 'numpy', 'PySide6'} & set(sys.modules)\n"
              "assert main.main(['main.py', 'export', 'gallery:centered', 'centered.py']) == 0\n"
              "assert 'torch' in sys.modules\n"
              "assert main.main(['main.py', 'export', 'gallery:lenet', 'after.py']) == 0")
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    said, end = "is written and verified: read back, it is the same network", "read back, its outputs are equal"
    assert done.stdout.splitlines() == [*(f"{name}.py {said}" for name in READ),
                                        f"centered.py is written and verified: {end}",
                                        f"after.py is written and verified: {end}"]
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted([*READ, "centered", "after"])


def test_what_reading_cannot_decide_is_run(tmp_path: Path) -> None:
    script = (f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
              "from engine import Experiment, Graph, from_text\n"
              "from engine.export.export import export\n"
              "base = Experiment(from_text('flatten, embedding 10 4, flatten, linear 10'))\n"
              "print(export(base, 'net.py').message, 'torch' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "net.py is written and verified: read back, its outputs are equal True\n"


# -- what is wrong -----------------------------------------------------------------------------------------------------


def wrong(tree: ast.Module) -> Iterator[str]:
    """The code with one fault after the other: another number, an argument or a statement less, two values swapped."""
    for node in list(ast.walk(tree)):
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            kept, node.value = node.value, (not node.value) if isinstance(node.value, bool) else node.value + 1
            yield ast.unparse(tree)
            node.value = kept
        if isinstance(node, ast.Call):
            yield from _without_each(tree, node.keywords)
        if isinstance(node, (ast.Call, ast.List)):
            yield from _swapped(tree, node.args if isinstance(node, ast.Call) else node.elts)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            yield from _without_each(tree, node.body)


def _without_each(tree: ast.Module, parts: list[Any]) -> Iterator[str]:
    for index, part in enumerate(list(parts)):
        if len(parts) > 1 and not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)):
            del parts[index]
            yield ast.unparse(tree)
            parts.insert(index, part)


def _swapped(tree: ast.Module, parts: list[Any]) -> Iterator[str]:
    for one, two in zip(range(len(parts)), range(1, len(parts)), strict=False):
        if ast.dump(parts[one]) != ast.dump(parts[two]):
            parts[one], parts[two] = parts[two], parts[one]
            yield ast.unparse(tree)
            parts[one], parts[two] = parts[two], parts[one]


@pytest.mark.parametrize("name", ["lenet-bn", "residual-small", "inception-small", "densenet", "rgnet", "tied", "lazy",
                                  "edge-kernel", "init-zoo", "conv-checks", "scalar-checks"])
def test_no_single_fault_passes_for_the_same(name: str) -> None:
    analysis = analysis_of(name)
    verdicts = [judged(text, analysis) for text in wrong(ast.parse(source_of(analysis).text))]
    assert "another" in verdicts and "same" not in verdicts


@pytest.mark.parametrize(("old", "new", "said"), [
    ("6, kernel_size=5, padding=2", "6, kernel_size=3, padding=2",
     "conv1 = nn.Conv2d(1, 6, kernel_size=3, padding=2) stands where "
     "conv1 = nn.Conv2d(1, 6, kernel_size=5, padding=2) should"),
    ("nn.Conv2d(1, 6", "nn.Conv2d(3, 6",
     "conv1 = nn.Conv2d(3, 6, kernel_size=5, padding=2) stands where "
     "conv1 = nn.Conv2d(1, 6, kernel_size=5, padding=2) should"),
    ("nn.Conv2d(6, 16", "nn.LazyConv2d(16", "conv2 = nn.LazyConv2d("),
    ("self.conv2", "self.conv3", "missing: conv2"),
    ("        super().__init__()\n", "        super().__init__()\n        self.more = nn.ReLU()\n", "unexpected: more"),
    ("x = self.act1(x)", "x = self.act2(x)",
     "act2 = nn.Sigmoid() stands where act1 = nn.Sigmoid() should"),
    ("x = self.act1(x)", "pass", "conv1 = nn.Conv2d(1, 6, kernel_size=5, padding=2) stands where act1 = nn.Sigmoid()"),
])  # fmt: skip
def test_what_is_wrong_is_said(old: str, new: str, said: str) -> None:
    analysis = analysis_of("lenet")
    source = source_of(analysis).text
    assert old in source
    assert str(difference(source.replace(old, new), analysis)).startswith(said)


def joined(kind: str, *sources: str) -> Analysis:
    """Two layers and the input, joined."""
    nodes = [Node("input", LAYERS["Input"]()), Node("a", LAYERS["ReLU"]()), Node("b", LAYERS["Tanh"]()),
             Node("end", LAYERS[kind]())]
    edges = [Edge(source, "end", port) for port, source in enumerate(sources)]
    return analyze(Graph.of(nodes, [Edge("input", "a"), Edge("input", "b"), *edges]), (4,))


@pytest.mark.parametrize(("kind", "sources", "others"), [
    ("Concatenate", "ab", "ba"), ("Subtract", "ab", "ba"), ("Add", "aab", "aba"), ("Add", "aab", "ab"),
    ("Concatenate", "ab", "aab"),
])  # fmt: skip
def test_wires_are_the_same_in_their_order(kind: str, sources: str, others: str) -> None:
    mine, its = joined(kind, *sources), joined(kind, *others)
    assert difference(source_of(mine).text, mine) is None
    assert judged(source_of(its).text, mine) == "another"


@pytest.mark.parametrize(("old", "new"), [
    ("import torch\n", ""), ("from torch import nn\n", ""), ("(nn.Module)", "()"), ("super().__init__()", "pass"),
    ("class Network", "class Net"), ("def forward(self, x)", "def forward(self, y)"), ("return ", "return 1 + "),
    ("    def", "   def"),
])  # fmt: skip
def test_a_file_that_does_not_run_is_not_the_same(old: str, new: str) -> None:
    analysis = analysis_of("densenet")
    source = source_of(analysis).text
    assert old in source and judged(source.replace(old, new), analysis) != "same"


# -- a writer that is at fault -----------------------------------------------------------------------------------------


def _wrong_size(made: Any, name: str, plain: Callable[..., list[str]] = bodies.constructed) -> list[str]:
    return [line.replace("kernel_size=5", "kernel_size=3") for line in plain(made, name)]


def _wrong_wires(use: Use, name: str, lead: str, variables: dict[str, str],
                 plain: Callable[..., list[str]] = bodies._statement) -> list[str]:
    if name != "cat":
        return plain(use, name, lead, variables)
    return fitted(" " * 8, lead, use.expression(name, [variables[each] for each in use.sources(name)][::-1]))


def _no_activation(use: Use, name: str, lead: str, variables: dict[str, str],
                   plain: Callable[..., list[str]] = bodies._statement) -> list[str]:
    return [f"        {lead}x"] if name == "act1" else plain(use, name, lead, variables)


def _written_by(fault: str, does: Callable[..., Any], base: Experiment, path: Path,
                monkeypatch: pytest.MonkeyPatch) -> Exported:
    monkeypatch.setattr(export_module, "sys", SimpleNamespace(modules={}))  # as if torch had not been loaded
    assert export(base, path).verified
    monkeypatch.setattr(bodies, fault, does)
    return export(base, path)


def branched() -> Experiment:
    """Two branches side by side."""
    nodes = [Node("input", LAYERS["Input"](shape=(4,))), Node("a", LAYERS["Linear"](out_features=3)),
             Node("b", LAYERS["Linear"](out_features=3)), Node("cat", LAYERS["Concatenate"]())]
    edges = [Edge("input", "a"), Edge("input", "b"), Edge("a", "cat"), Edge("b", "cat", 1)]
    return Experiment(Graph.of(nodes, edges))


@pytest.mark.parametrize(("fault", "does", "base", "said"), [
    ("constructed", _wrong_size, load_experiment("gallery:lenet"), "conv2 = nn.Conv2d(6, 16, kernel_size=3)"),
    ("_statement", _wrong_wires, branched(), "a = nn.Linear(4, 3) stands where b = nn.Linear(4, 3) should"),
    ("_statement", _no_activation, experiment(*MLP), "nn.Linear(64, 16) stands where act1 = nn.ReLU() should"),
])  # fmt: skip
def test_a_writers_fault_is_noticed(fault: str, does: Callable[..., Any], base: Experiment, said: str, tmp_path: Path,
                                    monkeypatch: pytest.MonkeyPatch) -> None:
    exported = _written_by(fault, does, base, tmp_path / "net.py", monkeypatch)
    assert not exported.verified and math.isnan(exported.difference)
    assert str(exported.message).startswith("net.py is written, but read back it is another network: ")
    assert said in str(exported.message)
