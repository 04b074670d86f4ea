"""Whether weights still belong to what is drawn: held against what torch makes of both networks."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
import torch

from engine.blocks.custom import Custom
from engine.blocks.edits import make_block
from engine.compare.belonging import network_id, same_network, since
from engine.experiment.experiment import Experiment, gallery_ids, load_experiment
from engine.graph.frames import Frame
from engine.graph.graph import Graph, Node
from engine.graph.parameters import NodeParameters, ValueEdit
from engine.layers.activation import ReLU, Tanh
from engine.network.weights import initial_module

LENET = load_experiment("gallery:lenet")
MLP = load_experiment("gallery:mlp")


def with_graph(graph: Graph, experiment: Experiment = MLP) -> Experiment:
    return replace(experiment, graph=graph)


def is_same(one: Experiment, other: Experiment) -> bool:
    """Both ways, and by the text that stands for a network."""
    found = same_network(one, other)
    assert same_network(other, one) is found
    assert (network_id(one) == network_id(other)) is found
    return found


def activation(experiment: Experiment) -> str:
    return next(name for name, node in experiment.graph.nodes.items() if isinstance(node.layer, ReLU))


def test_what_is_only_drawn_leaves_weights_where_they_belong():
    graph = MLP.graph
    name = activation(MLP)
    assert is_same(MLP, with_graph(graph.moved({name: (500.0, 7.0)})))
    assert is_same(MLP, with_graph(graph.with_frames([Frame(text="a comment")])))
    assert is_same(MLP, with_graph(graph.with_marks([name], label="red", collapsed=True)))
    again = Graph.of(reversed([replace(node) for node in graph.nodes.values()]), [replace(e) for e in graph.edges])
    assert is_same(MLP, with_graph(again))


def test_what_weights_begin_with_does_not_matter_once_they_are_trained():
    name = next(name for name, node in MLP.graph.nodes.items() if node.layer.kind() == "Linear")
    begun = MLP.graph.with_parameters(name, NodeParameters(edits=(ValueEdit(key="weight", index=(0, 0), value=7.0),)))
    assert is_same(MLP, with_graph(begun))


@pytest.mark.parametrize("edit", ["layer", "option", "name", "wire", "bypass", "removed"])
def test_the_same_keys_and_shapes_do_not_make_the_same_network(edit: str):
    graph, name = MLP.graph, activation(MLP)
    edited = {
        "layer": lambda: graph.with_layer(name, Tanh()),
        "option": lambda: LENET.graph,
        "name": lambda: graph.renamed(name, "other"),
        "wire": lambda: replace(graph, edges=graph.edges[:-1]),
        "bypass": lambda: graph.with_marks([name], bypassed=True),
        "removed": lambda: graph.without([name]),
    }[edit]()
    assert not is_same(MLP, with_graph(edited))


def test_an_input_of_another_shape_is_another_network():
    assert not is_same(LENET, replace(LENET, data=LENET.data.with_options(resize=40)))
    name, node = next((name, node) for name, node in LENET.graph.nodes.items() if node.layer.kind() == "Input")
    typed = with_graph(LENET.graph.with_layer(name, node.layer.with_options(shape=LENET.data.sample_shape)), LENET)
    assert is_same(LENET, typed)


def test_inside_one_s_own_block_places_do_not_matter_and_layers_do():
    name = activation(MLP)
    graph, block = make_block(MLP.graph, [name], "Own")
    layer = graph.nodes[block].layer
    assert isinstance(layer, Custom)
    moved = layer.graph.moved({name: (40.0, 40.0)})
    assert layer.graph != moved
    assert is_same(with_graph(graph), with_graph(graph.with_layer(block, layer.with_options(graph=moved))))
    other = layer.graph.with_layer(name, Tanh())
    assert not is_same(with_graph(graph), with_graph(graph.with_layer(block, layer.with_options(graph=other))))
    twice = layer.with_options(repeat=2)
    assert not is_same(with_graph(graph), with_graph(graph.with_layer(block, twice)))


def test_torch_agrees():
    """Equal weights: another activation has all keys and other outputs, a moved card the same outputs."""
    other = with_graph(MLP.graph.with_layer(activation(MLP), Tanh()))
    moved = with_graph(MLP.graph.moved({activation(MLP): (1.0, 1.0)}))
    modules = [initial_module(one).eval() for one in (MLP, other, moved)]
    for module in modules[1:]:
        module.load_state_dict(modules[0].state_dict())
    x = torch.rand(4, *MLP.data.sample_shape)
    first, second, third = (module(x) for module in modules)
    assert not torch.allclose(first, second) and torch.equal(first, third)


def test_what_has_changed_since_training():
    assert since(MLP, MLP) == (False, False)
    assert since(MLP, replace(MLP, recipe=MLP.recipe.with_options(epochs=3))) == (False, False)
    other = with_graph(MLP.graph.with_layer(activation(MLP), Tanh()))
    assert since(MLP, other) == (True, False) and since(MLP, other).anything
    assert since(MLP, replace(MLP, data=MLP.data.with_options(validation=0.3))) == (False, True)
    assert since(MLP, replace(other, data=other.data.with_options(validation=0.3))) == (True, True)
    known = replace(MLP, data=MLP.data.model_copy(update={"known": None}))
    assert since(MLP, known) == (False, False)


def test_every_network_of_the_gallery_has_a_text_of_its_own():
    found = {id: load_experiment(f"gallery:{id}") for id in gallery_ids()}
    for one, other in combinations(found.values(), 2):
        is_same(one, other)


def test_a_new_node_elsewhere_is_a_change_too():
    assert not is_same(MLP, with_graph(MLP.graph.with_nodes([Node("lone", ReLU())])))
