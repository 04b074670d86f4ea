"""Two networks compared: everything that differs is found, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.blocks.custom import Custom
from engine.blocks.inception import Inception
from engine.compare.compare import Comparison, compare
from engine.compare.fields import Field
from engine.compare.union import GONE, union
from engine.experiment.experiment import Experiment, Variant, gallery_ids, load_experiment
from engine.graph import marks
from engine.graph.edits import appended, inserted
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import CARD, FLOWS, STEP
from engine.graph.parameters import Init, NodeParameters
from engine.layers.activation import ReLU, Sigmoid, Tanh
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.layers.merge import Add
from engine.layout import rows
from engine.layout.rows import arranged
from engine.messages import say


def chain(*nodes: Node) -> Graph:
    placed = [replace(node, position=(0.0, STEP * row)) for row, node in enumerate(nodes)]
    return Graph.of(placed, [Edge(a.name, b.name) for a, b in pairwise(placed)])


def small() -> Graph:
    return chain(Node("input", Input()), Node("conv1", Conv2d(out_channels=6, kernel_size=(5, 5))),
                 Node("act1", ReLU()), Node("flat", Flatten()), Node("fc1", Linear(out_features=10)))


def texts(fields: tuple[Field, ...]) -> list[tuple[str, str, str, str]]:
    return [(field.within, " · ".join(field.titles), str(field.before), str(field.after)) for field in fields]


def changes(comparison: Comparison) -> dict[str, str]:
    return {pair.name: pair.change for pair in comparison.pairs if pair.change}


def applied(comparison: Comparison) -> tuple[dict[str, Node], set[Edge]]:
    """What ``before`` becomes when the differences are carried out one by one."""
    names = comparison.names
    nodes = {node.name: node for node in comparison.before.graph.nodes.values()}
    edges = set(comparison.before.graph.edges) - set(comparison.wires_removed)
    for pair in comparison.pairs:
        if pair.after is None:
            del nodes[pair.name]
        elif pair.renamed:
            del nodes[pair.before.name]
    for pair in comparison.pairs:
        if pair.change in ("added", "changed") or pair.moved:
            nodes[pair.name] = pair.after
        elif pair.change == "" and pair.after.position != nodes[pair.name].position:  # pushed on, not moved
            nodes[pair.name] = replace(nodes[pair.name], position=pair.after.position)
    by_wire = {(e.source, e.target, e.port): e for e in comparison.rerouted}
    kept = set()
    for edge in edges:
        wire = (names[edge.source], names[edge.target], edge.port)
        kept.add(by_wire.get(wire, Edge(*wire, edge.via)))
    return nodes, kept | set(comparison.wires_added)


@pytest.mark.parametrize("id", gallery_ids())
def test_a_network_does_not_differ_from_itself(id):
    one, other = load_experiment(f"gallery:{id}"), load_experiment(f"gallery:{id}")
    assert compare(one, other).is_empty and compare(one, one).is_empty


def test_what_differs_in_the_gallery():
    found = compare(load_experiment("gallery:lenet"), load_experiment("gallery:lenet-relu"))
    assert changes(found) == dict.fromkeys(("act1", "act2", "act3", "act4"), "changed")
    assert texts(found.of("changed")[0].fields) == [("", "Layer", "Sigmoid", "ReLU")]
    assert texts(found.recipe) == [("", "Learning rate", "0.9", "0.1")]
    assert not found.data and not found.wires_added and not found.wires_removed
    assert ("", "Title", "LeNet", "LeNet with ReLU") in texts(found.words)
    found = compare(load_experiment("gallery:lenet"), load_experiment("gallery:lenet-bn"))
    assert changes(found) == {"conv1": "changed", **dict.fromkeys(("bn1", "bn2", "bn3", "bn4"), "added")}, (
        "what was only pushed down has not moved")
    assert len(found.wires_added) == 8 and len(found.wires_removed) == 4
    assert texts(found.of("changed")[0].fields) == [("", "Padding", "2", "0")]


def test_every_field_of_a_node_is_told():
    graph = small().with_node(Node("conv2", Conv2d(out_channels=6, kernel_size=(5, 5)), (600.0, 0.0)))
    layer = graph.nodes["conv1"].layer.with_options(kernel_size=(3, 5), bias=False)
    now = graph.with_layer("conv1", layer).with_marks(["act1"], bypassed=True, label="red", collapsed=True)
    now = now.with_parameters("fc1", NodeParameters(weight=Init(kind="normal", std=0.5), trainable=False))
    now = now.with_shares("conv2", "conv1")
    found = {pair.name: texts(pair.fields) for pair in compare(graph, now).of("changed")}
    assert ("", "Kernel size", "5×5", "3×5") in found["conv1"] and ("", "Bias", "on", "off") in found["conv1"]
    assert len(found["conv1"]) == 2
    assert found["act1"] == [("", "Bypassed", "off", "on"), ("", "Colour label", "–", "red"),
                             ("", "Collapsed", "off", "on")]
    assert found["fc1"] == [("", "Weights", "PyTorch's own", "Normal mean 0.0, std 0.5"),
                            ("", "Trainable", "on", "off")]
    assert ("", "Shares weights with", "–", "conv1") in found["conv2"]


def test_a_value_is_no_template():
    block = Custom(label="a {b}", graph=small())
    one = chain(Node("input", Input()), Node("block", block))
    other = one.with_layer("block", block.model_copy(update={"label": "{c} d"}))
    assert texts(compare(one, other).pairs[1].fields) == [("", "Name", "a {b}", "{c} d")]


def test_inside_own_blocks_by_dotted_path():
    inner = small()
    deep = chain(Node("input", Input()), Node("deep", Custom(label="Deep", graph=inner)))
    outer = chain(Node("input", Input()), Node("outer", Custom(label="Outer", graph=deep)))
    changed = inner.with_layer("conv1", inner.nodes["conv1"].layer.with_options(out_channels=8)).healed("act1")
    new = deep.with_layer("deep", deep.nodes["deep"].layer.model_copy(update={"graph": changed}))
    other = outer.with_layer("outer", outer.nodes["outer"].layer.model_copy(update={"graph": new}))
    assert texts(compare(outer, other).of("changed")[0].fields) == [
        ("deep.conv1", "Output channels", "6", "8"), ("deep.act1", "Layer", "ReLU", "–"),
        ("deep", "Wires", "conv1 → act1, act1 → flat", "conv1 → flat")]


def test_renamed_is_recognised():
    graph = small()
    found = compare(graph, graph.renamed("conv1", "first").renamed("act1", "second"))
    assert changes(found) == {"first": "changed", "second": "changed"}
    assert [texts(pair.fields) for pair in found.of("changed")] == [
        [("", "Name", "conv1", "first")], [("", "Name", "act1", "second")]]
    assert not found.wires_added and not found.wires_removed
    loose = graph.with_node(Node("tanh", Tanh(), (500.0, 0.0)))
    assert changes(compare(loose, loose.renamed("tanh", "other"))) == {"other": "changed"}, "by its place"
    gone = graph.healed("act1").with_node(Node("act9", ReLU(), (900.0, 900.0)))
    assert changes(compare(graph, gone)) == {"act9": "added", "act1": "removed"}, "elsewhere is another one"


def test_a_name_that_stands_for_something_else_gives_way():
    one = chain(Node("input", Input()), Node("act1", ReLU()), Node("flat", Flatten()), Node("fc1", Linear()),
                Node("act2", ReLU()), Node("fc2", Linear()))
    other = chain(Node("input", Input()), Node("conv1", Conv2d()), Node("flat", Flatten()), Node("fc1", Linear()),
                  Node("act1", ReLU()), Node("fc2", Linear()))
    found = compare(one, other)
    assert found.names == {"input": "input", "flat": "flat", "fc1": "fc1", "act2": "act1", "fc2": "fc2"}
    assert [pair.name for pair in found.of("removed")] == ["act1"]


def test_moved_is_what_a_person_has_moved():
    graph = small()
    found = compare(graph, graph.moved({"act1": (300.0, 152.0)}))
    assert changes(found) == {"act1": "moved"}
    all_of_it = graph.moved({name: (node.position[0] + 40, node.position[1] + 8)
                             for name, node in graph.nodes.items()})
    assert changes(compare(graph, all_of_it)) == {}, "as one"
    pushed, _ = inserted(graph, Sigmoid(), graph.edges[1])
    assert set(changes(compare(graph, pushed)).values()) == {"added"}
    both = pushed.moved({"flat": (520.0, 304.0)})
    assert changes(compare(graph, both))["flat"] == "moved"


@pytest.mark.parametrize("flow", FLOWS)
def test_what_was_pushed_along_the_flow_has_not_been_moved(flow):
    graph, end = replace(Graph.of([Node("input", Input())]), flow=flow), "input"
    for layer in (ReLU(), Sigmoid(), ReLU(), ReLU()):
        graph, end = appended(graph, layer, [end])
    graph = graph.moved({end: (1000.0, 1000.0)})  # as no layout would have it
    pushed, _ = inserted(graph, Inception(), graph.edges[1])
    assert set(changes(compare(graph, pushed)).values()) == {"added"}
    x, y = pushed.nodes["act3"].position
    aside = pushed.moved({"act3": (x + 7, y + 7)})
    assert changes(compare(graph, aside))["act3"] == "moved"


@pytest.mark.parametrize("flow", FLOWS)
def test_whether_networks_are_laid_out_is_asked_once_of_each(flow, monkeypatch):
    asked = []
    monkeypatch.setattr(rows, "arranged", lambda graph, **how: asked.append(graph) or arranged(graph, **how))
    nodes = [Node("input", Input()), *(Node(f"act{row}", ReLU()) for row in range(40))]
    graph = replace(Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)]), flow=flow)
    before, after = (arranged(graph, wrap=wrap) for wrap in (False, True))
    assert changes(compare(before, after)) == {} and asked == [before, after]


def test_wires_comments_data_and_the_rest():
    graph = small()
    base = Experiment(graph.with_frames([Frame("Head", ("fc1",))]))
    edge = graph.edges[1]
    drawn = graph.with_via(edge, ((50.0, 60.0),)).with_frames([Frame("Tail", ("fc1",)), Frame("x")])
    other = replace(base, graph=drawn,
                    data=base.data.with_options(resize=16, augment={"flip": True}), title="Other",
                    recipe=base.recipe.with_options(optimizer="adam"), variants=(Variant(title="one"),))
    found = compare(base, other)
    assert [(e.source, e.via) for e in found.rerouted] == [("conv1", ((50.0, 60.0),))]
    assert texts(found.comments) == [("", "Comment", "Head", "Tail"), ("", "Comment", "–", "x")]
    assert texts(found.data) == [("", "Resize", "–", "16"), ("", "Augmentation · Flip", "off", "on")]
    assert texts(found.recipe) == [("", "Optimizer", "SGD", "Adam")]
    assert [field.titles for field in found.words] == [("Title",), ("Variants",)]
    assert not found.is_empty and not changes(found)
    assert str(found.words[0].before) == str(say("–"))


# -- any two networks -----------------------------------------------------------------------------------------------

LAYERS = (ReLU(), Sigmoid(), Linear(out_features=4), Linear(out_features=8), Add())


@st.composite
def graphs(draw) -> Graph:
    graph = Graph.of([Node("input", Input())])
    for _ in range(draw(st.integers(0, 7))):
        after = draw(st.sampled_from(sorted(graph.nodes)))
        graph, _ = appended(graph, draw(st.sampled_from(LAYERS)), [after])
    return graph


@st.composite
def edited(draw) -> tuple[Graph, Graph]:
    before = after = draw(graphs())
    for _ in range(draw(st.integers(0, 5))):
        name = draw(st.sampled_from(sorted(after.nodes)))
        kind = draw(st.sampled_from(("layer", "move", "rename", "remove", "heal", "add", "mark", "bend")))
        if kind == "add":
            after, _ = appended(after, draw(st.sampled_from(LAYERS)), [name])
        elif kind == "move":
            after = after.moved({name: (draw(st.sampled_from((0.0, 260.0))), draw(st.sampled_from((0.0, 76.0))))})
        elif kind == "mark":
            after = after.with_marks([name], bypassed=True)
        elif kind == "bend" and after.edges:
            after = marks.bent(after, draw(st.sampled_from(after.edges)), 0, (5.0, 5.0))
        elif name == "input":
            continue
        elif kind == "layer" and after.nodes[name].layer.max_inputs == 1:
            after = after.with_layer(name, draw(st.sampled_from(LAYERS[:4])))
        elif kind == "rename":
            after = after.renamed(name, f"n{len(after.nodes)}_{name[:8]}")
        elif kind in ("remove", "heal"):
            after = after.healed(name) if kind == "heal" else after.without([name])
    return before, after


def check(before: Graph, after: Graph) -> None:
    found = compare(before, after)
    nodes, edges = applied(found)
    assert nodes == dict(after.nodes)
    assert {(e.source, e.target, e.port, e.via) for e in edges} == {
        (e.source, e.target, e.port, e.via) for e in after.edges}
    assert len(found.names) == len(set(found.names.values()))
    assert {p.before.name for p in found.pairs if p.before} == set(before.nodes), "each node is told once"
    assert sum(p.before is not None for p in found.pairs) == len(before.nodes)
    check_picture(found)


def check_picture(found: Comparison) -> None:
    picture = union(found)
    assert len(picture.graph.nodes) == len(found.pairs) == len(picture.pairs)
    removed = {name for name in picture.graph.nodes if name.startswith(GONE)}
    assert len(removed) == len(found.of("removed"))
    assert len(picture.graph.edges) == len(found.after.graph.edges) + len(found.wires_removed)
    assert picture.graph.inputs.keys() == picture.graph.nodes.keys(), "every wire has both its ends"
    for name in removed:
        (x, y) = picture.graph.nodes[name].position
        for other, node in picture.graph.nodes.items():
            a, b = node.position
            assert other == name or abs(x - a) >= CARD[0] or abs(y - b) >= CARD[1], f"{name} lies on {other}"


@settings(max_examples=150, deadline=None)
@given(edited())
def test_carrying_out_the_differences_gives_the_other_network(pair):
    before, after = pair
    check(before, after)
    check(after, before)
    assert compare(before, before).is_empty


@settings(max_examples=60, deadline=None)
@given(graphs(), graphs())
def test_also_of_strangers(before, after):
    check(before, after)


@pytest.mark.parametrize("pair", [("alexnet", "vgg11"), ("vgg11", "alexnet"), ("lenet-bn", "lenet")])
def test_the_picture_of_two_gallery_networks(pair):
    check_picture(compare(*(load_experiment(f"gallery:{id}") for id in pair)))


def test_two_thousand_nodes_changed_and_renamed():
    nodes = [Node(f"n{i}", Linear(out_features=4) if i % 3 else ReLU(), (260.0 * (i % 10), STEP * (i // 10)))
             for i in range(2000)]
    before = Graph({n.name: n for n in nodes}, tuple(Edge(a.name, b.name) for a, b in pairwise(nodes)))
    fresh = {n.name: replace(n, layer=n.layer.model_copy()) for n in nodes}
    changed = {**fresh, **{f"n{i}": replace(fresh[f"n{i}"], layer=Tanh()) for i in range(0, 2000, 5)}}
    after = Graph(changed, before.edges)
    other = {f"m_{name}": replace(node, name=f"m_{name}") for name, node in list(fresh.items())[1:]}
    wires = [Edge(f"m_{e.source}" if e.source != "n0" else "n0", f"m_{e.target}") for e in before.edges]
    renamed = Graph({"n0": fresh["n0"], **other}, tuple(wires))
    for network, count in ((after, 400), (renamed, 1999)):
        found = compare(before, network)
        assert len(found.of("changed")) == count and not found.of("added")


@given(st.integers(-240, 240), st.integers(-80, 80), st.integers(-600, 600), st.integers(-600, 600))
def test_what_is_gone_lies_on_no_card_that_is_there(dx, dy, x, y):
    """Wherever the other card came to lie, in whichever of the cells around."""
    start = Node("input", Input(), (5000.0, 5000.0))
    before = Graph.of([start, Node("old", Tanh(), (float(x), float(y)))], [])
    after = Graph.of([start, Node("new", Linear(out_features=2), (float(x + dx), float(y + dy)))], [])
    picture = union(compare(Experiment(before), Experiment(after)))
    (a, b), (c, d) = picture.graph.nodes["new"].position, picture.graph.nodes[GONE + "old"].position
    assert abs(a - c) >= CARD[0] or abs(b - d) >= CARD[1]


def test_two_that_are_gone_from_one_place_do_not_lie_on_each_other():
    start = Node("input", Input(), (0.0, 0.0))
    before = Graph.of([start, Node("one", Tanh(), (0.0, 80.0)), Node("two", Sigmoid(), (0.0, 80.0))], [])
    picture = union(compare(Experiment(before), Experiment(Graph.of([start], []))))
    (a, b), (c, d) = (picture.graph.nodes[GONE + name].position for name in ("one", "two"))
    assert abs(a - c) >= CARD[0] or abs(b - d) >= CARD[1]
