"""What flows through a network: shapes, parameters, computation and memory, by the layers' own arithmetic."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

from engine.analysis.declared import contradiction
from engine.analysis.faults import MOST_LAYERS, Fault, FaultyLayerError, TooManyLayersError, missing_input, whole_faults
from engine.analysis.memory import Memory
from engine.graph.graph import Graph, Node, SharingError
from engine.graph.parameters import DEFAULTS
from engine.graph.room import axis_of
from engine.layers.base import FLOAT_BYTES, Facts, Layer, Shape, numel
from engine.layers.inputs import Input
from engine.messages import LayerloomError
from engine.units import shape_text


class NodeReport(NamedTuple):
    """What is known about one node; ``facts`` is None while its inputs are unknown or wrong."""

    input_shapes: tuple[Shape, ...] | None
    facts: Facts | None

    @property
    def output_shape(self) -> Shape | None:
        """Shape of one example that comes out, without batch."""
        return self.facts.output_shape if self.facts else None


class Costs(NamedTuple):
    """The four standing questions; memory in bytes, float32."""

    params: int
    mult_adds: int  # for one example
    training_memory: int
    inference_memory: int


class Sums(NamedTuple):
    """Of the four what adds up over layers."""

    params: int
    mult_adds: int


@dataclass(frozen=True)
class Analysis:
    """The answer to ``analyze``: reports by node, faults, and where the network begins and ends."""

    graph: Graph
    nodes: Mapping[str, NodeReport]
    faults: tuple[Fault, ...]
    input: str | None
    output: str | None
    members: frozenset[str]  # the network: nodes the input reaches and nodes these need; others are left out
    bare: Analysis | None = None  # of the graph without its bypassed nodes, where there are any

    @property
    def active(self) -> Analysis:
        """What runs: bypassed nodes are no part of it."""
        return self.bare or self

    @property
    def output_shape(self) -> Shape | None:
        """What the whole network returns for one example."""
        return self.nodes[self.output].output_shape if self.output else None

    @cached_property
    def params(self) -> int:
        """How many parameters the whole network has; shared ones count once."""
        return sum([facts.params for facts in self._known.values()])

    @cached_property
    def trainable(self) -> int:
        """How many of them learn: all but the frozen ones."""
        return sum([facts.trainable for facts in self._known.values()])

    @cached_property
    def ends(self) -> tuple[str, ...]:
        """The network's nodes that lead nowhere, in order."""
        outputs, members = self.graph.outputs, self.members
        return tuple([name for name in self.graph.order if name in members and not outputs[name]])

    @cached_property
    def as_drawn(self) -> tuple[str, ...]:
        """The network's nodes as far along as they are drawn, the first first; those as far along in order."""
        nodes, axis = self.graph.nodes, axis_of(self.graph)
        return tuple(sorted([name for name in self.graph.order if name in self.members],
                            key=lambda name: nodes[name].position[axis]))

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Where each node stands in the order: nothing leads to one before it."""
        return {name: place for place, name in enumerate(self.graph.order)}

    def sources(self, name: str) -> list[str]:
        """The nodes it reads, by port; what only must know the batch reads the network's input."""
        sources = [edge.source for edge in self.graph.active.inputs[name]]
        return [self.input] if not sources and self.input and self.graph.nodes[name].layer.reads_batch else sources

    @cached_property
    def mult_adds(self) -> int:
        """Multiply-adds of the whole network for one example."""
        return sum(facts.mult_adds for facts in self._known.values())

    @cached_property
    def memory(self) -> Memory:
        """What the network has in memory while it runs."""
        return Memory(self.graph.active, self._known, self.input, self.output)

    @cached_property
    def _known(self) -> Mapping[str, Facts]:
        """The facts of the network's nodes, in order, as far as they are known. With a node, all it needs is known."""
        nodes, members = self.nodes, self.members
        return {n: facts for n in self.graph.active.order if n in members and (facts := nodes[n].facts) is not None}

    def costs(self, batch_size: int, optimizer_state: int = 0) -> Costs:
        """The whole network: weights, gradients and optimizer state, and the most that a batch has alive at once."""
        weights, learning = self.params * FLOAT_BYTES, self.trainable * FLOAT_BYTES
        return Costs(self.params, self.mult_adds,
                     weights + learning * (1 + optimizer_state) + self.memory.training_bytes * batch_size,
                     weights + self.memory.peak_bytes * batch_size)

    def node_costs(self, name: str, batch_size: int, optimizer_state: int = 0) -> Costs | None:
        """What one layer needs while it runs, or None while its shape is unknown. Parts do not add up to the whole."""
        facts = self.nodes[name].facts
        if facts is None:
            return None
        weights, learning = facts.params * FLOAT_BYTES, facts.trainable * FLOAT_BYTES
        size = 0 if facts.is_view_predicting else facts.output_bytes
        return Costs(facts.params, facts.mult_adds,
                     weights + learning * (1 + optimizer_state)
                     + max(size, self.memory.kept_by_node.get(name, 0)) * batch_size,
                     weights + size * batch_size)

    def sums(self, names: Iterable[str]) -> Sums | None:
        """What some layers have together, None while the shape of one is unknown; whoever shares weights has none."""
        found = [self.nodes[name].facts for name in names]
        known = [facts for facts in found if facts is not None]
        if len(known) < len(found):
            return None
        return Sums(sum(facts.params for facts in known), sum(facts.mult_adds for facts in known))


def analyze(graph: Graph, input_shape: Shape | None = None) -> Analysis:
    """Walk the graph once. ``input_shape`` (without batch) is what an Input without a shape of its own receives.

    Never raises: what is wrong is in ``faults``, and whatever does not depend on it is still analysed.
    """
    if graph.active is graph:
        return _analyze(graph, input_shape)
    left_out = _leading_nowhere(graph)
    bare = _analyze(graph.active, input_shape, left_out)
    reports, members = dict(bare.nodes), set(bare.members)
    for name in graph.order:
        if graph.nodes[name].bypassed:
            reports[name] = _passed_on(graph, name, reports)
            if name not in left_out and any(edge.source in members for edge in graph.inputs[name][:1]):
                members.add(name)
    return replace(bare, graph=graph, nodes=reports, members=frozenset(members), bare=bare)


def first_error(analysis: Analysis) -> LayerloomError | None:
    """The first fault of the network itself (loose layers do not count), naming its layer, or None."""
    for fault in analysis.faults:
        if fault.node is None:
            return fault.error.alone()
        if fault.node in analysis.members:
            return FaultyLayerError("{name}: {reason}", name=fault.node, reason=fault.error.message)
    return None


def _leading_nowhere(graph: Graph) -> set[str]:
    """Nodes whose output goes only into inputs that a bypassed node does not pass on: they are left out too."""
    nodes, lost = graph.nodes, set[str]()
    for name in reversed(graph.order):
        wires = graph.outputs[name]
        if wires and type(nodes[name].layer) is not Input and all(
                edge.target in lost or (nodes[edge.target].bypassed and edge != graph.inputs[edge.target][0])
                for edge in wires):
            lost.add(name)
    return lost


def _passed_on(graph: Graph, name: str, reports: Mapping[str, NodeReport]) -> NodeReport:
    """What is known about a bypassed node: what comes in goes out."""
    edges = graph.inputs[name]
    shape = reports[edges[0].source].output_shape if edges else None
    if shape is None:
        return NodeReport(None, None)
    size = numel(shape) * FLOAT_BYTES
    return NodeReport((shape,), Facts(shape, 0, 0, 0, False, False, 0, True, True, size, 0))


def _analyze(graph: Graph, input_shape: Shape | None, left_out: Collection[str] = ()) -> Analysis:
    """The same for a graph without bypassed nodes; those ``left_out`` are no part of the network."""
    reports: dict[str, NodeReport] = {}
    outputs: dict[str, Shape] = {}
    faults: list[Fault] = []
    sources = [name for name, node in graph.nodes.items() if type(node.layer) is Input]  # isinstance is slow here
    if len(sources) > 1:  # the one that feeds the most is the network's
        sources.sort(key=lambda name: -len(graph.downstream(name)))
    members = _members(graph, sources[0]).difference(left_out) if sources else set()
    nodes, inputs = graph.nodes, graph.inputs
    for name in graph.order:
        layer, edges = nodes[name].layer, inputs[name]
        shapes: tuple[Shape, ...] | None = None
        if type(layer) is Input:
            shape = layer.shape or input_shape
            shapes = None if shape is None else (shape,)
        elif len(edges) >= layer.min_inputs:
            try:
                shapes = (outputs[edges[0].source],) if len(edges) == 1 else tuple([outputs[e.source] for e in edges])
            except KeyError:
                shapes = None  # because of a fault further up
        elif name in members:
            faults.append(Fault(name, missing_input(layer)))
        facts = None
        if shapes is not None:
            try:
                facts = facts_of(layer, shapes)
                outputs[name] = facts.output_shape
                node = nodes[name]
                if node.declared and (wrong := contradiction(node, shapes)) is not None:
                    faults.append(Fault(name, wrong))
                if node.parameters is not DEFAULTS or node.shares is not None:
                    facts = _as_set(node, facts)
            except LayerloomError as error:
                faults.append(Fault(name, error.alone()))
        reports[name] = NodeReport(shapes, facts)
    faults.extend(_sharing_faults(graph, reports, members))
    layers = sum([report.facts.layers for report in reports.values() if report.facts is not None]) - len(sources)
    if layers - len(nodes) > MOST_LAYERS:
        faults.append(Fault(None, TooManyLayersError(layers)))
    faults.extend(Fault(None, error) for error in whole_faults(graph, sources, members, input_shape))
    ends = [name for name in members if not graph.outputs[name]]
    return Analysis(graph, reports, tuple(faults), sources[0] if sources else None,
                    ends[0] if len(ends) == 1 and len(members) > 1 else None, frozenset(members))


def _as_set(node: Node, facts: Facts) -> Facts:
    """Shared weights count where they are; frozen ones do not learn."""
    if node.shares is not None:
        return facts._replace(params=0, trainable=0)
    return facts if node.parameters.trainable else facts._replace(trainable=0)


def _sharing_faults(graph: Graph, reports: Mapping[str, NodeReport], members: set[str]) -> Iterator[Fault]:
    """Weights can be shared where both are part of the network and would be of one shape."""
    for name, owner in graph.shares.items():
        if name in members and owner not in members:
            yield Fault(name, SharingError("{name} uses the weights of {owner}, which is not part of the network",
                                           name=name, owner=owner))
        mine, its, layer = reports[name].input_shapes, reports[owner].input_shapes, graph.nodes[name].layer
        if mine and its and reports[name].facts and reports[owner].facts and not layer.fits_weights(mine, its):
            yield Fault(name, SharingError("{name} gets {mine}, but the weights it shares with {owner} are for {its}",
                                           name=name, owner=owner, mine=shape_text(mine[0]), its=shape_text(its[0])))


def _members(graph: Graph, start: str) -> set[str]:
    members, inputs = graph.downstream(start), graph.inputs
    missing = [edge.source for name in members for edge in inputs[name] if edge.source not in members]
    while missing:
        name = missing.pop()
        members.add(name)
        missing.extend(edge.source for edge in inputs[name] if edge.source not in members)
    return members


@lru_cache(maxsize=16_384)
def facts_of(layer: Layer, shapes: tuple[Shape, ...]) -> Facts:
    """The layer's facts for these inputs, remembered."""
    return layer.facts(shapes)
