"""What is drawn on layers stays when they become a block, and when the block is dissolved: frames, bends, bypassing."""

from __future__ import annotations

from engine.analysis.analysis import analyze
from engine.blocks.custom import Custom
from engine.blocks.edits import dissolved, make_block
from engine.graph.frames import Frame
from engine.graph.graph import Graph
from engine.graph.room import pushed
from engine.line.line import build_line

BEND = (300.0, 200.0)


def network() -> Graph:
    graph = build_line(Graph(), "input 3x8x8, conv 4 3x3 p1, relu, flatten, linear 10")[0]
    edge = next(edge for edge in graph.edges if edge.target == "act1")
    return graph.with_via(edge, (BEND,))


def inside(graph: Graph, name: str) -> Graph:
    block = graph.nodes[name].layer
    assert isinstance(block, Custom)
    return block.graph


def test_a_block_within_a_frame_is_a_member_and_so_are_its_layers_again() -> None:
    graph = network().with_frames([Frame("all", ("conv1", "act1", "flatten1")), Frame("conv", ("conv1",))])
    made, name = make_block(graph, ["conv1", "act1"], "Stem")
    assert made.frames == (Frame("all", ("flatten1", name)),)
    assert inside(made, name).frames == (Frame("conv", ("conv1",)),)
    again, names = dissolved(made, name, analyze(made))
    assert [(frame.text, set(frame.members)) for frame in again.frames] == [
        ("all", {"flatten1", *names}), ("conv", {"conv1"})]


def test_a_frame_around_nothing_but_the_block_stays_around_its_layers() -> None:
    made, name = make_block(network(), ["conv1", "act1"], "Stem")
    again, names = dissolved(made.with_frames([Frame("stem", (name,))]), name, analyze(made))
    assert again.frames == (Frame("stem", names),)


def test_bends_lie_as_before_beside_what_they_join() -> None:
    graph = network()
    x, y = graph.nodes["conv1"].position
    made, name = make_block(graph, ["conv1", "act1"], "Stem")
    inner = inside(made, name)
    (left, top), edge = inner.nodes["conv1"].position, next(edge for edge in inner.edges if edge.target == "act1")
    assert edge.via == ((BEND[0] - x + left, BEND[1] - y + top),)
    lower = pushed(graph, "conv1", y + 76.0, (x, y))
    assert next(edge for edge in lower.edges if edge.target == "act1").via == ((BEND[0], BEND[1] + 76.0),)


def test_what_was_bypassed_as_a_block_is_bypassed_as_layers() -> None:
    made, name = make_block(network(), ["conv1", "act1"], "Stem")
    made = made.with_marks([name], bypassed=True)
    again, names = dissolved(made, name, analyze(made))
    assert all(again.nodes[each].bypassed for each in names)
    assert analyze(again).params == analyze(made).params


def test_a_block_of_bypassed_layers_says_what_to_do() -> None:
    made, name = make_block(network().with_marks(["conv1", "act1"], bypassed=True), ["conv1", "act1"], "Stem")
    (fault,) = analyze(made).faults
    assert (fault.node, str(fault.error.message)) == (
        name, "Stem: all layers inside are bypassed. Bypass the block itself instead")
    assert not analyze(made.with_marks([name], bypassed=True)).faults
