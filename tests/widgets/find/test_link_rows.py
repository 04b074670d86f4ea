"""What a layer can be wired to, as rows: what fits first, and each says what it does."""

from __future__ import annotations

from dataclasses import replace

from engine.analysis.analysis import analyze
from engine.graph.graph import Edge, Graph, Node
from engine.graph.linking import Link, links
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.merge import Add, Concatenate
from widgets.find.link_rows import link_rows

NODES = [Node("input", Input(shape=(3, 8, 8))), Node("conv1", Conv2d(out_channels=4, padding=1), (0, 76)),
         Node("act1", ReLU(), (0, 152)), Node("conv2", Conv2d(out_channels=7, padding=1), (0, 228)),
         Node("conv3", Conv2d(out_channels=4, padding=1), (0, 304)), Node("sum", Add(), (300, 76)),
         Node("cat", Concatenate(), (300, 400)), Node("loose", ReLU(), (300, 152)),
         Node("full", Concatenate(), (600, 90)), Node("one", Input(shape=(3, 8, 8)), (600, 0))]
CHAIN = ["input", "conv1", "act1", "conv2", "conv3"]
GRAPH = Graph.of(NODES, [*map(Edge, CHAIN, CHAIN[1:]), Edge("one", "full"), Edge("input", "full", 1)])


def offered(*names: str) -> list[tuple[str, str, str, str]]:
    """Title, what it is, the sign and what stands right of each row."""
    rows = link_rows(analyze(GRAPH), names, links(GRAPH, names))
    return [(row.title, row.detail, row.sign, row.right) for row in rows]


def test_free_inputs_come_first_then_shortcuts_that_fit_and_what_would_not_fit_last():
    shortcut = "shortcut: a new Add behind it"
    assert offered("conv1") == [
        ("sum", "Add · input 1", "", ""), ("loose", "ReLU", "", ""), ("cat", "Concatenate · input 1", "", ""),
        ("full", "Concatenate · input 3", "", ""),  # the nearest, but it could do without
        ("act1", shortcut, "", "4×8×8"), ("conv3", shortcut, "", "4×8×8"), ("conv2", shortcut, "≠", "7×8×8")]


def test_several_are_joined_by_a_new_layer_first():
    assert [row[:2] for row in offered("conv1", "act1")] == [
        ("New Add", "joins them"), ("New Concatenate", "joins them"), ("New Multiply", "joins them"),
        ("cat", "Concatenate · input 1"), ("sum", "Add · input 1"), ("full", "Concatenate · input 3")]


def test_each_row_leads_to_its_own_link():
    """Sorting the rows must not lead one of them elsewhere."""
    found = links(GRAPH, ["conv1"])
    for row in link_rows(analyze(GRAPH), ["conv1"], found):
        assert found[int(row.key)].name == row.title


def test_what_would_not_fit_is_marked_and_says_how_it_can_be_made_to():
    rows = {row.title: row for row in link_rows(analyze(GRAPH), ["conv1"], links(GRAPH, ["conv1"]))}
    assert (rows["conv2"].tone, rows["conv3"].tone) == ("warn", "")
    assert "convolution can match them" in rows["conv2"].tip and rows["conv3"].tip == ""


def test_where_no_shape_is_known_nothing_is_said_of_it():
    unknown = analyze(GRAPH.with_layer("input", Input()))
    unknown = replace(unknown) if unknown.nodes["conv1"].output_shape is None else unknown
    (row,) = link_rows(unknown, ["conv1"], [Link("join", "conv2", kind="Add")])
    assert (row.sign, row.right, row.tone) == ("", "", "")
