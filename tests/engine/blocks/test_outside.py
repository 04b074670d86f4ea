"""Why it is not known what comes into a block: the layer outside it whose fault that is."""

from __future__ import annotations

import pytest

from engine.analysis.analysis import analyze
from engine.blocks.custom import Custom
from engine.blocks.edits import inner, unknown_input
from engine.graph.graph import Graph, GraphError
from engine.line.line import build_line

WRONG = "What comes in is not known: {} is wrong"


def with_block(line: str, name: str, inside: Graph) -> Graph:
    return build_line(Graph(), line)[0].with_layer(name, Custom(label="Own", graph=inside))


def own(line: str = "input, relu, tanh") -> Graph:
    return build_line(Graph(), line)[0]


@pytest.mark.parametrize("graph, shape, path, source, words", [
    (with_block("input, conv 6 99x99, pool, relu, flatten", "act1", own()), (1, 28, 28), ["act1"],
     "conv1", WRONG.format("conv1")),
    (with_block("input, relu, flatten", "act1", own()), None, ["act1"],
     "input", "What comes in is not known: the Input of the network has no shape"),
    (with_block("input, relu, flatten", "act1", own()).without(["input"]), (1, 28, 28), ["act1"],
     "act1", "What comes in is not known: no wire leads to act1"),
    (with_block("input, conv 6 99x99, relu, flatten", "act1", own("input, relu, tanh").with_layer(
        "act2", Custom(label="Deep", graph=own()))), (1, 28, 28), ["act1", "act2"],
     "conv1", WRONG.format("conv1")),
    (with_block("input, relu, flatten", "act1", own("input, conv 6 99x99, relu").with_layer(
        "act1", Custom(label="Deep", graph=own()))), (1, 28, 28), ["act1", "act1"],
     "act1.conv1", WRONG.format("act1.conv1")),
    (with_block("input, conv 6 99x99, tanh, relu, flatten", "act2", own()).with_marks(["act1"], bypassed=True),
     (1, 28, 28), ["act2"], "conv1", WRONG.format("conv1")),
])  # fmt: skip
def test_the_layer_further_up_is_named(graph, shape, path, source, words):
    whole = analyze(graph, shape)
    error = unknown_input(whole, path)
    assert error is not None and (error.source, str(error)) == (source, words)
    assert inner(whole, path).graph.nodes


def test_what_is_known_needs_no_reason():
    graph = with_block("input, relu, conv 6 99x99", "act1", own("input, conv 6 99x99"))
    assert unknown_input(analyze(graph, (1, 28, 28)), ["act1"]) is None


@pytest.mark.parametrize("line, shape, why", [
    ("input, conv 6 99x99, residual 4", (1, 28, 28), "conv1 is wrong"),
    ("input, residual 4", None, "input has no shape"),
])
def test_a_block_that_is_made_from_its_parameters_says_why_it_stays_closed(line, shape, why):
    with pytest.raises(GraphError) as caught:
        inner(analyze(build_line(Graph(), line)[0], shape), ["residual1"])
    assert str(caught.value) == f"residual1 cannot be opened while its input is unknown: {why}"
