"""Every kind of problem as a broken network: what is said and where, and that each repair mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from engine.advice.advice import advise
from engine.advice.problem import Problem
from engine.advice.repairs.repair import Case as Broken
from engine.advice.repairs.repair import Repair, mends
from engine.advice.repairs.repairs import repairs
from engine.analysis.analysis import analyze
from engine.analysis.faults import Fault
from engine.blocks.custom import Custom
from engine.experiment.experiment import Experiment, gallery_ids, load_experiment
from engine.experiment.recipe import Recipe
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import STEP
from engine.layers.activation import ReLU
from engine.layers.base import ShapeError
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.messages import say
from tests.engine.advice.cases import (
    CASES,
    CONV,
    FLAT,
    MNIST,
    Row,
    Wired,
    act,
    conv,
    deep,
    fc,
    flat_head,
    head,
    made,
)


def alone(problem: Problem) -> Problem:
    return replace(problem, repairs=())


def serious(problems: tuple[Problem, ...]) -> list[Problem]:
    return [alone(problem) for problem in problems if problem.severity == "error"]


def assert_mends(experiment: Experiment, problem: Problem, repair: Any) -> None:
    before, after = advise(experiment), advise(repair.of(experiment))
    assert alone(problem) not in map(alone, after), repair.text
    # What was hidden behind the fault, that the last layer's size is wrong, is no new error of the repair.
    assert [new for new in serious(after) if new not in serious(before)] == [], repair.text


@pytest.mark.parametrize("what", CASES)
def test_every_problem_has_repairs_that_mend_it(wired: Wired, what: str) -> None:
    severity, node, rows, texts = CASES[what]
    experiment = Experiment(made(wired, rows), MNIST)
    found = [problem for problem in advise(experiment) if problem.node == node and problem.severity == severity]
    assert len(found) == 1, [(p.severity, p.node, str(p.message)) for p in advise(experiment)]
    assert [str(repair.text) for repair in found[0].repairs] == texts
    for repair in found[0].repairs:
        assert len(str(repair.text)) < 45
        assert_mends(experiment, found[0], repair)


@pytest.mark.parametrize("what", CASES)
def test_repairs_hold_where_layers_are_bypassed(wired: Wired, what: str) -> None:
    """A bypassed layer in every wire changes neither what is said nor that it can be mended."""
    _, node, rows, texts = CASES[what]
    graph = made(wired, rows)
    for index, edge in enumerate(graph.edges):
        graph = graph.inserted(Node(f"off{index}", ReLU(), bypassed=True), edge)
    experiment = Experiment(graph, MNIST)
    for problem in advise(experiment):
        for repair in problem.repairs:
            assert_mends(experiment, problem, repair)
    assert [str(repair.text) for problem in advise(experiment) for repair in problem.repairs if problem.node == node
            ][: len(texts)] == texts  # fmt: skip


@pytest.mark.parametrize("name", gallery_ids())
def test_the_gallery_is_free_of_problems(name: str) -> None:
    assert [str(problem.message) for problem in advise(load_experiment(f"gallery:{name}"))] == []


# -- what is not wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [
    deep("Sigmoid", 4), deep("ReLU", 9),
    [conv("one", "input", kernel_size=(1, 3)), conv("two", "one", kernel_size=(3, 1)), *head("two")],
    [conv("one", "input", kernel_size=1), conv("two", "one"), *head("two")],
    [conv("one", "input"), conv("two", "one", groups=4), *head("two")],
    [conv("one", "input"), ("pool", "MaxPool2d", {}, ["one"]), conv("two", "pool"), *head("two")],
    [FLAT, fc("fc", "flat"), act("act", "fc"), fc("two", "fc"), ("add", "Add", {}, ["act", "two"]), *flat_head("add")],
])  # fmt: skip
def test_nothing_is_said_where_nothing_is_wrong(wired: Wired, rows: list[Row]) -> None:
    assert [str(problem.message) for problem in advise(Experiment(made(wired, rows), MNIST))] == []


# -- repairs beside the network -------------------------------------------------------------------------------------


def test_batch_norm_gets_a_larger_batch(wired: Wired) -> None:
    graph = made(wired, [CONV, ("bn", "BatchNorm2d", {}, ["conv"]), *head("bn")])
    experiment = Experiment(graph, MNIST, Recipe(batch_size=1))
    [problem] = advise(experiment)
    assert problem.severity == "warning" and problem.repairs[0].of(experiment).recipe.batch_size == 32
    assert_mends(experiment, problem, problem.repairs[0])


def test_weights_that_do_not_fit_become_its_own(wired: Wired) -> None:
    rows = [FLAT, fc("one", "flat", 20), act("a", "one"), fc("two", "a", 20), act("b", "two"), *flat_head("b")]
    experiment = Experiment(made(wired, rows).with_shares("two", "one"), MNIST)
    [problem] = advise(experiment)
    assert problem.node == "two" and str(problem.repairs[0].text) == "Give two weights of its own"
    assert_mends(experiment, problem, problem.repairs[0])


def test_a_block_for_another_shape(wired: Wired) -> None:
    inside = Graph.of([Node("input", Input(shape=(3, 28, 28))), Node("flat", Flatten()), Node("fc", Linear())],
                      [Edge("input", "flat"), Edge("flat", "fc")])  # fmt: skip
    graph = made(wired, []).with_node(Node("mine", Custom(label="Mine", graph=inside)))
    graph = graph.with_edge(Edge("input", "mine")).with_node(Node("end", ReLU())).with_edge(Edge("mine", "end"))
    experiment = Experiment(graph, MNIST)
    problem = next(problem for problem in advise(experiment) if problem.node == "mine")
    assert [str(repair.text) for repair in problem.repairs] == ["Clear the shape inside", "Give the data 3 channels"]
    for repair in problem.repairs:
        assert not [p for p in advise(repair.of(experiment)) if p.node == "mine"]


def test_every_sigmoid_becomes_a_relu_but_gates_stay(wired: Wired) -> None:
    rows = [*deep("Sigmoid", 5), ("gate", "Sigmoid", {}, ["fc0"]), ("mul", "Multiply", {}, ["act4", "gate"])]
    rows = [row for row in rows if row[0] != "end"] + flat_head("mul")
    experiment = Experiment(made(wired, rows), MNIST)
    assert advise(experiment) == ()  # four of them are hidden: the fifth feeds the gate
    graph = made(wired, deep("Sigmoid", 6))
    [problem] = advise(Experiment(graph, MNIST))
    kinds = [node.layer.kind() for node in problem.repairs[0].apply(graph).nodes.values()]
    assert kinds.count("ReLU") == 6 and "Sigmoid" not in kinds


def test_a_bypassed_input_is_used_again(wired: Wired) -> None:
    graph = made(wired, [FLAT, *flat_head("flat")]).with_marks(["input"], bypassed=True)
    problem = advise(Experiment(graph, MNIST))[0]
    assert (problem.severity, [str(repair.text) for repair in problem.repairs]) == ("error", ["Use input again"])
    assert advise(problem.repairs[0].of(Experiment(graph, MNIST))) == ()


# -- which wire is suggested -----------------------------------------------------------------------------------------


def placed(graph: Graph, **heights: float) -> Graph:
    """The nodes at these heights on the canvas."""
    return graph.moved({name: (0.0, height) for name, height in heights.items()})


def suggested(graph: Graph, node: str | None) -> list[str]:
    """What mends the only serious problem there."""
    [problem] = [p for p in advise(Experiment(graph, MNIST)) if p.severity == "error" and p.node == node]
    return [str(repair.text) for repair in problem.repairs]


# A sum that lacks its second input, behind a body that a shortcut could span.
BODY = [conv("stem", "input", padding=1), act("act", "stem"), conv("one", "act", padding=1), act("two", "one"),
        conv("three", "two", padding=1)]  # fmt: skip
SUM = [("add", "Add", {}, ["three"]), *head("add")]


@pytest.mark.parametrize(("beside", "source"), [
    ([], "act"),  # from before two layers with weights
    ([conv("loose", "input", padding=1)], "loose"),  # what leads nowhere goes before any shortcut
    ([conv("loose", "input", padding=1), conv("other", "input", padding=1)], "loose"),  # the first of them
    ([conv("loose", "input", 8), conv("other", "input", padding=1)], "other"),  # … that fits
    ([conv("loose", "input", 8)], "act"),
])  # fmt: skip
def test_a_second_wire_comes_from_what_leads_nowhere_then_from_further_up(wired: Wired, beside: list[Row],
                                                                           source: str) -> None:
    wires = [text for text in suggested(made(wired, [*BODY, *beside, *SUM]), "add") if text != "Remove add"]
    assert wires == [f"Connect {source} → add"]


def test_a_shortcut_spans_one_layer_with_weights_where_there_is_no_more(wired: Wired) -> None:
    rows = [act("act", "input"), conv("one", "act", 1, padding=1), ("add", "Add", {}, ["one"]), *head("add")]
    assert suggested(made(wired, rows), "add") == ["Connect input → add", "Remove add"]


@pytest.mark.parametrize(("heights", "source"), [
    ({"stem": 100, "act": 200, "late": 300, "bn": 400}, "late"),  # the lowest above it
    ({"stem": 100, "act": 200, "late": 500, "bn": 400}, "act"),
    ({"stem": 200, "act": 100, "late": 500, "bn": 400}, "stem"),  # by where it stands, not by its turn
    ({"stem": 500, "act": 600, "late": 700, "bn": 400}, "input"),
])
def test_a_first_wire_comes_from_the_lowest_layer_above(wired: Wired, heights: dict[str, float], source: str) -> None:
    graph = made(wired, [conv("stem", "input", 1, padding=1), act("act", "stem"), act("late", "act"),
                         ("bn", "BatchNorm2d", {}, []), ("add", "Add", {}, ["late", "bn"]), *head("add")])
    assert suggested(placed(graph, input=0, add=900, **heights), "bn") == [f"Connect {source} → bn"]


def test_a_first_wire_comes_from_where_all_that_follows_fits(wired: Wired) -> None:
    """The lowest layer has eight channels, which the sum does not take."""
    graph = made(wired, [conv("stem", "input", padding=1), conv("wide", "stem", 8, padding=1),
                         conv("back", "wide", padding=1), ("bn", "BatchNorm2d", {}, []), act("tail", "bn"),
                         ("add", "Add", {}, ["back", "bn"]), ("sum", "Add", {}, ["add", "tail"]), *head("sum")])
    graph = placed(graph, input=0, stem=100, wide=200, bn=300, back=400)
    assert suggested(graph, "bn") == ["Connect stem → bn"]


def test_a_cut_chain_is_joined_to_what_leads_to_the_most(wired: Wired) -> None:
    rows = [CONV, act("last", "conv"), act("short", "none"), conv("long", "none"), *head("long"), act("lone", "none")]
    assert suggested(made(wired, rows), "last")[0] == "Connect last → long"


@pytest.mark.parametrize(("loose", "joins"), [
    (("norm", "BatchNorm1d", {}, []), True), (("pool", "MaxPool3d", {"kernel_size": 1}, []), False),
    (("lin", "Linear", {"out_features": 3}, []), True),
    (("conv3", "Conv3d", {"out_channels": 2, "kernel_size": 1}, []), False),
])  # fmt: skip
def test_a_cut_chain_is_joined_only_to_what_takes_it_as_it_is_or_flat(wired: Wired, loose: Row, joins: bool) -> None:
    graph = made(wired, [CONV, act("last", "conv"), loose])
    found = [text for text in suggested(graph, "last") if text.startswith("Connect last")]
    assert bool(found) is joins


def test_ends_are_joined_with_the_longest_first(wired: Wired) -> None:
    graph = made(wired, [FLAT, fc("short", "flat", 10), fc("one", "flat"), act("act", "one"), fc("two", "act", 10)])
    [problem] = [p for p in advise(Experiment(graph, MNIST)) if p.severity == "error"]
    join = next(repair for repair in problem.repairs if str(repair.text) == "Add them up")
    assert [edge.source for edge in join.apply(graph).inputs["add1"]] == ["two", "short"]


def test_what_two_inputs_fed_is_fed_by_the_networks_own_even_if_the_other_stands_first(wired: Wired) -> None:
    network = made(wired, [FLAT, act("act", "flat"), *flat_head("act")])
    nodes = [Node("stray", Input(shape=(7,))), Node("other", Flatten()), Node("add", wired(("a", "Add", {}, [])
                                                                                           ).nodes["a"].layer)]
    edges = [Edge("stray", "other"), Edge("other", "add", 1), Edge("act", "add"), Edge("add", "end")]
    kept = [edge for edge in network.edges if edge.target != "end"]
    graph = Graph.of([*nodes, *network.nodes.values()], [*edges, *kept])
    [problem] = [p for p in advise(Experiment(graph, MNIST)) if "Inputs" in str(p.message)]
    [repair] = problem.repairs
    mended = repair.apply(graph)
    assert str(repair.text) == "Keep only input" and "stray" not in mended.nodes
    assert mended.inputs["other"] == (Edge("input", "other"),)
    assert advise(Experiment(mended, MNIST)) == ()


def test_what_another_input_fed_is_fed_at_the_same_place(wired: Wired) -> None:
    rows = [FLAT, ("stray", "Input", {}, []), ("sub", "Subtract", {}, ["flat", "other"]),
            ("other", "Flatten", {}, ["stray"]),
            ("mul", "Multiply", {}, ["input", "stray"]), ("row", "Flatten", {}, ["mul"]),
            ("add", "Add", {}, ["sub", "row"]), *flat_head("add")]  # fmt: skip
    graph = made(wired, rows)
    [problem] = [p for p in advise(Experiment(graph, MNIST)) if "Inputs" in str(p.message)]
    mended = problem.repairs[0].apply(graph)
    assert sorted(mended.inputs["mul"], key=lambda edge: edge.port) == [Edge("input", "mul"), Edge("input", "mul", 1)]


def test_an_input_is_added_above_the_first_layer_that_has_no_wire(wired: Wired) -> None:
    graph = made(wired, [("fixed", "Constant", {}, []), ("flat", "Flatten", {}, []), *flat_head("flat"),
                         ("later", "Flatten", {}, [])])
    graph = graph.without(["input"]).moved({"flat": (40.0, 500.0)})
    problem = advise(Experiment(graph, MNIST))[0]
    assert [str(repair.text) for repair in problem.repairs] == ["Add an Input"]
    mended = problem.repairs[0].apply(graph)
    assert mended.edges[-1] == Edge("input", "flat") and mended.nodes["input"].position == (40.0, 500.0 - STEP)


# -- the registry -----------------------------------------------------------------------------------------------------


class OddError(ShapeError):
    """Known only here."""


class OdderError(OddError):
    """Nothing is registered for it."""


@mends(OddError, several=False)
def make_it_even(case: Broken) -> Iterator[Repair]:
    yield Repair(say("Make {name} even", name=case.name), lambda graph: graph.healed(case.name))


def test_a_repair_is_one_registered_function(wired: Wired) -> None:
    graph = wired(FLAT, *flat_head("flat"))
    analysis = analyze(graph, (1, 8, 8))
    for error in (OddError("odd"), OdderError("odder still")):
        found = repairs(analysis, Fault("flat", error))
        assert [str(repair.text) for repair in found] == ["Make flat even"]
        assert "flat" not in found[0].apply(graph).nodes


def test_repairs_of_one_tensor_are_not_offered_where_several_meet(wired: Wired) -> None:
    graph = wired(FLAT, act("a", "flat"), act("b", "flat"), ("sum", "Add", {}, ["a", "b"]))
    assert "Make sum even" not in [str(repair.text) for repair in repairs(analyze(graph, (1, 8, 8)),
                                                                          Fault("sum", OddError("odd")))]
