"""The lines of the exported source that belong to each node."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from engine.analysis.analysis import analyze
from engine.blocks.edits import inner
from engine.blocks.residual import Residual
from engine.experiment.experiment import gallery_ids, load_experiment
from engine.experiment.trust import allow, sources_of
from engine.graph.graph import Edge, Graph, Node
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.messages import LayerloomError
from engine.writing.source import to_python, to_source

SHAPE = (3, 32, 32)


@pytest.mark.parametrize("id", gallery_ids())
def test_every_node_of_the_gallery_has_its_lines(id):
    experiment = load_experiment(f"gallery:{id}")
    allow(sources_of(experiment.graph))
    shape = experiment.data.sample_shape
    source = to_source(experiment.graph, shape)
    assert source.text == to_python(experiment.graph, shape)
    written = source.text.split("\n")
    analysis = analyze(experiment.graph, shape)
    for path, numbers in source.lines.items():
        assert len(numbers) == len(set(numbers))
        *way, name = path.split(".")
        level = inner(analysis, tuple(way)) if way else analysis
        owner = level.graph.nodes[name].shares or name
        lines = [written[number - 1] for number in numbers]
        assert numbers, path
        module = level.graph.nodes[name].layer.torch.startswith("nn.") and name != level.input
        if level.graph.nodes[name].key:  # made and called in a loop
            assert (len(lines) == 2 and "self.net(x)" in lines[1]) or "layer(x)" in lines[1]
            assert level.graph.nodes[name].layer.torch in lines[0]
            continue
        called = any(re.search(rf"\bself\.{owner}\(", line) for line in lines)
        made = any(re.match(rf"\s*self\.{name} = nn\.(?!Sequential)", line) for line in lines)
        assert called or not module, (path, lines)
        assert made == (module and owner == name), (path, lines)
    assert {path for path in source.lines if "." not in path} == set(analysis.members)


def test_a_line_says_nothing_of_another_node():
    experiment = load_experiment("gallery:lenet")
    source = to_source(experiment.graph, experiment.data.sample_shape)
    written = source.text.split("\n")
    taken = [number for numbers in source.lines.values() for number in numbers]
    assert len(taken) == len(set(taken))
    assert [written[n - 1].split("  #")[0].strip() for n in source.lines["conv2"]] == [
        "self.conv2 = nn.Conv2d(6, 16, kernel_size=5)", "x = self.conv2(x)"]


def test_blocks_of_one_class_share_its_lines():
    graph = Graph.of(
        [Node("input", Input()), Node("a", Residual(num_channels=8)), Node("b", Residual(num_channels=8))],
        [Edge("input", "a"), Edge("a", "b")])
    source = to_source(replace(graph, nodes=graph.nodes), SHAPE)
    both = [(source.lines[f"a.{name}"], source.lines[f"b.{name}"]) for name in ("conv1", "conv2", "bn1")]
    assert source.text.count("class Residual") == 1
    assert all(one == other and len(one) == 2 for one, other in both)
    assert source.lines["a"] != source.lines["b"]


def test_what_is_wrong_is_raised():
    graph = Graph.of([Node("input", Input()), Node("conv1", Conv2d(out_channels=4, kernel_size=50))],
                     [Edge("input", "conv1")])
    with pytest.raises(LayerloomError):
        to_source(graph, SHAPE)
