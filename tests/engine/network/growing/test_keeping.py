"""An edited network goes on: what keeps its weights, what begins anew, and that it is said."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from engine.analysis.analysis import analyze
from engine.blocks.edits import dissolved, make_block
from engine.experiment.experiment import Experiment
from engine.graph.edits import appended, inserted, with_layers
from engine.graph.graph import Graph
from engine.layers.base import LAYERS
from engine.network.growing.keeping import Carried, kept
from engine.network.weights import WeightsError, check_weights, initial_module
from tests.engine.grown import SMALL, learned, opened

LENET = opened("lenet")
WEIGHTS = {key: torch.full_like(value, 0.5) for key, value in initial_module(LENET).state_dict().items()}
LAYER_NAMES = ["conv1", "conv2", "fc1", "fc2", "fc3"]


def after(graph: Graph, weights: dict[str, Tensor] = WEIGHTS) -> Carried:
    """What is kept; the state dict fits, has the old values exactly where it says so, and else those of the seed."""
    now = replace(LENET, graph=graph)
    carried = kept(LENET, weights, now)
    check_weights(now, carried.weights)
    fresh, layers = initial_module(now).state_dict(), {layer.key: layer for layer in carried.layers}
    for key, value in carried.weights.items():
        place, _, leaf = key.rpartition(".")
        is_kept = layers[place].state == "kept" and leaf in layers[place].before
        assert torch.equal(value, weights[f"{layers[place].was}.{leaf}"] if is_kept else fresh[key]), key
    return carried


def linear(count: int, **options: bool) -> Graph:
    return with_layers(LENET.graph, {"fc1": LAYERS["Linear"](out_features=count, **options)})


def test_what_was_only_moved_keeps_everything() -> None:
    carried = after(LENET.graph.moved({"fc1": (900.0, 0.0)}))
    assert carried.keys("kept") == tuple(LAYER_NAMES) and str(carried.line) == "All 5 layers with weights keep them"


def test_layers_without_weights_come_and_go() -> None:
    graph = LENET.graph.healed("act3")
    graph, _ = inserted(graph, LAYERS["Dropout"](), graph.outputs["fc2"][0])
    graph = with_layers(graph, {"pool1": LAYERS["MaxPool2d"](), "act1": LAYERS["ReLU"]()})
    assert after(graph).keys("kept") == tuple(LAYER_NAMES)


def test_another_size_begins_anew_and_so_does_what_reads_it() -> None:
    carried = after(linear(100))
    assert carried.keys("kept") == ("conv1", "conv2", "fc3") and carried.keys("resized") == ("fc1", "fc2")
    assert str(carried.line) == ("3 of 5 layers keep their weights. fc1 begins anew: it was 120×400 and is 100×400; "
                                 "fc2 begins anew: it was 84×120 and is 84×100")


def test_a_bias_that_comes_or_goes_costs_no_weights() -> None:
    carried = after(linear(120, bias=False))
    assert carried.keys("kept") == tuple(LAYER_NAMES) and "fc1.bias" not in carried.weights
    without = replace(LENET, graph=linear(120, bias=False))
    again = kept(without, carried.weights, LENET)
    assert again.keys("kept") == tuple(LAYER_NAMES) and torch.equal(again.weights["fc1.weight"], WEIGHTS["fc1.weight"])
    assert torch.equal(again.weights["fc1.bias"], initial_module(LENET).state_dict()["fc1.bias"])


def test_a_new_layer_is_named_and_the_others_are_kept() -> None:
    graph, name = inserted(LENET.graph, LAYERS["Linear"](out_features=84), LENET.graph.outputs["act4"][0])
    carried = after(graph)
    assert carried.keys("new") == (name,) and carried.keys("kept") == tuple(LAYER_NAMES)
    assert str(carried.line) == f"5 of 6 layers keep their weights. {name} is new"


def test_another_name_is_no_other_layer() -> None:
    carried = after(LENET.graph.renamed("fc1", "wide").renamed("conv1", "first"))
    assert {layer.key: layer.was for layer in carried.layers} == {
        "first": "conv1", "conv2": "conv2", "wide": "fc1", "fc2": "fc2", "fc3": "fc3"}


def test_a_block_made_of_some_keeps_their_weights() -> None:
    graph, block = make_block(LENET.graph, ["fc1", "act3", "fc2"], "Head")
    carried = after(graph)
    assert carried.keys("kept") == ("conv1", "conv2", f"{block}.fc1", f"{block}.fc2", "fc3")
    inside = replace(LENET, graph=graph)
    out, _ = dissolved(graph, block, analyze(graph, LENET.data.sample_shape))
    assert kept(inside, carried.weights, replace(LENET, graph=out)).keys("kept") == tuple(LAYER_NAMES)


def test_several_alike_follow_their_order_and_none_where_one_is_missing() -> None:
    alike = Graph()
    for _ in range(3):
        alike, _ = appended(alike, LAYERS["Linear"](out_features=4), [])
    alike = alike.with_node(replace(LENET.graph.nodes["input"], layer=LAYERS["Input"](shape=(4,))))
    alike = alike.with_edge(replace(LENET.graph.edges[0], source="input", target="fc1"))
    base = Experiment(alike)
    weights = learned(base)
    moved = replace(base, graph=alike.renamed("fc1", "a").renamed("fc2", "b").renamed("fc3", "c"))
    assert [layer.was for layer in kept(base, weights, moved).layers] == ["fc1", "fc2", "fc3"]
    fewer = replace(base, graph=moved.graph.healed("b"))
    assert kept(base, weights, fewer).keys("new") == ("a", "c")  # which of the three they are cannot be known


def test_another_kind_under_the_same_name_is_new() -> None:
    base = replace(LENET, graph=inserted(LENET.graph, LAYERS["BatchNorm1d"](), LENET.graph.outputs["fc1"][0])[0])
    now = replace(base, graph=with_layers(base.graph, {"bn1": LAYERS["LayerNorm"]()}))
    carried = kept(base, learned(base), now)
    assert carried.keys("new") == ("bn1",) and len(carried.keys("kept")) == 5


def test_nothing_in_common_begins_as_training_does() -> None:
    other = opened("linreg")
    carried = kept(LENET, WEIGHTS, other)
    assert carried.keys("kept") == () and str(carried.line).startswith("0 of 1 layers keep their weights. fc1 begins")
    assert all(torch.equal(value, initial_module(other).state_dict()[key]) for key, value in carried.weights.items())


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(WeightsError, match="missing: "):
        kept(LENET, {"fc1.weight": torch.ones(1)}, LENET)


@pytest.mark.parametrize("name", SMALL)
def test_every_network_of_the_gallery_goes_on_as_it_is(name: str) -> None:
    base = opened(name)
    weights = learned(base)
    carried = kept(base, weights, base)
    assert not carried.keys("new") and not carried.keys("resized")
    assert carried.weights.keys() == weights.keys()
    assert all(torch.equal(carried.weights[key], value) for key, value in weights.items())
