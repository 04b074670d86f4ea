"""Whether what was trained is still what is drawn: whose weights they are, and whose numbers."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any, NamedTuple

from engine.blocks.base import Block
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
from engine.graph.graph import Graph, Node
from engine.graph.json import changed_options
from engine.layers.base import Layer
from engine.layers.inputs import Input

ID_LENGTH = 16  # hexadecimal digits
NOT_DIVIDING = "known", "corrections", "resize", "channels", "normalize", "augment"


class Since(NamedTuple):
    """What is another than it was when the run began."""

    network: bool
    data: bool

    @property
    def anything(self) -> bool:
        """Whether the numbers are of something else than what is there now."""
        return self.network or self.data


NOTHING = Since(False, False)


def since(trained: Experiment, now: Experiment) -> Since:
    """What has changed in the network and its data. The recipe is of the next run and is not asked."""
    if trained is now:
        return NOTHING
    return Since(not same_network(trained, now), _asked(trained.data) != _asked(now.data))


def divided_alike(one: DataSpec, other: DataSpec) -> bool:
    """Whether a fold of one has the examples that it has in the other: how they are prepared does not matter, and those
    that are left out leave all others."""
    return one.model_copy(update={name: getattr(other, name) for name in NOT_DIVIDING}) == other


def same_network(one: Experiment, other: Experiment) -> bool:
    """Whether weights of one give the same outputs in the other, under the same keys.

    Places, colours, comments and what weights begin with do not matter, a layer's name does: it is its key.
    """
    if one.graph is other.graph and one.data is other.data:
        return True
    return _same_graph(one.graph, other.graph) and _input_shapes(one) == _input_shapes(other)


def same_answers(known: Experiment, now: Experiment, *, begins: bool) -> bool:
    """Whether with the same weights one gives what the other gives, and is judged alike; where it ``begins``, the
    weights are those that it begins with."""
    if known is now:
        return True
    if not same_network(known, now) or known.data != now.data or known.recipe.loss != now.recipe.loss:
        return False
    if not begins:
        return True
    before, after = known.recipe, now.recipe
    return (before.seed, before.initialization) == (after.seed, after.initialization) and all(
        node.parameters == now.graph.nodes[name].parameters for name, node in known.graph.nodes.items())


def network_id(experiment: Experiment) -> str:
    """The same text for the same network, another for every other: what a file of weights can be recognised by."""
    content = json.dumps([_written(experiment.graph), _input_shapes(experiment)], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:ID_LENGTH]


def course_id(experiment: Experiment, *more: str) -> str:
    """The same text for what learns the same but for chance: network, how its weights begin and learn, data, recipe
    without seed and device; ``more`` decides the course, too."""
    recipe = experiment.recipe.model_copy(update={"seed": 0, "device": "auto"})
    content = [_written(experiment.graph), _input_shapes(experiment), _learning(experiment.graph),
               changed_options(_asked(experiment.data)), changed_options(recipe), more]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:ID_LENGTH]


@lru_cache(maxsize=8)
def _learning(graph: Graph) -> list[Any]:
    """How weights begin and learn, where that is not as usual."""
    return [[name, options] for name, node in sorted(graph.nodes.items())
            if (options := changed_options(node.parameters))]


def _same_graph(one: Graph, other: Graph) -> bool:
    if one is other:
        return True
    return (one.nodes.keys() == other.nodes.keys() and _wires(one) == _wires(other)
            and all(_same_node(node, other.nodes[name]) for name, node in one.nodes.items()))


def _same_node(one: Node, other: Node) -> bool:
    if one is other:
        return True
    return ((one.shares, one.listed, one.bypassed) == (other.shares, other.listed, other.bypassed)
            and _same_layer(one.layer, other.layer))


def _same_layer(one: Layer, other: Layer) -> bool:
    if one is other or one == other or (isinstance(one, Input) and isinstance(other, Input)):
        return True  # shapes of inputs are compared once, typed or not
    inner = _own(one), _own(other)
    return (type(one) is type(other) and inner[0] is not None and inner[1] is not None
            and _options(one) == _options(other) and _same_graph(inner[0], inner[1]))


def _own(layer: Layer) -> Graph | None:
    return layer.own_graph if isinstance(layer, Block) else None


def _options(layer: Layer) -> dict[str, Any]:
    """All but the graph that a block of one's own holds."""
    own = _own(layer)
    return {name: value for name in type(layer).model_fields if (value := getattr(layer, name)) is not own}


def _wires(graph: Graph) -> frozenset[tuple[str, str, int]]:
    return frozenset((edge.source, edge.target, edge.port) for edge in graph.edges)


def _asked(data: DataSpec) -> DataSpec:
    """What was chosen, whatever has been found in the files since."""
    return data.model_copy(update={"known": None})


def _input_shapes(experiment: Experiment) -> list[Any]:
    """Of the inputs, typed or taken from the data."""
    return sorted((name, node.layer.shape or experiment.data.sample_shape)
                  for name, node in experiment.graph.nodes.items() if isinstance(node.layer, Input))


@lru_cache(maxsize=8)
def _written(graph: Graph) -> list[Any]:
    nodes = [[name, node.layer.kind(), _dumped(node.layer), node.shares, node.bypassed, *[node.listed][: node.listed]]
             for name, node in sorted(graph.nodes.items())]
    return [nodes, sorted(_wires(graph))]


def _dumped(layer: Layer) -> Any:
    """Only what differs from the defaults: a later version may know more options."""
    if isinstance(layer, Input):
        return None
    own = _own(layer)
    if own is None:
        return changed_options(layer, layer.required)
    kept = {name: value for name, value in changed_options(layer).items() if getattr(layer, name) is not own}
    return [kept, _written(own)]
