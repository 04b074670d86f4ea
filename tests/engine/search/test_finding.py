"""Finding layers by words, shapes, bounds and problems, also inside blocks."""

from __future__ import annotations

import pytest

from engine.analysis.analysis import analyze
from engine.experiment.experiment import gallery_ids, load_experiment
from engine.graph.graph import Edge, Graph, Node
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.search.finding import find, places


@pytest.fixture(scope="module")
def resnet():
    experiment = load_experiment("gallery:resnet18")
    return analyze(experiment.graph, experiment.data.sample_shape)


@pytest.mark.parametrize(("query", "expected"), [
    ("conv1", ["conv1", "stage1.conv1", "stage2.conv1", "stage3.conv1", "stage4.conv1"]),
    ("nn.Linear", ["fc1"]),
    ("LINEAR", ["fc1"]),
    ("*x48x48 conv", ["conv1"]),
    ("64×48×48 norm", ["bn1"]),
    ("shortcut >200", ["stage3.shortcut", "stage4.shortcut"]),
    ("shortcut <=128", ["stage2.shortcut"]),
    ("params>2m", ["stage3", "stage4", "stage4.conv2"]),
    ("madds>50m", ["stage1", "stage2", "stage3", "stage4"]),
    ("conv nothing", []),
    ("", []),
    ("   ", []),
    ("error", []),
])  # fmt: skip
def test_what_words_find(resnet, query, expected):
    assert find(resnet, query) == expected


def test_problems_are_found():
    nodes = [Node("input", Input(shape=(1, 8, 8))), Node("conv1", Conv2d(out_channels=4, kernel_size=9)),
             Node("fc1", Linear(out_features=10)), Node("lost", Linear(out_features=3), bypassed=True)]
    graph = Graph.of(nodes, [Edge("input", "conv1"), Edge("conv1", "fc1")])
    analysis = analyze(graph)
    assert find(analysis, "error") == find(analysis, "problem conv") == ["conv1"]
    assert find(analysis, "bypassed") == ["lost"]


@pytest.mark.parametrize("id", gallery_ids())
def test_every_place_can_be_found_by_its_name(id):
    experiment = load_experiment(f"gallery:{id}")
    analysis = analyze(experiment.graph, experiment.data.sample_shape)
    paths = [place.path for place in places(analysis)]
    assert len(paths) == len(set(paths)) >= len(experiment.graph.nodes)
    assert set(find(analysis, experiment.graph.order[-1])) <= set(paths)
    assert experiment.graph.order[-1] in find(analysis, experiment.graph.order[-1])
