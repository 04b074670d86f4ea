"""No edit puts a card on another: what comes finds a free place, or what is there makes room; so in older files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations, groupby
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.advice.advice import advise
from engine.analysis.analysis import analyze
from engine.blocks.base import Block
from engine.blocks.convolutional import VGG
from engine.blocks.custom import Custom
from engine.blocks.edits import as_own, dissolved, inner, make_block, with_inner
from engine.blocks.inception import Inception
from engine.blocks.replacing import replaced
from engine.blocks.residual import Residual
from engine.experiment.experiment import Experiment, gallery_ids, load_experiment
from engine.graph import edits, marks, room
from engine.graph.cards import Grid
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import AFTER, CARD, COLUMN, FLOWS, STEP, size_of
from engine.graph.room import GAP, apart, end_of, grown, lane_of, make_room
from engine.layers.activation import ReLU
from engine.layers.base import LAYERS, Layer
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.layers.merge import Add
from engine.layout.rows import arranged
from engine.layout.unplaced import laid_out
from engine.line.line import build_line
from engine.messages import LayerloomError

GALLERY = sorted(gallery_ids())
LAYERS_TRIED = (ReLU(), Add(), VGG(), Conv2d(), Linear(), Flatten())
Edit = Callable[[Graph], Graph]


def overlaps(graph: Graph) -> set[frozenset[str]]:
    return {frozenset((a.name, b.name)) for a, b in combinations(graph.nodes.values(), 2) if room.cover(a, b)}


def check(before: Graph, edit: Edit) -> None:
    """No card lies on another that did not before."""
    try:
        after = edit(before)
    except LayerloomError:
        return
    assert overlaps(after) <= overlaps(before)
    assert after.flow == before.flow


# -- one by one -------------------------------------------------------------------------------------------------------


def lenet() -> Graph:
    return laid_out(load_experiment("gallery:lenet").graph)


def test_a_flatten_beside_a_taken_column_stands_above_its_layer() -> None:
    line = arranged(lenet())
    graph, name = edits.added(line, Linear(), (420.0, 490.0))
    graph = graph.with_edge(Edge("pool2", name))
    graph, new = edits.inserted(graph, Flatten(), Edge("pool2", name))
    assert graph.nodes[new].position == (420.0, graph.nodes["pool2"].position[1] + STEP)
    assert graph.nodes[name].position == (420.0, graph.nodes["pool2"].position[1] + 2 * STEP)
    assert all(graph.nodes[n].position == line.nodes[n].position for n in line.nodes)


def test_a_layer_in_a_shortcut_stands_beside_what_it_passes() -> None:
    graph = Graph.of([Node("input", Input()), Node("a", Conv2d(), (0, STEP)), Node("b", ReLU(), (0, 2 * STEP)),
                      Node("add", Add(), (0, 3 * STEP))],
                     [Edge("input", "a"), Edge("a", "b"), Edge("b", "add"), Edge("input", "add", 1)])
    after, name = edits.inserted(graph, Conv2d(), Edge("input", "add", 1))
    assert after.nodes[name].position == (COLUMN, STEP)
    assert all(after.nodes[n] is graph.nodes[n] for n in graph.nodes)


def test_a_chain_stays_straight_where_something_lies_in_its_way() -> None:
    graph = Graph.of([Node("input", Input()), Node("loose", ReLU(), (10.0, 90.0)), Node("end", ReLU(), (0, 3 * STEP))],
                     [Edge("input", "end")])
    after, name = edits.inserted(graph, ReLU(), Edge("input", "end"))
    assert after.nodes[name].position == (0, STEP) and not overlaps(after)


def test_to_the_right_the_next_card_stands_at_the_right() -> None:
    step = CARD[0] + AFTER["right"]
    graph = replace(Graph.of([Node("input", Input()), Node("a", ReLU(), (step, 0.0))], [Edge("input", "a")]),
                    flow="right")
    after, name = edits.appended(graph, Linear(), ["a"])
    assert after.nodes[name].position == (2 * step, 0.0)
    after, name = edits.inserted(graph, Flatten(), Edge("input", "a"))
    assert (after.nodes[name].position, after.nodes["a"].position) == ((step, 0.0), (2 * step, 0.0))
    after, names = build_line(graph, "relu, linear 10", after=["a"])
    assert [after.nodes[n].position for n in names] == [(2 * step, 0.0), (3 * step, 0.0)]


def test_to_the_right_a_block_lies_with_its_middle_on_the_line() -> None:
    graph = replace(Graph.of([Node("input", Input())]), flow="right")
    graph, block = edits.appended(graph, Inception(), ["input"])
    graph, end = edits.appended(graph, ReLU(), [block])
    graph, between = edits.inserted(graph, Residual(), Edge("input", block))
    middles = {node.position[1] + size_of(node)[1] / 2 for node in graph.nodes.values()}
    assert len(middles) == 1 and not overlaps(graph)
    assert graph.nodes["input"].position == (0, 0) and end != between


def test_what_becomes_higher_gets_room() -> None:
    graph = lenet()
    check(graph, lambda graph: replaced(graph, ["conv1", "pool2"], VGG())[0])
    thin = marks.fold_turned(graph, list(graph.nodes))
    close = thin.moved({name: (0.0, 30.0 * place) for place, name in enumerate(thin.nodes)})
    check(close, lambda graph: marks.fold_turned(graph, list(graph.nodes)))
    check(close, lambda graph: marks.fold_turned(graph, list(graph.nodes)[2:3]))


def test_what_a_hand_has_put_on_another_stays_there() -> None:
    graph = lenet().moved({"act1": lenet().nodes["conv1"].position})
    after, _ = edits.inserted(graph, ReLU(), Edge("pool2", "flatten"))
    assert overlaps(after) == {frozenset(("act1", "conv1"))}


# -- cards that grow, and files from when all cards were alike ---------------------------------------------------------


def column(*layers: object) -> Graph:
    return Graph.of([Node(f"n{i}", layer, (0.0, 76.0 * i)) for i, layer in enumerate(layers)],
                    [Edge(f"n{i - 1}", f"n{i}") for i in range(1, len(layers))])


def ys(graph: Graph) -> list[float]:
    return [node.position[1] for node in graph.nodes.values()]


def test_what_lies_in_the_way_goes_down_and_rows_stay_rows():
    graph = column(ReLU(), Residual(), ReLU(), ReLU()).with_node(Node("beside", ReLU(), (260.0, 152.0)))
    graph = graph.with_via(Edge("n2", "n3"), ((9.0, 200.0),)).with_frames([Frame("note", position=(600.0, 300.0))])
    after = make_room(graph, ["n1"])
    low = 76 + size_of(graph.nodes["n1"])[1] + GAP
    assert ys(after) == [0, 76, low, low + 76, low]
    shift = low - 152
    assert after.edges[-1].via == ((9.0, 200.0 + shift),) and after.frames[0].position == (600.0, 300.0 + shift)
    assert make_room(after, after.nodes) is after


def test_where_there_is_room_nothing_moves():
    graph = column(ReLU(), ReLU())
    assert make_room(graph, graph.nodes) is graph
    aside = Graph.of([Node("block", Inception()), Node("act", ReLU(), (CARD[0], 60.0))])
    assert make_room(aside, ["block"]) is aside


def test_which_cards_have_grown():
    before = column(ReLU(), ReLU(), Residual()).with_marks(["n1"], collapsed=True)
    after = before.with_layer("n0", Residual()).with_marks(["n1"], collapsed=False)
    assert grown(before, after) == ["n0", "n1"]
    assert grown(after, before) == [] and grown(before, after.moved({"n0": (5.0, 5.0)})) == ["n1"]


@pytest.mark.parametrize("flow", FLOWS)
def test_a_block_with_more_inside_keeps_its_distance(flow):
    graph = replace(column(ReLU(), VGG(num_convs=1), ReLU()), flow=flow)
    graph = make_room(graph, graph.nodes)
    for count in (2, 3, 4):
        more = edits.with_layers(graph, {"n1": VGG(num_convs=count)})
        taller = size_of(more.nodes["n1"])[1] - size_of(graph.nodes["n1"])[1]
        assert taller > 0 and more.nodes["n0"] is graph.nodes["n0"]
        assert more.nodes["n2"].position[1] == end_of(more.nodes["n1"], 1)
        assert more.nodes["n1"].position == graph.nodes["n1"].position
        assert edits.with_layers(more, {"n1": VGG(num_convs=count)}) == more


def test_to_the_right_a_block_with_more_inside_stays_on_its_line():
    graph = replace(Graph.of([Node("input", Input())]), flow="right")
    graph, block = edits.appended(graph, VGG(num_convs=1), ["input"])
    graph, end = edits.appended(graph, ReLU(), [block])
    more = edits.with_layers(graph, {block: VGG(num_convs=4)})
    assert {lane_of(node, 0) for node in more.nodes.values()} == {0.0}
    assert edits.with_layers(more, {block: VGG(num_convs=1)}) == graph and more.nodes[end] is graph.nodes[end]
    thin = marks.fold_turned(more, [block])
    assert lane_of(thin.nodes[block], 0) == 0 and marks.fold_turned(thin, [block]) == more


def test_what_is_changed_inside_a_block_pushes_what_lies_below_it():
    own = Custom(label="Own", graph=build_line(Graph(), "input, relu")[0])
    graph = build_line(Graph(), "input 4, relu, relu")[0].with_layers({"act1": own})
    graph = make_room(graph, graph.nodes)
    longer = build_line(own.graph, "linear 3, relu, linear 3, relu", list(own.graph.nodes)[-1:])[0]
    after = with_inner(graph, ["act1"], longer, analyze(graph))
    assert size_of(after.nodes["act1"])[1] > size_of(graph.nodes["act1"])[1]
    assert after.nodes["act2"].position[1] == end_of(after.nodes["act1"], 1)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_more_convolutions_in_a_stage_of_vgg_lie_on_no_other(count):
    graph = load_experiment("gallery:vgg11").graph
    layer = graph.nodes["vgg1"].layer.with_options(num_convs=count)
    after = edits.with_layers(graph, {"vgg1": layer})
    assert not overlaps(after) and after.nodes["vgg2"].position[1] >= end_of(after.nodes["vgg1"], 1)


def in_line(flow: str) -> Graph:
    """A chain with blocks in it, as it is built."""
    graph = replace(Graph.of([Node("input", Input(shape=(3, 32, 32)))]), flow=flow)
    end = "input"
    for layer in (Conv2d(), Inception(), ReLU(), Residual(), ReLU()):
        graph, end = edits.appended(graph, layer, [end])
    return graph


def lanes(graph: Graph) -> set[float]:
    return {lane_of(node, room.axis_of(graph)) for node in graph.nodes.values()}


@pytest.mark.parametrize("flow", FLOWS)
def test_what_becomes_a_block_lies_in_it_and_the_block_in_the_network_as_all_do(flow):
    graph = in_line(flow)
    names = list(graph.nodes)
    after, block = make_block(graph, names[2:5], "Part")
    own = after.nodes[block].layer.graph
    axis = room.axis_of(graph)
    assert own.flow == after.flow == flow and lanes(own) == lanes(after) == {0.0}
    assert own.nodes["input"].position == (0, 0) and not overlaps(own)
    assert own.nodes[names[2]].position[axis] == end_of(own.nodes["input"], axis)
    assert after.nodes[block].position[axis] == graph.nodes[names[2]].position[axis]
    again, _ = dissolved(after, block, analyze(after))
    assert lanes(again) == {0.0} and not overlaps(again)
    assert [again.nodes[n].position[axis] for n in names[:4]] == [graph.nodes[n].position[axis] for n in names[:4]]


@pytest.mark.parametrize("flow", FLOWS)
def test_a_block_s_own_graph_keeps_its_own_flow(flow):
    other, = {*FLOWS} - {flow}
    own = Custom(label="Own", graph=in_line(other))
    graph, block = edits.appended(replace(Graph.of([Node("input", Input())]), flow=flow), own, ["input"])
    after = with_inner(graph, [block], own.graph.without(["act1"]), analyze(graph))
    assert after.nodes[block].layer.graph.flow == other


@pytest.mark.parametrize("flow", FLOWS)
def test_a_block_from_parameters_goes_on_inside_as_it_was_shown(flow):
    graph = in_line(flow)
    analysis = analyze(graph)
    shown, shapes = inner(analysis, ["residual1"]).graph, analysis.nodes["residual1"].input_shapes
    own = as_own(graph.nodes["residual1"], shapes, flow).graph
    assert shown.flow == own.flow == flow
    assert {n: node.position for n, node in own.nodes.items()} == {n: node.position for n, node in shown.nodes.items()}


@pytest.mark.parametrize("flow", FLOWS)
def test_another_layer_stays_in_its_lane(flow):
    graph = in_line(flow)
    for layer in (VGG(), Linear()):
        for keep in (False, True):
            assert lanes(replaced(graph, list(graph.nodes)[1:3], layer, keep_names=keep)[0]) == {0.0}


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("layer", [ReLU(), Inception()])
def test_an_input_is_added_before_the_first_card_in_its_lane(layer, flow):
    graph, axis = replace(Graph.of([Node("first", layer, (40.0, 500.0))]), flow=flow), 1 if flow == "down" else 0
    [repair] = advise(Experiment(graph))[0].repairs
    mended = repair.of(Experiment(graph)).graph
    assert lanes(mended) == lanes(graph)
    assert end_of(mended.nodes["input"], axis) == graph.nodes["first"].position[axis]


# -- one sweep --------------------------------------------------------------------------------------------------------


def step_by_step(graph: Graph, stirred: set[str], axis: int) -> Graph:
    """What a sweep does, said plainly: while a card lies on another, all that lies as far as the second moves on."""
    def clash(one: Node, other: Node) -> bool:
        return bool({one.name, other.name} & stirred) and room.cover(one, other)

    line = sorted(graph.nodes.values(), key=lambda n: (n.position[axis], n.name not in stirred))
    for level, row in ((level, list(row)) for level, row in groupby(line, key=lambda n: n.position[axis])):
        if ends := [end_of(a, axis) for b in row for a in line if a.position[axis] < level and clash(a, b)]:
            return step_by_step(room.moved_on(graph, level, max(ends) - level, axis=axis), stirred, axis)
        if first := next((a for a, b in combinations(row, 2) if clash(a, b)), None):
            graph = room.moved_on(graph, level, end_of(first, axis) - level, {first.name}, axis)
            return step_by_step(graph, stirred, axis)
    return graph


CARDS = st.lists(st.tuples(st.sampled_from([ReLU(), VGG(), Residual()]), st.integers(-3, 3), st.integers(-4, 6),
                           st.booleans()), min_size=1, max_size=8)


@settings(max_examples=300, deadline=None)
@given(CARDS, st.sampled_from([0, 1]))
def test_a_sweep_leaves_no_card_on_another(cards, axis):
    graph = Graph.of(Node(f"n{i}", layer, (x * 50.0, y * 14.0)) for i, (layer, x, y, _) in enumerate(cards))
    graph = graph.with_frames(Frame("", (), (x * 50.0, y * 14.0)) for _, x, y, _ in cards)
    stirred = {f"n{i}" for i, (*_, has_stirred) in enumerate(cards) if has_stirred}
    after = room._cleared(graph, stirred, Graph(), axis)
    assert after == step_by_step(graph, stirred, axis)
    assert not [pair for pair in overlaps(after) if pair & stirred]
    if not [pair for pair in overlaps(graph) if pair & stirred]:
        assert after is graph


@pytest.mark.parametrize("flow", FLOWS)
def test_a_card_in_the_hand_finds_a_place_as_far_from_others_as_is_usual(flow):
    graph = replace(Graph.of(Node(f"n{i}", ReLU(), (0.0, 46.0 * i)) for i in range(7)), flow=flow)
    aside = {"down": COLUMN, "right": CARD[0] + AFTER["right"]}[flow]
    assert room.free_place(graph, Node("", ReLU(), (CARD[0] - 1, 150.0))) == (aside, 150.0)
    assert room.free_place(graph, Node("", ReLU(), (0.0, 310.0))) == (0.0, 6 * 46 + STEP)


def test_many_cards_cost_little():
    graph = Graph.of(Node(f"n{i}", ReLU(), (COLUMN * (i // 50), STEP * (i % 50))) for i in range(2000))
    start = perf_counter()
    high = apart(graph, graph.with_layers({f"n{i}": Residual() for i in range(0, 2000, 5)}))
    make_room(graph.with_layers({name: VGG() for name in list(graph.nodes)[:600]}), graph.nodes)
    assert perf_counter() - start < 1.5 and not overlaps_few(high)


def overlaps_few(graph: Graph) -> bool:
    """Whether any card lies on another, asked quickly."""
    cards = Grid(graph.nodes.values())
    return any(other is not node for node in graph.nodes.values() for other in cards.near(node))


# -- any edit of any network ------------------------------------------------------------------------------------------


def every_edit(graph: Graph) -> Iterator[Edit]:
    """Each way to put cards somewhere, at the first, the middle and the last place for it."""
    names = list(graph.nodes)
    some = {names[0], names[len(names) // 2], names[-1]}
    edges = [graph.edges[at] for at in sorted({0, len(graph.edges) // 2, len(graph.edges) - 1})] if graph.edges else []
    for layer in LAYERS_TRIED:
        yield lambda g, layer=layer: edits.appended(g, layer, [])[0]
        for name in some:
            yield lambda g, layer=layer, name=name: edits.appended(g, layer, [name])[0]
            yield lambda g, layer=layer, name=name: edits.added(g, layer, g.nodes[name].position)[0]
            yield lambda g, layer=layer, name=name: replaced(g, [name], layer, keep_names=True)[0]
        for edge in edges:
            yield lambda g, layer=layer, edge=edge: edits.inserted(g, layer, edge)[0]
            yield lambda g, layer=layer, edge=edge: _dropped_into(g, layer, edge)
    if not overlaps(graph):  # else copies lie on each other as the copied do
        yield lambda g: _again(g, list(some))
        yield lambda g: _again(g, names)
    for name in some:
        yield lambda g, name=name: build_line(g, "(conv 8 3x3 p1, bn +), relu, linear 10", [name])[0]
        yield lambda g, name=name: build_line(g, "conv 8, relu", at=g.nodes[name].position)[0]
        yield lambda g, name=name: make_block(g, [name], "One")[0]
    for edge in edges:
        yield lambda g, edge=edge: build_line(g, "(relu | gelu), add, bn", edge=edge)[0]
    yield lambda g: marks.fold_turned(g, names)


def _dropped_into(graph: Graph, layer: Layer, edge: Edge) -> Graph:
    graph, name = edits.added(graph, layer, (4000.0, 4000.0))
    return marks.put_into(graph, [name], edge)


def _again(graph: Graph, names: list[str]) -> Graph:
    piece = edits.part(graph, names)
    return edits.pasted(graph, piece, marks.clear_of(graph, piece, (0.0, 0.0)))[0]


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("id", GALLERY)
def test_no_edit_of_the_gallery_puts_a_card_on_another(id: str, flow: str) -> None:
    graph = replace(laid_out(load_experiment(f"gallery:{id}").graph), flow=flow)
    graph = room.make_room(graph, graph.nodes)
    assert not overlaps(graph)
    if len(graph.nodes) > 80:
        pytest.skip("large ones are made of the same parts")
    for edit in every_edit(graph):
        check(graph, edit)


@pytest.mark.parametrize("id", GALLERY)
def test_no_dissolved_block_lies_on_another_card(id: str) -> None:
    experiment = load_experiment(f"gallery:{id}")
    graph, analysis = laid_out(experiment.graph), analyze(experiment.graph, experiment.data.sample_shape)
    graph = room.make_room(graph, graph.nodes)
    for name in [node.name for node in graph.nodes.values() if isinstance(node.layer, Block)][:3]:
        check(graph, lambda graph, name=name: dissolved(graph, name, analysis)[0])


KINDS = ["Conv2d", "Linear", "ReLU", "MaxPool2d", "Flatten", "Add", "Concatenate", "VGG", "BatchNorm2d"]
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 30), st.integers(0, 30),
                           st.tuples(st.integers(-3, 3), st.integers(-3, 8))), min_size=1, max_size=10)


def drawn(steps: list[tuple[str, int, int, tuple[int, int]]], flow: str) -> Graph:
    """A network with layers anywhere, on each other too, and wires from anywhere above."""
    graph = replace(Graph.of([Node("input", Input())]), flow=flow)
    for kind, one, other, (x, y) in steps:
        names = list(graph.nodes)
        graph = graph.with_node(Node(f"n{len(names)}", LAYERS[kind](), (x * 140.0, y * 43.0)))
        for source in dict.fromkeys((names[one % len(names)], names[other % len(names)])):
            port = graph.free_port(f"n{len(names)}")
            if port is not None:
                graph = graph.with_edge(Edge(source, f"n{len(names)}", port))
    return graph


@settings(max_examples=120, deadline=None)
@given(STEPS, st.sampled_from(FLOWS))
def test_no_edit_of_any_network_puts_a_card_on_another(steps, flow):
    graph = drawn(steps, flow)
    for edit in every_edit(graph):
        check(graph, edit)


@settings(max_examples=120, deadline=None)
@given(STEPS, st.sampled_from(FLOWS))
def test_no_repair_puts_a_card_on_another(steps, flow):
    experiment = Experiment(drawn(steps, flow))
    for problem in advise(experiment):
        for repair in problem.repairs:
            check(experiment.graph, lambda graph, repair=repair: repair.of(replace(experiment, graph=graph)).graph)


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("name", ["resnet18", "googlenet", "vgg11"])
def test_what_comes_into_one_column_moves_nothing_in_the_others(name: str, flow: str) -> None:
    graph = arranged(replace(load_experiment(f"gallery:{name}").graph, flow=flow), wrap=True)
    columns = room.Columns(graph, room.axis_of(graph))
    assert len(columns.names) > 1
    for edge in graph.edges:
        after, new = edits.inserted(graph, ReLU(), edge)
        own = columns.at(graph.nodes[edge.source].position)
        moved = {n for n in graph.nodes if after.nodes[n].position != graph.nodes[n].position}
        assert moved <= set(columns.names[own]) and not overlaps(after), (edge, new)
        at = after.nodes[new].position
        assert room.Columns(after, room.axis_of(after)).at(at) == own, "it lies with what it follows"
