"""Advice: each rule in words, and each repair: applied, the problem is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.advice.advice import Problem, advise
from engine.analysis.analysis import analyze, first_error
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.graph.edits import added, appended
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.base import LAYERS, Shape
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.layers.merge import Add
from engine.layers.normalization import BatchNorm1d, BatchNorm2d
from engine.network.compile import build_module

Made = Callable[..., Graph]
MNIST = DataSpec(dataset="mnist")
CONV = ("conv", "Conv2d", {"out_channels": 4, "kernel_size": 3})
HEAD: list[Any] = [("gap", "AdaptiveAvgPool2d", {}), ("flat", "Flatten", {}), ("end", "Linear", {"out_features": 10})]


def without_repairs(problem: Problem) -> Problem:
    """The problem alone, to compare."""
    return replace(problem, repairs=())


def problems(graph: Graph, **recipe: Any) -> tuple[Problem, ...]:
    return advise(Experiment(graph, MNIST, Recipe(**recipe)))


def the_one(graph: Graph, **recipe: Any) -> Problem:
    [problem] = problems(graph, **recipe)
    return problem


def repaired(graph: Graph, text: str, **recipe: Any) -> Graph:
    """The graph after the repair that says so."""
    found = [repair for problem in problems(graph, **recipe) for repair in problem.repairs if str(repair.text) == text]
    assert len(found) == 1, [str(repair.text) for problem in problems(graph) for repair in problem.repairs]
    return found[0].apply(graph)


def assert_mends(graph: Graph, text: str) -> Graph:
    """After the repair nothing is wrong any more, and nobody else's layer has changed."""
    mended = repaired(graph, text)
    assert [str(problem.message) for problem in problems(mended)] == []
    build_module(mended, MNIST.sample_shape)(torch.rand(2, *MNIST.sample_shape))
    return mended


def test_a_good_network_needs_no_advice(lenet: Graph, resnet: Graph, inception_net: Graph) -> None:
    for graph in (lenet, resnet, inception_net):
        assert problems(graph) == ()


# -- faults and their repairs ----------------------------------------------------------------------------


def test_linear_after_an_image_gets_a_flatten(lenet: Graph) -> None:
    broken = lenet.healed("flatten")
    problem = the_one(broken)
    assert (problem.severity, problem.node) == ("error", "fc1")
    assert str(problem.message) == "Linear expects a flat input, got 16×5×5"
    mended = assert_mends(broken, "Insert Flatten")
    assert mended.inputs["fc1"][0].source == "flatten1"
    assert mended.inputs["flatten1"][0].source == "pool2"


def test_a_repair_makes_room_for_its_card(lenet: Graph) -> None:
    broken = lenet.healed("flatten")
    broken = broken.moved({name: (0.0, 76.0 * index) for index, name in enumerate(broken.nodes)})
    mended = repaired(broken, "Insert Flatten")
    heights = [mended.nodes[name].position[1] for name in mended.order]
    assert heights == sorted(set(heights))


def test_batch_norms_are_exchanged(chain: Made) -> None:
    wrong = chain(CONV, ("bn", "BatchNorm1d", {"eps": 0.5}), *HEAD)
    assert str(the_one(wrong).message) == "Batch norm 1d expects a flat input or channels×length, got 4×26×26"
    assert assert_mends(wrong, "Use Batch norm 2d").nodes["bn"].layer == BatchNorm2d(eps=0.5)
    flat = chain(CONV, ("bn", "BatchNorm1d", {}), ("end", "Linear", {"out_features": 10}))
    assert_mends(flat, "Insert Flatten")
    wrong = chain(("flat", "Flatten", {}), ("bn", "BatchNorm2d", {"affine": False}),
                  ("end", "Linear", {"out_features": 10}))
    assert assert_mends(wrong, "Use Batch norm 1d").nodes["bn"].layer == BatchNorm1d(affine=False)


def test_flatten_before_a_convolution_is_removed(chain: Made) -> None:
    wrong = chain(("early", "Flatten", {}), CONV, *HEAD)
    assert str(the_one(wrong).message) == "Conv 2d expects channels×height×width, got 784"
    assert "early" not in assert_mends(wrong, "Remove early").nodes


def test_a_window_that_is_too_large_is_changed(chain: Made) -> None:
    wrong = chain(("conv", "Conv2d", {"kernel_size": 31, "stride": 3}), *HEAD)
    mended = assert_mends(wrong, "Set padding to “same”")
    assert analyze(mended, MNIST.sample_shape).nodes["conv"].output_shape == (16, 28, 28)
    for kind in ("MaxPool2d", "AvgPool2d"):
        wrong = chain(("pool", kind, {"kernel_size": 30, "padding": 0, "stride": 2}), *HEAD)
        mended = assert_mends(wrong, "Set the window to 28×28")
        assert analyze(mended, MNIST.sample_shape).nodes["pool"].output_shape == (1, 1, 1)
    # Reflecting needs a border smaller than the image: “same” would not help, so it is not offered.
    wrong = chain(("conv", "Conv2d", {"kernel_size": 99, "padding_mode": "reflect"}), *HEAD)
    assert "Set padding to “same”" not in [str(repair.text) for repair in the_one(wrong).repairs]


def test_groups_that_do_not_divide(chain: Made) -> None:
    assert_mends(chain(("conv", "Conv2d", {"groups": 4}), *HEAD), "Set groups to 1")


@pytest.mark.parametrize("first", ["short", "long"])
@pytest.mark.parametrize("stride", [1, 2, (1, 2)])
def test_branches_that_do_not_match_get_a_convolution(wired: Made, first: str, stride: Any) -> None:
    short = ("short", "ReLU", {}, ["stem"])
    long = ("long", "Conv2d", {"out_channels": 6, "kernel_size": 3, "padding": 1, "stride": stride}, ["stem"])
    rows = [short, long] if first == "short" else [long, short]
    graph = wired(("stem", "Conv2d", {"out_channels": 4, "kernel_size": 1}, ["input"]), *rows,
                  ("add", "Add", {}, ["long", "short"]), ("gap", "AdaptiveAvgPool2d", {}, ["add"]),
                  ("flat", "Flatten", {}, ["gap"]), ("end", "Linear", {"out_features": 10}, ["flat"]))
    assert "Add needs inputs of one shape" in str(the_one(graph).message)
    mended = assert_mends(graph, "Match with a 1×1 convolution")
    assert mended.inputs["conv1"][0].source in ("short", "long")


def test_no_convolution_where_none_can_match(wired: Made) -> None:
    graph = wired(("a", "Conv2d", {"kernel_size": 5, "out_channels": 16}, ["input"]), ("b", "Flatten", {}, ["input"]),
                  ("c", "Conv2d", {"kernel_size": 3}, ["input"]), ("add", "Add", {}, ["a", "c"]),
                  ("flat", "Flatten", {}, ["add"]), ("end", "Linear", {"out_features": 10}, ["flat"]))
    graph = graph.without(["b"])
    texts = [str(repair.text) for repair in the_one(graph).repairs]
    assert "Match with a 1×1 convolution" not in texts  # 24 of 26 is no stride
    assert_mends(graph, "Set padding of a and c to “same”")


def test_a_residual_that_changes_its_shape(chain: Made) -> None:
    graph = chain(CONV, ("block", "Residual", {"num_channels": 8, "shortcut": "identity"}), *HEAD)
    assert str(the_one(graph).message) == (
        "Residual, inside add: Add needs inputs of one shape, got 8×26×26 and 4×26×26")
    assert_mends(graph, "Set the shortcut to “auto”")


def test_missing_wires(wired: Made) -> None:
    graph = wired(("flat", "Flatten", {}, ["input"]), ("add", "Add", {}, ["flat"]),
                  ("end", "Linear", {"out_features": 10}, ["add"]))
    assert str(the_one(graph).message) == "Add needs at least 2 inputs: draw another wire"
    assert "add" not in assert_mends(graph, "Remove add").nodes
    alone = graph.with_node(Node("bn", BatchNorm1d())).with_edge(Edge("bn", "add", 1))
    assert the_one(alone).node == "bn"
    assert str(the_one(alone).message) == "Batch norm 1d has no input: draw a wire to it"


def test_a_network_without_input(lenet: Graph) -> None:
    assert [problem.severity for problem in problems(lenet.without(["input"]))] == ["error"]
    assert_mends(lenet.without(["input"]), "Add an Input")
    assert the_one(Graph()).repairs == ()


# -- rules ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "text", "changed"),
    [
        ([("flat", "Flatten", {}), ("end", "Linear", {"out_features": 7})], "Set outputs to 10", "end"),
        ([("flat", "Flatten", {}), ("end", "Linear", {"out_features": 7}), ("drop", "Dropout", {})],
         "Set outputs to 10", "end"),
        ([("flat", "Flatten", {})], "Add Linear 10", "fc1"),
        ([CONV], "Add Linear 10", "fc1"),
    ],
)
def test_the_output_must_match_the_classes(chain: Made, rows: list[Any], text: str, changed: str) -> None:
    graph = chain(*rows)
    problem = the_one(graph)
    assert (problem.severity, problem.node) == ("error", rows[-1][0])
    assert "MNIST has 10 classes, but the network ends in " in str(problem.message)
    layer = assert_mends(graph, text).nodes[changed].layer
    assert isinstance(layer, Linear)
    assert layer.out_features == 10


def test_the_input_must_match_the_data(lenet: Graph) -> None:
    colour = lenet.with_layer("input", Input(shape=(3, 28, 28)))
    problem = the_one(colour)
    assert (problem.severity, problem.node) == ("error", "input")
    assert str(problem.message) == "The Input is 3×28×28, but MNIST gives 1×28×28"
    assert_mends(colour, "Take the shape from the data")
    assert problems(lenet.with_layer("input", Input(shape=(1, 28, 28)))) == ()


def test_softmax_before_cross_entropy(lenet: Graph, chain: Made) -> None:
    graph = chain(("flat", "Flatten", {}), ("end", "Linear", {"out_features": 10}), ("soft", "Softmax", {}))
    problem = the_one(graph)
    assert (problem.severity, problem.node) == ("warning", "soft")
    assert "Cross-entropy already contains softmax" in str(problem.message)
    assert_mends(graph, "Remove soft")
    assert problems(graph, loss="mse") == ()


def test_batch_norm_and_a_batch_of_one(chain: Made, lenet_bn: Graph, resnet: Graph, lenet: Graph) -> None:
    assert problems(lenet, batch_size=1) == ()
    found = {problem.node: problem.severity for problem in problems(lenet_bn, batch_size=1)}
    assert found == {"bn1": "warning", "bn2": "warning", "bn3": "error"}
    blocks = {f"residual{index}" for index in (1, 2, 3, 4)}
    assert {problem.node for problem in problems(resnet, batch_size=1)} == {"bn1"} | blocks
    # What is called an error is one: torch refuses it.
    module = build_module(lenet_bn, MNIST.sample_shape)
    with pytest.raises(ValueError, match="more than 1 value"):
        module(torch.rand(1, 1, 28, 28))
    pixel = chain(("gap", "AdaptiveAvgPool2d", {}), ("block", "Residual", {"num_channels": 2}), *HEAD[1:])
    assert the_one(pixel, batch_size=1).severity == "error"


def test_loose_layers_are_a_hint(lenet: Graph) -> None:
    graph = lenet.with_nodes([Node("spare", Linear()), Node("tail", ReLU(inplace=True))])
    graph = graph.with_edge(Edge("spare", "tail"))
    problem = the_one(graph)
    assert (problem.severity, problem.node) == ("hint", "spare")
    assert str(problem.message) == "spare is not connected: it is left out of the network"
    assert first_error(analyze(graph, MNIST.sample_shape)) is None


def test_errors_come_first(lenet: Graph) -> None:
    graph = lenet.healed("flatten").with_node(Node("spare", Linear()))
    assert [problem.severity for problem in problems(graph)] == ["error", "hint"]
    assert without_repairs(problems(graph)[0]).repairs == ()


# -- in place ----------------------------------------------------------------------------

INPLACE: dict[str, Any] = {"inplace": True}
FC = ("fc", "Linear", {}, ["flat"])


@pytest.mark.parametrize("rows", [
    [FC, ("act", "ReLU", INPLACE, ["fc"])],
    [("bn", "BatchNorm1d", {}, ["flat"]), ("act", "ReLU", INPLACE, ["bn"])],
    [FC, ("drop", "Dropout", INPLACE, ["fc"]), ("act", "ReLU", INPLACE, ["drop"])],
    [("row", "Flatten", {}, ["conv"]), ("act", "ReLU", INPLACE, ["row"])],
    [("pool", "MaxPool2d", {}, ["conv"]), ("act", "ReLU", INPLACE, ["pool"]), ("row", "Flatten", {}, ["act"])],
])  # fmt: skip
def test_in_place_where_nobody_needs_what_is_overwritten(wired: Made, rows: list[Any]) -> None:
    graph = around(wired, rows)
    assert [str(problem.message) for problem in problems(graph)] == []
    assert_inplace_changes_nothing(graph, (1, 28, 28))


@pytest.mark.parametrize("rows", [
    [FC, ("sig", "Sigmoid", {}, ["fc"]), ("act", "ReLU", INPLACE, ["sig"])],
    [FC, ("one", "ReLU", INPLACE, ["fc"]), ("act", "Dropout", INPLACE, ["one"])],
    [FC, ("soft", "Softmax", {}, ["fc"]), ("act", "Dropout", INPLACE, ["soft"])],
    # Another layer reads what is overwritten.
    [FC, ("act", "ReLU", INPLACE, ["fc"]), ("sum", "Add", {}, ["fc", "act"])],
    # … through a Dropout, which passes its input on in prediction.
    [FC, ("drop", "Dropout", {}, ["fc"]), ("act", "ReLU", INPLACE, ["drop"]), ("sum", "Add", {}, ["fc", "act"])],
    # … through a Flatten, which lies in the image's memory.
    [("sig", "Sigmoid", {}, ["conv"]), ("row", "Flatten", {}, ["sig"]), ("act", "ReLU", INPLACE, ["row"])],
    # The data itself.
    [("act", "ReLU", INPLACE, ["flat"]), ("fc", "Linear", {}, ["act"])],
    [("block", "Residual", {"num_channels": 2}, ["conv"]), ("act", "ReLU", INPLACE, ["block"]),
     ("row", "Flatten", {}, ["act"])],
])  # fmt: skip
def test_in_place_on_what_is_needed_is_an_error_that_is_mended(wired: Made, rows: list[Any]) -> None:
    graph = around(wired, rows)
    found = problems(graph)
    assert "would overwrite the output of" in str(found[0].message)
    for problem in found:
        graph = problem.repairs[0].apply(graph)
    assert problems(graph) == ()
    assert_inplace_changes_nothing(graph, (1, 28, 28))


def around(wired: Made, rows: list[Any]) -> Graph:
    """The rows between a convolution or a flat image and a last linear layer."""
    image = any("conv" in row[3] for row in rows)
    conv = ("conv", "Conv2d", {"out_channels": 2, "kernel_size": 3}, ["input"])
    first = conv if image else ("flat", "Flatten", {}, ["input"])
    return wired(first, *rows, ("end", "Linear", {"out_features": 10}, [rows[-1][0]]))


def not_in_place(graph: Graph) -> Graph:
    for name, node in graph.nodes.items():
        if hasattr(node.layer, "inplace"):
            graph = graph.with_layer(name, node.layer.with_options(inplace=False))
    return graph


def assert_inplace_changes_nothing(graph: Graph, shape: Shape) -> None:
    """Outputs, gradients and the data are as without any “in place”."""
    plain, ours = build_module(not_in_place(graph), shape), build_module(graph, shape)
    ours.load_state_dict(plain.state_dict())
    batch = torch.rand(2, *shape)
    for training in (True, False):
        results = []
        for module in (plain.train(training), ours.train(training)):
            torch.manual_seed(0)
            given = batch.clone()
            out = module(given)
            module.zero_grad()
            if training:
                out.square().sum().backward()
            results.append([out, given, *(parameter.grad for parameter in module.parameters())])
        torch.testing.assert_close(*results, equal_nan=True)


# -- any network ----------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(data=st.data(), batch_size=st.integers(1, 2))
def test_advice_never_raises_and_every_repair_helps(random_graphs: Any, data: st.DataObject, batch_size: int) -> None:
    graph = data.draw(random_graphs)
    off = data.draw(st.sets(st.sampled_from(sorted(graph.nodes)), max_size=2)) if graph.nodes else ()
    experiment = Experiment(graph.with_marks(off, bypassed=True), MNIST, Recipe(batch_size=batch_size))
    for problem in advise(experiment):
        assert str(problem.message)
        for repair in problem.repairs:
            assert str(repair.text)
            mended = advise(repair.of(experiment))
            assert without_repairs(problem) not in map(without_repairs, mended)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_what_is_not_warned_about_runs_in_place(working_graphs: Any, data: st.DataObject) -> None:
    graph = data.draw(working_graphs)
    shape = analyze(graph).nodes["input"].output_shape or ()
    for _ in range(len(graph.nodes)):
        found = [problem for problem in problems(graph) if "would overwrite" in str(problem.message)]
        if not found:
            break
        graph = found[0].repairs[0].apply(graph)
    assert_inplace_changes_nothing(graph, shape)


def test_of_very_many_faults_the_first_come_with_repairs() -> None:
    sums = [Node("input", Input(shape=(4,))), *(Node(f"add{place}", Add()) for place in range(150))]
    edges = [Edge("input", "add0"), *(Edge(f"add{place}", f"add{place + 1}") for place in range(149))]
    problems = [problem for problem in advise(Experiment(Graph.of(sums, edges))) if str(problem.node).startswith("add")]
    assert len(problems) == 150 and [bool(problem.repairs) for problem in problems] == [True] * 100 + [False] * 50


# -- unfinished is not wrong ------------------------------------------------------------------------------------------


def quiet(graph: Graph, **recipe: Any) -> dict[str | None, bool]:
    """What forbids training, by node: whether it is only missing yet."""
    return {problem.node: problem.unfinished for problem in problems(graph, **recipe) if problem.severity == "error"}


def test_while_one_draws_nothing_is_wrong_at_any_step() -> None:
    graph = Graph.of([Node("input", Input())])
    assert quiet(Graph()) == quiet(graph) == {None: True}
    for kind in ("Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", "Flatten", "Linear", "ReLU", "Dropout"):
        graph, name = appended(graph, LAYERS[kind](), [])
        assert quiet(graph) in ({name: True}, {}), kind
        assert all(problem.tone != "error" for problem in problems(graph))
    assert quiet(appended(graph, Linear(out_features=10), [])[0]) == {}


def test_a_merge_that_lacks_a_wire_and_loose_ends_are_unfinished_and_what_cannot_be_is_wrong(chain: Made) -> None:
    graph, name = appended(chain(*HEAD), Add(), [])
    assert quiet(graph) == {name: True}
    graph, name = added(chain(*HEAD), ReLU(), (600.0, 0.0))
    assert [problem.tone for problem in problems(graph) if problem.node == name] == ["hint"]
    assert quiet(graph.with_edge(Edge("gap", name))) == {None: True}
    assert quiet(chain(CONV, ("end", "Linear", {"out_features": 10}))) == {"end": False}
    assert quiet(chain(*HEAD).with_node(Node("two", Input()))) == {None: False}


def test_an_end_that_a_loss_misses_is_unfinished_until_it_has_the_right_size(chain: Made) -> None:
    early = problems(chain(("flat", "Flatten", {})), loss="nll")
    assert [problem.tone for problem in early] == ["hint", "hint"]
    assert the_one(chain(*HEAD), loss="nll").tone == "warning"


def test_what_is_wrong_comes_before_what_is_unfinished(chain: Made) -> None:
    graph = appended(chain(CONV, ("fc", "Linear", {})), Add(), [])[0]
    told = [problem.unfinished for problem in problems(graph)]
    assert told == sorted(told) and set(told) == {False, True}
