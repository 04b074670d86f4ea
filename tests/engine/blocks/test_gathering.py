"""Blocks of one list put together: ×N of equal ones however many, stages of others; the meaning stays."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.analysis.analysis import analyze
from engine.blocks.base import Block
from engine.blocks.custom import Custom
from engine.blocks.gathering import Group, copies, gathered, repeated_block
from engine.blocks.repeats import as_block, repeated
from engine.graph.graph import Edge, Graph, Node
from engine.graph.parameters import DEFAULTS
from engine.layers.base import LAYERS
from engine.layers.inputs import Input
from engine.line.line import build_line
from engine.network.compile import build_module

SHAPE = (4, 8, 8)


def own(width: int, label: str = "Own") -> Custom:
    return Custom(label=label, graph=build_line(Graph(), f"input, conv {width} 3x3 p1, bn, relu")[0])


def residual(width: int = 4, stride: int = 1) -> Any:
    return LAYERS["Residual"](num_channels=width, stride=stride)


def row(*blocks: Any) -> Graph:
    """Blocks one after the other behind an Input."""
    nodes = [Node("input", Input(shape=SHAPE)), *(Node(f"b{i}", block) for i, block in enumerate(blocks))]
    return Graph.of(nodes, [Edge(one.name, two.name) for one, two in itertools.pairwise(nodes)])


def together(graph: Graph, name: str = "stage", whole: bool = True) -> Graph:
    return gathered(graph, [Group(name, tuple(n for n in graph.nodes if n.startswith("b")), whole)])


def assert_same_meaning(before: Graph, after: Graph) -> None:
    """The same outputs with the same weights in the same order, and as many parameters."""
    one, two = build_module(before).eval(), build_module(after).eval()
    mine, its = one.state_dict(), two.state_dict()
    assert [tuple(value.shape) for value in mine.values()] == [tuple(value.shape) for value in its.values()]
    two.load_state_dict(dict(zip(its, mine.values(), strict=True)))
    x = torch.rand(2, *SHAPE)
    assert torch.equal(one(x), two(x))
    assert analyze(before).params == analyze(after).params == sum(p.numel() for p in two.parameters())


@pytest.mark.parametrize("count", [2, 3, 7, 12, 40])
@pytest.mark.parametrize("block", [own(4), residual()], ids=["own", "residual"])
def test_equal_blocks_are_one_however_many(block: Block, count: int) -> None:
    graph = row(*[block] * count)
    after = together(graph)
    assert list(after.nodes) == ["input", "stage"] and after.nodes["stage"].layer.repeat == count  # type: ignore[attr-defined]
    (found,) = repeated(graph)
    assert len(found.copies) == count and len(found.copies[0]) == 1
    made, name = as_block(graph, found, "Stage")
    assert made.nodes[name].layer == after.nodes["stage"].layer
    if count < 20:
        assert_same_meaning(graph, after)
        assert_same_meaning(graph, made)


def test_more_than_a_block_can_hold_are_several() -> None:
    after = together(row(*[LAYERS["VGG"](num_convs=1, out_channels=4)] * 3), "")
    assert [node.layer.repeat for node in after.nodes.values() if isinstance(node.layer, Block)] == [3]
    nodes = [Node(f"b{i}", own(4)) for i in range(450)]
    assert copies(nodes) == 200 and repeated_block(nodes) is None


BLOCKS = st.sampled_from([own(4), own(4), own(4, "Other"), own(6), residual(), residual(), residual(4, 2), residual(6)])


@settings(max_examples=60, deadline=None)
@given(blocks=st.lists(BLOCKS, min_size=2, max_size=7), name=st.sampled_from(["", "stage", "b0"]), whole=st.booleans())
def test_what_is_put_together_means_the_same(blocks: list[Any], name: str, whole: bool) -> None:
    graph = row(*blocks)
    after = together(graph, name, whole)
    assert_same_meaning(graph, after)
    for repeat in repeated(graph):
        assert_same_meaning(graph, as_block(graph, repeat, "Part")[0])
    runs = [node.layer for node in after.nodes.values() if isinstance(node.layer, Block)]
    assert sum(each.repeat for each in runs) <= len(blocks)


@settings(max_examples=60, deadline=None)
@given(blocks=st.lists(BLOCKS, min_size=2, max_size=7))
def test_neighbours_that_differ_stay_apart(blocks: list[Any]) -> None:
    after = together(row(*blocks), "")
    shown = [layer for node in after.nodes.values() if isinstance(layer := node.layer, Block)]
    assert [layer.copy_number(index) for layer in shown for index in range(layer.repeat)] == blocks
    for one, two in itertools.pairwise(shown):
        assert repeated_block([Node("a", one.copy_number(one.repeat - 1)), Node("b", two.copy_number(0))]) is None or (
            two.copy_number(0) != one.copy_number(one.repeat))


@pytest.mark.parametrize("change", [
    lambda graph: graph.with_parameters("b1", DEFAULTS.with_options(trainable=False)),
    lambda graph: graph.with_marks(["b1"], bypassed=True),
    lambda graph: graph.with_layer("b1", own(4, "Other")),
    lambda graph: graph.with_layer("b1", own(4).model_copy(update={"repeat": 2})),
    lambda graph: graph.with_node(Node("end", LAYERS["Add"]())).with_edges([Edge("b1", "end"), Edge("b0", "end", 1)]),
])  # fmt: skip
def test_what_is_nearly_equal_is_no_repeat(change: Any) -> None:
    graph = change(row(own(4), own(4)))
    assert together(graph, "") == graph and not repeated(graph)


def test_shared_weights_are_left_alone() -> None:
    graph = row(own(4), own(4), own(4)).with_shares("b1", "b0")
    assert together(graph) == graph and not repeated(graph)


def test_equal_settings_stay_with_the_block() -> None:
    graph = row(own(4), own(4))
    for name in ("b0", "b1"):
        graph = graph.with_parameters(name, DEFAULTS.with_options(lr_multiplier=3.0))
    assert together(graph).nodes["stage"].parameters.lr_multiplier == 3.0


def test_a_stage_holds_its_blocks_under_their_numbers() -> None:
    graph = row(residual(6, 2), own(6), own(6), own(6))
    stage: Any = together(graph, "layer2").nodes["layer2"].layer
    assert stage.label == "Layer 2" and list(stage.graph.nodes) == ["input", "b1", "b2"]
    assert stage.graph.nodes["b2"].layer.repeat == 3
    assert together(graph, "b3").nodes["b3"].layer.label == "B3"  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["", "0", "class", "input", "forward"])
def test_a_list_without_a_good_name_is_no_stage(name: str) -> None:
    after = together(row(residual(6, 2), own(6), own(6)), name)
    assert list(after.nodes) == ["input", "b0", "b1"] and after.nodes["b1"].layer.repeat == 2  # type: ignore[attr-defined]


# -- what code says of inputs -----------------------------------------------------------------------------------------


def declared(block: Custom, width: int) -> Custom:
    nodes = dict(block.graph.nodes)
    conv = nodes["conv1"]
    nodes["conv1"] = Node("conv1", conv.layer, declared=(("in_channels", width),))
    return block.model_copy(update={"graph": Graph(nodes, block.graph.edges)})


@pytest.mark.parametrize(("widths", "count"), [((3, 4, 4), 3), ((4, 4, 4), 3), ((3, 4, 5), None),
                                               ((3, 3), 2), ((5, 4), 2),
                                               ((4, 5, 5), None)])  # fmt: skip
def test_blocks_of_which_the_code_says_other_inputs(widths: tuple[int, ...], count: int | None) -> None:
    """Equal but for the first's input they are one ×N; what is not so stays said, so that it is seen."""
    graph = row(*(declared(own(4), width) for width in widths))
    after = together(graph, "")
    blocks = [node.layer for node in after.nodes.values() if isinstance(node.layer, Block)]
    assert (len(blocks) == 1 and blocks[0].repeat == count) is (count is not None)
    analysis = analyze(graph.with_layer("input", Input(shape=(widths[0], 8, 8))))
    again = analyze(after.with_layer("input", Input(shape=(widths[0], 8, 8))))
    assert bool(analysis.faults) == bool(again.faults)
