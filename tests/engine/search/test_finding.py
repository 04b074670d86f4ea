"""Finding layers by words, shapes, bounds and problems, also inside blocks."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine.advice.problem import Problem
from engine.analysis.analysis import analyze
from engine.blocks.custom import Custom
from engine.blocks.residual import Residual
from engine.experiment.experiment import gallery_ids, load_experiment
from engine.graph.graph import Edge, Graph, Node
from engine.graph.parameters import NodeParameters
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.layers.merge import Add
from engine.messages import say
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


@pytest.fixture(scope="module")
def small():
    """Of each thing that can be asked for one: a block, a name of its own, frozen weights, a layer without input."""
    inner = Graph.of([Node("input", Input()), Node("deep", Linear(out_features=5))], [Edge("input", "deep")])
    nodes = [Node("input", Input(shape=(1, 8, 8))), Node("conv1", Conv2d(out_channels=10, kernel_size=3)),
             Node("Flat", Flatten()),
             Node("fc1", Linear(out_features=1000), parameters=NodeParameters(trainable=False)),
             Node("mine", Custom(label="Own Part", graph=inner)), Node("add", Add()), Node("lost", Linear())]
    return analyze(Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes[:6])]))


@pytest.mark.parametrize(("query", "expected"), [
    (">=1000", ["fc1"]), (">1000", []), ("<=1", ["input"]), ("<1", []), (">999.5", ["fc1"]), ("<2", ["input"]),
    (">1k", []), (">=1k", ["fc1"]), ("<0.01k", ["input", "mine", "mine.deep"]),
    ("params>=100", ["conv1", "fc1", "mine", "mine.deep"]), ("params<=0", ["input", "Flat"]),
    ("params>0.361m", []), ("params>=0.361m", ["fc1"]), ("madds>=0.36m", ["fc1"]), ("madds>0.36m", []),
    ("madds<1g", ["input", "conv1", "Flat", "fc1", "mine", "mine.deep"]), ("size>3", []),
    ("1x8x8", ["input"]), ("1×8×8", ["input"]), ("1?x6x6", ["conv1"]), ("?x6x6", []), ("*x*x*", ["input", "conv1"]),
    ("*x*", []), ("3600", []), ("frozen", ["fc1"]), ("bypassed", []), ("own", ["mine"]), ("part own", ["mine"]),
    ("flat", ["Flat"]), ("FLAT", ["Flat"]), ("deep", ["mine.deep"]), ("mine", ["mine"]),
    ("convolution", ["conv1"]), ("nn.conv", ["conv1"]), ("dense", ["fc1", "mine.deep", "lost"]), ("ense", []),
    ("10", ["conv1", "fc1"]), ("error", ["add"]), ("errors", ["add"]), ("错误", ["add"]),
    ("warning", []), ("problem", ["add"]), ("problems linear", []),
])  # fmt: skip
def test_words_bounds_and_shapes(small, query, expected):
    assert find(small, query) == expected


def test_problems_that_are_given_are_found_too(small):
    given = [Problem("hint", "lost", say("loose")), Problem("warning", "fc1", say("odd")),
             Problem("error", None, say("whole"))]
    assert find(small, "problems", given) == ["fc1", "add", "lost"]
    assert find(small, "warnings", given) == ["fc1"]
    assert find(small, "error", given) == ["add"]


def test_a_block_into_which_nothing_known_comes_is_found_alone():
    alone = analyze(Graph.of([Node("block", Residual()), Node("lost", Linear())]))
    assert [place.path for place in places(alone)] == ["block", "lost"] and find(alone, "residual") == ["block"]
    assert find(alone, ">0") == find(alone, "params>=0") == [], "nothing is known of their sizes"


def test_what_a_person_called_a_block_finds_it_and_an_option_of_this_name_does_not():
    inner = Graph.of([Node("input", Input()), Node("deep", Linear(out_features=5))], [Edge("input", "deep")])
    named = analyze(Graph.of([Node("a", Custom(label="My Stem", graph=inner)), Node("b", Custom(graph=inner))]))
    assert find(named, "stem") == ["a"] and find(named, "block deep") == []
